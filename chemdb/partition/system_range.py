"""The compositions of a query in a range of chemical systems, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.database.arrays import as_array, factors_of
from chemdb.database.execution import interruptible, relation
from chemdb.database.metadata import nelements_of
from chemdb.query.expansion.chunks import Chunk, unknown_chunks
from chemdb.query.expansion.matching_systems import MatchingSystems, matching_in, windows_of
from chemdb.query.filter import Filter
from chemdb.query.statement.listing import known_rows_statement
from chemdb.query.statement.windows import Window


@dataclass(frozen=True)
class Compositions:
    """Some compositions with the same number of elements, by system and stoichiometry.

    Attributes
    ----------
    chunk : Chunk
        What does not depend on whether they are known.
    known_at : array of int64, shape (n_known,)
        Rows of the known ones.
    known : pyarrow.Table
        Their rows of ``partition_known.sql``.
    """

    chunk: Chunk
    known_at: NDArray[np.int64]
    known: pa.Table

    def __len__(self) -> int:
        return len(self.chunk)

    def take(self, rows: NDArray[np.integer]) -> "Compositions":
        """Return some of the compositions, whose row numbers ascend."""
        known_at = np.searchsorted(rows, self.known_at)
        kept = np.isin(self.known_at, rows)
        return Compositions(self.chunk.take(rows), known_at[kept], self.known.filter(pa.array(kept)))


def compositions(
    con: duckdb.DuckDBPyConnection, condition: Filter, systems: tuple[int, int], rows: int
) -> Iterator[Compositions]:
    """Yield the compositions that meet a filter, by system and stoichiometry, up to `rows` at a time.

    Parameters
    ----------
    con : DuckDBPyConnection
    condition : Filter
    systems : tuple of int
        First and last system_id.
    rows : int
    """
    for window in windows_of(con, condition, systems):
        yield from _in_window(con, condition, window, rows)


def _in_window(
    con: duckdb.DuckDBPyConnection, condition: Filter, window: Window, rows: int
) -> Iterator[Compositions]:
    """Yield the compositions of a window, see `compositions`."""
    known = _known(con, condition, window.systems)
    sizes = {size.factors.shape[1]: size for size in matching_in(con, condition, window)}
    for nelements in sorted({*sizes, *pc.unique(known["nelements"]).to_pylist()}):
        of_size = known.filter(pc.equal(known["nelements"], nelements)).combine_chunks()
        shown = of_size.filter(of_size["meets_known"]).combine_chunks()
        size = _with_systems(sizes.get(nelements) or _nothing(con, nelements), shown)
        left_out = of_size.filter(of_size["meets_unknown"])
        chunks = unknown_chunks(size, size.number(*_ids(left_out)), rows)
        if len(shown):
            yield from _with_known(size, chunks, shown, rows)
        else:
            yield from (Compositions(chunk, np.empty(0, np.int64), shown) for chunk in chunks)


def _known(con: duckdb.DuckDBPyConnection, condition: Filter, systems: tuple[int, int] | None) -> pa.Table:
    assert systems is not None
    statement = known_rows_statement(condition, nelements_of(con), systems)
    with relation(con, statement.text, dict(statement.parameters) or None) as rows:
        return interruptible(con, rows.to_arrow_table).combine_chunks()


def _nothing(con: duckdb.DuckDBPyConnection, nelements: int) -> MatchingSystems:
    """Return no systems of a number of elements."""
    factors = factors_of(con, nelements)
    no_set = np.empty((0, -(-len(factors) // 8)), np.uint8)
    return MatchingSystems(
        np.empty(0, np.int64),
        np.empty((0, nelements), np.uint8),
        np.empty(0, np.int32),
        no_set,
        no_set,
        factors,
    )


def _with_systems(size: MatchingSystems, known: pa.Table) -> MatchingSystems:
    """Return systems and those of known compositions; new ones have no unknown matches."""
    systems, first = np.unique(as_array(known["system_id"]), return_index=True)
    new = ~np.isin(systems, size.systems)
    if not new.any():
        return size
    lists = known["elements"].combine_chunks().flatten()
    elements = (as_array(lists.indices) + 1).reshape(len(known), -1).astype(np.uint8)[first[new]]
    all_systems = np.concatenate([size.systems, systems[new]])
    order = np.argsort(all_systems)
    kind = np.concatenate([size.kind, np.full(new.sum(), len(size.matching), np.int32)])
    nothing = np.zeros((1, size.matching.shape[1]), np.uint8)
    return replace(
        size,
        systems=all_systems[order],
        elements=np.concatenate([size.elements, elements])[order],
        kind=kind[order],
        matching=np.concatenate([size.matching, nothing]),
        allowed=np.concatenate([size.allowed, nothing]),
    )


def _ids(known: pa.Table) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return as_array(known["system_id"]), as_array(known["stoichiometry_id"])


def _with_known(
    size: MatchingSystems, chunks: Iterator[Chunk], known: pa.Table, rows: int
) -> Iterator[Compositions]:
    """Yield unknown and known compositions in one order, `rows` at a time."""
    n = len(size.factors)
    systems, stoichiometries = _ids(known)
    # Places: row of the system in `size`, times n, plus stoichiometry.
    places = np.searchsorted(size.systems, systems) * n + stoichiometries
    unknown = (chunk.rows * np.int64(n) + chunk.stoichiometries for chunk in chunks)
    for found in _in_order(unknown, places, rows):
        chunk = Chunk(size, *(part.astype(np.int32) for part in np.divmod(found, n)))
        start, stop = np.searchsorted(places, [found[0], found[-1] + 1])
        yield Compositions(chunk, np.searchsorted(found, places[start:stop]), known[start:stop])


def _in_order(
    unknown: Iterator[NDArray[np.int64]], known: NDArray[np.int64], rows: int
) -> Iterator[NDArray[np.int64]]:
    """Yield places of unknown and of known compositions in one order, `rows` at a time."""
    waiting = np.empty(0, np.int64)
    for found in unknown:
        n_before = np.searchsorted(known, found[-1])
        before, known = known[:n_before], known[n_before:]
        waiting = np.concatenate([waiting, np.insert(found, np.searchsorted(found, before), before)])
        while len(waiting) >= rows:
            yield waiting[:rows]
            waiting = waiting[rows:]
    waiting = np.concatenate([waiting, known])
    for start in range(0, len(waiting), rows):
        yield waiting[start : start + rows]
