"""The one place that opens DuckDB files, runs the files of sql/ and replaces a file whole."""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from chemdb.errors import ChemdbError, DatabaseError
from chemdb.runtime.atomic_write import reason, whole
from chemdb.runtime.limits import duckdb_config

#: Oldest storage format with zstd: DuckDB 1.4 and later open the file.
STORAGE_VERSION = "v1.4.0"
#: Rises when tables or views that chemdb reads change.
FORMAT_VERSION = 3
#: Rows in memory while those of a statement are read one by one.
ROWS_AT_A_TIME = 10_000
#: SQL of anyone reaches no file, no host, and not the variables of the Python that runs it.
CONFINED = {"enable_external_access": "false", "python_enable_replacements": "false"}


def connect_to_read(
    path: Path, threads: int | None = None, memory_limit: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a connection that can change nothing and reach no other file or host.

    Raises
    ------
    DatabaseError
        No such file, not a chemdb file, of a newer format, damaged, or being written.
    """
    return _connect_to_read(path, duckdb_config(threads, memory_limit))


def _connect_to_read(path: Path, config: dict[str, Any], older: bool = False) -> duckdb.DuckDBPyConnection:
    """Return the connection of `connect_to_read`, to a file of an older format too if `older`."""
    if not path.is_file():
        what = "a folder, not a file" if path.is_dir() else "no such file"
        raise DatabaseError(
            f"{path}: {what}; make it with 'chemdb build --db {path}', or choose another with --db"
        )
    with translate_errors(path):
        con = duckdb.connect(path, read_only=True, config=config | CONFINED)
        _lock_settings(con)
    try:
        _check_format(con, path, older)
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection as `connect_to_read` opens it; DuckDB's errors in the body become one line.

    Raises
    ------
    DatabaseError
        The file cannot be opened, or a statement of the body fails.
    """
    try:
        with connect_to_read(path) as con:
            yield con
    except duckdb.Error as error:
        raise DatabaseError(f"{path}: {_reason(error)}") from error


def connect_in_memory() -> duckdb.DuckDBPyConnection:
    """Return a connection without a file, to read and write the user's."""
    return _quiet(duckdb.connect(config=duckdb_config()))


def threads_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of threads of a connection, which work on its rows keeps to as well."""
    [(threads,)] = con.execute("select current_setting('threads')").fetchall()
    return int(threads)


@contextmanager
def replacing(
    path: Path,
    *,
    edit: bool = False,
    patience: float = 0,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to a new file that takes the place of `path` if the body succeeds.

    Readers of the old file keep it. On any failure, Ctrl-C included, the old file is untouched
    and the new one removed. From the copy to the replacement no other run of chemdb can replace
    the file, so no change is lost.

    Parameters
    ----------
    path : Path
    edit : bool
        Start from a copy of the old file instead of an empty one.
    patience : float
        Wait at most this long in s for another run that replaces the file.

    Raises
    ------
    DatabaseError
        `path` is a folder or another kind of file, is being written, or cannot be written.
    """
    with translate_errors(path), whole(path, error=DatabaseError, patience=patience) as [new]:
        target = Path(os.path.realpath(path))
        before = _check_replaceable(target, older=not edit) if edit or target.exists() else None
        if edit:
            shutil.copy(target, new)
        # A copied file's own views may want to read files or hosts.
        config = duckdb_config() | CONFINED | {"storage_compatibility_version": STORAGE_VERSION}
        con = _quiet(duckdb.connect(new, config=config))
        try:
            yield con
            execute(con, "checkpoint")
        finally:
            con.close()
        # Other programs know nothing of chemdb's lock.
        if before is None:
            target.with_name(target.name + ".wal").unlink(missing_ok=True)
        elif _check_replaceable(target, older=not edit) != before:
            raise DatabaseError(f"{path}: another program changed it meanwhile; nothing was replaced")


def _check_replaceable(target: Path, older: bool) -> tuple[int, ...]:
    """Return what tells one state of a file from another, once no one else is writing it.

    Raises
    ------
    DatabaseError
        It is not chemdb's, or another program has it open to write.
    """
    _connect_to_read(target, duckdb_config(), older).close()
    if target.with_name(target.name + ".wal").exists():
        # Another program wrote to it and was stopped: take that in, as any DuckDB does.
        duckdb.connect(target).close()
    about = target.stat()
    return about.st_ino, about.st_size, about.st_mtime_ns


def execute(
    con: duckdb.DuckDBPyConnection, statement: Any, parameters: Any = None
) -> duckdb.DuckDBPyConnection:
    """Return the executed statement; Ctrl-C interrupts it at once."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(con.execute, statement, parameters)
        try:
            while True:
                try:
                    return future.result(timeout=0.1)
                except TimeoutError:
                    if future.done():
                        raise
        except KeyboardInterrupt:
            # What it reads may itself be read from the cursors of other threads.
            for other in (con, *_cursors.values()):
                other.interrupt()
            raise
        finally:
            # Its error would keep this frame, and the frame it: DuckDB complains at exit of what it kept.
            del future


@contextmanager
def cursor_of(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection of one's own to the same file; Ctrl-C in `execute` stops what it runs."""
    cursor = con.cursor()
    _cursors[id(cursor)] = cursor
    try:
        yield cursor
    finally:
        del _cursors[id(cursor)]
        cursor.close()


#: Cursors in use, by identity.
_cursors: dict[int, duckdb.DuckDBPyConnection] = {}


def all_rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple]:
    """Yield the rows of an executed statement in bounded memory."""
    while rows := result.fetchmany(ROWS_AT_A_TIME):
        yield from rows


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Turn what DuckDB and the file system say into one line of what to do."""
    try:
        yield
    except ChemdbError:
        raise
    except (duckdb.Error, OSError) as error:
        raise DatabaseError(f"{path}: {_reason(error)}") from error


#: What DuckDB raises when blocks of a file are not what it wrote.
_DAMAGE = (duckdb.FatalException, duckdb.SerializationException)


def is_damage(error: duckdb.Error) -> bool:
    """Return whether an error speaks of the file and not of what was asked of it."""
    text = str(error)
    # A statement of the user's may be quoted in errors of other kinds.
    if type(error) in (duckdb.Error, duckdb.IOException):
        return "orrupt" in text or "Could not read enough bytes" in text
    return isinstance(error, _DAMAGE)


def _reason(error: Exception) -> str:
    text = str(error)
    if isinstance(error, OSError):
        return reason(error)
    if "Could not set lock" in text:
        holder = re.search(r"held in (.+?) \(PID (\d+)\)", text)
        who = f"process {holder[2]} ({Path(holder[1]).name})" if holder else "another process"
        return f"in use by {who}; wait until it ends"
    if "with a different configuration" in text:
        return "open in this process with other settings; close that connection, or ask through it"
    if "not a valid DuckDB database file" in text:
        return "not a DuckDB file; choose another --db"
    if "No space left" in text:
        return "the disk is full; the old file, if any, is untouched"
    if isinstance(error, duckdb.Error) and is_damage(error):
        return f"damaged ({text.splitlines()[0]}); build it again"
    if "Out of Memory" in text or isinstance(error, duckdb.OutOfMemoryException):
        return "not enough memory; raise --memory-limit"
    if "Cannot open file" in text and "Permission denied" in text:
        return "permission denied"
    if "storage version" in text or "newer version of DuckDB" in text:
        return "written in a newer DuckDB format; upgrade duckdb"
    return text.splitlines()[0]


def _check_format(con: duckdb.DuckDBPyConnection, path: Path, older: bool) -> None:
    try:
        rows = execute(con, "select value from build_info where property = 'format_version'").fetchall()
    except duckdb.CatalogException:
        rows = []
    except duckdb.Error as error:
        raise DatabaseError(f"{path}: damaged ({str(error).splitlines()[0]}); build it again") from None
    if len(rows) != 1 or not re.fullmatch("[0-9]{1,9}", str(rows[0][0])):
        raise DatabaseError(f"{path}: a DuckDB file, but not one that chemdb built; choose another --db")
    found = int(rows[0][0])
    if found > FORMAT_VERSION:
        raise DatabaseError(f"{path}: made by a newer chemdb (format {found}); upgrade chemdb")
    if found < FORMAT_VERSION and not older:
        raise DatabaseError(f"{path}: made by an older chemdb (format {found}); build it again")


def _quiet(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a connection that does not draw DuckDB's own progress bar on stdout."""
    return con.execute("set enable_progress_bar_print = false")


def _lock_settings(con: duckdb.DuckDBPyConnection) -> None:
    """Let no statement change a setting; connections of a process to one file share its settings."""
    with _locking:
        [(locked,)] = con.execute("select current_setting('lock_configuration')").fetchall()
        if not locked:
            _quiet(con).execute("set lock_configuration = true")


#: Held while settings are locked, so that no other thread finds them half locked.
_locking = threading.Lock()
