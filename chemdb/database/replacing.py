"""Replace a database file atomically."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from chemdb.database.connection import connect_to_read, connect_to_write
from chemdb.database.execution import execute, translated_errors
from chemdb.errors import DatabaseError
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.limits import Limits


@contextmanager
def replacing(
    path: Path, limits: Limits | None = None, *, edit: bool = False, patience: float = 0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to a new file that replaces `path` if the body succeeds.

    Open readers keep the old file. On any failure, Ctrl-C included, the old file is untouched and
    the new one removed. No other process of chemdb can replace the file meanwhile, so no change is
    lost.

    Parameters
    ----------
    path : Path
    limits : Limits, optional
    edit : bool
        Start from a copy of the old file instead of an empty one.
    patience : float
        Longest wait in s for another process that replaces the file.

    Raises
    ------
    DatabaseError
        `path` is a folder or another kind of file, is being written, or cannot be written.
    """
    limits = limits or Limits()
    with translated_errors(path), atomic_write(path, error=DatabaseError, patience=patience) as [new]:
        target = Path(os.path.realpath(path))
        before = _state_of(target, limits, older_formats=not edit) if edit or target.exists() else None
        if edit:
            shutil.copy(target, new)
        with connect_to_write(new, limits) as con:
            yield con
            execute(con, "checkpoint")
        # Programs other than chemdb do not know its lock.
        if before is None:
            target.with_name(target.name + ".wal").unlink(missing_ok=True)
        elif _state_of(target, limits, older_formats=not edit) != before:
            raise DatabaseError(f"{path}: another program changed it meanwhile; nothing was replaced")


def _state_of(target: Path, limits: Limits, older_formats: bool) -> tuple[int, ...]:
    """Return what changes whenever a file is written.

    Raises
    ------
    DatabaseError
        The file is not chemdb's, or another program has it open to write.
    """
    with connect_to_read(target, limits, older_formats=older_formats):
        pass
    if target.with_name(target.name + ".wal").exists():
        # Another program wrote to it and was killed: merge its log, as any DuckDB does.
        with connect_to_write(target, limits):
            pass
    status = target.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
