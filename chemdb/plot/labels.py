"""Positions and widths of labels that must not overlap."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def spread(targets: Sequence[float], gap: float, low: float, high: float) -> np.ndarray:
    """Return the positions closest to `targets` (least squares) that are at least `gap` apart.

    Isotonic regression solves this exactly.

    Parameters
    ----------
    targets : sequence of float
        Ascending.
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


def width_of(figure: "Figure", texts: Sequence[str], size: float) -> float:
    """Return the width in points of the widest text, 0 if there is none."""
    widths = [0.0]
    for text in texts:
        drawn = figure.text(0, 0, text, fontsize=size)
        widths.append(72 * drawn.get_window_extent().width / figure.dpi)
        drawn.remove()
    return max(widths)
