"""The elements and allowed sets of all chemical systems."""

import numpy as np
from numba import njit


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
