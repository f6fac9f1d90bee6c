"""Every allowed composition of an order: which stoichiometries of which chemical system.

A composition is allowed when some choice of one oxidation state per element is
charge-neutral and every cation is less electronegative than every anion (Park et al.,
Faraday Discuss. 2024, d4fd00063c; SMACT's `smact_filter` asks the same).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.elements import Element, electronegativity_rank
from chemdb.chemistry.species import OxidationStates
from chemdb.chemistry.stoichiometry import check_limits, reduced_factors
from chemdb.enumeration.kernel import distinct_sets as allowed_sets
from chemdb.enumeration.kernel import neutrality
from chemdb.errors import LimitError
from chemdb.runtime.progress import Progress, no_progress
from chemdb.runtime.threads import map_slices

#: Orders whose allowed sets are stored; higher ones are counted only.
STORED_ORDERS = range(2, 5)
#: Bytes of bitmaps that `enumerate_space` may hold at once.
MAX_BITMAP_BYTES = 1_500_000_000


@dataclass(frozen=True)
class ElementTable:
    """What the rule needs to know of each element; elements are numbered by place.

    Attributes
    ----------
    electronegativity : tuple of (float or None)
        Pauling scale.
    oxidation_states : tuple of tuple of int
        In e; empty where the set has none.
    tie_break : tuple of int
        Orders elements of equal electronegativity, and those without one: atomic numbers.
    """

    electronegativity: tuple[float | None, ...]
    oxidation_states: tuple[tuple[int, ...], ...]
    tie_break: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.electronegativity)

    def rank(self) -> NDArray[np.int64]:
        """Return each element's place in order of electronegativity, those without one last."""
        order = sorted(range(len(self)), key=self._sort_key)
        rank = np.empty(len(self), np.int64)
        rank[order] = np.arange(len(self))
        return rank

    def usable(self) -> list[int]:
        """Return the elements with an electronegativity and oxidation states, in order."""
        return [
            i
            for i in sorted(range(len(self)), key=self._sort_key)
            if self.electronegativity[i] is not None and self.oxidation_states[i]
        ]

    def _sort_key(self, element: int) -> tuple[float, int]:
        return electronegativity_rank(self.electronegativity[element], self.tie_break[element])


def element_order(elements: Sequence[Element]) -> list[Element]:
    """Return elements by symbol: systems made in this order come out in order of chemsys."""
    return sorted(elements, key=lambda element: element.symbol)


def rule_table(ordered: Sequence[Element], states: OxidationStates) -> ElementTable:
    """Return what the enumerator needs to know of each element, in the order given."""
    return ElementTable(
        tuple(element.electronegativity for element in ordered),
        tuple(states.states.get(element.symbol, ()) for element in ordered),
        tuple(element.atomic_number for element in ordered),
    )


