"""Stoichiometries: factor tuples without a common divisor, the limits on them, and formulas as text.

Everything that `chemdb query` loads imports this module, so NumPy is imported where it is needed.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, cycle, islice
from math import comb
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.errors import LimitError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Largest stoichiometric factor.
MAX_FACTOR = 12
#: Numbers of elements whose compositions chemdb can enumerate.
NELEMENTS = range(2, 6)
#: Largest number of elements whose compositions fit in a file.
MAX_STORED_NELEMENTS = NELEMENTS[-1]
#: Largest number of elements whose chemical systems a file stores as rows; larger ones by signature.
MAX_LISTED_NELEMENTS = 4
#: Numbers of elements that a build enumerates by default.
DEFAULT_NELEMENTS = range(2, 5)


def check_limits(nelements: int, max_stoichiometry: int) -> None:
    """Raise `LimitError` unless chemdb can enumerate these compositions: 2 to 5 elements, factors 1 to 12."""
    if nelements not in NELEMENTS:
        raise LimitError(
            f"{nelements} element{'' if nelements == 1 else 's'}: chemdb enumerates compositions of "
            f"{NELEMENTS[0]} to {NELEMENTS[-1]} elements"
        )
    if not 1 <= max_stoichiometry <= MAX_FACTOR:
        raise LimitError(
            f"max-stoichiometry {max_stoichiometry}: choose a largest factor from 1 to {MAX_FACTOR}"
        )


@lru_cache(maxsize=8)
def reduced_factors(nelements: int, max_stoichiometry: int) -> "NDArray[np.uint8]":
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
        43, 439, 3,823 and 31,711 rows for two to five elements and factors up to 8. Read-only.

    Raises
    ------
    LimitError

    Examples
    --------
    >>> reduced_factors(2, 2).tolist()
    [[1, 1], [1, 2], [2, 1]]
    """
    import numpy as np

    check_limits(nelements, max_stoichiometry)
    grid = np.indices((max_stoichiometry,) * nelements, dtype=np.uint8).reshape(nelements, -1).T + 1
    factors: NDArray[np.uint8] = grid[np.gcd.reduce(grid, axis=1) == 1].astype(np.uint8)
    factors.setflags(write=False)
    return factors


def n_combinations(nelements: int, max_stoichiometry: int) -> int:
    """Return the number of compositions of `nelements` elements: systems times stoichiometries.

    Examples
    --------
    >>> [n_combinations(k, 8) for k in (2, 3, 4)]
    [225879, 77637589, 16902534325]
    """
    return comb(N_ELEMENTS, nelements) * len(reduced_factors(nelements, max_stoichiometry))


def formula_text(symbols: Iterable[str], factors: Iterable[int]) -> str:
    """Return a formula: each symbol followed by its factor, without factors of one.

    Formulas are written in two more places: `chemdb.chemistry.kernel` writes millions at a time,
    and views in `sql/` write those that a query returns.

    Examples
    --------
    >>> formula_text(("Li", "Zn", "O"), (1, 1, 2))
    'LiZnO2'
    """
    return "".join(
        f"{symbol}{'' if factor == 1 else factor}" for symbol, factor in zip(symbols, factors, strict=True)
    )


def anonymous_formula(factors: Sequence[int]) -> str:
    """Return the anonymous formula as the Materials Project writes it.

    Factors are ascending; elements are named A to Z, then a to z.

    Examples
    --------
    >>> anonymous_formula((3, 1, 1)), anonymous_formula((1, 2))
    ('ABC3', 'AB2')
    """
    letters = chain(ascii_uppercase, cycle(ascii_lowercase))
    return formula_text(islice(letters, len(factors)), sorted(map(int, factors)))
