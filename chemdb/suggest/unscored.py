"""Rank the compositions of a filter without a positive score, by visiting every system and stoichiometry."""

import threading
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.database.arrays import as_array
from chemdb.database.connection import threads_of
from chemdb.database.metadata import system_ranges
from chemdb.query.expansion.matching_systems import MatchingSystems
from chemdb.runtime.forks import no_fork
from chemdb.runtime.progress import Steps
from chemdb.runtime.threads import map_slices
from chemdb.substitution.model import SubstitutionModel


def rank_unscored(
    con: duckdb.DuckDBPyConnection,
    model: SubstitutionModel,
    candidates: pa.Table,
    scored: pa.Table,
    size: MatchingSystems,
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
    size : MatchingSystems
        What matches, of this number of elements.
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

    nelements = size.factors.shape[1]
    ranked = np.unpackbits(np.bitwise_or.reduce(size.matching, axis=0), count=len(size.factors))
    expected = expectation(model, nelements, size.factors, ranked.astype(np.bool_))
    # Systems that differ in their last element only stand together.
    order = np.lexsort(size.elements.T[::-1])
    first, last = system_ranges(con)[nelements]
    largest = _Largest(n)
    fill = partial(
        rank_systems,
        size.elements[order],
        size.systems[order],
        size.kind[order],
        size.matching,
        expected.by_stoichiometry,
        expected.by_place,
        expected.together,
        expected.alike,
        expected.last_starts,
        expected.last,
        expected.known_starts,
        expected.known,
        np.sort(np.concatenate([_numbers(one, size, first, last) for one in (model.known, scored)])),
        n,
    )
    with steps(f"Ranking {nelements} elements") as progress:
        map_slices(
            lambda start, stop: largest.add(*fill(largest.lowest, start, stop)),
            len(size.systems),
            threads_of(con),
            progress,
        )
    system_id, stoichiometry_id = np.divmod(largest.numbers, len(size.factors))
    return pa.table(
        {
            "system_id": system_id.astype(np.int32),
            "stoichiometry_id": stoichiometry_id.astype(np.int32),
            "score": _scores(candidates, size, first, last, largest.numbers),
            "by_score": pa.repeat(False, len(system_id)),
            "value": largest.values,
        }
    )


def _numbers(table: pa.Table, size: MatchingSystems, first: int, last: int) -> NDArray[np.int64]:
    """Return the numbers of the compositions of a table in systems `first` to `last`."""
    systems = as_array(table["system_id"])
    inside = (first <= systems) & (systems <= last)
    return size.number(systems[inside], as_array(table["stoichiometry_id"])[inside])


def _scores(
    candidates: pa.Table, size: MatchingSystems, first: int, last: int, numbers: NDArray[np.int64]
) -> pa.Array:
    """Return the scores of compositions, null without an analogue."""
    inside = slice(*np.searchsorted(as_array(candidates["system_id"]), [first, last + 1]))
    scored = _numbers(candidates[inside], size, first, last)
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
