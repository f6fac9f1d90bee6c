"""Distinct allowed sets: rows with equal bitmaps have one number, and become bits of stoichiometries."""

import numpy as np
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.enumeration.signatures import Signatures
from chemdb.runtime.threads import map_slices

with kernel_cache():
    from chemdb.enumeration.kernel import distinct_rows


class DistinctSets:
    """Numbers the distinct rows of one batch or of many, of which only keys are kept; set 0 is the empty set.

    Parameters
    ----------
    n_rows : int
        Of all batches.

    Attributes
    ----------
    n_sets : int
        Number of sets so far, with the empty one.
    """

    def __init__(self, n_rows: int) -> None:
        self.n_sets = 1
        self._slots = np.full(2 << n_rows.bit_length(), -1, np.int32)
        self._keys = np.empty(n_rows + 1, np.uint64)

    def add(
        self, rows: NDArray[np.uint64], stored: NDArray[np.uint64], threads: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the set of each row of a batch, and the rows of new sets, in order of their numbers.

        Parameters
        ----------
        rows : array of uint64, shape (n_rows, n_words)
        stored : array of uint64, shape (n_sets - 1, n_words)
            Rows of the sets so far, without the empty one.
        threads : int
        """
        keys = np.empty(len(rows), np.uint64)
        map_slices(lambda start, stop: distinct_rows.hash_rows(start, stop, rows, keys), len(rows), threads)
        set_of_row, fresh = np.empty(len(rows), np.int32), np.empty(len(rows), np.int64)
        n_before = self.n_sets
        self.n_sets = distinct_rows.merge_rows(
            rows, keys, self._slots, self._keys, stored, n_before, set_of_row, fresh
        )
        return set_of_row, fresh[: self.n_sets - n_before]


def packed_sets(
    rows: NDArray[np.uint64], n_systems: NDArray[np.int64], signatures: Signatures, threads: int
) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int64]]:
    """Return rows as bits of stoichiometries, how many each has, and in how many systems each is allowed.

    Parameters
    ----------
    rows : array of uint64, shape (n, n_words)
    n_systems : array of int64, shape (n,)
        Number of systems with each row.
    signatures : Signatures
    threads : int

    Returns
    -------
    bits : array of uint8, shape (n, ceil(n_stoichiometries / 8))
        Most significant bit first.
    n_allowed : array of int32, shape (n,)
    tally : array of int64, shape (n_stoichiometries,)
    """
    bits = np.zeros((len(rows), -(-len(signatures.row_bits) // 8)), np.uint8)
    n_allowed = np.zeros(len(rows), np.int32)

    def work(start: int, stop: int) -> NDArray[np.uint32]:
        tally = np.zeros(64 * signatures.row_words, np.uint32)
        distinct_rows.pack_rows(start, stop, rows, signatures.coprime, n_systems, bits, n_allowed, tally)
        return tally

    tally = np.zeros(64 * signatures.row_words, np.int64)
    for of_slice in map_slices(work, len(rows), threads):
        tally += of_slice
    return bits, n_allowed, tally[signatures.row_bits]