@dataclass(frozen=True)
class Space:
    """All systems of an order and their allowed stoichiometries.

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
    def n_allowed(self) -> int:
        """Number of allowed compositions."""
        return int(self.set_n_allowed[self.system_set].sum(dtype=np.int64))


class _Signatures:
    """Heads and tails of the systems of one order, grouped by what the rule sees of them."""

    def __init__(self, table: ElementTable, nelements: int, max_stoichiometry: int) -> None:
        usable = table.usable()
        self.n = n = len(usable)
        self.h = h = nelements - 2
        self.max_factor = max_stoichiometry
        self.electronegativity = np.array([table.electronegativity[i] for i in usable], np.float64)
        lists = sorted({table.oxidation_states[i] for i in usable})
        number = {states: i for i, states in enumerate(lists)}
        longest = max(map(len, lists), default=1)
        self.states = np.zeros((len(lists), longest), np.int64)
        for i, states in enumerate(lists):
            self.states[i, : len(states)] = states
        self.nstates = np.array([len(states) for states in lists], np.int64)
        self.reach = 2 * max_stoichiometry * int(np.abs(self.states).max(initial=1))
        list_of = [number[table.oxidation_states[i]] for i in usable]

        tails: dict[tuple[int, ...], int] = {}
        self.tail_of = np.zeros((n, n), np.int64)
        for pair in combinations(range(n), 2):
            self.tail_of[pair] = tails.setdefault(self._signature(pair, list_of), len(tails))
        self.tails = np.array(list(tails), np.int64).reshape(-1, 3)

        heads: dict[tuple[int, ...], int] = {}
        ends: list[dict[int, int]] = []
        self.head_of = np.zeros(n**h, np.int32)
        for head in combinations(range(n), h):
            signature = heads.setdefault(self._signature(head, list_of), len(heads))
            if signature == len(ends):
                ends.append({})
            last = head[-1] if head else -1
            ends[signature][last] = ends[signature].get(last, 0) + 1
            self.head_of[sum(i * n ** (h - 1 - d) for d, i in enumerate(head))] = signature
        signatures = np.array(list(heads), np.int64).reshape(len(heads), -1)
        self.heads = np.ascontiguousarray(signatures[:, :h])
        self.head_ties = np.zeros_like(self.heads)
        self.head_ties[:, 1:] = signatures[:, h:]
        self.last = np.array([last for end in ends for last in end], np.int64)
        self.n_heads = np.array([count for end in ends for count in end.values()], np.int64)
        self.head_stops = np.concatenate([[0], np.cumsum([len(end) for end in ends])]).astype(np.int64)

        self.n_words = -(-(max_stoichiometry**2) // 64)
        self.bitmaps = np.zeros((len(self.tails), 3 * (2 * self.reach + 1), self.n_words), np.uint64)
        neutrality.fill_tail_bitmaps(
            self.tails, self.states, self.nstates, max_stoichiometry, self.reach, self.bitmaps
        )

    def _signature(self, elements: Sequence[int], list_of: list[int]) -> tuple[int, ...]:
        ties = (int(self.electronegativity[a] == self.electronegativity[b]) for a, b in pairwise(elements))
        return (*(list_of[i] for i in elements), *ties)

    def row_bits(self) -> NDArray[np.int64]:
        """Return the bit of a kernel's row that stands for each stoichiometry."""
        factors = reduced_factors(self.h + 2, self.max_factor).astype(np.int64) - 1
        head = np.zeros(len(factors), np.int64)
        for i in range(self.h):
            head = head * self.max_factor + factors[:, i]
        return head * self.n_words * 64 + factors[:, -2] * self.max_factor + factors[:, -1]

    def coprime(self) -> NDArray[np.uint64]:
        """Return a kernel's row with the bits of all reduced stoichiometries set."""
        flags = np.zeros(self.max_factor**self.h * self.n_words * 64, np.uint8)
        flags[self.row_bits()] = 1
        return np.packbits(flags, bitorder="little").view(np.uint64)

    def count_rows(self, threads: int) -> NDArray[np.int64]:
        """Return the number of system signatures under each head signature."""
        n_pairs = np.zeros(len(self.heads), np.int64)

        def work(start: int, stop: int) -> None:
            neutrality.count_pairs(
                start, stop, self.head_stops, self.last, self.n_heads, self.tail_of,
                self.electronegativity, len(self.tails), n_pairs,
            )  # fmt: skip

        map_slices(work, len(self.heads), threads)
        return n_pairs

    def decide(
        self,
        first_row: NDArray[np.int64],
        rows: NDArray[np.uint64],
        row_of: NDArray[np.int32],
        row_systems: NDArray[np.int64],
        threads: int,
        progress: Progress,
    ) -> int:
        """Run `neutrality.decide` over all heads; return the number of allowed compositions."""
        coprime = self.coprime()

        def work(start: int, stop: int) -> int:
            return int(
                neutrality.decide(
                    start, stop, self.heads, self.head_ties, self.head_stops, self.last,
                    self.n_heads, self.tail_of, self.electronegativity, self.states, self.nstates,
                    self.bitmaps, coprime, self.max_factor, self.reach, first_row, rows, row_of,
                    row_systems,
                )
            )  # fmt: skip

        return sum(map_slices(work, len(self.heads), threads, progress, slices_per_thread=64))


def count_allowed(
    table: ElementTable,
    nelements: int,
    max_stoichiometry: int,
    threads: int,
    progress: Progress = no_progress,
) -> int:
    """Return how many compositions of an order are allowed, storing none.

    Parameters
    ----------
    table : ElementTable
    nelements : int
        2 to 5.
    max_stoichiometry : int
        1 to 12.
    threads : int
    progress : callable, optional

    Raises
    ------
    LimitError
    """
    check_limits(nelements, max_stoichiometry)
    if len(table.usable()) < nelements:
        return 0
    signatures = _Signatures(table, nelements, max_stoichiometry)
    none = np.zeros(len(signatures.heads), np.int64)
    return signatures.decide(
        none,
        np.empty((0, 0), np.uint64),
        np.empty((0, 0), np.int32),
        np.empty(0, np.int64),
        threads,
        progress,
    )


def check_storable(nelements: int) -> None:
    """Raise `LimitError` for an order whose allowed sets would not fit in a file."""
    if nelements not in STORED_ORDERS:
        raise LimitError(
            f"{nelements} elements: {comb(103, nelements):,} systems are too many to store; "
            f"build orders {STORED_ORDERS[0]} to {STORED_ORDERS[-1]}, and count the others with "
            f"'chemdb count --nelements {nelements}'"
        )


