"""Temporary folders: for what does not fit into memory, and for copies of files with odd names."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def spill_folder(parent: Path | None = None) -> Iterator[str]:
    """Give the name of a new private folder, removed with its contents at the end.

    The name is empty, which keeps DuckDB from spilling, if no folder can be made.

    Parameters
    ----------
    parent : Path, optional
        By default what `tempfile.gettempdir` returns: ``TMPDIR``, or ``/tmp``.
    """
    try:
        folder = tempfile.mkdtemp(prefix="chemdb-", dir=parent)
    except OSError:
        yield ""
        return
    process = os.getpid()
    try:
        yield folder
    finally:
        if process == os.getpid():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def plainly_named(path: Path) -> Iterator[str]:
    r"""Give a name under which DuckDB can write a file, whatever the file is called.

    An absolute path is not taken for a URL (``lab:db.duckdb``) or a home folder (``~db.duckdb``). DuckDB
    reads ``\`` as ``/`` and puts ``.wal`` before a ``?``: for such a file it writes a copy of another name,
    whose content replaces the file's at the end.
    """
    name = str(path.absolute())
    if not {"\\", "?"} & set(name):
        yield name
        return
    with tempfile.TemporaryDirectory(prefix="chemdb-") as folder:
        plain = Path(folder, "file")
        if path.exists():
            shutil.copyfile(path, plain)
        yield str(plain)
        shutil.copyfile(plain, path)
