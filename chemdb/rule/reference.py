"""The rule of the paper in its plainest form, which tries every choice: a check on the fast code."""

from collections.abc import Sequence
from itertools import product


def is_allowed(
    electronegativities: Sequence[float | None],
    oxidation_states: Sequence[Sequence[int]],
    factors: Sequence[int],
) -> bool:
    """Return whether some choice is neutral with all cations less electronegative than all anions.

    Independent of the kernels: it shares no code with them.

    Parameters
    ----------
    electronegativities : sequence of float or None
        Pauling scale, of each element.
    oxidation_states : sequence of sequence of int
        In e, of each element.
    factors : sequence of int

    Examples
    --------
    >>> is_allowed([0.98, 3.44], [[1], [-2, -1]], [2, 1])
    True
    >>> is_allowed([0.98, 3.44], [[1], [-2, -1]], [3, 1])
    False
    """
    if any(value is None for value in electronegativities):
        return False
    for choice in product(*oxidation_states):
        cations = [x for x, charge in zip(electronegativities, choice, strict=True) if charge > 0]
        anions = [x for x, charge in zip(electronegativities, choice, strict=True) if charge < 0]
        neutral = sum(charge * n for charge, n in zip(choice, factors, strict=True)) == 0
        if neutral and all(a < b for a, b in product(cations, anions)):  # type: ignore[operator]
            return True
    return False