def enumerate_space(
    table: ElementTable,
    nelements: int,
    max_stoichiometry: int,
    threads: int,
    progress: Progress = no_progress,
) -> Space:
    """Return all systems of an order with their allowed stoichiometries.

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
        Limits outside these, or a space too large for memory.
    """
    check_limits(nelements, max_stoichiometry)
    check_storable(nelements)
    factors = reduced_factors(nelements, max_stoichiometry)
    if len(table.usable()) < nelements:
        return _empty_space(table, factors, threads)
    signatures = _Signatures(table, nelements, max_stoichiometry)
    n_rows = signatures.count_rows(threads)
    n_words = signatures.coprime().size
    n_bytes = int(n_rows.sum()) * n_words * 8
    if n_bytes > MAX_BITMAP_BYTES:
        raise LimitError(
            f"{nelements} elements with factors up to {max_stoichiometry}: deciding needs "
            f"{n_bytes / 1e9:.1f} GB of bitmaps (limit {MAX_BITMAP_BYTES / 1e9:.1f}); choose a smaller "
            f"--max-stoichiometry, or count with 'chemdb count'"
        )
    rows = np.empty((n_rows.sum(), n_words), np.uint64)
    row_of = np.full((len(signatures.heads), 2 * len(signatures.tails)), -1, np.int32)
    row_systems = np.zeros(len(rows), np.int64)
    signatures.decide(np.cumsum(n_rows) - n_rows, rows, row_of, row_systems, threads, progress)

    set_of_row = np.empty(len(rows), np.int32)
    representative = np.empty(len(rows) + 1, np.int64)
    slots = np.full(2 << len(rows).bit_length(), -1, np.int32)
    n_sets = allowed_sets.merge_equal_rows(rows, slots, set_of_row, representative)
    systems_of_set = np.bincount(set_of_row, weights=row_systems, minlength=n_sets).astype(np.int64)
    stoichiometry_of_bit = np.zeros(n_words * 64, np.int32)
    stoichiometry_of_bit[signatures.row_bits()] = np.arange(len(factors))
    distinct = rows[representative[1:n_sets]]
    del rows
    bits, n_allowed, tally = _pack(distinct, stoichiometry_of_bit, systems_of_set, len(factors), threads)

    order = np.argsort(bits.view(f"S{bits.shape[1]}").ravel(), kind="stable")
    place = np.empty(n_sets, np.int32)
    place[order] = np.arange(n_sets)
    elements, system_set = _assign(table, signatures, row_of, place[set_of_row], threads)
    return Space(factors, tally, elements, system_set, bits[order], n_allowed[order])


def _pack(
    rows: NDArray[np.uint64],
    stoichiometry_of_bit: NDArray[np.int32],
    systems_of_set: NDArray[np.int64],
    n_stoichiometries: int,
    threads: int,
) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int64]]:
    """Return packed bits, sizes (set 0, the empty one, included) and tallies of distinct sets."""
    bits = np.zeros((len(rows) + 1, -(-n_stoichiometries // 8)), np.uint8)
    n_allowed = np.zeros(len(rows) + 1, np.int32)

    def work(start: int, stop: int) -> NDArray[np.int64]:
        tally = np.zeros(n_stoichiometries, np.int64)
        chunk = slice(start + 1, stop + 1)
        allowed_sets.pack_bits(
            rows[start:stop],
            stoichiometry_of_bit,
            systems_of_set[chunk],
            bits[chunk],
            n_allowed[chunk],
            tally,
        )
        return tally

    tallies = map_slices(work, len(rows), threads)
    return bits, n_allowed, np.sum(tallies, axis=0, dtype=np.int64) + np.zeros(n_stoichiometries, np.int64)


def _assign(
    table: ElementTable,
    signatures: _Signatures,
    row_of: NDArray[np.int32],
    set_of_row: NDArray[np.int32],
    threads: int,
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return elements and set of every system, those with unusable elements included."""
    usable = np.full(len(table), -1, np.int64)
    usable[table.usable()] = np.arange(signatures.n)
    return _list_systems(
        table, signatures.h + 2, usable, signatures.electronegativity, signatures.head_of,
        signatures.tail_of, row_of, set_of_row, threads,
    )  # fmt: skip


def _empty_space(table: ElementTable, factors: NDArray[np.uint8], threads: int) -> Space:
    """Return the space of an order for which too few elements are usable."""
    none = np.empty((0, 0), np.int32)
    elements, system_set = _list_systems(
        table, factors.shape[1], np.full(len(table), -1, np.int64), np.empty(0), none.ravel(),
        none.astype(np.int64), none, none.ravel(), threads,
    )  # fmt: skip
    n = len(factors)
    return Space(
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
    n = len(table)
    first_system = np.concatenate(
        [[0], np.cumsum([comb(n - 1 - first, k - 1) for first in range(n)])]
    ).astype(np.int64)
    elements = np.empty((comb(n, k), k), np.uint8)
    system_set = np.empty(comb(n, k), np.int32)
    rank = table.rank()

    def work(start: int, stop: int) -> None:
        allowed_sets.assign_systems(
            start, stop, first_system, n, k, rank, usable, electronegativity, head_of, tail_of,
            row_of, set_of_row, elements, system_set,
        )  # fmt: skip

    map_slices(work, n, threads)
    return elements, system_set
