"""The one module that opens DuckDB connections."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from chemdb.database.execution import cursor_of, execute, is_damage, translated_errors
from chemdb.errors import ChemdbError, DatabaseError
from chemdb.runtime.limits import Limits

#: Oldest storage format with zstd: DuckDB 1.4 and later open the file.
STORAGE_VERSION = "v1.4.0"
#: Raised when the tables or views that chemdb reads change.
FORMAT_VERSION = 5
#: SQL of a user, or of the views in a file, reaches no other file, no host and no Python variable.
CONFINED = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    # Settings of one cursor, which `chemdb.query.scan_progress` changes.
    "allowed_configs": "[enable_progress_bar, enable_progress_bar_print]",
}

T = TypeVar("T")


class OpenFile:
    """A database file opened read-only; threads share it, and forked processes open it again.

    Parameters
    ----------
    path : path-like
    limits : Limits
        Kept to by everything that works on the file.

    Raises
    ------
    DatabaseError
        No such file, not a chemdb file, of another format, damaged, or being written.
    """

    def __init__(self, path: str | os.PathLike[str], limits: Limits) -> None:
        self.path = Path(path)
        self.limits = limits
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = connect_to_read(self.path, limits)
        self._inherited: duckdb.DuckDBPyConnection | None = None
        self._process = os.getpid()
        self._remembered: dict[Callable[[duckdb.DuckDBPyConnection], Any], Any] = {}

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor for one thread.

        Raises
        ------
        ChemdbError
            The file is closed, or a statement of the body fails; the message is one line.
        """
        with ExitStack() as stack:
            stack.enter_context(translated_errors(self.path))
            with self._lock:
                if self._connection is None:
                    raise ChemdbError(f"{self.path}: closed; open it again with chemdb.open")
                if self._process != os.getpid():
                    # A fork has none of DuckDB's threads: leave the inherited connection alone.
                    self._inherited = self._connection
                    self._connection = connect_to_read(self.path, self.limits)
                    self._process = os.getpid()
                cursor = stack.enter_context(cursor_of(self._connection))
            try:
                yield cursor
            except (duckdb.IOException, duckdb.OutOfMemoryException):
                raise
            except duckdb.Error as error:
                if is_damage(error):
                    raise
                raise ChemdbError(f"sql: {error}") from None

    def remember(self, read: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Return ``read(cursor)``, computed at the first call only."""
        with self.cursor() as con:
            if read not in self._remembered:
                self._remembered[read] = read(con)
        value: T = self._remembered[read]
        return value

    def __enter__(self) -> "OpenFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; statements that are being read finish."""
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None


def connect_to_read(
    path: Path, limits: Limits | None = None, *, older_formats: bool = False
) -> duckdb.DuckDBPyConnection:
    """Return a connection that can change nothing and reach no other file or host.

    Parameters
    ----------
    path : Path
    limits : Limits, optional
    older_formats : bool
        Whether to open files of older formats, which only a build may replace.

    Raises
    ------
    DatabaseError
        No such file, not a chemdb file, of another format, damaged, or being written.
    """
    if not path.is_file():
        problem = "a folder, not a file" if path.is_dir() else "no such file"
        raise DatabaseError(
            f"{path}: {problem}; make it with 'chemdb build --db {path}', or choose another with --db"
        )
    with translated_errors(path):
        con = duckdb.connect(path, read_only=True, config=(limits or Limits()).duckdb_config | CONFINED)
        _lock_settings(con)
    try:
        _check_format(con, path, older_formats)
    except BaseException:
        con.close()
        raise
    return con


def connect_in_memory(limits: Limits) -> duckdb.DuckDBPyConnection:
    """Return a connection without a database file, to read and write user files."""
    return _quiet(duckdb.connect(config=limits.duckdb_config))


def connect_to_write(path: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """Return a connection to a file that may be changed, or that does not exist yet."""
    # Views of an existing file may try to read other files or hosts.
    config = limits.duckdb_config | CONFINED | {"storage_compatibility_version": STORAGE_VERSION}
    return _quiet(duckdb.connect(path, config=config))


def threads_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of threads of a connection, which all work on its rows keeps to."""
    [(threads,)] = con.execute("select current_setting('threads')").fetchall()
    return int(threads)


def _check_format(con: duckdb.DuckDBPyConnection, path: Path, older_formats: bool) -> None:
    try:
        rows = execute(con, "select value from build_info where property = 'format_version'").fetchall()
    except duckdb.CatalogException:
        rows = []
    except duckdb.Error as error:
        raise DatabaseError(f"{path}: damaged ({str(error).splitlines()[0]}); build it again") from None
    if len(rows) != 1 or not re.fullmatch("[0-9]{1,9}", str(rows[0][0])):
        raise DatabaseError(f"{path}: a DuckDB file, but not one that chemdb built; choose another --db")
    version = int(rows[0][0])
    if version > FORMAT_VERSION:
        raise DatabaseError(f"{path}: made by a newer chemdb (format {version}); upgrade chemdb")
    if version < FORMAT_VERSION and not older_formats:
        raise DatabaseError(f"{path}: made by an older chemdb (format {version}); build it again")


def _quiet(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return the connection without DuckDB's own progress bar on stdout."""
    return con.execute("set enable_progress_bar_print = false")


def _lock_settings(con: duckdb.DuckDBPyConnection) -> None:
    """Prevent any statement from changing a setting; connections of a process to one file share them."""
    with _locking:
        [(locked,)] = con.execute("select current_setting('lock_configuration')").fetchall()
        if not locked:
            _quiet(con).execute("set lock_configuration = true")


#: Held while settings are locked, so that no other thread sees them half locked.
_locking = threading.Lock()
