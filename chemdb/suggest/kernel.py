"""Expected counts of all compositions of many chemical systems, of which the largest are kept."""

import numpy as np
from numba import njit

#: e⁴, the most by which pairs of elements raise or lower a count.
MOST = 54.598150033144236


@njit(cache=True, nogil=True)
def rank_systems(
    elements, systems, kind, bits, by_stoichiometry, by_place, together, alike, last_starts, last,
    known_starts, known, taken, n_wanted, lowest, start, stop,
):  # fmt: skip
    """Return the largest expected counts of compositions in systems `start` to `stop`.

    The expected count of a composition of the elements x with stoichiometry s is

        Σ over known y of s: Π_i alike[y_i, x_i]
        + by_stoichiometry[s] · Π_i by_place[i, x_i, s] · Π_i<j together[x_i, x_j], clipped

    Parameters
    ----------
    elements : array of uint8, shape (n, k)
        Atomic numbers of the elements of each system in order of electronegativity. Systems that differ in
        the last one only stand together, which saves work.
    systems : array of int64, shape (n,)
        Numbers of the systems.
    kind : array of int32, shape (n,)
        Row of `bits` of each system.
    bits : array of uint8, shape (n_kinds, n_bytes)
        The stoichiometries to rank; bit i is bit 7 - i % 8 of byte i // 8.
    by_stoichiometry : array of float64, shape (m,)
    by_place : array of float32, shape (k, 104, m)
    together : array of float64, shape (104, 104)
    alike : array of float32, shape (104, 104)
    last_starts : array of int64, shape (m + 1,)
        Where the last elements of the known compositions of each stoichiometry start in `last`.
    last : array of uint8, shape (n_last,)
        Their last elements, each once for a stoichiometry.
    known_starts : array of int64, shape (n_last + 1,)
        Where the known compositions of each stoichiometry and last element start in `known`.
    known : array of uint8, shape (n_known, k - 1)
        Their other elements.
    taken : array of int64
        Compositions to leave out, ascending: system times m plus stoichiometry.
    n_wanted : int
    lowest : float
        Smaller values are not needed.
    start, stop : int

    Returns
    -------
    values : array of float64
        At least the `n_wanted` largest, in no order; all that equal the smallest of these.
    numbers : array of int64
        Their compositions, as in `taken`.
    """
    k = elements.shape[1]
    m = len(by_stoichiometry)
    values = np.empty(2 * n_wanted + 1024)
    numbers = np.empty(len(values), np.int64)
    n = 0
    # The products over all but the last element, summed over the known compositions with each last one.
    sums = np.zeros(len(last), np.float32)
    for row in range(start, stop):
        same = row > start
        for i in range(k - 1):
            same = same and elements[row, i] == elements[row - 1, i]
        if not same:
            for at_last in range(len(last)):
                total = np.float32(0)
                for y in range(known_starts[at_last], known_starts[at_last + 1]):
                    product = alike[known[y, 0], elements[row, 0]]
                    for i in range(1, k - 1):
                        product *= alike[known[y, i], elements[row, i]]
                    total += product
                sums[at_last] = total
        pairs = 1.0
        for i in range(k):
            for j in range(i):
                pairs *= together[elements[row, j], elements[row, i]]
        pairs = min(max(pairs, 1 / MOST), MOST)
        of_system = bits[kind[row]]
        for byte in range(len(of_system)):
            left = of_system[byte]
            if left == 0:
                continue
            for place in range(8):
                if not left >> (7 - place) & 1:
                    continue
                s = 8 * byte + place
                value = by_stoichiometry[s] * pairs
                for i in range(k):
                    value *= by_place[i, elements[row, i], s]
                for at_last in range(last_starts[s], last_starts[s + 1]):
                    value += sums[at_last] * alike[last[at_last], elements[row, k - 1]]
                if value < lowest:
                    continue
                number = systems[row] * m + s
                at = np.searchsorted(taken, number)
                if at < len(taken) and taken[at] == number:
                    continue
                values[n] = value
                numbers[n] = number
                n += 1
                if n == len(values):
                    lowest = np.sort(values)[n - n_wanted]
                    kept = np.flatnonzero(values >= lowest)
                    n = len(kept)
                    values[:n] = values[kept]
                    numbers[:n] = numbers[kept]
                    if 2 * n > len(values):
                        # Many are equal, and all are kept.
                        longer = np.empty(2 * len(values))
                        longer[:n] = values[:n]
                        values = longer
                        more = np.empty(2 * len(numbers), np.int64)
                        more[:n] = numbers[:n]
                        numbers = more
    return values[:n], numbers[:n]
