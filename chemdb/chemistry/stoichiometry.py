"""The reduced stoichiometries of an order: factor tuples without a common divisor."""

from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.errors import LimitError

MAX_FACTOR = 12
ORDERS = range(2, 6)


def check_limits(nelements: int, max_stoichiometry: int) -> None:
    """Raise `LimitError` unless the order is 2 to 5 and the factor limit 1 to 12."""
    if nelements not in ORDERS:
        raise LimitError(f"{nelements} elements: chemdb enumerates orders {ORDERS[0]} to {ORDERS[-1]}")
    if not 1 <= max_stoichiometry <= MAX_FACTOR:
        raise LimitError(
            f"max-stoichiometry {max_stoichiometry}: choose a factor limit from 1 to {MAX_FACTOR}"
        )


@lru_cache(maxsize=8)
def reduced_factors(nelements: int, max_stoichiometry: int) -> NDArray[np.uint8]:
    """Return the factor tuples with greatest common divisor 1, in lexicographic order.

    Parameters
    ----------
    nelements : int
        Number of elements, k.
    max_stoichiometry : int
        Largest factor.

    Returns
    -------
    array of uint8, shape (n, k)
        43, 439, 3,823 and 31,711 rows for two to five elements and factors up to 8.

    Raises
    ------
    LimitError

    Examples
    --------
    >>> reduced_factors(2, 2).tolist()
    [[1, 1], [1, 2], [2, 1]]
    """
    check_limits(nelements, max_stoichiometry)
    grid = np.indices((max_stoichiometry,) * nelements, dtype=np.uint8).reshape(nelements, -1).T + 1
    factors: NDArray[np.uint8] = grid[np.gcd.reduce(grid, axis=1) == 1].astype(np.uint8)
    factors.setflags(write=False)
    return factors


def n_combinations(nelements: int, max_stoichiometry: int) -> int:
    """Return the number of compositions of an order: systems times stoichiometries.

    Examples
    --------
    >>> [n_combinations(k, 8) for k in (2, 3, 4)]
    [225879, 77637589, 16902534325]
    """
    return comb(N_ELEMENTS, nelements) * len(reduced_factors(nelements, max_stoichiometry))
