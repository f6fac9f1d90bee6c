"""The compositions with the highest scores, of a piece or of many."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.database.rows import ArrowRows
from chemdb.errors import counted
from chemdb.notebook.arrow_tables import N_SHOWN
from chemdb.notebook.html_table import first_rows_html
from chemdb.partition.batch import KEY, Batch

SCORE = "score"
#: Columns of the compositions.
SCHEMA = pa.schema(
    {
        "formula": pa.string(),
        SCORE: pa.float64(),
        "chemsys": pa.string(),
        "nelements": pa.uint8(),
        "natoms": pa.uint8(),
        "formula_anonymous": pa.string(),
        "category": pa.string(),
    }
)
#: With their numbers in the file.
NUMBERED = pa.unify_schemas([SCHEMA, pa.schema(KEY)])
#: Highest scores first; ties in the order of the file.
ORDER = [(SCORE, "descending"), *((name, "ascending") for name in KEY)]


@dataclass(frozen=True)
class Top:
    """The highest scores of some compositions.

    Attributes
    ----------
    rows : pyarrow.Table
        With the columns `NUMBERED`, highest scores first.
    n_scored : int
        Number of compositions with a score.
    n_nan : int
        Number of compositions whose score was NaN.
    n_without_vector : int
        Number of compositions that were not scored, because an element has no vector.
    """

    rows: pa.Table
    n_scored: int
    n_nan: int
    n_without_vector: int


class Scores(ArrowRows):
    """The compositions with the highest scores, the highest first; ties by system and stoichiometry.

    Attributes
    ----------
    columns : list of str
    n_scored, n_nan, n_without_vector : int
        Numbers of compositions, see `Top`.
    """

    def __init__(self, top: Top) -> None:
        self._rows = top.rows.select(SCHEMA.names)
        self.columns = list(SCHEMA.names)
        self.n_scored = top.n_scored
        self.n_nan = top.n_nan
        self.n_without_vector = top.n_without_vector

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows as tuples of `columns`."""
        return zip(*(column.to_pylist() for column in self._rows.columns), strict=True)

    def arrow(self) -> pa.Table:
        """Return the rows as an Arrow table."""
        return self._rows

    def batches(self) -> pa.RecordBatchReader:
        """Return the rows as Arrow record batches."""
        return self._rows.to_reader()

    def count(self) -> int:
        """Return the number of rows."""
        return len(self)

    def _repr_html_(self) -> str:
        rows = list(islice(self, N_SHOWN + 1))
        return first_rows_html(self.columns, rows, N_SHOWN, repr(self))

    def __repr__(self) -> str:
        text = f"{counted(self.n_scored, 'composition')} scored"
        if self.n_without_vector:
            text += f", {self.n_without_vector:,} left out because an element has no vector"
        if self.n_nan:
            text += f", {self.n_nan:,} left out because the score is NaN"
        return text


class Highest:
    """Collects the highest scores of batches, which arrive in order of system and stoichiometry."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._lowest = -np.inf
        self._tables: list[pa.Table] = []
        self._n_rows = self._n_scored = self._n_nan = 0

    def add(self, batch: Batch, scores: NDArray[np.float64]) -> None:
        """Add a batch and its scores, shape (n,)."""
        is_number = ~np.isnan(scores)
        self._n_scored += int(is_number.sum())
        self._n_nan += len(scores) - int(is_number.sum())
        full = self._n_rows >= self._n
        # What comes later loses a tie.
        candidate = scores > self._lowest if full else is_number
        if candidate.sum() > self._n:
            lowest = np.partition(scores[candidate], -self._n)[-self._n]
            candidate &= scores >= lowest
        if not candidate.any():
            return
        rows = np.flatnonzero(candidate)
        names = [name for name in NUMBERED.names if name != SCORE]
        table = pa.Table.from_batches([batch.take(rows).arrow(names)])
        table = table.add_column(NUMBERED.names.index(SCORE), SCORE, pa.array(scores[rows]))
        self._tables.append(table)
        self._n_rows += len(table)
        if self._n_rows >= 2 * self._n or (not full and self._n_rows >= self._n):
            self._reduce()

    def top(self, n_without_vector: int) -> Top:
        """Return the highest scores so far."""
        self._reduce()
        [table] = self._tables
        return Top(table, self._n_scored, self._n_nan, n_without_vector)

    def _reduce(self) -> None:
        self._tables = [highest_rows([NUMBERED.empty_table(), *self._tables], self._n)]
        self._n_rows = len(self._tables[0])
        if self._n_rows == self._n:
            self._lowest = self._tables[0][SCORE][-1].as_py()


def merged(tops: Iterable[Top], n: int) -> Top:
    """Return the `n` highest scores among those of several pieces."""
    rows, counts = NUMBERED.empty_table(), np.zeros(3, np.int64)
    waiting: list[pa.Table] = []
    for top in tops:
        waiting.append(top.rows)
        counts += (top.n_scored, top.n_nan, top.n_without_vector)
        if sum(map(len, waiting)) > 4 * n:
            rows, waiting = highest_rows([rows, *waiting], n), []
    return Top(highest_rows([rows, *waiting], n), *counts.tolist())


def highest_rows(tables: Iterable[pa.Table], n: int) -> pa.Table:
    """Return the first `n` rows of tables in the order of `ORDER`."""
    rows = pa.concat_tables(tables)
    return rows.take(pc.sort_indices(rows, ORDER)[:n]).combine_chunks()
