"""The pack of a file for a server, kept in the user's cache and reused by later starts."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from chemdb.cache.cache_folder import cache_folder
from chemdb.database.connection import connect_to_read
from chemdb.database.open_file import OpenFile
from chemdb.errors import DatabaseError, FileError, ProcessError

#: Packs in the cache, about 11 MB each.
KEPT = 4
#: Seconds between looks at whether the process that packs has ended.
POLL = 0.05


def served_pack(file: OpenFile, stopped: threading.Event) -> dict[str, bytes]:
    """Return the parts of a file, from the cache if they are there.

    They are made in another process: half a gigabyte of memory would stay in this one.

    Parameters
    ----------
    file : OpenFile
    stopped : threading.Event
        Ends that process when it is set.

    Raises
    ------
    ProcessError
        The process failed, or was stopped.
    """
    key = file.remember(_key)
    folder: Path | None = None
    with suppress(FileError, OSError):
        folder = cache_folder() / "explorer" / key
        if folder.is_dir():
            folder.touch()
            return _read(folder)
    with TemporaryDirectory(dir=file.limits.temp_directory) as made:
        _run(file.path.absolute(), key, made, stopped)
        parts = _read(Path(made))
    if folder:
        with suppress(OSError):
            _keep(parts, folder)
    return parts


def _run(path: Path, key: str, folder: str, stopped: threading.Event) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "chemdb.explorer.cached_pack", str(path), key, folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        # Ctrl-C is for the server, which ends it.
        start_new_session=True,
    )
    with child:
        while child.poll() is None:
            if stopped.wait(POLL):
                child.kill()
    if child.returncode:
        raise ProcessError(
            f"{path}: the space could not be packed for the page (exit code {child.returncode})"
        )


def _key(con: duckdb.DuckDBPyConnection) -> str:
    """Return the cache key of a file's pack made by this version of the code."""
    from chemdb.explorer.contents import head

    digest = hashlib.sha256(head(con, "served", {})["checksum"].encode())
    for module in ("contents.py", "pack.py"):
        digest.update((Path(__file__).parent / module).read_bytes())
    return digest.hexdigest()[:32]


def _make(path: Path, key: str, folder: Path) -> None:
    """Write the parts of a file into a folder."""
    from chemdb.explorer.pack import FASTEST, pack

    with connect_to_read(path) as con:
        if _key(con) != key:
            raise DatabaseError(f"{path}: was replaced")
        for name, part in pack(con, "served", FASTEST).items():
            (folder / name).write_bytes(part)


def _read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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


if __name__ == "__main__":
    _make(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
