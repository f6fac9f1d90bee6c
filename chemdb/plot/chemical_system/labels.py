"""Places of labels that do not overlap, with leader lines that do not cross."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Lines that meet within this distance of their ends do not cross.
TOLERANCE = 1e-9


def assigned(points: ArrayLike, slots: ArrayLike) -> NDArray[np.intp]:
    """Return the slot of each point so that the straight lines to them are shortest in sum.

    Lines of such an assignment do not cross: the diagonals of a quadrilateral are longer than two of its
    opposite sides. This is the assignment problem, which scipy solves exactly.

    Parameters
    ----------
    points : array of float, shape (n, 2)
    slots : array of float, shape (m, 2)
        At least as many as points.

    Returns
    -------
    ndarray of int, shape (n,)

    Examples
    --------
    >>> assigned([[0, 1], [0, 0]], [[1, 0], [1, 1], [1, 2]]).tolist()
    [1, 0]
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    if not len(np.atleast_1d(points)):
        return np.empty(0, np.intp)
    return np.asarray(linear_sum_assignment(cdist(points, slots))[1])


def spread(targets: Sequence[float], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Return the positions closest to `targets` (least squares), in order and at least `gap` apart.

    Isotonic regression solves this exactly.

    Parameters
    ----------
    targets : sequence of float
    gap : float
    low, high : float
        Ends of the range; half a gap stays free at each.

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    >>> spread([0.5, 0.5, 0.9], 0.2, 0.0, 1.0).round(3).tolist()
    [0.4, 0.6, 0.9]
    """
    from scipy.optimize import isotonic_regression

    if not len(targets):
        return np.empty(0)
    steps = gap * np.arange(len(targets))
    places = isotonic_regression(np.asarray(targets, float) - steps).x
    return np.asarray(np.clip(places, low + gap / 2, high - gap / 2 - steps[-1]) + steps)


def placed(
    ends: NDArray[np.float64], candidates: Sequence[NDArray[np.float64]], scale: float | NDArray = 1.0
) -> NDArray[np.float64]:
    """Return the first of several lists of places from which no leader lines cross, else the last.

    Parameters
    ----------
    ends : array of float, shape (n, 2)
        Points.
    candidates : sequence of array of float, shape (n, 2)
        Places of their labels.
    scale : float or array of float, shape (2,)
        Units of both coordinates, for the tolerance.
    """
    return next(
        (starts for starts in candidates if not crosses(starts * scale, ends * scale)), candidates[-1]
    )


def slots_between(low: float, high: float, gap: float) -> NDArray[np.float64]:
    """Return as many positions as fit into a range, half a gap from its ends."""
    n = int((high - low) / gap + TOLERANCE)
    return low + gap / 2 + np.linspace(0, high - low - gap, n) if n > 1 else np.full(n, (low + high) / 2)


def crosses(starts: ArrayLike, ends: ArrayLike) -> bool:
    """Return whether any two of some segments cross; those that share an end do not.

    Parameters
    ----------
    starts, ends : array of float, shape (n, 2)
    """
    a, b = np.reshape(starts, (-1, 1, 2)), np.reshape(ends, (-1, 1, 2))
    c, d = a.swapaxes(0, 1), b.swapaxes(0, 1)
    return bool(
        (
            (_side(a, b, c) * _side(a, b, d) < -TOLERANCE) & (_side(c, d, a) * _side(c, d, b) < -TOLERANCE)
        ).any()
    )


def _side(a: NDArray, b: NDArray, c: NDArray) -> NDArray[np.float64]:
    """Return on which side of the line from a to b point c is: positive, negative, or zero on it."""
    u, v = b - a, c - a
    return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])
