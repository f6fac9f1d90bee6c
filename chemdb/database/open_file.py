"""A database file that is open: for threads, forked processes, and reads that outlive `close`."""

import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from chemdb.database.connection import connected_to, open_descriptor, use_file
from chemdb.database.execution import cursor_of, is_damage, translated_errors
from chemdb.errors import ChemdbError
from chemdb.runtime.forks import guard, no_fork, release
from chemdb.runtime.interrupt import is_interrupt
from chemdb.runtime.limits import Limits

T = TypeVar("T")


class OpenFile:
    """A database file opened read-only; threads share it, and forked processes connect to it again.

    It stays the same file when another replaces it under its name.

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
        self._connected: _Connected | None = _Connected(self.path, limits)
        self._remembered: dict[Callable[[duckdb.DuckDBPyConnection], Any], Any] = {}

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor for one thread.

        Raises
        ------
        ChemdbError
            The file is closed, or a statement of the body fails; the message is one line.
        """
        if self._connected is None:
            raise ChemdbError(f"{self.path}: closed; open it again with chemdb.open")
        with self._connected.cursor() as con:
            yield con

    def prepare(self, add: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        """Call ``add(connection)`` once, and again in each forked process: it has another connection."""
        if self._connected is not None:
            self._connected.prepare(add)

    def held_open(self) -> "OpenFile":
        """Return the same file for one reader, open even when this one is closed."""
        return copy(self)

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
        """Close the file. Rows that are being read can be read to their end; nothing else can be asked."""
        self._connected = None


class _Connected:
    """The connection to a file; closed when neither its `OpenFile` nor a reader refers to it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._prepared: list[Callable[[duckdb.DuckDBPyConnection], None]] = []
        with ExitStack() as opened:
            self._descriptor = opened.enter_context(open_descriptor(path))
            self._connection = self._connect(opened)

    def prepare(self, add: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        if add not in self._prepared:
            self._prepared.append(add)
            # A forked process connects when it asks for a cursor; what is added lives as long as that.
            with self.cursor():
                add(self._connection)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with ExitStack() as stack:
            stack.enter_context(translated_errors(self._path))
            with no_fork():
                if self._process != os.getpid():
                    with ExitStack() as opened:
                        self._connection = self._connect(opened)
                con = stack.enter_context(cursor_of(self._connection))
            try:
                use_file(con)
                yield con
            except (duckdb.IOException, duckdb.OutOfMemoryException):
                raise
            except duckdb.Error as error:
                if is_damage(error):
                    raise
                raise ChemdbError(f"sql: {error}") from None
            except RuntimeError as error:
                # DuckDB's own way to raise Ctrl-C.
                if is_interrupt(error):
                    raise KeyboardInterrupt from None
                raise

    def _connect(self, opened: ExitStack) -> duckdb.DuckDBPyConnection:
        connection = opened.enter_context(connected_to(self._descriptor, self._path, self._limits))
        # A forked process leaves it alone, and with it the folder for spills.
        closing = guard(opened.pop_all())
        self._process = os.getpid()
        weakref.finalize(self, _close, closing, self._process)
        for add in self._prepared:
            add(connection)
        return connection


def _close(closing: ExitStack, process: int) -> None:
    if process == os.getpid():
        closing.close()
        release(closing)
