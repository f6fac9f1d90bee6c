"""Read chemical formulas from bytes, and write them in canonical form.

A formula is a sum of parts (``CuSO4·5H2O``). A part is a coefficient followed by items; an item is
a symbol or a group in brackets, followed by an amount. Formulas lie end to end in one buffer, as in
an Arrow column; their items lie end to end in two arrays, elements and amounts.
"""

import numpy as np
from numba import njit

OK, EMPTY, CHARACTER, SYMBOL, BRACKET, FRACTION, ZERO, LARGE, DOT_INSIDE, EMPTY_GROUP, DEEP = range(11)

MAX_DEPTH = 32
MAX_AMOUNT = 2**31 - 1


@njit(cache=True, nogil=True)
def count_capitals(data, offsets, counts):
    """Count the capital letters of each formula, which are at least as many as its symbols.

    Parameters
    ----------
    data : array of uint8, shape (n_bytes,)
        UTF-8.
    offsets : array of int64, shape (n + 1,)
    counts : array of int64, shape (n,)
        Filled.
    """
    for i in range(counts.shape[0]):
        n = 0
        for p in range(offsets[i], offsets[i + 1]):
            if 65 <= data[p] <= 90:
                n += 1
        counts[i] = n


@njit(cache=True, nogil=True)
def _separator(data, p, stop):
    """Return the byte length of the hydrate dot at p (· • ∙ ⋅ *), 0 where there is none."""
    if data[p] == 42:
        return 1
    if p + 1 < stop and data[p] == 0xC2 and data[p + 1] == 0xB7:
        return 2
    if p + 2 < stop and data[p] == 0xE2:
        a, b = data[p + 1], data[p + 2]
        if (a == 0x80 and b == 0xA2) or (a == 0x88 and b == 0x99) or (a == 0x8B and b == 0x85):
            return 3
    return 0


@njit(cache=True, nogil=True)
def _full_stop_adds(data, p, stop):
    """Return whether the full stop at p joins two parts and is not a decimal point.

    It joins them before a letter or bracket (``CaSO4.H2O``), and before a count of waters with
    which a part ends (``CuSO4.5H2O``, not ``Mn1.5H2O4``).
    """
    p += 1
    if p >= stop:
        return False
    if 65 <= data[p] <= 90 or data[p] == 40 or data[p] == 91 or data[p] == 123:
        return True
    if not 49 <= data[p] <= 57:
        return False
    while p < stop and 48 <= data[p] <= 57:
        p += 1
    if p + 2 >= stop or data[p] != 72 or data[p + 1] != 50 or data[p + 2] != 79:
        return False
    p += 3
    return p == stop or data[p] == 32 or data[p] == 9 or data[p] == 46 or _separator(data, p, stop) > 0


@njit(cache=True, nogil=True)
def _digit(data, p, stop):
    """Return (digit, byte length) at p, subscripts included; (-1, 0) where there is none."""
    if p < stop and 48 <= data[p] <= 57:
        return np.int64(data[p]) - 48, 1
    if p + 2 < stop and data[p] == 0xE2 and data[p + 1] == 0x82 and 0x80 <= data[p + 2] <= 0x89:
        return np.int64(data[p + 2]) - 0x80, 3
    return np.int64(-1), 0


@njit(cache=True, nogil=True)
def _is_fraction(data, p, stop):
    """Return whether a part of a fraction is at p: ½ and the like, or a slash or comma before a digit."""
    if p >= stop:
        return False
    if data[p] == 44 or data[p] == 47:
        return _is_digit(data, p + 1, stop)
    if data[p] == 0xC2:
        return p + 1 < stop and 0xBC <= data[p + 1] <= 0xBE
    return p + 2 < stop and data[p] == 0xE2 and data[p + 1] == 0x85 and 0x90 <= data[p + 2] <= 0x9E


