"""Counting the compositions of whole systems in the cells of a grid."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_cells(elements, system_set, sets, fractions, points, covered, bins, start, stop):
    """Return how many compositions of some systems fall into each cell.

    Parameters
    ----------
    elements : array of uint8, shape (n, 4)
        Atomic numbers of each system, 0 for no element.
    system_set : array of int32, shape (n,)
        Row of `sets` that is each system's.
    sets : array of uint8, shape (n_sets, n_bytes)
        Allowed stoichiometries: bit i of a set is bit 7 - i % 8 of byte i // 8.
    fractions : array of float64, shape (4, m)
        Share of each element in each stoichiometry, 0 for no element.
    points : array of float64, shape (2, 104)
        Column and row of each element in the grid, in cells; 0 for no element.
    covered : array of bool, shape (104,)
        Systems with an element that is not are left out.
    bins : int
        Cells along each side.
    start, stop : int
        Systems to do; together they must have fewer than 2**32 compositions.

    Returns
    -------
    array of uint32, shape (2, bins * bins)
        Of compositions that are not allowed, and allowed; cells row by row.
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
        # Apart from the counting, so that the compiler makes this loop wide.
        for t in range(m):
            column = np.int32(f0[t] * x0 + f1[t] * x1 + f2[t] * x2 + f3[t] * x3)
            row = np.int32(f0[t] * y0 + f1[t] * y1 + f2[t] * y2 + f3[t] * y3)
            cell[t] = row * bins + column
        allowed = sets[system_set[i]]
        for t in range(m):
            counts[allowed[t >> 3] >> (7 - (t & 7)) & 1, cell[t]] += np.uint32(1)
    return counts
