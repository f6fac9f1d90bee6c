"""Places of labels that do not overlap, with leader lines that do not cross."""

from collections.abc import Callable, Sequence

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


def improved(
    ends: NDArray[np.float64],
    starts_of: Callable[[NDArray[np.bool_], NDArray[np.float64]], NDArray[np.float64] | None],
    on_right: NDArray[np.bool_],
    clearance: float,
    line: float,
) -> NDArray[np.float64] | None:
    """Return places of labels whose leader lines neither cross nor touch the points of others, if there are.

    Labels whose lines do are moved one by one, to the other side or by up to three lines of text, while
    that makes the faults fewer.

    Parameters
    ----------
    ends : array of float, shape (n, 2)
        Points.
    starts_of : callable
        Returns the places of labels, shape (n, 2), for a side of each and heights to be near to, both of
        shape (n,); or None, if they do not fit.
    on_right : array of bool, shape (n,)
        First choice of the sides.
    clearance : float
        Distance in which a line touches a point.
    line : float
        Height of a line of text.
    """
    sides, heights = on_right.copy(), ends[:, 1].copy()
    starts = starts_of(sides, heights)
    if starts is None:
        return None
    faults = _faults(starts, ends, clearance)
    for row in [*np.flatnonzero(faults), *np.flatnonzero(faults)]:
        if not _faults(starts, ends, clearance)[row]:
            continue
        choices: list[tuple[int, int, bool, float]] = []
        for side in (sides[row], not sides[row]):
            for shift in (0, 1, -1, 2, -2, 3, -3):
                sides[row], heights[row] = side, ends[row, 1] + shift * line
                moved = starts_of(sides, heights)
                if moved is not None:
                    choices.append(
                        (int(_faults(moved, ends, clearance).sum()), len(choices), side, heights[row])
                    )
        _, _, sides[row], heights[row] = min(choices)
        starts = starts_of(sides, heights)
        assert starts is not None
    return starts


def _faults(starts: NDArray[np.float64], ends: NDArray[np.float64], clearance: float) -> NDArray[np.int64]:
    """Return how many other lines each line crosses, and how many other points it touches."""
    return np.asarray(crossings(starts, ends).sum(axis=1) + touched(starts, ends, clearance).sum(axis=1))


def touched(starts: ArrayLike, ends: ArrayLike, clearance: float) -> NDArray[np.bool_]:
    """Return which line touches which point of another line, shape (n, n).

    Points that are so close together that their marks overlap do not count.

    Parameters
    ----------
    starts, ends : array of float, shape (n, 2)
    clearance : float
    """
    a, b = np.reshape(starts, (-1, 1, 2)), np.reshape(ends, (-1, 1, 2))
    point = b.swapaxes(0, 1)
    along = ((point - a) * (b - a)).sum(-1) / np.maximum(((b - a) ** 2).sum(-1), TOLERANCE)
    nearest = a + np.clip(along, 0, 1)[..., None] * (b - a)
    near = ((point - nearest) ** 2).sum(-1) < clearance**2
    return np.asarray(near & (((point - b) ** 2).sum(-1) > 4 * clearance**2))


def slots_between(low: float, high: float, gap: float) -> NDArray[np.float64]:
    """Return as many positions as fit into a range, half a gap from its ends."""
    n = int((high - low) / gap + TOLERANCE)
    return low + gap / 2 + np.linspace(0, high - low - gap, n) if n > 1 else np.full(n, (low + high) / 2)


def crosses(starts: ArrayLike, ends: ArrayLike) -> bool:
    """Return whether any two of some segments cross; those that share an end do not."""
    return bool(crossings(starts, ends).any())


def crossings(starts: ArrayLike, ends: ArrayLike) -> NDArray[np.bool_]:
    """Return which segments cross, shape (n, n); those that share an end do not.

    Parameters
    ----------
    starts, ends : array of float, shape (n, 2)
    """
    a, b = np.reshape(starts, (-1, 1, 2)), np.reshape(ends, (-1, 1, 2))
    c, d = a.swapaxes(0, 1), b.swapaxes(0, 1)
    return np.asarray(
        (_side(a, b, c) * _side(a, b, d) < -TOLERANCE) & (_side(c, d, a) * _side(c, d, b) < -TOLERANCE)
    )


def _side(a: NDArray, b: NDArray, c: NDArray) -> NDArray[np.float64]:
    """Return on which side of the line from a to b point c is: positive, negative, or zero on it."""
    u, v = b - a, c - a
    return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])
