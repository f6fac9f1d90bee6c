"""Compositions as rows: which ones, and their formulas and chemical systems as text."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def members_of_sets(sets, stoichiometries, starts, members):
    """Fill `members` with the stoichiometries in each set; return how many there are.

    Parameters
    ----------
    sets : array of uint8, shape (n_sets, n_bytes)
        Bit i of a set is bit 7 - i % 8 of byte i // 8.
    stoichiometries : array of int64
        Which bits to look at, ascending.
    starts : array of int64, shape (n_sets + 1,)
        Filled with the place of each set's first member.
    members : array of int32
        Long enough for all.
    """
    n = 0
    for row in range(len(sets)):
        starts[row] = n
        for s in stoichiometries:
            if sets[row, s >> 3] >> (7 - (s & 7)) & 1:
                members[n] = s
                n += 1
    starts[len(sets)] = n
    return n


@njit(cache=True, nogil=True)
def expand(kind, starts, members, first_numbers, taken, system, place, row, at_taken, out_row, out_member):
    """Fill arrays with the next compositions of systems, in order; return where they end.

    Parameters
    ----------
    kind : array of int32, shape (n,)
        Set of each system.
    starts, members
        Of the sets, from `members_of_sets`.
    first_numbers : array of int64, shape (n,)
        Number of the first composition of each system.
    taken : array of int64
        Numbers of compositions to leave out, ascending.
    system, place : int
        The next system, and the next member of its set.
    row : int
        Places of the output that are filled already.
    at_taken : int
        Place in `taken` that has been reached.
    out_row, out_member : array of int32
        Filled with system and stoichiometry.

    Returns
    -------
    system, place, row, at_taken : int
        The same, after the last composition that was filled in.
    """
    n_taken, capacity = len(taken), len(out_row)
    while system < len(kind):
        first, last = starts[kind[system]], starts[kind[system] + 1]
        for at in range(first + place, last):
            number = first_numbers[system] + members[at]
            while at_taken < n_taken and taken[at_taken] < number:
                at_taken += 1
            if at_taken < n_taken and taken[at_taken] == number:
                continue
            if row == capacity:
                return system, at - first, row, at_taken
            out_row[row] = system
            out_member[row] = members[at]
            row += 1
        system += 1
        place = 0
    return system, 0, row, at_taken


@njit(cache=True, nogil=True)
def formula_texts(elements, factors, symbols, symbol_lengths, amounts, amount_lengths, offsets, text):
    """Fill `text` with formulas such as LiZnO2, one after the other.

    Parameters
    ----------
    elements : array of uint8, shape (n, k)
        Atomic numbers.
    factors : array of uint8, shape (n, k)
    symbols : array of uint8, shape (n_elements + 1, 2)
        Their letters by atomic number.
    symbol_lengths : array of uint8, shape (n_elements + 1,)
    amounts : array of uint8, shape (max_factor + 1, 2)
        Digits of each factor.
    amount_lengths : array of uint8, shape (max_factor + 1,)
        0 for a factor of one, which is not written.
    offsets : array of int32, shape (n + 1,)
        Filled with the place of each formula.
    text : array of uint8
        Long enough for all.
    """
    at = 0
    for row in range(len(elements)):
        offsets[row] = at
        for i in range(elements.shape[1]):
            element, factor = elements[row, i], factors[row, i]
            for letter in range(symbol_lengths[element]):
                text[at] = symbols[element, letter]
                at += 1
            for digit in range(amount_lengths[factor]):
                text[at] = amounts[factor, digit]
                at += 1
    offsets[len(elements)] = at


@njit(cache=True, nogil=True)
def chemsys_texts(elements, alphabetical, symbols, symbol_lengths, offsets, text):
    """Fill `text` with chemical systems such as Li-O-Zn, one after the other.

    Parameters
    ----------
    elements : array of uint8, shape (n, k)
        Atomic numbers.
    alphabetical : array of uint8, shape (n_elements + 1,)
        Place of each symbol in alphabetical order.
    symbols, symbol_lengths, offsets, text
        As in `formula_texts`.
    """
    at = 0
    k = elements.shape[1]
    order = np.empty(k, np.uint8)
    for row in range(len(elements)):
        offsets[row] = at
        for i in range(k):
            element = elements[row, i]
            j = i
            while j > 0 and alphabetical[order[j - 1]] > alphabetical[element]:
                order[j] = order[j - 1]
                j -= 1
            order[j] = element
        for i in range(k):
            if i:
                text[at] = 45
                at += 1
            for letter in range(symbol_lengths[order[i]]):
                text[at] = symbols[order[i], letter]
                at += 1
    offsets[len(elements)] = at
