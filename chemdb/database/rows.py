"""The rows of a SQL statement as Python, Arrow, pandas or polars objects, read on demand."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from chemdb.database.execution import all_rows, execute, interruptible, relation, until_exit
from chemdb.database.open_file import OpenFile
from chemdb.errors import ChemdbError
from chemdb.notebook.html_table import first_rows_html

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as pa

#: Values of the parameters of a statement, by name or in order.
Values = Mapping[str, Any] | Sequence[Any]
#: Number of rows in the printed form.
N_SHOWN = 20

T = TypeVar("T")


class ArrowRows:
    """What is read as an Arrow table, and so as a data frame."""

    def arrow(self) -> "pa.Table":
        """Return the rows as an Arrow table."""
        raise NotImplementedError

    def df(self) -> "pandas.DataFrame":
        """Return the rows as a pandas DataFrame; requires pandas."""
        frame: pandas.DataFrame = self.arrow().to_pandas()
        return frame

    def pl(self) -> "polars.DataFrame":
        """Return the rows as a polars DataFrame; requires polars."""
        import polars

        frame = polars.from_arrow(self.arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as an Arrow stream, by which other libraries and chemdb itself take them."""
        return self.arrow().__arrow_c_stream__(requested_schema)


class Rows(ArrowRows):
    """The rows of a statement; thread-safe, as every read runs the statement on a new cursor.

    Parameters
    ----------
    file : OpenFile
    statement : str
    parameters : mapping or sequence, optional
        Values of ``$name``, or of ``?`` and ``$1``, in the statement.
    during : callable, optional
        Takes a cursor and returns what is entered while it reads.
    """

    def __init__(
        self,
        file: OpenFile,
        statement: str,
        parameters: Values | None = None,
        during: Callable[[duckdb.DuckDBPyConnection], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._file = file
        self._statement = statement
        self._during = during
        if parameters is not None and not isinstance(parameters, Mapping | Sequence):
            raise ChemdbError("sql: give parameters as a list or a dict")
        if isinstance(parameters, str):
            raise ChemdbError(f"sql: give parameters as a list: [{parameters!r}]")
        # DuckDB takes dicts and lists.
        kind = dict if isinstance(parameters, Mapping) else list
        self._parameters = kind(parameters) if parameters else None

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self._whole(lambda rows: list(rows.columns))

    def read(self) -> tuple[list[str], Iterator[tuple]]:
        """Return the column names and an iterator over the rows, in bounded memory."""
        rows = until_exit(self._read())
        return next(rows), rows

    def __iter__(self) -> Iterator[tuple]:
        """Yield the rows as tuples, in bounded memory."""
        return self.read()[1]

    def arrow(self) -> "pa.Table":
        """Return the rows as an Arrow table."""
        return self._whole(lambda rows: rows.to_arrow_table())

    def df(self) -> "pandas.DataFrame":
        """Return the rows as a pandas DataFrame; requires pandas."""
        return self._whole(lambda rows: rows.df())

    @contextmanager
    def relation(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation | None]]:
        """Give a cursor and the statement as a relation of it; None if the statement has no rows."""
        with self._file.cursor() as con:
            _check(con, self._statement)
            with self._during(con), relation(con, self._statement, self._parameters) as rows:
                yield con, rows

    def __repr__(self) -> str:
        """Return the first rows as DuckDB prints them."""
        return self._whole(lambda rows: str(rows.limit(N_SHOWN)))

    def _repr_html_(self) -> str:
        columns, rows = self._whole(lambda rows: (list(rows.columns), rows.limit(N_SHOWN + 1).fetchall()))
        return first_rows_html(columns, rows, N_SHOWN)

    def _whole(self, read: Callable[[duckdb.DuckDBPyRelation], T]) -> T:
        with self._file.cursor() as con:
            _check(con, self._statement)
            with self._during(con), relation(con, self._statement, self._parameters) as rows:
                return interruptible(con, lambda: read(rows))

    def _read(self) -> Generator[Any]:
        with self._file.cursor() as con:
            _check(con, self._statement)
            with self._during(con):
                result = execute(con, self._statement, self._parameters)
                yield [column[0] for column in result.description or []]
                if result.description:
                    yield from all_rows(result)


def _check(con: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Raise if a statement attaches a database: all cursors of the file would see its tables."""
    for part in con.extract_statements(statement):
        # DuckDB has types of statements that its Python module does not know.
        with suppress(ValueError):
            if part.type == duckdb.StatementType.ATTACH:
                raise ChemdbError("sql: another database cannot be attached; open both with DuckDB itself")
