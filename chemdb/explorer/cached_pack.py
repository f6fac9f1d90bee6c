"""The pack of a file for a server, kept in the user's cache, so that most starts pack nothing."""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

import duckdb

from chemdb.cache.cache_folder import cache_folder
from chemdb.database.connection import connect_to_read
from chemdb.database.open_file import OpenFile
from chemdb.errors import DatabaseError, FileError
from chemdb.runtime.processes import in_processes

#: Packs in the cache, about 11 MB each.
KEPT = 4


def served_pack(file: OpenFile) -> dict[str, bytes]:
    """Return the parts of a file, from the cache if they are there.

    They are made in another process, as that takes half a gigabyte of memory which would stay in this one.

    Raises
    ------
    DatabaseError
        The file cannot be read, or was replaced meanwhile.
    """
    key = file.remember(_key)
    folder: Path | None = None
    with suppress(FileError, OSError):
        folder = cache_folder() / "explorer" / key
        if folder.is_dir():
            folder.touch()
            return {path.name: path.read_bytes() for path in folder.iterdir()}
    [parts] = in_processes(_made, [(file.path.absolute(), key)], 1)
    if folder:
        with suppress(OSError):
            _keep(parts, folder)
    return parts


def _key(con: duckdb.DuckDBPyConnection) -> str:
    """Return what names the pack of a file made by this version of the code."""
    from chemdb.explorer.contents import head

    digest = hashlib.sha256(head(con, "served", {})["checksum"].encode())
    for module in ("contents.py", "pack.py"):
        digest.update((Path(__file__).parent / module).read_bytes())
    return digest.hexdigest()[:32]


def _made(path: Path, key: str) -> dict[str, bytes]:
    from chemdb.explorer.pack import FASTEST, pack

    with connect_to_read(path) as con:
        if _key(con) != key:
            raise DatabaseError(f"{path}: was replaced; start the server again")
        return pack(con, "served", FASTEST)


def _keep(parts: dict[str, bytes], folder: Path) -> None:
    """Put parts into the cache at once, and remove the packs that were not used for longest."""
    partial = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    partial.mkdir(parents=True)
    try:
        for name, part in parts.items():
            (partial / name).write_bytes(part)
        partial.rename(folder)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    by_age = sorted(folder.parent.iterdir(), key=lambda one: one.stat().st_mtime)
    for old in by_age[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
