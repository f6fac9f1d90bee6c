"""Named statistics of the report on claims, each on plain arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Cells along each side of the grid of `half_area`.
BINS = 32
#: Random permutations for the control of a rank correlation.
N_PERMUTATIONS = 9999


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of independent values and its 95% confidence interval (Student's t).

    Examples
    --------
    >>> [round(bound, 3) for bound in interval([1.0, 2.0, 3.0])]
    [2.0, -0.484, 4.484]
    """
    from scipy.stats import t

    mean = float(np.mean(values))
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def spearman(x: NDArray[np.floating], y: NDArray[np.floating]) -> float:
    """Return Spearman's rank correlation coefficient.

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0, 100.0]))
    1.0
    """
    from scipy.stats import spearmanr

    return float(spearmanr(x, y).statistic)


def shuffled_spearman(x: NDArray[np.floating], y: NDArray[np.floating], seed: int) -> tuple[float, float]:
    """Return the mean of Spearman's coefficient over random permutations of `y`, and its 97.5% quantile."""
    from scipy.stats import rankdata

    standard = [(ranks - ranks.mean()) / ranks.std() for ranks in map(rankdata, (x, y))]
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(np.tile(standard[1], (N_PERMUTATIONS, 1)), axis=1) @ standard[0] / len(x)
    return float(shuffled.mean()), float(np.quantile(shuffled, 0.975))


def partial_spearman(x: NDArray[np.floating], y: NDArray[np.floating], given: NDArray[np.floating]) -> float:
    """Return Spearman's coefficient of `x` and `y` with the linear effect of the ranks of `given` removed.

    Examples
    --------
    >>> z = np.arange(6.0)
    >>> round(partial_spearman(z + [0, 2, 0, 2, 0, 2], z + [2, 0, 2, 0, 2, 0], z), 3)
    -0.955
    """
    xy, xz, yz = spearman(x, y), spearman(x, given), spearman(y, given)
    return float((xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2)))


def effective_dimension(points: NDArray[np.floating]) -> float:
    """Return the participation ratio of the principal variances: (sum of them)^2 / sum of their squares.

    It is d for points that spread equally in d directions, 1 for points on a line, and does not depend on
    the unit of length.

    Parameters
    ----------
    points : array of float, shape (n, d)

    Examples
    --------
    >>> effective_dimension(np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])).round(6)
    np.float64(2.0)
    """
    covariance = np.atleast_2d(np.cov(points.astype(np.float64), rowvar=False))
    # The squares of the eigenvalues of a symmetric matrix add up to those of its elements.
    return np.trace(covariance) ** 2 / np.square(covariance).sum()  # type: ignore[no-any-return]


def half_area(points: NDArray[np.floating]) -> float:
    """Return the smallest share of the bounding box in which half of the points lie.

    This is the 50% highest density region, counted in `BINS` by `BINS` cells: 0.5 for points that fill the
    box evenly, nearly 0 for a concentrated map.

    Parameters
    ----------
    points : array of float, shape (n, 2)
    """
    counts, _, _ = np.histogram2d(points[:, 0], points[:, 1], bins=BINS)
    fullest = np.cumsum(np.sort(counts, axis=None)[::-1])
    return (int(np.searchsorted(fullest, len(points) / 2)) + 1) / BINS**2


def shuffled_columns(points: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.floating]:
    """Return points with each coordinate shuffled: as spread in each dimension, but uncorrelated."""
    return rng.permuted(points, axis=0)