@njit(cache=True, nogil=True)
def _is_digit(data, p, stop):
    return _digit(data, p, stop)[1] > 0


@njit(cache=True, nogil=True)
def _number(data, p, stop, is_coefficient):
    """Return (value, next p, error) of the number at p; (1, p, OK) where there is none.

    Nobody writes an amount of 1 in front of a hydrate dot, or a dot after a coefficient: a full
    stop followed by a digit is a decimal point there.
    """
    digit, length = _digit(data, p, stop)
    if length == 0:
        return np.int64(1), p, OK
    value = np.int64(0)
    while length > 0:
        value = value * 10 + digit
        if value > MAX_AMOUNT:
            return value, p, LARGE
        p += length
        digit, length = _digit(data, p, stop)
    if p < stop and data[p] == 46:
        q = p + 1
        digit, length = _digit(data, q, stop)
        is_decimal = length > 0 and (is_coefficient or value < 2)
        if is_decimal or not _full_stop_adds(data, p, stop):
            if length == 0:
                return value, p, FRACTION if _is_fraction(data, q, stop) else CHARACTER
            while length > 0:
                if digit != 0:
                    return value, p, FRACTION
                q += length
                digit, length = _digit(data, q, stop)
            # 4.0.5 in CaSO4.0.5H2O.
            if q < stop and data[q] == 46 and _is_digit(data, q + 1, stop):
                return value, p, FRACTION
            p = q
    if _is_fraction(data, p, stop):
        return value, p, FRACTION
    if value == 0:
        return value, p, ZERO
    return value, p, OK


@njit(cache=True, nogil=True)
def _read_items(data, start, stop, numbers, elements, amounts):
    """Read the symbols of one formula with their amounts; return (number, error, position)."""
    opened = np.empty(MAX_DEPTH, np.int64)
    brackets = np.empty(MAX_DEPTH, np.uint8)
    depth = 0
    n = 0
    first = 0
    coefficient = np.int64(1)
    at_start_of_part = True
    p = start
    while p < stop:
        c = data[p]
        if c == 32 or c == 9:
            p += 1
            continue
        length = _separator(data, p, stop)
        if length == 0 and c == 46 and _full_stop_adds(data, p, stop):
            length = 1
        if length > 0:
            if depth > 0:
                return n, DOT_INSIDE, p
            if first == n:
                return n, CHARACTER, p
            for i in range(first, n):
                amounts[i] *= coefficient
                if amounts[i] > MAX_AMOUNT:
                    return n, LARGE, p
            first = n
            coefficient = np.int64(1)
            at_start_of_part = True
            p += length
            continue
        if at_start_of_part:
            here = p
            coefficient, p, error = _number(data, p, stop, True)
            if error != OK:
                return n, error, here
            at_start_of_part = False
            if p > here:
                continue
        if 65 <= c <= 90:
            here = p
            key = (np.int64(c) - 65) * 27
            p += 1
            if p < stop and 97 <= data[p] <= 122:
                key += np.int64(data[p]) - 96
                p += 1
            if numbers[key] == 0:
                return n, SYMBOL, here
            at = p
            amount, p, error = _number(data, p, stop, False)
            if error != OK:
                return n, error, at
            elements[n] = numbers[key]
            amounts[n] = amount
            n += 1
        elif c == 40 or c == 91 or c == 123:
            if depth == MAX_DEPTH:
                return n, DEEP, p
            opened[depth] = n
            brackets[depth] = c
            depth += 1
            p += 1
        elif c == 41 or c == 93 or c == 125:
            # ( is followed by ); ] and } come two characters after [ and {.
            if depth == 0 or c - brackets[depth - 1] > 2 or c < brackets[depth - 1]:
                return n, BRACKET, p
            depth -= 1
            if opened[depth] == n:
                return n, EMPTY_GROUP, p
            p += 1
            at = p
            amount, p, error = _number(data, p, stop, False)
            if error != OK:
                return n, error, at
            for i in range(opened[depth], n):
                amounts[i] *= amount
                if amounts[i] > MAX_AMOUNT:
                    return n, LARGE, at
        elif (c == 46 and (_is_digit(data, p + 1, stop) or _is_fraction(data, p + 1, stop))) or _is_fraction(
            data, p, stop
        ):
            return n, FRACTION, p
        else:
            return n, CHARACTER, p
    if depth > 0:
        return n, BRACKET, stop
    if n == 0:
        return n, EMPTY, start
    if first == n:
        return n, CHARACTER, stop
    for i in range(first, n):
        amounts[i] *= coefficient
        if amounts[i] > MAX_AMOUNT:
            return n, LARGE, stop
    return n, OK, start


