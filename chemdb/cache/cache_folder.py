"""Where chemdb keeps what it can download or compile again."""

import os
from pathlib import Path

from platformdirs import user_cache_path

from chemdb.errors import FileError


def cache_folder() -> Path:
    """Return ``$CHEMDB_CACHE``, else the folder of chemdb in the user's cache folder.

    Raises
    ------
    FileError
        The user has no home folder.
    """
    if chosen := os.environ.get("CHEMDB_CACHE"):
        return Path(chosen)
    folder = user_cache_path("chemdb")
    if not folder.is_absolute():
        # Without $HOME, and without an entry among the system's users, it starts with ~.
        raise FileError("there is no home folder to keep the cache in; set CHEMDB_CACHE to a folder")
    return folder
