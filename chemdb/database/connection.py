"""The one module that opens DuckDB connections.

Each connection has a DuckDB instance of its own. By default DuckDB shares one among all connections of a
process to a path: with the settings of the first, and with the old file after it is replaced.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from chemdb.database.execution import execute, translated_errors
from chemdb.errors import DatabaseError
from chemdb.runtime.forks import guard, no_fork, release
from chemdb.runtime.limits import Limits
from chemdb.runtime.temporary import plainly_named, spill_folder

#: Oldest storage format with zstd: DuckDB 1.4 and later open the file.
STORAGE_VERSION = "v1.4.0"
#: Raised when the tables or views that chemdb reads change.
FORMAT_VERSION = 6
#: SQL after which neither a user nor the views of a file reach another file, a host or a Python variable.
CONFINE = (
    "set enable_external_access = false; set python_enable_replacements = false; "
    # Settings of one cursor, which `chemdb.query.scan_progress` changes.
    "set allowed_configs = ['enable_progress_bar', 'enable_progress_bar_print']"
)
#: Name of an attached file in SQL.
CATALOG = "chemdb"


@contextmanager
def open_descriptor(path: Path) -> Iterator[int]:
    """Give a file descriptor of a database file, which stays the same file when `path` is replaced.

    Raises
    ------
    DatabaseError
        No such file, a folder, or it cannot be opened.
    """
    if not path.is_file():
        problem = "a folder, not a file" if path.is_dir() else "no such file"
        raise DatabaseError(
            f"{path}: {problem}; make it with 'chemdb build --db {path}', or choose another with --db"
        )
    with translated_errors(path):
        descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def connected_to(
    descriptor: int, path: Path, limits: Limits, *, older_formats: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection that can change nothing and reach no other file or host.

    Parameters
    ----------
    descriptor : int
        From `open_descriptor`.
    path : Path
        For messages.
    limits : Limits
    older_formats : bool
        Whether to open files of older formats, which only a build may replace.

    Raises
    ------
    DatabaseError
        Not a chemdb file, of another format, damaged, or being written.
    """
    with connect_in_memory(limits) as con:
        with translated_errors(path):
            con.execute(f"attach ? as {CATALOG} (type duckdb, read_only)", [_name_of(descriptor, path)])
            con.execute(f"{CONFINE}; set lock_configuration = true")
            use_file(con)
            # Nowhere to make a table that other cursors would see.
            con.execute("detach memory")
        _check_format(con, path, older_formats)
        yield con


@contextmanager
def connect_to_read(
    path: Path, limits: Limits | None = None, *, older_formats: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to a file as `connected_to` does.

    Raises
    ------
    DatabaseError
        As `open_descriptor` and `connected_to`.
    """
    with (
        open_descriptor(path) as descriptor,
        connected_to(descriptor, path, limits or Limits(), older_formats=older_formats) as con,
    ):
        yield con


@contextmanager
def connect_in_memory(limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection without a database file, to read and write user files."""
    with spill_folder(limits.temp_directory) as folder:
        con = _connect(":memory:", limits, {"temp_directory": folder})
        try:
            yield con
        finally:
            close(con)


@contextmanager
def connect_to_write(
    path: Path, limits: Limits, *, reads_files: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to a file that may be changed, or that does not exist yet.

    Parameters
    ----------
    path : Path
    limits : Limits
    reads_files : bool
        Whether its views may read other files: only for a file that is new.
    """
    with spill_folder(limits.temp_directory) as folder, plainly_named(path) as name:
        con = _connect(
            name, limits, {"temp_directory": folder, "storage_compatibility_version": STORAGE_VERSION}
        )
        try:
            # Views of an existing file may try to read others.
            if not reads_files:
                con.execute(CONFINE)
            yield con
        finally:
            close(con)


def use_file(con: duckdb.DuckDBPyConnection) -> None:
    """Let the statements of a cursor name the tables of the attached file without its catalog."""
    con.execute(f"use {CATALOG}")


def close(con: duckdb.DuckDBPyConnection) -> None:
    """Close a connection or cursor, unless it is of a parent process."""
    with no_fork():
        con.close()
        release(con)


def hide_progress_bar(con: duckdb.DuckDBPyConnection, measured: bool = False) -> None:
    """Let DuckDB show no progress bar of its own; let it measure how far it is, if asked."""
    # In Jupyter without ipywidgets, DuckDB has no bar, and refuses every setting of it.
    with suppress(duckdb.InvalidInputException):
        con.execute("set enable_progress_bar_print = false")
        if measured:
            con.execute("set enable_progress_bar = true")


def threads_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of threads of a connection, which all work on its rows keeps to."""
    [(threads,)] = con.execute("select current_setting('threads')").fetchall()
    return int(threads)


def _connect(name: str, limits: Limits, config: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """Return a connection without DuckDB's own progress bar on stdout."""
    with no_fork():
        con = guard(duckdb.connect(name, config=limits.duckdb_config | config))
    hide_progress_bar(con)
    return con


def _name_of(descriptor: int, path: Path) -> str:
    """Return the name under which DuckDB opens a file: it reads no character of this one as special.

    A write-ahead log, left by another program that was killed, is found by the name of the file only.
    """
    target = Path(os.path.realpath(path))
    if target.with_name(target.name + ".wal").exists():
        return str(target)
    return f"/dev/fd/{descriptor}"


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
