"""Checksums of compositions that do not depend on their order."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def key_sum(systems, stoichiometries):
    """Return the sum of SplitMix64 of the keys, modulo 2**64.

    The key of a composition is 65536 * system_id + stoichiometry_id. SplitMix64 is the generator of Steele,
    Lea and Flood, OOPSLA 2014, https://doi.org/10.1145/2660193.2660195; the key is its state.

    Parameters
    ----------
    systems, stoichiometries : array of integers, shape (n,)
    """
    total = np.uint64(0)
    for i in range(len(systems)):
        z = (np.uint64(systems[i]) << np.uint64(16)) + np.uint64(stoichiometries[i])
        z += np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        total += z ^ (z >> np.uint64(31))
    return total
