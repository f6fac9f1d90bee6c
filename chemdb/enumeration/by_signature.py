"""Chemical systems of five elements, by the signatures of their heads and tails.

There are 87,541,245 systems of five of 103 elements, and 516,163,862,166 allowed compositions of them. They
have only 4,720,312 signatures, so systems are not listed: a system is the head and the tail that its elements
form, and the pair of their signatures has an allowed set. Distinct sets go to a file as they are found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.stoichiometry import check_limits, reduced_factors
from chemdb.enumeration.distinct_sets import DistinctSets, packed_sets
from chemdb.enumeration.element_table import ElementTable
from chemdb.enumeration.row_file import RowFile
from chemdb.enumeration.signatures import Signatures
from chemdb.runtime.progress import Progress, no_progress

#: Bytes of bitmaps that are decided, or packed, at a time.
BATCH_BYTES = 32_000_000
#: Head signatures that are decided at a time, where their bitmaps are small.
BATCH_HEADS = 1_000
#: Bytes at the end of a set by which sets are sorted: neighbours are then so similar that zstd makes them
#: half as large as in the order of their first bytes.
SORTED_BYTES = 64
#: Bytes that the bitmaps of all signatures may take: about a fifth of them are distinct and go to the file.
MAX_BITMAP_BYTES = 40_000_000_000


@dataclass(frozen=True)
class SystemsBySignature:
    """All systems of k elements and their allowed stoichiometries.

    Signature 0 is that of heads and tails with an element that occurs in no allowed composition.

    Attributes
    ----------
    factors : array of uint8, shape (n_stoichiometries, k)
        Row number is the stoichiometry number; factors belong to the elements of a system
        in order of electronegativity.
    stoichiometry_n_allowed : array of int64, shape (n_stoichiometries,)
        In how many systems each stoichiometry is allowed.
    heads : array of uint8, shape (n_heads, k - 2)
        Element numbers in order of electronegativity. Heads are in lexicographic order of their elements'
        places in that order; those that no tail can follow are left out.
    head_signature : array of int32, shape (n_heads,)
    head_n_tails : array of int64, shape (n_heads,)
        Number of tails that may follow each head.
    tails : array of uint8, shape (n_tails, 3)
        The head's last element, and the two elements of a tail that may follow it, in the order of heads.
    tail_signature : array of int32, shape (n_tails,)
        Tails that tie with the head's last element have other signatures than those that do not.
    tail_number : array of int32, shape (n_tails,)
        Number of the tail among those that may follow the head's last element, from 0.
    pairs : array of int32, shape (n_pairs, 3)
        Head signature, tail signature and allowed set of all systems, ascending.
    set_n_systems : array of int64, shape (n_sets,)
        Number of systems with each allowed set; set 0 is empty.
    set_n_allowed : array of int32, shape (n_sets,)
        Number of stoichiometries in each set.
    bits : RowFile
        Bytes of the distinct sets but the empty one, ceil(n_stoichiometries / 8) each, most significant bit
        first.
    row_of_set : array of int64, shape (n_sets - 1,)
        Row of `bits` of each set but the empty one.
    """

    factors: NDArray[np.uint8]
    stoichiometry_n_allowed: NDArray[np.int64]
    heads: NDArray[np.uint8]
    head_signature: NDArray[np.int32]
    head_n_tails: NDArray[np.int64]
    tails: NDArray[np.uint8]
    tail_signature: NDArray[np.int32]
    tail_number: NDArray[np.int32]
    pairs: NDArray[np.int32]
    set_n_systems: NDArray[np.int64]
    set_n_allowed: NDArray[np.int32]
    bits: RowFile
    row_of_set: NDArray[np.int64]

    @property
    def nelements(self) -> int:
        """Number of elements, k."""
        return int(self.factors.shape[1])

    @property
    def n_allowed(self) -> int:
        """Number of allowed compositions."""
        return int((self.set_n_systems * self.set_n_allowed).sum())

    @property
    def n_systems(self) -> int:
        """Number of systems."""
        return int(self.set_n_systems.sum())

    @property
    def n_sets(self) -> int:
        """Number of distinct sets, the empty one included."""
        return len(self.set_n_allowed)

    def packed(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield the number of a set and the bits of it and those after it, shape (n, width), in order."""
        width = -(-len(self.factors) // 8)
        bits: NDArray[np.uint8] = self.bits.read(np.uint8, width)
        # Few, because every row is on other pages of the file.
        step = max(1, BATCH_BYTES // (16 * width))
        for start in range(0, self.n_sets - 1, step):
            yield start + 1, bits[self.row_of_set[start : start + step]]
            self.bits.forget()


def enumerate_by_signature(
    table: ElementTable,
    nelements: int,
    max_stoichiometry: int,
    threads: int,
    file: RowFile,
    progress: Progress = no_progress,
) -> SystemsBySignature:
    """Return all systems of `nelements` elements with their allowed stoichiometries.

    Parameters
    ----------
    table : ElementTable
        All elements, usable or not; systems are made of all of them.
    nelements : int
        3 to 5.
    max_stoichiometry : int
        1 to 12.
    threads : int
    file : RowFile
        Empty; belongs to the result.
    progress : callable, optional

    Raises
    ------
    LimitError
        Limits outside these, or bitmaps of more than `MAX_BITMAP_BYTES`.
    """
    check_limits(nelements, max_stoichiometry)
    factors = reduced_factors(nelements, max_stoichiometry)
    heads, tails = _combinations(len(table), nelements)
    if len(table.usable()) < nelements:
        head_signature, tail_signature = np.zeros(len(heads), np.int32), np.zeros(len(tails), np.int32)
        pairs, set_n_systems = np.zeros((0, 3), np.int32), np.zeros(1, np.int64)
        set_n_allowed, tally = np.zeros(1, np.int32), np.zeros(len(factors), np.int64)
        row_of_set = np.zeros(0, np.int64)
    else:
        signatures = Signatures(table, nelements, max_stoichiometry)
        place = _usable_places(table)
        head_signature = _head_signatures(signatures, place[heads])
        tail_signature = _tail_signatures(signatures, place[tails])
        pairs, set_n_systems = _find_distinct(signatures, threads, file, progress)
        set_n_allowed, tally, ends = _pack(signatures, set_n_systems, len(factors), threads, file)
        row_of_set = np.argsort(ends, kind="stable")
        in_order = np.concatenate([[0], 1 + row_of_set])
        set_n_systems, set_n_allowed = set_n_systems[in_order], set_n_allowed[in_order]
        pairs[:, 2] = np.argsort(in_order)[pairs[:, 2]]
    set_n_systems[0] = comb(len(table), nelements) - set_n_systems[1:].sum()
    ordered = np.array(table.by_electronegativity(), np.uint8)
    last = len(table) - 1 - heads[:, -1].astype(np.int64)
    return SystemsBySignature(
        factors,
        tally,
        ordered[heads],
        head_signature,
        last * (last - 1) // 2,
        ordered[tails],
        tail_signature,
        _numbers_within(tails[:, 0]),
        _with_empty(pairs, head_signature, tail_signature),
        set_n_systems,
        set_n_allowed,
        file,
        row_of_set,
    )


def _combinations(n: int, nelements: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the places of heads, and of a head's last element with each tail, in lexicographic order."""
    heads = [head for head in combinations(range(n), nelements - 2) if head[-1] < n - 2]
    tails = list(combinations(range(n), 3))
    return np.array(heads, np.uint8).reshape(-1, nelements - 2), np.array(tails, np.uint8).reshape(-1, 3)


def _numbers_within(groups: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the number of each row among those of its group, from 0; groups are ascending."""
    starts = np.searchsorted(groups, groups)
    return (np.arange(len(groups)) - starts).astype(np.int32)


def _usable_places(table: ElementTable) -> NDArray[np.int64]:
    """Return the number that `Signatures` gives the element of each place, -1 if it gives none."""
    order = table.by_electronegativity()
    number = {element: i for i, element in enumerate(table.usable())}
    return np.array([number.get(element, -1) for element in order], np.int64)


def _head_signatures(signatures: Signatures, heads: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the signature of each head, from 1; 0 where an element is not usable."""
    n = len(signatures.electronegativity)
    flat = np.zeros(len(heads), np.int64)
    for column in heads.T:
        flat = flat * n + column
    usable = (heads >= 0).all(axis=1)
    found: NDArray[np.int32] = np.where(usable, 1 + signatures.head_of[np.where(usable, flat, 0)], 0)
    return found.astype(np.int32)


def _tail_signatures(signatures: Signatures, tails: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the signature of each tail after a head's last element, see `_tail_number`; 0 as for heads."""
    last, first, second = tails.T
    electronegativity = signatures.electronegativity
    tie = (last >= 0) & (electronegativity[last] == electronegativity[first])
    usable = (first >= 0) & (second >= 0)
    # As in the columns of `row_of`, see `neutrality.decide`.
    return np.where(usable, 1 + 2 * signatures.tail_of[first, second] + tie, 0).astype(np.int32)


def _with_empty(
    pairs: NDArray[np.int32], head_signature: NDArray[np.int32], tail_signature: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return all pairs of signatures, those with signature 0 and the empty set included."""
    tails = np.unique(tail_signature)
    heads = np.setdiff1d(head_signature, [0])
    first = np.stack([np.zeros_like(tails), tails, np.zeros_like(tails)], axis=1)
    zeros = np.zeros_like(heads)
    every = np.concatenate([first, np.stack([heads, zeros, zeros], axis=1), pairs])
    return every[np.lexsort((every[:, 1], every[:, 0]))]


def _find_distinct(
    signatures: Signatures, threads: int, file: RowFile, progress: Progress
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Decide all signatures and write their distinct bitmaps to the file, in the order in which they occur.

    Returns
    -------
    pairs : array of int32, shape (n_signatures, 3)
        Head signature, tail signature and set.
    set_n_systems : array of int64, shape (n_sets,)
        0 for the empty set.
    """
    n_rows = signatures.count_rows(threads)
    total = int(n_rows.sum())
    row_bytes = 8 * signatures.row_words
    signatures.check_size(total, MAX_BITMAP_BYTES)
    starts = _batches(n_rows, max(1, BATCH_BYTES // row_bytes))
    longest = max(int(n_rows[a:b].sum()) for a, b in pairwise(starts))
    rows = np.empty((longest, signatures.row_words), np.uint64)
    row_systems = np.empty(longest, np.int64)
    distinct = DistinctSets(total)
    set_n_systems = np.zeros(total + 1, np.int64)
    pairs = []
    for a, b in pairwise(starts):
        n = int(n_rows[a:b].sum())
        row_of = np.full((b - a, 2 * len(signatures.tails)), -1, np.int32)
        signatures.decide(
            np.cumsum(n_rows[a:b]) - n_rows[a:b], rows[:n], row_of, row_systems, threads, heads=slice(a, b)
        )
        n_stored = distinct.n_sets - 1
        set_of_row, fresh = distinct.add(rows[:n], file.read(np.uint64, signatures.row_words), threads)
        file.write(n_stored * row_bytes, rows[fresh])
        file.forget()
        np.add.at(set_n_systems, set_of_row, row_systems[:n])
        head, tail = np.nonzero(row_of >= 0)
        pairs.append(
            np.stack([1 + a + head, 1 + tail, set_of_row[row_of[head, tail]]], axis=1).astype(np.int32)
        )
        progress(b / len(n_rows))
    set_n_systems[0] = 0
    return np.concatenate(pairs), set_n_systems[: distinct.n_sets].copy()


def _batches(n_rows: NDArray[np.int64], longest: int) -> list[int]:
    """Return where batches of heads start, of about `longest` rows each, and where the last one ends."""
    starts, total = [0], 0
    for head, n in enumerate(n_rows.tolist()):
        if total and (total + n > longest or head - starts[-1] == BATCH_HEADS):
            starts.append(head)
            total = 0
        total += n
    return [*starts, len(n_rows)]


def _pack(
    signatures: Signatures,
    set_n_systems: NDArray[np.int64],
    n_stoichiometries: int,
    threads: int,
    file: RowFile,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.bytes_]]:
    """Rewrite the rows of the file as bits of stoichiometries.

    Returns
    -------
    n_allowed : array of int32, shape (n_sets,)
        Sizes of the sets, the empty one included.
    tally : array of int64, shape (n_stoichiometries,)
        In how many systems each stoichiometry is allowed.
    ends : array of bytes, shape (n_sets - 1,)
        Last bytes of each set but the empty one, in reverse order.
    """
    n_sets = len(set_n_systems) - 1
    row_words, width = signatures.row_words, -(-n_stoichiometries // 8)
    n_allowed = np.zeros(n_sets + 1, np.int32)
    tally = np.zeros(n_stoichiometries, np.int64)
    ends = np.zeros((n_sets, SORTED_BYTES), np.uint8)
    step = max(1, BATCH_BYTES // (8 * row_words))
    for first in range(0, n_sets, step):
        stop = min(first + step, n_sets)
        sets = slice(1 + first, 1 + stop)
        rows = np.array(file.read(np.uint64, row_words)[first:stop])
        bits, n_allowed[sets], of_batch = packed_sets(rows, set_n_systems[sets], signatures, threads)
        tally += of_batch
        last = bits[:, : -1 - SORTED_BYTES : -1]
        ends[first:stop, : last.shape[1]] = last
        # Shorter than the rows they come from, so they reach into no row that is still to be read.
        file.write(first * width, bits)
        file.forget()
    return n_allowed, tally, ends.view(f"S{SORTED_BYTES}").ravel()
