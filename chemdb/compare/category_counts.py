"""Counts of the compositions that change their category, by element: sums over pairs of allowed sets."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.database.arrays import SystemArrays
from chemdb.errors import ChemdbError

#: Pairs of sets that are counted, and systems that are listed, at a time.
PAIRS_AT_ONCE = 4096
SYSTEMS_AT_ONCE = 512
#: Place of each category in the counts: twice "not allowed" plus "not known", in the order of CATEGORIES.
MISSING, UNLIKELY = 1, 3


@dataclass(frozen=True)
class Pair:
    """The same n chemical systems of k elements on both sides of a comparison.

    Attributes
    ----------
    first, second : SystemArrays
    pairs : array of int32, shape (n_pairs, 2)
        Distinct pairs of rows of the two arrays `sets`.
    pair_of : array of int64, shape (n,)
        The pair of each system.
    known : array of int64, shape (n_known,)
        Compositions that are known on either side, ascending: row of the system times the number of
        stoichiometries, plus the row of the stoichiometry.
    known_first, known_second : array of bool, shape (n_known,)
        On which sides they are known.
    """

    first: SystemArrays
    second: SystemArrays
    pairs: NDArray[np.int32]
    pair_of: NDArray[np.int64]
    known: NDArray[np.int64]
    known_first: NDArray[np.bool_]
    known_second: NDArray[np.bool_]

    @property
    def n_stoichiometries(self) -> int:
        """Number of stoichiometries."""
        return len(self.first.factors)

    def bits(self, chosen: slice) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the allowed sets of some pairs on both sides, as bits, shape (n_chosen, n_bytes)."""
        rows = self.pairs[chosen]
        return self.first.sets[rows[:, 0]], self.second.sets[rows[:, 1]]

    def allowed(
        self, systems: NDArray[np.int64], stoichiometries: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return whether compositions are allowed on each side, shape (n_compositions,)."""
        byte, shift = stoichiometries >> 3, (7 - (stoichiometries & 7)).astype(np.uint8)
        first, second = (
            side.sets[side.system_set[systems], byte] >> shift & 1 == 1 for side in (self.first, self.second)
        )
        return first, second


def pair_of(first: SystemArrays, second: SystemArrays) -> Pair:
    """Return the chemical systems of two sides, which must be the same.

    Raises
    ------
    ChemdbError
        They are not.
    """
    if not np.array_equal(first.elements, second.elements) or not np.array_equal(
        first.factors, second.factors
    ):
        raise ChemdbError("the two have different chemical systems; build them again with one chemdb")
    keys = first.system_set.astype(np.int64) * len(second.sets) + second.system_set
    distinct, inverse = np.unique(keys, return_inverse=True)
    pairs = np.stack(np.divmod(distinct, len(second.sets)), axis=1).astype(np.int32)
    known = [side.known_system * len(first.factors) + side.known_stoichiometry for side in (first, second)]
    either = np.union1d(*known)
    return Pair(first, second, pairs, inverse, either, np.isin(either, known[0]), np.isin(either, known[1]))


def category_counts(pair: Pair) -> NDArray[np.int64]:
    """Return the number of compositions by element and by their categories on both sides.

    Returns
    -------
    array of int64, shape (N_ELEMENTS + 1, 4, 4)
        Row 0 counts all compositions, row Z those with the element of atomic number Z; then the category
        on the first and on the second side, in the order of `chemdb.chemistry.category.CATEGORIES`.
    """
    m = pair.n_stoichiometries
    counts = np.zeros((N_ELEMENTS + 1, 4, 4), np.int64)
    both, only_first, only_second = _pair_counts(pair)
    for cell, of_pair in {
        (MISSING, MISSING): both,
        (MISSING, UNLIKELY): only_first,
        (UNLIKELY, MISSING): only_second,
        (UNLIKELY, UNLIKELY): m - both - only_first - only_second,
    }.items():
        # Exact in float64: the numbers are far below 2**53.
        of_system = of_pair[pair.pair_of]
        counts[(0, *cell)] = of_system.sum()
        for column in pair.first.elements.T:
            tally = np.bincount(column, weights=of_system, minlength=N_ELEMENTS + 1)
            counts[(slice(None), *cell)] += tally.astype(np.int64)
    systems, stoichiometries = np.divmod(pair.known, m)
    before, after = pair.allowed(systems, stoichiometries)
    for sign, cells in (
        (-1, (_category(before, False), _category(after, False))),
        (1, (_category(before, pair.known_first), _category(after, pair.known_second))),
    ):
        np.add.at(counts[0], cells, sign)
        for column in pair.first.elements[systems].T:
            np.add.at(counts, (column, *cells), sign)
    return counts


def changes(pair: Pair) -> Iterator[tuple[NDArray[np.int64], ...]]:
    """Yield the compositions whose category differs, in bounded memory and in order.

    Yields
    ------
    tuple of arrays of int64, each of shape (n_changes,)
        Row of the system, row of the stoichiometry, and the categories on both sides.
    """
    m = pair.n_stoichiometries
    differs = np.empty(len(pair.pairs), bool)
    for chosen in _slices(len(pair.pairs), PAIRS_AT_ONCE):
        a, b = pair.bits(chosen)
        differs[chosen] = (a != b).any(axis=1)
    visited = differs[pair.pair_of]
    known_differs = pair.known[pair.known_first != pair.known_second]
    visited[known_differs // m] = True
    rows = np.flatnonzero(visited)
    for chunk in _slices(len(rows), SYSTEMS_AT_ONCE):
        systems = rows[chunk]
        xor = (
            pair.first.sets[pair.first.system_set[systems]]
            ^ pair.second.sets[pair.second.system_set[systems]]
        )
        different = np.unpackbits(xor, axis=1, count=m)
        start, stop = np.searchsorted(known_differs, [systems[0] * m, (systems[-1] + 1) * m])
        of_chunk = known_differs[start:stop]
        different[np.searchsorted(systems, of_chunk // m), of_chunk % m] = 1
        place, stoichiometries = np.nonzero(different)
        changed = systems[place]
        before, after = pair.allowed(changed, stoichiometries)
        known = changed * m + stoichiometries
        at = np.minimum(np.searchsorted(pair.known, known), max(len(pair.known) - 1, 0))
        is_known = pair.known[at] == known if len(pair.known) else np.zeros(len(known), bool)
        known_first, known_second = (
            is_known & side[at] if len(side) else is_known for side in (pair.known_first, pair.known_second)
        )
        yield changed, stoichiometries, _category(before, known_first), _category(after, known_second)


def _pair_counts(pair: Pair) -> NDArray[np.int64]:
    """Return the numbers allowed on both sides, only on the first and only on the second, by pair."""
    counts = np.zeros((3, len(pair.pairs)), np.int64)
    for chosen in _slices(len(pair.pairs), PAIRS_AT_ONCE):
        a, b = pair.bits(chosen)
        for row, bits in enumerate((a & b, a & ~b, b & ~a)):
            counts[row, chosen] = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    return counts


def _category(allowed: NDArray[np.bool_], known: NDArray[np.bool_] | bool) -> NDArray[np.int64]:
    """Return the index of each composition's category in `CATEGORIES`."""
    return np.asarray(2 * ~allowed + (np.logical_not(known)), np.int64)


def _slices(n: int, size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, n, size))
