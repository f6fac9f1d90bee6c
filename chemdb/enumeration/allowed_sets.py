"""Every chemical system of some number of elements, with its set of allowed stoichiometries.

A composition is allowed when some choice of one oxidation state per element is
charge-neutral and every cation is less electronegative than every anion (Park et al.,
Faraday Discuss. 2024, d4fd00063c; SMACT's `smact_filter` decides the same).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.stoichiometry import check_limits, reduced_factors
from chemdb.enumeration.distinct_sets import DistinctSets, packed_sets
from chemdb.enumeration.element_table import ElementTable
from chemdb.enumeration.signatures import Signatures
from chemdb.runtime.progress import Progress, no_progress
from chemdb.runtime.threads import map_slices

with kernel_cache():
    from chemdb.enumeration.kernel import listed_systems

#: Bytes of bitmaps that `enumerate_systems` may hold at once.
MAX_BITMAP_BYTES = 1_500_000_000


@dataclass(frozen=True)
class EnumeratedSystems:
    """All systems of k elements and their allowed stoichiometries.

    Attributes
    ----------
    factors : array of uint8, shape (n_stoichiometries, k)
        Row number is the stoichiometry number; factors belong to the elements of a system
        in order of electronegativity.
    stoichiometry_n_allowed : array of int64, shape (n_stoichiometries,)
        In how many systems each stoichiometry is allowed.
    elements : array of uint8, shape (n_systems, k)
        Element numbers in order of electronegativity; systems in lexicographic order of
        their element numbers.
    system_set : array of int32, shape (n_systems,)
        Row of `bits` that holds each system's allowed stoichiometries.
    bits : array of uint8, shape (n_sets, ceil(n_stoichiometries / 8))
        Distinct allowed sets in ascending order, most significant bit first; row 0 is empty.
    set_n_allowed : array of int32, shape (n_sets,)
        Number of stoichiometries in each set.
    """

    factors: NDArray[np.uint8]
    stoichiometry_n_allowed: NDArray[np.int64]
    elements: NDArray[np.uint8]
    system_set: NDArray[np.int32]
    bits: NDArray[np.uint8]
    set_n_allowed: NDArray[np.int32]

    @property
    def nelements(self) -> int:
        """Number of elements, k."""
        return int(self.factors.shape[1])

    @property
    def n_systems(self) -> int:
        """Number of systems."""
        return len(self.elements)

    @property
    def n_sets(self) -> int:
        """Number of distinct sets, the empty one included."""
        return len(self.bits)

    @property
    def n_allowed(self) -> int:
        """Number of allowed compositions."""
        return int(self.set_n_allowed[self.system_set].sum(dtype=np.int64))

    @cached_property
    def set_n_systems(self) -> NDArray[np.int64]:
        """Number of systems with each set, shape (n_sets,)."""
        return np.bincount(self.system_set, minlength=self.n_sets)

    def packed(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield the number of a set and the bits of it and those after it, in order."""
        yield 1, np.ascontiguousarray(self.bits[1:])


def enumerate_systems(
    table: ElementTable,
    nelements: int,
    max_stoichiometry: int,
    threads: int,
    progress: Progress = no_progress,
) -> EnumeratedSystems:
    """Return all systems of `nelements` elements with their allowed stoichiometries.

    Parameters
    ----------
    table : ElementTable
        All elements, usable or not; systems are made of all of them.
    nelements : int
        2 to 4.
    max_stoichiometry : int
        1 to 12.
    threads : int
    progress : callable, optional

    Raises
    ------
    LimitError
        Limits outside these, or bitmaps of more than `MAX_BITMAP_BYTES`.
    """
    check_limits(nelements, max_stoichiometry)
    factors = reduced_factors(nelements, max_stoichiometry)
    if len(table.usable()) < nelements:
        return _nothing_allowed(table, factors, threads)
    signatures = Signatures(table, nelements, max_stoichiometry)
    n_rows = signatures.count_rows(threads)
    signatures.check_size(int(n_rows.sum()), MAX_BITMAP_BYTES)
    rows = np.empty((n_rows.sum(), signatures.row_words), np.uint64)
    row_of = np.full((len(signatures.heads), 2 * len(signatures.tails)), -1, np.int32)
    row_systems = np.zeros(len(rows), np.int64)
    signatures.decide(np.cumsum(n_rows) - n_rows, rows, row_of, row_systems, threads, progress)

    distinct = DistinctSets(len(rows))
    set_of_row, first_rows = distinct.add(rows, rows[:0], threads)
    n_sets = distinct.n_sets
    set_n_systems = np.bincount(set_of_row, weights=row_systems, minlength=n_sets).astype(np.int64)
    rows = rows[first_rows]
    bits, n_allowed, tally = packed_sets(rows, set_n_systems[1:], signatures, threads)
    bits, n_allowed = np.insert(bits, 0, 0, axis=0), np.insert(n_allowed, 0, 0)

    ascending = np.argsort(bits.view(f"S{bits.shape[1]}").ravel(), kind="stable")
    place = np.empty(n_sets, np.int32)
    place[ascending] = np.arange(n_sets)
    usable = np.full(len(table), -1, np.int64)
    usable[table.usable()] = np.arange(len(signatures.electronegativity))
    elements, system_set = _list_systems(
        table, nelements, usable, signatures.electronegativity, signatures.head_of,
        signatures.tail_of, row_of, place[set_of_row], threads,
    )  # fmt: skip
    return EnumeratedSystems(factors, tally, elements, system_set, bits[ascending], n_allowed[ascending])


def _nothing_allowed(table: ElementTable, factors: NDArray[np.uint8], threads: int) -> EnumeratedSystems:
    """Return all systems with the empty set, for a table that has too few usable elements."""
    empty = np.empty((0, 0), np.int32)
    elements, system_set = _list_systems(
        table, factors.shape[1], np.full(len(table), -1, np.int64), np.empty(0), empty.ravel(),
        empty.astype(np.int64), empty, empty.ravel(), threads,
    )  # fmt: skip
    n = len(factors)
    return EnumeratedSystems(
        factors,
        np.zeros(n, np.int64),
        elements,
        system_set,
        np.zeros((1, -(-n // 8)), np.uint8),
        np.zeros(1, np.int32),
    )


def _list_systems(
    table: ElementTable,
    k: int,
    usable: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    head_of: NDArray[np.int32],
    tail_of: NDArray[np.int64],
    row_of: NDArray[np.int32],
    set_of_row: NDArray[np.int32],
    threads: int,
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return elements and set of every system; the other arguments go to `assign_systems`."""
    n = len(table)
    first_system = np.concatenate(
        [[0], np.cumsum([comb(n - 1 - first, k - 1) for first in range(n)])]
    ).astype(np.int64)
    elements = np.empty((comb(n, k), k), np.uint8)
    system_set = np.empty(comb(n, k), np.int32)
    rank = table.rank()

    def work(start: int, stop: int) -> None:
        listed_systems.assign_systems(
            start, stop, first_system, n, k, rank, usable, electronegativity, head_of, tail_of,
            row_of, set_of_row, elements, system_set,
        )  # fmt: skip

    map_slices(work, n, threads)
    return elements, system_set
