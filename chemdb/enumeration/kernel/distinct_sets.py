"""Distinct allowed sets: merge equal bitmaps, renumber their bits, assign them to systems."""

import numpy as np
from numba import njit

from chemdb.enumeration.kernel.bits import popcount


@njit(cache=True, nogil=True)
def merge_equal_rows(rows, slots, set_of_row, representative):
    """Give equal rows one set number; return how many sets there are.

    Set 0 is the empty set, whether or not a row holds it.

    Parameters
    ----------
    rows : array of uint64, shape (n_rows, n_words)
    slots : array of int32, shape (a power of two over 2 * n_rows,)
        Hash table, filled with -1 by the caller.
    set_of_row : array of int32, shape (n_rows,)
        Filled.
    representative : array of int64, shape (n_rows + 1,)
        Filled with one row of each set; -1 for set 0.
    """
    n_words = rows.shape[1]
    mask = slots.shape[0] - 1
    representative[0] = -1
    n_sets = 1
    for r in range(rows.shape[0]):
        key = np.uint64(0)
        empty = True
        for w in range(n_words):
            word = rows[r, w]
            empty = empty and word == 0
            key = (key ^ word) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
        if empty:
            set_of_row[r] = 0
            continue
        slot = np.int64(key & np.uint64(mask))
        while True:
            candidate = slots[slot]
            if candidate < 0:
                slots[slot] = n_sets
                representative[n_sets] = r
                set_of_row[r] = n_sets
                n_sets += 1
                break
            first = representative[candidate]
            w = 0
            while w < n_words and rows[r, w] == rows[first, w]:
                w += 1
            if w == n_words:
                set_of_row[r] = candidate
                break
            slot = (slot + 1) & mask
    return n_sets


@njit(cache=True, nogil=True)
def pack_bits(rows, stoichiometry_of_bit, systems_of_set, packed, set_n_allowed, stoichiometry_n_allowed):
    """Rewrite bitmaps over factor tuples as bitmaps over stoichiometry numbers, and tally them.

    Parameters
    ----------
    rows : array of uint64, shape (n_sets, n_words)
    stoichiometry_of_bit : array of int32, shape (64 * n_words,)
        Stoichiometry number of each bit of a row.
    systems_of_set : array of int64, shape (n_sets,)
        How many systems have the set.
    packed : array of uint8, shape (n_sets, ceil(n_stoichiometries / 8))
        Zeroed by the caller; filled with the most significant bit first.
    set_n_allowed : array of int32, shape (n_sets,)
        Filled with the number of bits.
    stoichiometry_n_allowed : array of int64, shape (n_stoichiometries,)
        Added to: in how many systems each stoichiometry is allowed.
    """
    one = np.uint64(1)
    for s in range(rows.shape[0]):
        n = 0
        for w in range(rows.shape[1]):
            word = rows[s, w]
            while word:
                lowest = word & (~word + one)
                stoichiometry = stoichiometry_of_bit[64 * w + popcount(lowest - one)]
                packed[s, stoichiometry >> 3] |= np.uint8(128 >> (stoichiometry & 7))
                stoichiometry_n_allowed[stoichiometry] += systems_of_set[s]
                n += 1
                word ^= lowest
        set_n_allowed[s] = n


@njit(cache=True, nogil=True)
def assign_systems(
    start,
    stop,
    first_system,
    n_elements,
    k,
    rank,
    usable,
    electronegativity,
    head_of,
    tail_of,
    row_of,
    set_of_row,
    elements,
    system_set,
):
    """Write the systems whose first element is from start to stop, in lexicographic order.

    Parameters
    ----------
    start, stop : int
        Slice of first elements.
    first_system : array of int64, shape (n_elements + 1,)
        Number of the first system of each first element.
    n_elements, k : int
    rank : array of int64, shape (n_elements,)
        Place of each element in order of electronegativity, those without one last.
    usable : array of int64, shape (n_elements,)
        Place among the elements that can be in an allowed composition, else -1.
    electronegativity : array of float64, shape (n_usable,)
    head_of : array of int32, shape (n_usable,) * (k - 2), flattened
        Head signature of ascending places.
    tail_of, row_of
        As in `neutrality.decide`.
    set_of_row : array of int32, shape (n_rows,)
    elements : array of uint8, shape (n_systems, k)
        Filled with element numbers in order of electronegativity.
    system_set : array of int32, shape (n_systems,)
        Filled.
    """
    n_usable = electronegativity.shape[0]
    combination = np.empty(k, np.int64)
    ordered = np.empty(k, np.int64)
    for first in range(start, stop):
        system = first_system[first]
        for i in range(k):
            combination[i] = first + i
        while system < first_system[first + 1]:
            valid = True
            for i in range(k):
                element = combination[i]
                valid = valid and usable[element] >= 0
                j = i
                while j > 0 and rank[ordered[j - 1]] > rank[element]:
                    ordered[j] = ordered[j - 1]
                    j -= 1
                ordered[j] = element
            for i in range(k):
                elements[system, i] = ordered[i]
            system_set[system] = 0
            if valid:
                head = 0
                for i in range(k - 2):
                    head = head * n_usable + usable[ordered[i]]
                a, b = usable[ordered[k - 2]], usable[ordered[k - 1]]
                tie = 0
                if k > 2 and electronegativity[usable[ordered[k - 3]]] == electronegativity[a]:
                    tie = 1
                system_set[system] = set_of_row[row_of[head_of[head], 2 * tail_of[a, b] + tie]]
            system += 1
            i = k - 1
            while i > 0 and combination[i] == n_elements - k + i:
                i -= 1
            combination[i] += 1
            for j in range(i + 1, k):
                combination[j] = combination[j - 1] + 1
