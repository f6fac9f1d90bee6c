"""Compositions of a filter that no positive score ranks: every system and stoichiometry is visited."""

import threading
from dataclasses import dataclass
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.database.arrays import as_array
from chemdb.database.connection import threads_of
from chemdb.runtime.forks import no_fork
from chemdb.runtime.progress import Steps
from chemdb.runtime.threads import map_slices
from chemdb.substitution.model import SubstitutionModel


@dataclass(frozen=True)
class _Space:
    """The n systems of k elements that a filter leaves, and the m stoichiometries of this size.

    Attributes
    ----------
    elements : array of uint8, shape (n, k)
        Atomic numbers. Systems that differ in their last element only stand together.
    systems : array of int64, shape (n,)
        Numbers of the systems.
    kind : array of int32, shape (n,)
        Row of `bits` of each system.
    bits : array of uint8, shape (n_kinds, ceil(m / 8))
        The stoichiometries that match; bit i from the left is stoichiometry i.
    factors : array of uint8, shape (m, k)
    first, last : int
        Smallest and largest number of all systems of this size.
    """

    elements: NDArray[np.uint8]
    systems: NDArray[np.int64]
    kind: NDArray[np.int32]
    bits: NDArray[np.uint8]
    factors: NDArray[np.uint8]
    first: int
    last: int

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, kinds: pa.Table) -> "_Space":
        """Return the space of the rows of `query_kinds.sql` for one number of elements."""
        nelements = kinds["nelements"][0].as_py()
        table = con.sql(
            "select factors from store.stoichiometry where nelements = $n order by stoichiometry_id",
            params={"n": nelements},
        ).to_arrow_table()
        factors = as_array(table["factors"].combine_chunks().flatten()).reshape(-1, nelements)
        width = -(-len(factors) // 8)
        bits = b"".join(row[:width].ljust(width, b"\0") for row in kinds["stoichiometries"].to_pylist())
        systems = kinds["systems"].combine_chunks()
        kind = np.repeat(np.arange(len(kinds), dtype=np.int32), np.diff(as_array(systems.offsets)))
        places = [kinds[f"element{place}"].combine_chunks() for place in range(1, nelements + 1)]
        elements = np.stack([as_array(place.flatten().indices) + 1 for place in places], axis=1)
        [(first, last)] = con.execute(
            "select min(system_id), max(system_id) from store.chemical_system where nelements = ?",
            [nelements],
        ).fetchall()
        order = np.lexsort(elements.T[::-1])
        return cls(
            elements[order].astype(np.uint8),
            as_array(systems.flatten()).astype(np.int64)[order],
            kind[order],
            np.frombuffer(bits, np.uint8).reshape(-1, width),
            factors,
            first,
            last,
        )

    @property
    def matching(self) -> NDArray[np.bool_]:
        """Whether each stoichiometry matches in some system, shape (m,)."""
        return np.unpackbits(np.bitwise_or.reduce(self.bits, axis=0), count=len(self.factors)).astype(
            np.bool_
        )

    def numbers(self, table: pa.Table) -> NDArray[np.int64]:
        """Return the numbers of the compositions of this size: system times m plus stoichiometry."""
        systems = as_array(table["system_id"]).astype(np.int64)
        inside = (self.first <= systems) & (systems <= self.last)
        stoichiometries = as_array(table["stoichiometry_id"])[inside]
        numbers: NDArray[np.int64] = systems[inside] * len(self.factors) + stoichiometries
        return numbers


def rank_unscored(
    con: duckdb.DuckDBPyConnection,
    model: SubstitutionModel,
    candidates: pa.Table,
    scored: pa.Table,
    kinds: pa.Table,
    n: int,
    steps: Steps,
) -> pa.Table:
    """Return the first `n` compositions of one number of elements that are neither known nor in `scored`.

    Parameters
    ----------
    con : DuckDBPyConnection
    model : SubstitutionModel
    candidates : pyarrow.Table
        All compositions with an analogue, in order of their systems.
    scored : pyarrow.Table
        Those that a positive score ranks.
    kinds : pyarrow.Table
        What matches, the rows of `query_kinds.sql` for this number of elements.
    n : int
    steps : Steps

    Returns
    -------
    pyarrow.Table
        The columns of `chemdb.suggest.ranking.rank`.
    """
    with no_fork():
        from chemdb.suggest.expected import expectation

        with kernel_cache():
            from chemdb.suggest.kernel import rank_systems

    space = _Space.of(con, kinds)
    nelements = space.elements.shape[1]
    expected = expectation(model, nelements, space.factors, space.matching)
    largest = _Largest(n)
    fill = partial(
        rank_systems,
        space.elements,
        space.systems,
        space.kind,
        space.bits,
        expected.by_stoichiometry,
        expected.by_place,
        expected.together,
        expected.alike,
        expected.last_starts,
        expected.last,
        expected.known_starts,
        expected.known,
        np.sort(np.concatenate([space.numbers(model.known), space.numbers(scored)])),
        n,
    )
    with steps(f"Ranking {nelements} elements") as progress:
        map_slices(
            lambda start, stop: largest.add(*fill(largest.lowest, start, stop)),
            len(space.systems),
            threads_of(con),
            progress,
        )
    system_id, stoichiometry_id = np.divmod(largest.numbers, len(space.factors))
    return pa.table(
        {
            "system_id": system_id.astype(np.int32),
            "stoichiometry_id": stoichiometry_id.astype(np.int32),
            "score": _scores(candidates, space, largest.numbers),
            "by_score": pa.repeat(False, len(system_id)),
            "value": largest.values,
        }
    )


def _scores(candidates: pa.Table, space: _Space, numbers: NDArray[np.int64]) -> pa.Array:
    """Return the scores of compositions, null without an analogue."""
    inside = slice(*np.searchsorted(as_array(candidates["system_id"]), [space.first, space.last + 1]))
    scored = space.numbers(candidates[inside])
    if not len(scored):
        return pa.nulls(len(numbers), pa.float64())
    at = np.minimum(np.searchsorted(scored, numbers), len(scored) - 1)
    scores = as_array(candidates["score"])[inside][at]
    return pa.array(scores, mask=scored[at] != numbers)


class _Largest:
    """The largest values of several threads, and all that equal the smallest of these."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._lock = threading.Lock()
        self.lowest = -np.inf
        self.values = np.empty(0)
        self.numbers = np.empty(0, np.int64)

    def add(self, values: NDArray[np.float64], numbers: NDArray[np.int64]) -> None:
        with self._lock:
            self.values = np.concatenate([self.values, values])
            self.numbers = np.concatenate([self.numbers, numbers])
            if len(self.values) > self._n:
                self.lowest = np.partition(self.values, -self._n)[-self._n]
                kept = self.values >= self.lowest
                self.values, self.numbers = self.values[kept], self.numbers[kept]
