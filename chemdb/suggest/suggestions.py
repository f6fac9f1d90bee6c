"""Suggestions: the unknown compositions of a query, ranked by their known analogues."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import duckdb

from chemdb.database.execution import interruptible, registered, relation
from chemdb.database.open_file import OpenFile
from chemdb.database.rows import N_SHOWN, ArrowRows
from chemdb.database.sql_files import sql_text
from chemdb.errors import ChemdbError, QueryError, counted, nearest
from chemdb.notebook.html_table import first_rows_html
from chemdb.query.filter import Allowed, Filter, Known, Not, all_of, category, terms_of
from chemdb.query.neutral_function import read_filter
from chemdb.query.parse.vocabulary import vocabulary
from chemdb.query.result import Result
from chemdb.runtime.forks import no_fork
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    import pyarrow as pa

#: Most compositions that are ranked.
MAX_RANKED = 1_000_000
#: Columns that can be shown, in order.
COLUMNS = (
    "rank", "formula", "chemsys", "nelements", "natoms", "formula_anonymous", "category", "score",
    "share_found", "species", "n_analogues", "analogues", "analogue_ids", "n_known",
)  # fmt: skip
DEFAULT_COLUMNS = (
    "rank", "formula", "score", "share_found", "species", "n_analogues", "analogues", "analogue_ids",
    "n_known",
)  # fmt: skip
#: Categories that can be suggested.
SUGGESTED = ("missing", "unlikely")


class Suggestions(ArrowRows):
    """Suggestions for a query, ranked when they are first read.

    Made by `chemdb.api.Database.suggest`.

    Parameters
    ----------
    file : OpenFile
    condition : Filter
        Of unknown compositions, see `wanted`.
    columns : sequence of str
        Of `COLUMNS`.
    limit : int, optional
        Maximum number of rows; all if not given.
    offset : int
        Rows to skip.
    steps : Steps
        Shows the progress of long rankings.
    """

    def __init__(
        self,
        file: OpenFile,
        condition: Filter,
        columns: Sequence[str],
        limit: int | None,
        offset: int,
        steps: Steps = no_steps,
    ) -> None:
        self._file = file
        self.filter = condition
        self.columns = list(columns)
        self._limit = limit
        self._offset = offset
        self._steps = steps
        self._matching = Result(file, file.remember(vocabulary), condition)
        self._table: pa.Table | None = None

    def count(self) -> int:
        """Return the exact number of compositions that are ranked, regardless of the limit."""
        return self._matching.count()

    def __len__(self) -> int:
        """Return the number of rows, within the limit."""
        rows = max(0, self.count() - self._offset)
        return rows if self._limit is None else min(rows, self._limit)

    def __iter__(self) -> Iterator[tuple]:
        """Yield the rows as tuples of `columns`."""
        columns = [column.to_pylist() for column in self.arrow().columns]
        return iter(zip(*columns, strict=True))

    def arrow(self) -> "pa.Table":
        """Return the rows as an Arrow table."""
        if self._table is None:
            self._table = self._ranked()
        return self._table

    def batches(self) -> "pa.RecordBatchReader":
        """Return the rows as Arrow record batches."""
        return self.arrow().to_reader()

    def __repr__(self) -> str:
        return f"{counted(len(self), 'suggestion')} of {counted(self.count(), 'composition')}"

    def _repr_html_(self) -> str:
        return first_rows_html(self.columns, list(self), N_SHOWN, repr(self))

    def _ranked(self) -> "pa.Table":
        with no_fork():
            from chemdb.substitution.model import stored_candidates
            from chemdb.suggest.ranking import rank

        model, candidates = self._file.remember(stored_candidates)
        n = self._offset + len(self)
        parameters = {"limit": len(self), "offset": self._offset}
        with self._file.cursor() as con:
            ranked = rank(con, model, candidates, self.filter, n, self.count(), self._steps)
            with (
                registered(con, {"ranked": ranked}),
                relation(con, sql_text("statements/suggestion_rows"), parameters) as rows,
            ):
                table = interruptible(con, rows.to_arrow_table)
        return model.described(table).select(self.columns)


def suggest(
    file: OpenFile,
    text: str = "",
    limit: int | None = 20,
    offset: int = 0,
    columns: Sequence[str] = (),
    suggested: str | None = None,
    steps: Steps = no_steps,
) -> Suggestions:
    """Return the suggestions for a query, see `chemdb.api.Database.suggest`.

    Raises
    ------
    QueryError
        The query cannot be parsed, a value in it is impossible, or too many rows are asked.
    ChemdbError
        The file has too few known compositions to learn from.
    """
    if (limit or 0) < 0 or offset < 0:
        raise QueryError(f"suggest: limit {limit} and offset {offset}: neither may be below 0")
    shown = tuple(_column(name.strip()) for name in columns) or DEFAULT_COLUMNS
    condition = wanted(read_filter(file, text), suggested)
    with file.cursor() as con:
        check_can_suggest(con)
    suggestions = Suggestions(file, condition, shown, limit, offset, steps)
    last = offset + len(suggestions)
    if last > MAX_RANKED:
        raise QueryError(
            f"suggest: {last:,} compositions: at most the first {MAX_RANKED:,} are ranked; limit them"
        )
    return suggestions


def check_can_suggest(con: duckdb.DuckDBPyConnection) -> None:
    """Raise `ChemdbError` if a file has too few known compositions to learn from."""
    if con.execute("from substitution limit 1").fetchall():
        return
    [(n,)] = con.execute("select count(*) from known_composition").fetchall()
    few = f"only {counted(n, 'known composition')}" if n else "no known composition"
    raise ChemdbError(
        f"{few} in the space of this file, from which nothing can be learned; "
        "'chemdb known add mp' adds the Materials Project"
    )


def wanted(query: Filter, suggested: str | None = None) -> Filter:
    """Return the filter of the compositions to rank for a query.

    Compositions of one of `SUGGESTED`; by default the missing ones, unless the query itself says whether
    they are allowed.

    Raises
    ------
    QueryError
        No such category.
    """
    says = any(isinstance(term, Allowed) for term in terms_of(query))
    if suggested is None:
        return all_of(query, Not(Known()) if says else category("missing"))
    if suggested not in SUGGESTED:
        raise QueryError(f"suggest: category {suggested!r}: choose {' or '.join(SUGGESTED)}")
    return all_of(query, category(suggested))


def _column(name: str) -> str:
    if name in COLUMNS:
        return name
    hint = nearest(name, COLUMNS) or f"; available: {', '.join(COLUMNS)}"
    raise QueryError(f"unknown column {name!r}{hint}")
