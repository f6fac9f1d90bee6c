"""Run SQL statements: interruptible, in bounded memory, errors as one line."""

import atexit
import os
import re
import threading
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from chemdb.errors import ChemdbError, DatabaseError
from chemdb.runtime.atomic_write import os_reason
from chemdb.runtime.forks import guard, no_fork, release
from chemdb.runtime.interrupt import deferred_interrupt, run_interruptibly
from chemdb.runtime.threads import REFUSED, is_refused

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows fetched at a time.
FETCH = 10_000
#: What DuckDB raises when the blocks of a file are not what it wrote.
DAMAGE = (duckdb.FatalException, duckdb.SerializationException)
#: Cursors in use, by identity; Ctrl-C interrupts them all.
_cursors: dict[int, duckdb.DuckDBPyConnection] = {}
#: What is called while one waits for a connection, by its identity.
_waiting: dict[int, Callable[[], None]] = {}
#: Iterators over rows that have not ended.
_reads: "weakref.WeakSet[Generator]" = weakref.WeakSet()

T = TypeVar("T")


class CancelledWorkError(Exception):
    """Another thread cancelled this work, whose result no one waits for."""


class Cancellation:
    """Ends work from another thread: interrupts the cursors that the work has opened, and no others."""

    def __init__(self) -> None:
        self._cancelled = False
        self._cursors: dict[int, duckdb.DuckDBPyConnection] = {}
        # An interrupt must not meet a cursor that is being closed.
        self._lock = threading.Lock()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Work in the body of this thread can be cancelled."""
        token = _cancellation.set(self)
        try:
            yield
        finally:
            _cancellation.reset(token)

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """Interrupt what runs; to be repeated until the work ends, as a statement may be about to begin."""
        self._cancelled = True
        with self._lock:
            for cursor in self._cursors.values():
                cursor.interrupt()

    def check(self) -> None:
        """Raise `CancelledWorkError` if the work is cancelled."""
        if self._cancelled:
            raise CancelledWorkError

    def add(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Interrupt this cursor too."""
        with self._lock:
            self._cursors[id(cursor)] = cursor

    def remove(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Leave this cursor alone, which is about to be closed."""
        with self._lock:
            del self._cursors[id(cursor)]


#: The cancellation of the work of this thread.
_cancellation: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


def execute(
    con: duckdb.DuckDBPyConnection, statement: Any, parameters: Any = None
) -> duckdb.DuckDBPyConnection:
    """Return the executed statement; Ctrl-C interrupts it at once."""
    return interruptible(con, lambda: con.execute(statement, parameters))


def interruptible(con: duckdb.DuckDBPyConnection, call: Callable[[], T]) -> T:
    """Return the result of a call that waits for a connection; Ctrl-C interrupts it at once."""
    if cancellation := _cancellation.get():
        cancellation.check()

    def cancel() -> None:
        # The statement may read from cursors of other threads.
        for connection in (con, *list(_cursors.values())):
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


@contextmanager
def relation(
    con: duckdb.DuckDBPyConnection, statement: str, parameters: Any = None
) -> Iterator[duckdb.DuckDBPyRelation]:
    """Give the rows of a statement, not read yet; read them with `interruptible`."""
    rows = guard(interruptible(con, lambda: con.sql(statement, params=parameters)))
    try:
        yield rows
    finally:
        release(rows)


def all_rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple]:
    """Yield the rows of an executed statement in bounded memory.

    Raises
    ------
    ChemdbError
        They were executed by the process from which this one was forked.
    """
    process = os.getpid()
    while rows := interruptible(result, lambda: result.fetchmany(FETCH)):
        yield from rows
        _check_process(process)


def all_batches(
    con: duckdb.DuckDBPyConnection, statement: str, parameters: Any, size: int
) -> "Iterator[pa.RecordBatch]":
    """Yield the rows of a statement as Arrow record batches, in bounded memory.

    Raises
    ------
    ChemdbError
        They were executed by the process from which this one was forked.
    """
    process = os.getpid()
    with relation(con, statement, parameters) as rows:
        reader = guard(interruptible(con, lambda: rows.to_arrow_reader(size)))
        try:
            while (batch := interruptible(con, lambda: next(reader, None))) is not None:
                yield batch
                _check_process(process)
        finally:
            release(reader)


def until_exit(read: Generator[T]) -> Generator[T]:
    """Return an iterator over rows, which ends at the latest when Python exits.

    DuckDB reports cursors that are open after that as leaks.
    """
    _reads.add(read)
    return read


@atexit.register
def _end_reads() -> None:
    for read in list(_reads):
        # Another thread may be in the middle of it.
        with suppress(ValueError):
            read.close()


def _check_process(process: int) -> None:
    if process != os.getpid():
        raise ChemdbError(
            "these rows belong to the process from which this one was forked; run the query again"
        )


@contextmanager
def cursor_of(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a cursor for one thread; Ctrl-C during `execute` interrupts it too."""
    process = os.getpid()
    cancellation = _cancellation.get()
    with deferred_interrupt(), no_fork():
        cursor = guard(con.cursor())
        _cursors[id(cursor)] = cursor
    if cancellation:
        cancellation.add(cursor)
    try:
        yield cursor
    finally:
        if cancellation:
            cancellation.remove(cursor)
        # That of a parent process is left alone.
        if process == os.getpid():
            with deferred_interrupt(), no_fork():
                del _cursors[id(cursor)]
                cursor.close()
                release(cursor)


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
    except (ChemdbError, BrokenPipeError):
        # The reader of stdout ended, which is no error.
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
    if is_refused(error):
        return REFUSED
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
    if "failed to offload" in text:
        return "no memory and no space for temporary files; raise --memory-limit or set --temp-directory"
    if "Out of Memory" in text or isinstance(error, duckdb.OutOfMemoryException):
        return "not enough memory; raise --memory-limit"
    if "Cannot open file" in text and "Permission denied" in text:
        return "permission denied"
    if "storage version" in text or "newer version of DuckDB" in text:
        return "written in a newer DuckDB format; upgrade duckdb"
    return text.splitlines()[0]
