"""The control of suggestions: compositions of frequent elements in frequent stoichiometries come first.

popularity(x) = number of known compositions with the stoichiometry of x × Π over the elements of x: number of
known compositions with the element; all of as many elements as x.
"""

import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.database.arrays import SystemArrays

#: Pairs of a system and a stoichiometry that are looked at first; by what factor more if they do not suffice.
FIRST, MORE = 1 << 17, 4


def most_popular(
    arrays: SystemArrays, known_system: NDArray[np.int64], known_stoichiometry: NDArray[np.int64], n: int
) -> NDArray[np.int64]:
    """Return the `n` most popular allowed compositions that are not known, the most popular first.

    Parameters
    ----------
    arrays : SystemArrays
    known_system, known_stoichiometry : array of int64, shape (n_known,)
        Rows of the known compositions in the systems and stoichiometries of `arrays`.
    n : int

    Returns
    -------
    array of int64, shape (n,)
        System times the number of stoichiometries, plus stoichiometry. Fewer if no others have a popularity
        above 0; ties by number.
    """
    m = len(arrays.factors)
    known = known_system * m + known_stoichiometry
    elements = np.bincount(arrays.elements[known_system].ravel(), minlength=N_ELEMENTS + 1).astype(np.float64)
    of_system = np.prod(elements[arrays.elements], axis=1)
    of_stoichiometry = np.bincount(known_stoichiometry, minlength=m).astype(np.float64)
    systems = np.argsort(-of_system, kind="stable")
    falling = of_system[systems]
    wanted = FIRST
    while True:
        lowest = _lowest(falling, of_stoichiometry, wanted)
        ends = np.searchsorted(-falling, -lowest / np.maximum(of_stoichiometry, 1e-9), side="right")
        ends[of_stoichiometry == 0] = 0
        place = np.repeat(np.arange(m), ends)
        system = systems[np.arange(len(place)) - np.repeat(np.cumsum(ends) - ends, ends)]
        numbers = system * m + place
        value = of_system[system] * of_stoichiometry[place]
        unknown = (value > 0) & _allowed(arrays, system, place) & ~np.isin(numbers, known)
        numbers, value = numbers[unknown], value[unknown]
        if len(numbers) >= n or lowest == 0:
            most: NDArray[np.int64] = numbers[np.lexsort((numbers, -value))][:n]
            return most
        wanted *= MORE


def _lowest(falling: NDArray[np.float64], of_stoichiometry: NDArray[np.float64], wanted: int) -> float:
    """Return a popularity that about `wanted` pairs of a system and a stoichiometry reach; 0 for all."""
    low, high = 0.0, float(falling[0] * of_stoichiometry.max())
    positive = of_stoichiometry[of_stoichiometry > 0]
    if int((falling > 0).sum()) * len(positive) <= wanted:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        reached = np.searchsorted(-falling, -middle / positive, side="right").sum()
        low, high = (middle, high) if reached > wanted else (low, middle)
    return low


def _allowed(
    arrays: SystemArrays, system: NDArray[np.int64], stoichiometry: NDArray[np.int64]
) -> NDArray[np.bool_]:
    byte = arrays.sets[arrays.system_set[system], stoichiometry // 8]
    allowed: NDArray[np.bool_] = (byte >> (7 - stoichiometry % 8) & 1) == 1
    return allowed
