"""The rows of unknown compositions that match a query, in the default order, without SQL for each row."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.database.arrays import as_array
from chemdb.database.metadata import elements_of
from chemdb.query.expansion.matching_systems import Chunk, MatchingSystems, matching_systems
from chemdb.query.expansion.row_columns import RowColumns
from chemdb.query.filter import Filter
from chemdb.query.statement.windows import BATCH

with kernel_cache():
    from chemdb.query.expansion.kernel import expand, members_of_sets


def unknown_rows(
    con: duckdb.DuckDBPyConnection,
    condition: Filter,
    schema: pa.Schema,
    skipped: int,
    n: int,
) -> Iterator[pa.RecordBatch]:
    """Yield `n` unknown compositions that meet a filter, after the first `skipped`.

    They are those of `chemdb.query.statement.listing.rows_statement`, in the same order: by number of atoms,
    number of elements, system and stoichiometry.

    Parameters
    ----------
    con : DuckDBPyConnection
    condition : Filter
    schema : pyarrow.Schema
        Of columns in `chemdb.query.expansion.row_columns.COLUMNS`.
    skipped, n : int
        There must be ``skipped + n`` such compositions.
    """
    make = RowColumns(elements_of(con))
    waiting: list[pa.RecordBatch] = []
    n_waiting = 0
    for chunk in _chunks(con, condition, skipped, n):
        n -= len(chunk)
        if len(chunk):
            batch = pa.RecordBatch.from_arrays(make.columns(chunk, schema), schema=schema)
            if len(batch) == BATCH and not waiting:
                yield batch
                continue
            waiting.append(batch)
            n_waiting += len(batch)
        if waiting and (n_waiting >= BATCH or not n):
            yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()
            waiting, n_waiting = [], 0
        if not n:
            return


def _chunks(con: duckdb.DuckDBPyConnection, condition: Filter, skipped: int, n: int) -> Iterator[Chunk]:
    """Yield `n` compositions in order after the first `skipped`, at most `BATCH` at a time."""
    sizes = list(matching_systems(con, condition))
    taken = [_known_numbers(con, size) for size in sizes]
    natoms = [size.factors.sum(axis=1) for size in sizes]
    for atoms in np.unique(np.concatenate([np.empty(0, np.int64), *natoms])).tolist():
        for size, known, of_stoichiometry in zip(sizes, taken, natoms, strict=True):
            stoichiometries = np.flatnonzero(of_stoichiometry == atoms)
            for rows, found in _of_stoichiometries(size, known, stoichiometries):
                shown = slice(skipped, skipped + n)
                skipped = max(0, skipped - len(rows))
                rows, found = rows[shown], found[shown]
                n -= len(rows)
                yield Chunk(size, atoms, rows, found, size.elements[rows], size.factors[found])
                if not n:
                    return


def _of_stoichiometries(
    size: MatchingSystems, taken: NDArray[np.int64], stoichiometries: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Yield the compositions of some stoichiometries: rows of their systems, stoichiometries."""
    starts = np.empty(len(size.matching) + 1, np.int64)
    members = np.empty(len(size.matching) * len(stoichiometries), np.int32)
    if not members_of_sets(size.matching, stoichiometries, starts, members):
        return
    first_numbers = size.first_numbers
    system = place = at_taken = 0
    while system < len(size.kind):
        rows, found = np.empty(BATCH, np.int32), np.empty(BATCH, np.int32)
        system, place, n, at_taken = expand(
            size.kind, starts, members, first_numbers, taken, system, place, 0, at_taken, rows, found
        )
        yield rows[:n], found[:n]


def _known_numbers(con: duckdb.DuckDBPyConnection, size: MatchingSystems) -> NDArray[np.int64]:
    known = con.sql(
        "select system_id, stoichiometry_id from known_composition where nelements = $n order by all",
        params={"n": size.factors.shape[1]},
    ).to_arrow_table()
    systems, stoichiometries = (as_array(known[name]).astype(np.int64) for name in known.column_names)
    return size.number(systems, stoichiometries)