@njit(cache=True, nogil=True)
def read_formulas(data, offsets, numbers, rank, starts, elements, amounts, counts, errors, positions):
    """Read formulas into reduced amounts, each element once, in order of electronegativity.

    Parameters
    ----------
    data : array of uint8, shape (n_bytes,)
        UTF-8.
    offsets : array of int64, shape (n + 1,)
        Formula i is ``data[offsets[i]:offsets[i + 1]]``.
    numbers : array of uint8, shape (26 * 27,)
        Atomic number of each symbol, at 27 * capital + small letter (0: none); 0 for no symbol.
    rank : array of int64, shape (104,)
        Place of each atomic number in order of electronegativity.
    starts : array of int64, shape (n,)
        Where the elements and amounts of each formula begin.
    elements : array of uint8
        Filled with atomic numbers.
    amounts : array of int64
        Filled.
    counts : array of int32, shape (n,)
        Filled with the number of distinct elements; 0 on an error.
    errors : array of uint8, shape (n,)
        Filled with `OK` or the error.
    positions : array of int32, shape (n,)
        Filled with the byte at which an error was found.
    """
    for f in range(counts.shape[0]):
        base = starts[f]
        item_elements, item_amounts = elements[base:], amounts[base:]
        n, error, position = _read_items(
            data, offsets[f], offsets[f + 1], numbers, item_elements, item_amounts
        )
        errors[f] = error
        positions[f] = position - offsets[f]
        counts[f] = 0
        if error != OK:
            continue
        merged = 0
        for i in range(n):
            element, amount = item_elements[i], item_amounts[i]
            j = merged
            while j > 0 and rank[item_elements[j - 1]] > rank[element]:
                j -= 1
            if j > 0 and item_elements[j - 1] == element:
                item_amounts[j - 1] += amount
                continue
            for m in range(merged, j, -1):
                item_elements[m] = item_elements[m - 1]
                item_amounts[m] = item_amounts[m - 1]
            item_elements[j] = element
            item_amounts[j] = amount
            merged += 1
        divisor = np.int64(0)
        for i in range(merged):
            a, b = item_amounts[i], divisor
            while b:
                a, b = b, a % b
            divisor = a
        for i in range(merged):
            item_amounts[i] //= divisor
        counts[f] = merged


@njit(cache=True, nogil=True)
def find_largest(starts, counts, amounts, largest):
    """Find the largest amount of each formula.

    Parameters
    ----------
    starts, counts, amounts
        As filled by `read_formulas`.
    largest : array of int64, shape (n,)
        Filled; 0 where there is no formula.
    """
    for f in range(counts.shape[0]):
        largest[f] = 0
        for i in range(starts[f], starts[f] + counts[f]):
            largest[f] = max(largest[f], amounts[i])


@njit(cache=True, nogil=True)
def _put_amount(out, p, amount):
    """Write an amount over 1 at p, if out has room; return the next p."""
    if amount == 1:
        return p
    digits = 1
    scale = np.int64(10)
    while scale <= amount:
        digits += 1
        scale *= 10
    if out.shape[0] > 0:
        for d in range(digits - 1, -1, -1):
            out[p + d] = 48 + amount % 10
            amount //= 10
    return p + digits


