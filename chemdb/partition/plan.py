"""Cut a query into pieces, by the number of compositions in each range of chemical systems."""

from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.database.arrays import as_array
from chemdb.database.execution import interruptible, relation
from chemdb.database.metadata import nelements_of
from chemdb.database.open_file import OpenFile
from chemdb.errors import QueryError
from chemdb.partition.piece import Partition, fingerprint_of
from chemdb.query.ask import ask
from chemdb.query.result import MAX_LISTED
from chemdb.query.statement.counts import known_counts_statement, system_counts_statement
from chemdb.query.statement.parameters import Statement

#: Factor by which `rows` exceeds the largest possible number of compositions in a bucket of the histogram.
FINER = 16


def partitions(file: OpenFile, query: str, rows: int) -> list[Partition]:
    """Return the pieces of a query: ranges of chemical systems with at most `rows` compositions.

    A single system is never split, so its piece may have more. Pieces depend only on the content of the file,
    `query` and `rows`.

    Raises
    ------
    QueryError
        The query cannot be parsed, a value in it is impossible, or `rows` is below 1.
    """
    if rows < 1:
        raise QueryError(f"partitions: {rows} rows; a piece has 1 or more")
    result = ask(file, query)
    # A piece is read as a whole.
    rows = min(rows, MAX_LISTED)
    condition = result.filter
    with file.cursor() as con:
        nelements = nelements_of(con)
        [(m,)] = con.execute("select max(stoichiometry_id) + 1 from store.stoichiometry").fetchall()
        width = max(1, rows // (FINER * m))
        buckets, counts = _histogram(
            [
                _table(con, statement)
                for statement in (
                    system_counts_statement(condition, nelements, width),
                    known_counts_statement(condition, nelements, width),
                )
            ]
        )
    cuts = _cuts(counts, rows)
    path, fingerprint = str(file.path.absolute()), file.remember(fingerprint_of)
    return [
        Partition(
            path,
            fingerprint,
            query,
            number,
            len(cuts) - 1,
            int(buckets[start]) * width,
            (int(buckets[stop - 1]) + 1) * width - 1,
            int(counts[start:stop].sum()),
        )
        for number, (start, stop) in enumerate(pairwise(cuts))
    ]


def _table(con: duckdb.DuckDBPyConnection, statement: Statement) -> pa.Table:
    with relation(con, statement.text, dict(statement.parameters) or None) as rows:
        return interruptible(con, rows.to_arrow_table)


def _histogram(tables: list[pa.Table]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the buckets that have compositions, ascending, and how many each has."""
    both = pa.concat_tables(
        table.cast(pa.schema({"bucket": pa.int64(), "n": pa.int64()})) for table in tables
    )
    buckets, place = np.unique(as_array(both["bucket"]), return_inverse=True)
    counts = np.zeros(len(buckets), np.int64)
    np.add.at(counts, place, as_array(both["n"]))
    return buckets[counts > 0], counts[counts > 0]


def _cuts(counts: NDArray[np.int64], rows: int) -> list[int]:
    """Return where pieces begin, and the end. Each has at most `rows` compositions, or a single bucket.

    Examples
    --------
    >>> _cuts(np.array([3, 3, 3, 9, 1]), 6)
    [0, 2, 3, 4, 5]
    """
    totals = np.concatenate([[0], np.cumsum(counts)])
    cuts = [0]
    while cuts[-1] < len(counts):
        end = int(np.searchsorted(totals, totals[cuts[-1]] + rows, side="right")) - 1
        cuts.append(max(end, cuts[-1] + 1))
    return cuts
