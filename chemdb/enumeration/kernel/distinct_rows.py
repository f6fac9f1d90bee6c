"""Distinct rows of bitmaps that come in batches, of which only their keys stay in memory."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def hash_rows(start, stop, rows, keys):
    """Write a key of 64 bits for each row from start to stop: equal rows have equal keys, empty ones 0.

    Parameters
    ----------
    start, stop : int
    rows : array of uint64, shape (n_rows, n_words)
    keys : array of uint64, shape (n_rows,)
        Filled.
    """
    for r in range(start, stop):
        key = np.uint64(0)
        for w in range(rows.shape[1]):
            key = (key ^ rows[r, w]) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
        keys[r] = key


@njit(cache=True, nogil=True)
def merge_rows(rows, keys, slots, set_keys, stored, n_sets, set_of_row, fresh):
    """Give the rows of a batch the numbers of their sets; return how many sets there are now.

    Set 0 is the empty set. Rows count as equal when all their words are equal, whatever their keys.

    Parameters
    ----------
    rows : array of uint64, shape (n_rows, n_words)
    keys : array of uint64, shape (n_rows,)
        From `hash_rows`.
    slots : array of int32, shape (a power of two over twice the number of sets,)
        Hash table over all batches, filled with -1 by the caller.
    set_keys : array of uint64, shape (more than the number of sets,)
        Keys of the sets so far; added to.
    stored : array of uint64, shape (n_sets - 1, n_words)
        Rows of the sets of earlier batches, without the empty set.
    n_sets : int
        Number of sets of earlier batches, with the empty set.
    set_of_row : array of int32, shape (n_rows,)
        Filled.
    fresh : array of int64, shape (n_rows,)
        Filled with the rows of the new sets, in order of their numbers.
    """
    n_words = rows.shape[1]
    mask = slots.shape[0] - 1
    n_before = n_sets
    for r in range(rows.shape[0]):
        key = keys[r]
        if key == 0:
            empty = True
            for w in range(n_words):
                empty = empty and rows[r, w] == 0
            if empty:
                set_of_row[r] = 0
                continue
        slot = np.int64(key & np.uint64(mask))
        while True:
            candidate = slots[slot]
            if candidate < 0:
                slots[slot] = n_sets
                set_keys[n_sets] = key
                fresh[n_sets - n_before] = r
                set_of_row[r] = n_sets
                n_sets += 1
                break
            if set_keys[candidate] == key:
                w = 0
                if candidate < n_before:
                    while w < n_words and rows[r, w] == stored[candidate - 1, w]:
                        w += 1
                else:
                    first = fresh[candidate - n_before]
                    while w < n_words and rows[r, w] == rows[first, w]:
                        w += 1
                if w == n_words:
                    set_of_row[r] = candidate
                    break
            slot = (slot + 1) & mask
    return n_sets