@njit(cache=True, nogil=True)
def write_formulas(starts, counts, elements, amounts, symbols, ends, out):
    """Write formulas: symbols and amounts in the order given.

    Parameters
    ----------
    starts, counts, elements, amounts
        As filled by `read_formulas`.
    symbols : array of uint8, shape (104, 2)
        Letters of each symbol, 0 for no second letter.
    ends : array of int64, shape (n,)
        Filled with the end of each text.
    out : array of uint8, shape (ends[-1],)
        Filled; shape (0,) to learn `ends` only.
    """
    p = np.int64(0)
    for f in range(counts.shape[0]):
        for i in range(starts[f], starts[f] + counts[f]):
            for letter in range(2):
                if symbols[elements[i], letter]:
                    if out.shape[0] > 0:
                        out[p] = symbols[elements[i], letter]
                    p += 1
            p = _put_amount(out, p, amounts[i])
        ends[f] = p


@njit(cache=True, nogil=True)
def write_species(starts, counts, elements, oxidation_states, symbols, ends, out):
    """Write species: symbols with oxidation states, joined by spaces, as ``Li+ Zn2+ O2-``.

    Parameters are those of `write_formulas`, except

    oxidation_states : array of int8
        Parallel to `elements`.
    """
    p = np.int64(0)
    for f in range(counts.shape[0]):
        for i in range(starts[f], starts[f] + counts[f]):
            if i > starts[f]:
                if out.shape[0] > 0:
                    out[p] = 32
                p += 1
            for letter in range(2):
                if symbols[elements[i], letter]:
                    if out.shape[0] > 0:
                        out[p] = symbols[elements[i], letter]
                    p += 1
            state = np.int64(oxidation_states[i])
            if state != 0:
                p = _put_amount(out, p, abs(state))
            if out.shape[0] > 0:
                out[p] = 48 if state == 0 else 43 if state > 0 else 45
            p += 1
        ends[f] = p


@njit(cache=True, nogil=True)
def write_chemsys(starts, counts, elements, symbols, ends, out):
    """Write chemical systems: symbols in alphabetical order, joined by hyphens.

    Parameters are those of `write_formulas`.
    """
    ordered = np.empty(256, np.uint8)
    p = np.int64(0)
    for f in range(counts.shape[0]):
        for i in range(counts[f]):
            element = elements[starts[f] + i]
            key = np.int64(symbols[element, 0]) * 256 + symbols[element, 1]
            j = i
            while j > 0 and np.int64(symbols[ordered[j - 1], 0]) * 256 + symbols[ordered[j - 1], 1] > key:
                ordered[j] = ordered[j - 1]
                j -= 1
            ordered[j] = element
        for i in range(counts[f]):
            if i > 0:
                if out.shape[0] > 0:
                    out[p] = 45
                p += 1
            for letter in range(2):
                if symbols[ordered[i], letter]:
                    if out.shape[0] > 0:
                        out[p] = symbols[ordered[i], letter]
                    p += 1
        ends[f] = p


@njit(cache=True, nogil=True)
def write_anonymous(starts, counts, amounts, ends, out):
    """Write anonymous formulas: ascending amounts under A to Z, then a to z.

    Parameters are those of `write_formulas`.
    """
    ordered = np.empty(256, np.int64)
    p = np.int64(0)
    for f in range(counts.shape[0]):
        for i in range(counts[f]):
            amount = amounts[starts[f] + i]
            j = i
            while j > 0 and ordered[j - 1] > amount:
                ordered[j] = ordered[j - 1]
                j -= 1
            ordered[j] = amount
        for i in range(counts[f]):
            if out.shape[0] > 0:
                out[p] = 65 + i if i < 26 else 97 + (i - 26) % 26
            p = _put_amount(out, p + 1, ordered[i])
        ends[f] = p
