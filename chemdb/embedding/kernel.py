"""Weighted means of element vectors."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def mean_vectors(elements, factors, vectors, out, start, stop):
    """Fill rows of `out` with the factor-weighted means of element vectors.

    Sums are accumulated in double precision and rounded once.

    Parameters
    ----------
    elements : array of uint8, shape (n, k)
        Atomic numbers, padded with 0.
    factors : array of uint8, shape (n, k)
        Stoichiometric factors, padded with 0.
    vectors : array of float64, shape (104, d)
        By atomic number.
    out : array of float32, shape (n, d)
        Rows from `start` up to `stop` are filled.
    start, stop : int
    """
    k = elements.shape[1]
    d = vectors.shape[1]
    total_vector = np.empty(d, np.float64)
    for i in range(start, stop):
        natoms = 0
        for j in range(k):
            natoms += factors[i, j]
        total_vector[:] = 0.0
        for j in range(k):
            if factors[i, j] > 0:
                fraction = factors[i, j] / natoms
                vector = vectors[elements[i, j]]
                for dimension in range(d):
                    total_vector[dimension] += fraction * vector[dimension]
        for dimension in range(d):
            out[i, dimension] = total_vector[dimension]
