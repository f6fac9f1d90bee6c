"""The folder that a path or an address names."""

from pathlib import Path

from chemdb.dataset.storage.folder import Folder
from chemdb.errors import FileError

#: Start of the addresses of folders in an object store.
S3 = "s3://"


def folder_at(place: str | Path) -> Folder:
    """Return the folder with a path, or with an address such as ``s3://bucket/prefix``.

    Raises
    ------
    FileError
        The address cannot be used, or is of another kind.
    """
    if str(place).startswith(S3):
        from chemdb.dataset.storage.object_store import ObjectStore

        return ObjectStore(str(place))
    if not str(place) or "://" in str(place):
        raise FileError(f"{str(place)!r}: give the name of a folder, or s3://BUCKET/PREFIX")
    from chemdb.dataset.storage.local_folder import LocalFolder

    return LocalFolder(Path(place))
