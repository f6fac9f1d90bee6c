"""The result of a query: exact counts, and rows that are read on demand."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from itertools import islice
from typing import TYPE_CHECKING, Any

import duckdb

from chemdb.chemistry.category import CATEGORIES, KNOWN_CATEGORIES
from chemdb.database.execution import all_batches, all_rows, execute, interruptible, relation, until_exit
from chemdb.database.metadata import system_ranges
from chemdb.database.open_file import OpenFile
from chemdb.database.rows import N_SHOWN, ArrowRows
from chemdb.errors import QueryError, counted
from chemdb.notebook.html_table import table_html
from chemdb.query.filter import Filter
from chemdb.query.parse.vocabulary import Vocabulary
from chemdb.query.statement.columns import (
    DEFAULT_COLUMNS,
    DEFAULT_ORDER,
    SCORE,
    SHOWN,
    SPECIES,
    TABLE_COLUMNS,
    Order,
)
from chemdb.query.statement.counts import (
    count_statement,
    element_frequency_statement,
    natoms_counts_statement,
    stoichiometries_statement,
    system_counts_statement,
)
from chemdb.query.statement.listing import rows_statement
from chemdb.query.statement.parameters import Statement
from chemdb.query.statement.windows import (
    AT_ONCE,
    BATCH,
    FEW,
    WHOLE_SPACE,
    Part,
    Window,
    WindowCounts,
    all_parts,
    first_windows,
    one_part,
)
from chemdb.rule.oxidation_states import assignment_text, most_common_assignment
from chemdb.runtime.forks import no_fork

if TYPE_CHECKING:
    import pyarrow as pa

#: Most compositions that are listed, or sorted by something else than the default order: more than all of two
#: to four elements, less than a hundredth of those of five.
MAX_LISTED = 20_000_000_000
#: Chemical systems counted together when a large result is split into parts.
BUCKET = 1024
FORMULA = "formula"
#: Compositions whose score is not 0, for those that come first by score.
SCORED = Window(scored=True)
#: Columns that `chemdb.query.expansion.row_columns` makes, all but amounts, fractions, species and score.
EXPANDABLE = frozenset(SHOWN) - {SCORE}
#: Columns by which the first rows are found in parts of the space.
IN_PARTS = ("known", "natoms")
#: Columns from which the column species is computed.
FOR_SPECIES = ("elements", "factors", "allowed")


class Result(ArrowRows):
    """Compositions that match a query. Rows are read on demand, and each read runs the query again.

    Made by `chemdb.api.Database.query`.

    Parameters
    ----------
    file : OpenFile
    vocabulary : Vocabulary
    condition : Filter
    columns : sequence of str
        From `chemdb.query.statement.columns.read_columns`.
    order : sequence of Order
        From `chemdb.query.statement.columns.read_order`.
    limit : int, optional
        Maximum number of rows; all if not given.
    offset : int
        Rows to skip.
    """

    def __init__(
        self,
        file: OpenFile,
        vocabulary: Vocabulary,
        condition: Filter,
        columns: Sequence[str] = DEFAULT_COLUMNS,
        order: Sequence[Order] = DEFAULT_ORDER,
        limit: int | None = None,
        offset: int = 0,
    ) -> None:
        self._file = file
        self._vocabulary = vocabulary
        self._electronegativities = {e.symbol: e.electronegativity for e in vocabulary.elements}
        self.filter = condition
        self.columns = list(columns)
        self._order = tuple(order)
        self._limit = limit
        self._offset = offset
        self._counts: dict[str, int] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Exact number of matching compositions by category, regardless of the limit."""
        # Threads may count twice, to the same result; cached_property of Python 3.11 makes all results wait.
        if self._counts is None:
            self._counts = self._category_counts(WHOLE_SPACE)
        return self._counts

    def count(self) -> int:
        """Return the exact number of matching compositions, regardless of the limit."""
        return sum(self.counts.values())

    def element_frequency(self) -> dict[str, int]:
        """Return the exact number of matching compositions with each element, by symbol."""
        return dict(self._fetched(element_frequency_statement(self.filter, self._nelements)))

    @property
    def sql(self) -> str:
        """The query as SQL for any DuckDB client, without the column species.

        Raises
        ------
        QueryError
            It shows or sorts by the score, which SQL cannot compute.
        """
        if self._reads_score:
            raise QueryError("query: SQL cannot compute the score; the table suggestion has the highest ones")
        part = one_part(self._window_counts(), self._order, self._limit, self._offset)
        return self._statement(part, plain=True).runnable()

    def __iter__(self) -> Iterator[tuple]:
        """Yield the rows as tuples of `columns`, in bounded memory."""
        self.check_listed()
        return until_exit(self._rows())

    def __len__(self) -> int:
        """Return the number of rows, within the limit."""
        rows = max(0, self.count() - self._offset)
        return rows if self._limit is None else min(rows, self._limit)

    def check_listed(self) -> None:
        """Raise `QueryError` if there are too many compositions to list them, or to sort them."""
        if self._limit == 0:
            return
        last = self._offset + len(self)
        if last > MAX_LISTED:
            raise QueryError(
                f"query: {last:,} compositions: at most {MAX_LISTED:,} can be listed; "
                "limit them (--limit 1000), narrow the query, or ask for counts (--count)"
            )
        # The first rows by number of atoms are found without the others.
        if (
            last
            and self.count() > MAX_LISTED
            and self._order[0].column not in IN_PARTS
            and not self._scores_suffice()
        ):
            raise QueryError(
                f"query: {self.count():,} compositions: at most {MAX_LISTED:,} can be sorted by "
                f"{self._order[0].column}; narrow the query, or leave --sort out"
            )

    def without_electronegativity(self, rows: Iterable[tuple]) -> list[str]:
        """Return the elements without an electronegativity in the formulas of some rows, if they have any.

        Nothing with such an element is allowed.
        """
        if FORMULA not in self.columns:
            return []
        place = self.columns.index(FORMULA)
        found = {symbol for row in rows for symbol in re.findall("[A-Z][a-z]?", row[place])}
        return [
            symbol for symbol, scale in self._electronegativities.items() if scale is None and symbol in found
        ]

    def select(self, columns: Sequence[str], offset: int = 0) -> "Result":
        """Return the same rows with other columns, skipping the first `offset`."""
        limit = None if self._limit is None else max(0, self._limit - offset)
        return Result(
            self._file, self._vocabulary, self.filter, columns, self._order, limit, self._offset + offset
        )

    def batches(self) -> "pa.RecordBatchReader":
        """Return the rows as Arrow record batches, streamed in bounded memory."""
        with no_fork():
            import pyarrow as pa

        self.check_listed()
        return pa.RecordBatchReader.from_batches(self._schema(), until_exit(self._batches()))

    def arrow(self) -> "pa.Table":
        """Return the rows as an Arrow table."""
        with no_fork():
            import pyarrow as pa

        self.check_listed()
        return pa.Table.from_batches(list(self._batches()), self._schema())

    def __repr__(self) -> str:
        by_category = ", ".join(f"{n:,} {category}" for category, n in self.counts.items())
        return f"{counted(self.count(), 'composition')}: {by_category}"

    def _repr_html_(self) -> str:
        n = min(N_SHOWN, len(self))
        columns = TABLE_COLUMNS if self.columns == list(DEFAULT_COLUMNS) else self.columns
        first = Result(self._file, self._vocabulary, self.filter, columns, self._order, n, self._offset)
        note = f"rows {self._offset + 1:,} to {self._offset + n:,}" if n < self.count() else ""
        return table_html(columns, first, repr(self), note)

    def _rows(self) -> Generator[tuple]:
        held_open = self._held_open()
        if self._first_rows_suffice():
            for rows in held_open._first(held_open._fetched):
                yield from map(self._row, rows) if SPECIES in self.columns else rows
            return
        for part in held_open._parts():
            statement = self._statement(part)
            with held_open._cursor() as con:
                rows = all_rows(execute(con, statement.text, statement.parameters))
                for row in islice(rows, part.n_read):
                    yield self._row(row) if SPECIES in self.columns else row

    def _batches(self) -> "Generator[pa.RecordBatch]":
        held_open = self._held_open()
        if self._first_rows_suffice():
            for table in held_open._first(held_open._table):
                yield from map(self._batch, table.to_batches())
            return
        if self._can_be_expanded():
            yield from held_open._expanded()
            return
        for part in held_open._parts():
            statement = self._statement(part)
            with held_open._cursor() as con:
                batches = all_batches(con, statement.text, statement.parameters, BATCH)
                for batch in _first_rows(batches, part.n_read):
                    yield self._batch(batch)

    def _first_rows_suffice(self) -> bool:
        """Return whether the rows are few of many and in the default order, so that some windows suffice."""
        return (
            self._limit is not None
            and self._order == DEFAULT_ORDER
            and 0 < self._offset + len(self) <= FEW < self.count()
        )

    def _can_be_expanded(self) -> bool:
        """Return whether kernels can make the rows of unknown compositions, several times as fast as SQL."""
        return (
            self._order == DEFAULT_ORDER
            and self._offset + len(self) > FEW
            and set(self.columns) <= EXPANDABLE
        )

    def _expanded(self) -> "Generator[pa.RecordBatch]":
        with no_fork():
            from chemdb.query.expansion.expand import unknown_rows

        known, _ = self._known_and_unknown(WHOLE_SPACE)
        n_known = min(len(self), max(0, known - self._offset))
        with self._cursor() as con:
            if n_known:
                part = Part(Window(unknown=False), n_known, self._offset)
                statement = self._statement(part)
                yield from all_batches(con, statement.text, statement.parameters, BATCH)
            if n_unknown := len(self) - n_known:
                schema, skipped = self._schema(), max(0, self._offset - known)
                yield from unknown_rows(con, self.filter, schema, skipped, n_unknown)

    def _first(self, fetch: Callable[[Statement], Any]) -> Iterator[Any]:
        """Yield the rows of consecutive windows, as `fetch` returns them, until there are enough."""
        skipped, left = self._offset, len(self)
        for window in first_windows(self._window_counts(), skipped + left):
            rows = fetch(self._statement(Part(window, skipped + left, 0)))
            shown = rows[skipped:]
            yield shown
            skipped, left = max(0, skipped - len(rows)), left - len(shown)
            if not left:
                return

    def _table(self, statement: Statement) -> "pa.Table":
        with self._cursor() as con, relation(con, statement.text, statement.parameters) as rows:
            return interruptible(con, rows.to_arrow_table)

    def _held_open(self) -> "Result":
        """Return the same result for one read, which goes on when the file is closed."""
        result = copy(self)
        result._file = self._file.held_open()
        return result

    @property
    def _nelements(self) -> tuple[int, ...]:
        """Numbers of elements of the file."""
        return self._vocabulary.nelements

    @property
    def _reads_score(self) -> bool:
        return SCORE in self.columns or any(one.column == SCORE for one in self._order)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor, with the scores of all compositions that have one if the query reads them."""
        candidates = None
        if self._reads_score:
            with no_fork():
                from chemdb.substitution.model import stored_candidates

            _, candidates = self._file.remember(stored_candidates)
        with self._file.cursor() as con:
            if candidates is not None:
                con.register("candidate", candidates)
            yield con

    def _schema(self) -> "pa.Schema":
        import pyarrow as pa

        empty = self._statement(Part(Window(known=False, unknown=False), None, 0))
        with self._cursor() as con, relation(con, empty.text, empty.parameters) as rows:
            schema = interruptible(con, lambda: rows.to_arrow_reader(BATCH).schema)
        return self._batch(pa.RecordBatch.from_pylist([], schema)).schema

    def _parts(self) -> Iterator[Part]:
        if len(self) and self._offset + len(self) > FEW and self._order == DEFAULT_ORDER:
            yield from all_parts(self._window_counts(), self._limit, self._offset)
        elif len(self) and self._scores_suffice():
            yield Part(SCORED, self._limit, self._offset)
        elif len(self):
            yield one_part(self._window_counts(), self._order, self._limit, self._offset)

    def _scores_suffice(self) -> bool:
        """Return whether all rows have a score above 0, so that no others need to be sorted."""
        if self._limit is None or self._order[0] != Order(SCORE, descending=True):
            return False
        last = self._offset + self._limit
        statement = rows_statement(
            self.filter, self._nelements, [SCORE], self._order[:1], 1, last - 1, SCORED
        )
        return [score > 0 for (score,) in self._fetched(statement)] == [True]

    def _statement(self, part: Part, plain: bool = False) -> Statement:
        return rows_statement(
            self.filter,
            self._nelements,
            self._sql_columns(),
            self._order,
            part.limit,
            part.offset,
            part.window,
            plain,
        )

    def _window_counts(self) -> WindowCounts:
        return WindowCounts(
            self._known_and_unknown,
            self._stoichiometries,
            self._systems,
            self._by_natoms,
            self._system_ranges,
        )

    def _category_counts(self, window: Window) -> dict[str, int]:
        [row] = self._fetched(count_statement(self.filter, self._nelements, window))
        return dict(zip(CATEGORIES, row, strict=True))

    def _known_and_unknown(self, window: Window) -> tuple[int, int]:
        counts = self.counts if window == WHOLE_SPACE else self._category_counts(window)
        known = sum(counts[category] for category in KNOWN_CATEGORIES)
        return known, sum(counts.values()) - known

    def _stoichiometries(self) -> list[tuple]:
        return self._fetched(stoichiometries_statement(self.filter))

    def _systems(self) -> dict[int, tuple[int, int]]:
        with self._file.cursor() as con:
            return system_ranges(con)

    def _by_natoms(self) -> list[tuple]:
        return self._fetched(natoms_counts_statement(self.filter, self._nelements))

    def _system_ranges(self, window: Window) -> list[tuple[int, int]]:
        """Return ranges of system_id with about `AT_ONCE` compositions of a window at most."""
        ranges: list[tuple[int, int]] = []
        first = total = 0
        bucket = -1
        for bucket, n in self._fetched(system_counts_statement(self.filter, self._nelements, BUCKET, window)):
            if total and total + n > AT_ONCE:
                ranges.append((first, bucket * BUCKET - 1))
                first, total = bucket * BUCKET, 0
            total += n
        return [*ranges, (first, (bucket + 1) * BUCKET - 1)]

    def _fetched(self, statement: Statement) -> list[tuple]:
        with self._cursor() as con:
            return list(all_rows(execute(con, statement.text, statement.parameters or None)))

    def _species(self, elements: Sequence[str], factors: Sequence[int], allowed: bool) -> str | None:
        if not allowed:
            return None
        states = most_common_assignment(elements, factors, self._electronegativities, self._vocabulary.states)
        return assignment_text(elements, states) if states else None

    def _row(self, row: tuple) -> tuple:
        values = dict(zip(self._sql_columns(), row, strict=True))
        values[SPECIES] = self._species(*(values[column] for column in FOR_SPECIES))
        return tuple(values[column] for column in self.columns)

    def _sql_columns(self) -> list[str]:
        """Return the columns of the SQL, from which the row, with its species, is made."""
        if SPECIES not in self.columns:
            return self.columns
        shown = [column for column in self.columns if column != SPECIES]
        return shown + [column for column in FOR_SPECIES if column not in shown]

    def _batch(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        import pyarrow as pa

        if SPECIES not in self.columns:
            return batch
        rows = zip(*(batch.column(column).to_pylist() for column in FOR_SPECIES), strict=True)
        species = pa.array([self._species(*row) for row in rows], pa.string())
        columns: list[Any] = [
            species if column == SPECIES else batch.column(column) for column in self.columns
        ]
        return pa.RecordBatch.from_arrays(columns, names=self.columns)


def _first_rows(batches: "Iterable[pa.RecordBatch]", n: int | None) -> "Iterator[pa.RecordBatch]":
    """Yield the first rows; all if `n` is None."""
    if n is None:
        yield from batches
        return
    for batch in batches:
        yield batch.slice(0, n)
        n -= len(batch)
        if n <= 0:
            return
