"""Distinct rows of bitmaps that come in batches, of which only their keys stay in memory."""

import numpy as np
from numba import njit

from chemdb.enumeration.kernel.bits import popcount, reversed_bits


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


@njit(cache=True, nogil=True)
def pack_rows(start, stop, rows, coprime, systems_of_row, packed, n_allowed, tally):
    """Leave out the bits of factors that are not reduced, and count the others: bits of stoichiometries.

    Factors and stoichiometries are in the same order.

    Parameters
    ----------
    start, stop : int
        Slice of rows.
    rows : array of uint64, shape (n_rows, n_words)
        Least significant bit first.
    coprime : array of uint64, shape (n_words,)
        Bits of the reduced factors.
    systems_of_row : array of int64, shape (n_rows,)
        Number of systems with each row; less than 2**32 altogether.
    packed : array of uint8, shape (n_rows, ceil(n_stoichiometries / 8))
        Filled, most significant bit first.
    n_allowed : array of int32, shape (n_rows,)
        Filled with the number of bits.
    tally : array of uint32, shape (64 * n_words,)
        Added to: number of systems with each bit of a row.
    """
    one, full = np.uint64(1), ~np.uint64(0)
    for r in range(start, stop):
        n = 0
        byte, n_bits, at = np.uint64(0), 0, 0
        weight = np.uint32(systems_of_row[r])
        for w in range(rows.shape[1]):
            word, mask = rows[r, w], coprime[w]
            n += popcount(word)
            low, high = np.uint32(word), np.uint32(word >> np.uint64(32))
            for b in range(32):
                tally[64 * w + b] += ((low >> np.uint32(b)) & np.uint32(1)) * weight
            for b in range(32):
                tally[64 * w + 32 + b] += ((high >> np.uint32(b)) & np.uint32(1)) * weight
            if mask == full:
                # Reversed, because rows have their least significant bit first.
                word = reversed_bits(word)
                for shift in range(56, -8, -8):
                    eight = (word >> np.uint64(shift)) & np.uint64(255)
                    packed[r, at] = np.uint8(
                        ((byte << np.uint64(8 - n_bits)) | (eight >> np.uint64(n_bits))) & np.uint64(255)
                    )
                    byte = eight & ((one << np.uint64(n_bits)) - one)
                    at += 1
                continue
            while mask:
                lowest = mask & (~mask + one)
                byte = (byte << one) | np.uint64((word & lowest) != 0)
                n_bits += 1
                if n_bits == 8:
                    packed[r, at] = np.uint8(byte)
                    byte, n_bits = np.uint64(0), 0
                    at += 1
                mask ^= lowest
        if n_bits:
            packed[r, at] = np.uint8(byte << np.uint64(8 - n_bits))
        n_allowed[r] = n
