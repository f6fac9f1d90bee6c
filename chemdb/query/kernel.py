"""Members of sets kept as bits, counted from the left."""

import numpy as np
from numba import njit

from chemdb.enumeration.kernel.bits import popcount


@njit(cache=True, nogil=True)
def nth_members(sets, row, wanted, out, start, stop):
    """Fill `out` with the place of a set bit of one of the sets.

    Parameters
    ----------
    sets : array of uint8, shape (n_sets, n_bytes)
        Bit i of a set is bit 7 - i % 8 of byte i // 8.
    row : array of int64, shape (n,)
        The set that each one asks.
    wanted : array of int64, shape (n,)
        Which of its set bits, from 0; there must be more.
    out : array of int32, shape (n,)
        Places `start` to `stop` are filled.
    start, stop : int
    """
    for i in range(start, stop):
        bits = sets[row[i]]
        left = wanted[i]
        byte = 0
        count = popcount(np.uint64(bits[0]))
        while left >= count:
            left -= count
            byte += 1
            count = popcount(np.uint64(bits[byte]))
        place = 0
        while True:
            if bits[byte] >> (7 - place) & 1:
                if left == 0:
                    break
                left -= 1
            place += 1
        out[i] = 8 * byte + place
