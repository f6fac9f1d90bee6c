"""Sums of element fractions and of their products over compositions kept as sets."""

from numba import njit


@njit(cache=True, nogil=True)
def system_moments(elements, system_set, covered, count, first, second, by_element, by_pair, start, stop):
    """Add the sums of each system's set to its elements; return members counted and left out.

    Parameters
    ----------
    elements : array of uint8, shape (n, k)
        Atomic numbers.
    system_set : array of int32, shape (n,)
        Row of the next three.
    covered : array of bool, shape (104,)
        Systems with an element that is not are left out.
    count : array of int64, shape (n_sets,)
        Members of each set.
    first : array of float64, shape (n_sets, k)
        Sums of the fractions over the members.
    second : array of float64, shape (n_sets, k, k)
        Sums of the products of two fractions.
    by_element : array of float64, shape (104,)
        Added to.
    by_pair : array of float64, shape (104, 104)
        Added to.
    start, stop : int
        Systems to do.
    """
    k = elements.shape[1]
    n = 0
    left_out = 0
    for i in range(start, stop):
        s = system_set[i]
        whole = True
        for a in range(k):
            whole = whole and covered[elements[i, a]]
        if not whole:
            left_out += count[s]
            continue
        n += count[s]
        for a in range(k):
            by_element[elements[i, a]] += first[s, a]
            for b in range(k):
                by_pair[elements[i, a], elements[i, b]] += second[s, a, b]
    return n, left_out
