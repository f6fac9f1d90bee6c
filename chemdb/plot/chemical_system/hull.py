"""Tie lines between stable compounds that are certain without their formation energies."""

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

#: Points within this distance of a line are on it; atomic fractions have denominators below 100.
TOLERANCE = 1e-9


def certain_tie_lines(points: ArrayLike) -> list[tuple[int, int]]:
    """Return the pairs of stable phases that are joined in every possible phase diagram.

    The tie lines of a ternary phase diagram are a triangulation of its stable phases. Which one it is
    depends on formation energies. A line that no line between two other stable phases crosses, and on which
    no further one is, belongs to every triangulation.

    Parameters
    ----------
    points : array of float, shape (n, 2)
        Places of all stable phases in the triangle, corners included.

    Returns
    -------
    list of (int, int)
        Indexes of points.

    Examples
    --------
    Three corners and a compound inside: it is joined with all of them.

    >>> certain_tie_lines([[0, 0], [1, 0], [0, 1], [0.25, 0.25]])
    [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    """
    places = np.asarray(points, float)
    segments = [
        (a, b)
        for a, b in combinations(range(len(places)), 2)
        if not any(_is_between(places[a], places[b], place) for place in places)
    ]
    return [
        first
        for first in segments
        if not any(
            _cross(*places[list(first)], *places[list(second)])
            for second in segments
            if not set(first) & set(second)
        )
    ]


def _turn(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    """Return twice the area of a triangle, positive if it turns left, and zero if it is flat."""
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return 0.0 if abs(area) < TOLERANCE else float(area)


def _is_between(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> bool:
    """Return whether c is on the segment from a to b, and not at its ends."""
    return _turn(a, b, c) == 0 and float((c - a) @ (c - b)) < -TOLERANCE


def _cross(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> bool:
    """Return whether the segments from a to b and from c to d cross inside."""
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0
