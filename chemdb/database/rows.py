"""The rows of a SQL statement as Python, Arrow, pandas or polars objects, read on demand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any

import duckdb

from chemdb.database.execution import all_rows, execute
from chemdb.errors import ChemdbError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as pa

#: Opens a new cursor for the body of a ``with`` statement.
Cursor = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]
#: Values of the parameters of a statement, by name or in order.
Values = Mapping[str, Any] | Sequence[Any]
#: Number of rows in the printed form.
N_SHOWN = 20


class Rows:
    """The rows of a statement; thread-safe, as every read runs the statement on a new cursor.

    Parameters
    ----------
    cursor : Cursor
    statement : str
    parameters : mapping or sequence, optional
        Values of ``$name``, or of ``?`` and ``$1``, in the statement.
    """

    def __init__(self, cursor: Cursor, statement: str, parameters: Values | None = None) -> None:
        self._cursor = cursor
        self._statement = statement
        if parameters is not None and not isinstance(parameters, Mapping | Sequence):
            raise ChemdbError("sql: give parameters as a list or a dict")
        if isinstance(parameters, str):
            raise ChemdbError(f"sql: give parameters as a list: [{parameters!r}]")
        # DuckDB takes dicts and lists.
        kind = dict if isinstance(parameters, Mapping) else list
        self._parameters = kind(parameters) if parameters else None

    def read(self) -> tuple[list[str], Iterator[tuple]]:
        """Return the column names and an iterator over the rows, in bounded memory."""
        rows = self._read()
        return next(rows), rows

    def __iter__(self) -> Iterator[tuple]:
        """Yield the rows as tuples, in bounded memory."""
        return self.read()[1]

    def arrow(self) -> "pa.Table":
        """Return the rows as an Arrow table."""
        with self._cursor() as con:
            table: pa.Table = con.sql(self._statement, params=self._parameters).to_arrow_table()
            return table

    def df(self) -> "pandas.DataFrame":
        """Return the rows as a pandas DataFrame; requires pandas."""
        with self._cursor() as con:
            frame: pandas.DataFrame = con.sql(self._statement, params=self._parameters).df()
            return frame

    def pl(self) -> "polars.DataFrame":
        """Return the rows as a polars DataFrame; requires polars."""
        import polars

        frame = polars.from_arrow(self.arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def __repr__(self) -> str:
        """Return the first rows as DuckDB prints them."""
        with self._cursor() as con:
            return str(con.sql(self._statement, params=self._parameters).limit(N_SHOWN))

    def _repr_html_(self) -> str:
        with self._cursor() as con:
            frame = con.sql(self._statement, params=self._parameters).limit(N_SHOWN).df()
        return str(frame.to_html(index=False))

    def _read(self) -> Iterator[Any]:
        with ExitStack() as stack:
            con = stack.enter_context(self._cursor())
            result = execute(con, self._statement, self._parameters)
            yield [column[0] for column in result.description or []]
            if result.description:
                yield from all_rows(result)
