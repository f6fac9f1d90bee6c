"""Heads and tails of chemical systems, grouped by signature: all that the rule depends on.

The elements of a system are in order of electronegativity; the last two are its *tail*, those
before it its *head*. Elements with the same oxidation states are interchangeable, so heads and tails
are decided once per *signature*, see `chemdb.enumeration.kernel.neutrality`.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.stoichiometry import reduced_factors
from chemdb.enumeration.element_table import ElementTable
from chemdb.errors import LimitError
from chemdb.runtime.progress import Progress, no_progress
from chemdb.runtime.threads import map_slices

with kernel_cache():
    from chemdb.enumeration.kernel import neutrality

#: All heads, for `Signatures.decide`.
ALL = slice(None)


class Signatures:
    """Signatures of the heads and tails of all systems of `nelements` elements.

    Parameters
    ----------
    table : ElementTable
        With at least `nelements` usable elements.
    nelements : int
        k, 2 or more.
    max_stoichiometry : int
        Largest factor.

    Attributes
    ----------
    nelements, max_factor : int
    electronegativity : array of float64, shape (n,)
        Of the usable elements, ascending. Below, elements are numbered in this order.
    states : array of int64, shape (n_lists, longest)
        Distinct lists of oxidation states in e, padded.
    nstates : array of int64, shape (n_lists,)
        Length of each list.
    reach : int
        Largest net charge in e that a tail can cancel.
    tails : array of int64, shape (n_tails, 3)
        List number of the first and of the second element, 1 where they tie.
    tail_of : array of int64, shape (n, n)
        Tail signature of elements i < j.
    heads : array of int64, shape (n_heads, k - 2)
        List number of each element.
    head_ties : array of int64, shape (n_heads, k - 2)
        1 where an element ties with the one before it.
    head_of : array of int32, shape (n,) * (k - 2), flattened
        Head signature of ascending elements.
    last, n_heads : arrays of int64
        Last elements of heads, and how many heads end with each. Head signature i has those from
        ``head_stops[i]`` to ``head_stops[i + 1]``; the last element of an empty head is -1.
    head_stops : array of int64, shape (n_heads + 1,)
    n_words : int
        Words of 64 bits in a bitmap over the factors of a tail.
    bitmaps : array of uint64, shape (n_tails, 3 * (2 * reach + 1), n_words)
        From `neutrality.fill_tail_bitmaps`.
    coprime : array of uint64, shape (row_words,)
        A row with the bits of all reduced stoichiometries set.
    """

    def __init__(self, table: ElementTable, nelements: int, max_stoichiometry: int) -> None:
        usable = table.usable()
        self.nelements = nelements
        self.max_factor = max_stoichiometry
        self.electronegativity = np.array([table.electronegativity[i] for i in usable], np.float64)

        lists = sorted({table.oxidation_states[i] for i in usable})
        self.states = np.zeros((len(lists), max(map(len, lists), default=1)), np.int64)
        for i, states in enumerate(lists):
            self.states[i, : len(states)] = states
        self.nstates = np.array([len(states) for states in lists], np.int64)
        self.reach = 2 * max_stoichiometry * int(np.abs(self.states).max(initial=1))

        numbers = {states: i for i, states in enumerate(lists)}
        list_of = [numbers[table.oxidation_states[i]] for i in usable]
        self._number_tails(list_of)
        self._number_heads(list_of)

        self.n_words = tail_words(max_stoichiometry)
        self.bitmaps = np.zeros((len(self.tails), 3 * (2 * self.reach + 1), self.n_words), np.uint64)
        neutrality.fill_tail_bitmaps(
            self.tails, self.states, self.nstates, max_stoichiometry, self.reach, self.bitmaps
        )
        self.coprime = reduced_bits(nelements, max_stoichiometry)

    @property
    def head_length(self) -> int:
        """Number of elements of a head, k - 2."""
        return self.nelements - 2

    @property
    def row_words(self) -> int:
        """Words of 64 bits in a row: the bitmap of a system over all its factor tuples."""
        return len(self.coprime)

    @cached_property
    def row_bits(self) -> NDArray[np.int64]:
        """Bit of a row that stands for each reduced stoichiometry, shape (n_stoichiometries,), ascending."""
        return row_bits(self.nelements, self.max_factor)

    def check_size(self, n_rows: int, most: int) -> None:
        """Raise `LimitError` if the bitmaps of so many rows have more than `most` bytes."""
        n_bytes = 8 * self.row_words * n_rows
        if n_bytes > most:
            raise LimitError(
                f"{self.nelements} elements with factors up to {self.max_factor}: the bitmaps would take "
                f"{n_bytes / 1e9:.1f} GB (limit {most / 1e9:.1f}); choose a smaller "
                f"--max-stoichiometry, or count with 'chemdb count'"
            )

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
        progress: Progress = no_progress,
        heads: slice = ALL,
    ) -> int:
        """Run `neutrality.decide` on some heads and return the number of allowed compositions.

        Rows of `row_of`, and entries of `first_row`, are those of the heads that are decided.
        """
        lists, ties, stops = self.heads[heads], self.head_ties[heads], self.head_stops[heads.start or 0 :]

        def work(start: int, stop: int) -> int:
            return int(
                neutrality.decide(
                    start, stop, lists, ties, stops, self.last,
                    self.n_heads, self.tail_of, self.electronegativity, self.states, self.nstates,
                    self.bitmaps, self.coprime, self.max_factor, self.reach, first_row, rows, row_of,
                    row_systems,
                )
            )  # fmt: skip

        return sum(map_slices(work, len(lists), threads, progress, slices_per_thread=64))

    def _number_tails(self, list_of: list[int]) -> None:
        n = len(list_of)
        numbers: dict[tuple[int, ...], int] = {}
        self.tail_of = np.zeros((n, n), np.int64)
        for pair in combinations(range(n), 2):
            self.tail_of[pair] = numbers.setdefault(self._signature(pair, list_of), len(numbers))
        self.tails = np.array(list(numbers), np.int64).reshape(-1, 3)

    def _number_heads(self, list_of: list[int]) -> None:
        n, h = len(list_of), self.head_length
        numbers: dict[tuple[int, ...], int] = {}
        heads_by_last: list[dict[int, int]] = []  # per signature: number of heads by last element
        self.head_of = np.zeros(n**h, np.int32)
        for head in combinations(range(n), h):
            number = numbers.setdefault(self._signature(head, list_of), len(numbers))
            if number == len(heads_by_last):
                heads_by_last.append({})
            last = head[-1] if head else -1
            heads_by_last[number][last] = heads_by_last[number].get(last, 0) + 1
            self.head_of[sum(i * n ** (h - 1 - d) for d, i in enumerate(head))] = number
        signatures = np.array(list(numbers), np.int64).reshape(len(numbers), -1)
        self.heads = np.ascontiguousarray(signatures[:, :h])
        self.head_ties = np.zeros_like(self.heads)
        self.head_ties[:, 1:] = signatures[:, h:]
        self.last = np.array([last for heads in heads_by_last for last in heads], np.int64)
        self.n_heads = np.array([n for heads in heads_by_last for n in heads.values()], np.int64)
        self.head_stops = np.concatenate([[0], np.cumsum(list(map(len, heads_by_last)))]).astype(np.int64)

    def _signature(self, elements: Sequence[int], list_of: list[int]) -> tuple[int, ...]:
        ties = (int(self.electronegativity[a] == self.electronegativity[b]) for a, b in pairwise(elements))
        return (*(list_of[i] for i in elements), *ties)


def tail_words(max_factor: int) -> int:
    """Return the number of words of 64 bits in a bitmap over the factors of a tail."""
    return -(-(max_factor**2) // 64)


def row_bits(nelements: int, max_factor: int) -> NDArray[np.int64]:
    """Return the bit that stands for each reduced stoichiometry in a row, a bitmap over all factor tuples."""
    factors = reduced_factors(nelements, max_factor).astype(np.int64) - 1
    head = np.zeros(len(factors), np.int64)
    for i in range(nelements - 2):
        head = head * max_factor + factors[:, i]
    return head * tail_words(max_factor) * 64 + factors[:, -2] * max_factor + factors[:, -1]


def reduced_bits(nelements: int, max_factor: int) -> NDArray[np.uint64]:
    """Return a row with the bits of all reduced stoichiometries set, least significant bit first."""
    flags = np.zeros(64 * max_factor ** (nelements - 2) * tail_words(max_factor), np.uint8)
    flags[row_bits(nelements, max_factor)] = 1
    return np.packbits(flags, bitorder="little").view(np.uint64)
