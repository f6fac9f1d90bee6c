"""The one place that opens DuckDB files, runs the files of sql/ and replaces a file whole."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from chemdb.errors import ChemdbError, DatabaseError
from chemdb.limits import duckdb_config
from chemdb.progress import Progress, no_progress

#: Oldest storage format with zstd: DuckDB 1.4 and later open the file.
STORAGE_VERSION = "v1.4.0"
#: Rises when tables or views that chemdb reads change.
FORMAT_VERSION = 2


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
        config = config | {"enable_external_access": "false"}
        con = _quiet(duckdb.connect(path, read_only=True, config=config))
        # SQL does not see the variables of the Python that runs it either.
        con.execute("set python_enable_replacements = false")
    try:
        _check_format(con, path, older)
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection as `connect_to_read` opens it; DuckDB's errors in the body become one line."""
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
    path: Path, *, edit: bool = False, threads: int | None = None, memory_limit: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to a new file that takes the place of `path` if the body succeeds.

    Readers of the old file keep it. On any failure, Ctrl-C included, the old file is untouched
    and the new one removed.

    Parameters
    ----------
    path : Path
    edit : bool
        Start from a copy of the old file instead of an empty one.

    Raises
    ------
    DatabaseError
        `path` is a folder or another kind of file, is being written, or cannot be written.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise DatabaseError(f"{path}: a folder, not a file; give --db the name of a file")
    if not target.parent.is_dir():
        raise DatabaseError(f"{path}: the folder {target.parent} does not exist")
    if edit or target.exists():
        _connect_to_read(target, duckdb_config(), older=not edit).close()
    new = target.with_name(target.name + ".new")
    with translate_errors(path):
        if new.exists():
            _remove_leftover(new)
    try:
        with translate_errors(path):
            if edit:
                shutil.copyfile(target, new)
            config = duckdb_config(threads, memory_limit)
            config |= {"storage_compatibility_version": STORAGE_VERSION}
            con = _quiet(duckdb.connect(new, config=config))
        try:
            with translate_errors(path):
                yield con
                execute(con, "checkpoint")
        finally:
            con.close()
        with translate_errors(path):
            _sync(new)
            target.with_name(target.name + ".wal").unlink(missing_ok=True)
            new.replace(target)
    finally:
        _remove(new)


def sql_text(name: str) -> str:
    """Return the text of a file of sql/, named without ``.sql``."""
    return (_sql_folder() / f"{name}.sql").read_text(encoding="utf-8")


@cache
def _sql_folder() -> Path:
    """Return sql/ as the wheel carries it, else that of the checkout."""
    packaged = Path(__file__).parent / "sql"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "sql"


def run_file(
    con: duckdb.DuckDBPyConnection,
    name: str,
    inputs: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> None:
    """Run a file of sql/; `inputs` are Arrow tables that its statements read by name."""
    inputs = inputs or {}
    for table_name, table in inputs.items():
        con.register(table_name, table)
    try:
        for statement in con.extract_statements(sql_text(name)):
            needed = {
                key: value for key, value in (parameters or {}).items() if key in statement.named_parameters
            }
            execute(con, statement, needed or None, progress)
    finally:
        for table_name in inputs:
            con.unregister(table_name)


def execute(
    con: duckdb.DuckDBPyConnection,
    statement: Any,
    parameters: Any = None,
    progress: Progress = no_progress,
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
                    progress(max(0.0, con.query_progress() / 100))
        except KeyboardInterrupt:
            # What it reads may itself be read from the cursors of other threads.
            for other in (con, *_cursors.values()):
                other.interrupt()
            raise


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


def all_rows(result: duckdb.DuckDBPyConnection, at_a_time: int = 10_000) -> Iterator[tuple]:
    """Yield the rows of an executed statement in bounded memory."""
    while rows := result.fetchmany(at_a_time):
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


def _reason(error: Exception) -> str:
    text = str(error)
    if isinstance(error, OSError):
        return f"{(error.strerror or text).lower()}"
    if "Could not set lock" in text:
        holder = re.search(r"held in (.+?) \(PID (\d+)\)", text)
        who = f"process {holder[2]} ({Path(holder[1]).name})" if holder else "another process"
        return f"in use by {who}; wait until it ends"
    if "not a valid DuckDB database file" in text:
        return "not a DuckDB file; choose another --db"
    if "No space left" in text:
        return "the disk is full; the old file, if any, is untouched"
    if "Out of Memory" in text or isinstance(error, duckdb.OutOfMemoryException):
        return "not enough memory; raise --memory-limit"
    if "Cannot open file" in text and "Permission denied" in text:
        return "permission denied"
    if "storage version" in text or "newer version of DuckDB" in text:
        return "written in a newer DuckDB format; upgrade duckdb"
    return text.splitlines()[0]


def _check_format(con: duckdb.DuckDBPyConnection, path: Path, older: bool) -> None:
    try:
        rows = con.execute("select value from build_info where property = 'format_version'").fetchall()
    except duckdb.CatalogException:
        rows = []
    except duckdb.Error as error:
        raise DatabaseError(f"{path}: damaged ({str(error).splitlines()[0]}); build it again") from None
    if not rows:
        raise DatabaseError(f"{path}: a DuckDB file, but not one that chemdb built; choose another --db")
    if int(rows[0][0]) > FORMAT_VERSION:
        raise DatabaseError(f"{path}: made by a newer chemdb (format {rows[0][0]}); upgrade chemdb")
    if int(rows[0][0]) < FORMAT_VERSION and not older:
        raise DatabaseError(f"{path}: made by an older chemdb (format {rows[0][0]}); build it again")


def _quiet(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a connection that does not draw DuckDB's own progress bar on stdout."""
    return con.execute("set enable_progress_bar_print = false")


def _remove_leftover(new: Path) -> None:
    """Remove what an interrupted run left, unless its process still holds it."""
    try:
        duckdb.connect(new).close()
    except duckdb.IOException as error:
        if "Could not set lock" in str(error):
            raise
    except duckdb.Error:
        pass
    _remove(new)


def _remove(new: Path) -> None:
    for leftover in (new, new.with_name(new.name + ".wal")):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(new.with_name(new.name + ".tmp"), ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
