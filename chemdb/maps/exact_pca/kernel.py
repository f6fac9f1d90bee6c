"""Sums and counts over the compositions of chemical systems, which are kept as sets."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def add_moments(elements, system_set, covered, counts, first, second, by_element, by_pair, start, stop):
    """Add the sums of each system to those of its elements; return how many compositions that took.

    Systems with an element that is not covered are left out.

    Parameters
    ----------
    elements : array of uint8, shape (n, k)
        Atomic numbers.
    system_set : array of int32, shape (n,)
        Row of each system in `counts`, `first` and `second`.
    covered : array of bool, shape (104,)
        By atomic number.
    counts : array of int64, shape (n_sets,)
        Compositions in each set.
    first : array of float64, shape (n_sets, k)
        Sums of the fractions over each set.
    second : array of float64, shape (n_sets, k, k)
        Sums of the products of two fractions over each set.
    by_element : array of float64, shape (104,)
        Incremented.
    by_pair : array of float64, shape (104, 104)
        Incremented.
    start, stop : int
        Range of systems.

    Returns
    -------
    int, int
        Compositions added, and left out.
    """
    k = elements.shape[1]
    n = 0
    n_left_out = 0
    for i in range(start, stop):
        s = system_set[i]
        all_covered = True
        for a in range(k):
            all_covered = all_covered and covered[elements[i, a]]
        if not all_covered:
            n_left_out += counts[s]
            continue
        n += counts[s]
        for a in range(k):
            by_element[elements[i, a]] += first[s, a]
            for b in range(k):
                by_pair[elements[i, a], elements[i, b]] += second[s, a, b]
    return n, n_left_out


@njit(cache=True, nogil=True)
def count_cells(elements, system_set, sets, fractions, points, covered, bins, start, stop):
    """Return how many compositions of a range of systems fall into each cell of a grid.

    Systems with an element that is not covered are left out.

    Parameters
    ----------
    elements : array of uint8, shape (n, 4)
        Atomic numbers of each system, padded with 0.
    system_set : array of int32, shape (n,)
        Row of each system in `sets`.
    sets : array of uint8, shape (n_sets, n_bytes)
        Allowed stoichiometries: bit i of a set is bit 7 - i % 8 of byte i // 8.
    fractions : array of float64, shape (4, m)
        Fraction of each element in each stoichiometry, padded with 0.
    points : array of float64, shape (2, 104)
        Column and row of each element in the grid, in cells; 0 for the padding.
    covered : array of bool, shape (104,)
        By atomic number.
    bins : int
        Cells along each side.
    start, stop : int
        Range of systems, which must have fewer than 2**32 compositions.

    Returns
    -------
    array of uint32, shape (2, bins * bins)
        Counts of compositions that are not allowed, and allowed; cells row by row.
    """
    m = fractions.shape[1]
    f0, f1, f2, f3 = fractions[0], fractions[1], fractions[2], fractions[3]
    counts = np.zeros((2, bins * bins), np.uint32)
    cell = np.empty(m, np.int32)
    for i in range(start, stop):
        a, b, c, d = elements[i, 0], elements[i, 1], elements[i, 2], elements[i, 3]
        if not (covered[a] and covered[b] and covered[c] and covered[d]):
            continue
        x0, x1, x2, x3 = points[0, a], points[0, b], points[0, c], points[0, d]
        y0, y1, y2, y3 = points[1, a], points[1, b], points[1, c], points[1, d]
        # Separate from the counting, so that the compiler can vectorize this loop.
        for t in range(m):
            column = np.int32(f0[t] * x0 + f1[t] * x1 + f2[t] * x2 + f3[t] * x3)
            row = np.int32(f0[t] * y0 + f1[t] * y1 + f2[t] * y2 + f3[t] * y3)
            cell[t] = row * bins + column
        allowed = sets[system_set[i]]
        for t in range(m):
            counts[allowed[t >> 3] >> (7 - (t & 7)) & 1, cell[t]] += np.uint32(1)
    return counts
