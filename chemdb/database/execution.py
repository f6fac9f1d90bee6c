"""Run SQL statements: interruptible, in bounded memory, errors as one line."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from chemdb.errors import ChemdbError, DatabaseError
from chemdb.runtime.atomic_write import os_reason
from chemdb.runtime.interrupt import run_interruptibly

#: Rows fetched at a time.
FETCH = 10_000
#: What DuckDB raises when the blocks of a file are not what it wrote.
DAMAGE = (duckdb.FatalException, duckdb.SerializationException)
#: Cursors in use, by identity; Ctrl-C interrupts them all.
_cursors: dict[int, duckdb.DuckDBPyConnection] = {}
#: What is called while one waits for a connection, by its identity.
_waiting: dict[int, Callable[[], None]] = {}

T = TypeVar("T")


def execute(
    con: duckdb.DuckDBPyConnection, statement: Any, parameters: Any = None
) -> duckdb.DuckDBPyConnection:
    """Return the executed statement; Ctrl-C interrupts it at once."""
    return interruptible(con, lambda: con.execute(statement, parameters))


def interruptible(con: duckdb.DuckDBPyConnection, call: Callable[[], T]) -> T:
    """Return the result of a call that waits for a connection; Ctrl-C interrupts it at once."""

    def cancel() -> None:
        # The statement may read from cursors of other threads.
        for connection in (con, *_cursors.values()):
            connection.interrupt()

    return run_interruptibly(call, cancel, _waiting.get(id(con)))


@contextmanager
def while_waiting(con: duckdb.DuckDBPyConnection, call: Callable[[], None]) -> Iterator[None]:
    """Call this again and again while a statement of the body makes one wait."""
    _waiting[id(con)] = call
    try:
        yield
    finally:
        del _waiting[id(con)]


def all_rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple]:
    """Yield the rows of an executed statement in bounded memory."""
    while rows := interruptible(result, lambda: result.fetchmany(FETCH)):
        yield from rows


@contextmanager
def cursor_of(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a cursor for one thread; Ctrl-C during `execute` interrupts it too."""
    cursor = con.cursor()
    _cursors[id(cursor)] = cursor
    try:
        yield cursor
    finally:
        del _cursors[id(cursor)]
        cursor.close()


@contextmanager
def registered(con: duckdb.DuckDBPyConnection, inputs: Mapping[str, Any]) -> Iterator[None]:
    """Let the statements of the body read Arrow data by name."""
    for name, data in inputs.items():
        con.register(name, data)
    try:
        yield
    finally:
        for name in inputs:
            con.unregister(name)


def identifier(name: str) -> str:
    """Return a name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn errors of DuckDB and the file system into one line that says what to do.

    Raises
    ------
    DatabaseError
    """
    try:
        yield
    except ChemdbError:
        raise
    except (duckdb.Error, OSError) as error:
        raise DatabaseError(f"{path}: {_reason(error)}") from error


def is_damage(error: duckdb.Error) -> bool:
    """Return whether an error is about the file rather than about the statement."""
    text = str(error)
    # Errors of other kinds may quote a statement of the user.
    if type(error) in (duckdb.Error, duckdb.IOException):
        return "orrupt" in text or "Could not read enough bytes" in text
    return isinstance(error, DAMAGE)


def _reason(error: Exception) -> str:
    text = str(error)
    if isinstance(error, OSError):
        return os_reason(error)
    if "Could not set lock" in text:
        holder = re.search(r"held in (.+?) \(PID (\d+)\)", text)
        process = f"process {holder[2]} ({Path(holder[1]).name})" if holder else "another process"
        return f"in use by {process}; wait until it ends"
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
