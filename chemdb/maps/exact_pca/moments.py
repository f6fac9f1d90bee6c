"""Exact moments of element fractions over all compositions or a category, without listing them.

The vector of a composition is linear in its element fractions. The mean and covariance of the vectors of
any set of compositions, in every representation, therefore follow from two sums over the set: of the
fraction of each element, and of the product of the fractions of each pair of elements.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.database.arrays import SystemArrays
from chemdb.errors import EmbeddingError, one_of
from chemdb.maps.exact_pca.kernel import add_moments
from chemdb.runtime.progress import Progress, no_progress
from chemdb.runtime.threads import map_slices

#: Length of arrays by atomic number, from 0.
_SIZE = N_ELEMENTS + 1

#: Subsets of the compositions; "all" is every composition.
SCOPES = ("all", "allowed", "known", *CATEGORIES)


@dataclass(frozen=True)
class Moments:
    """Sums over a set of compositions.

    Attributes
    ----------
    n : int
        Number of compositions in the sums.
    n_left_out : int
        Number of compositions left out, because an element is not covered.
    by_element : array of float64, shape (104,)
        Sum of the fractions of each element.
    by_pair : array of float64, shape (104, 104)
        Sum of the products of the fractions of each pair of elements.
    """

    n: int
    n_left_out: int
    by_element: NDArray[np.float64]
    by_pair: NDArray[np.float64]

    def __add__(self, other: "Moments") -> "Moments":
        """Return the sums over the union of two disjoint sets."""
        return Moments(
            self.n + other.n,
            self.n_left_out + other.n_left_out,
            self.by_element + other.by_element,
            self.by_pair + other.by_pair,
        )

    def __sub__(self, other: "Moments") -> "Moments":
        """Return the sums over a set without its subset `other`."""
        return Moments(
            self.n - other.n,
            self.n_left_out - other.n_left_out,
            self.by_element - other.by_element,
            self.by_pair - other.by_pair,
        )


def moments(
    systems: SystemArrays,
    covered: NDArray[np.bool_],
    threads: int,
    scope: str = "all",
    progress: Progress = no_progress,
) -> Moments:
    """Return the sums over the compositions of one number of elements.

    Parameters
    ----------
    systems : SystemArrays
    covered : array of bool, shape (104,)
        Elements that have a vector, by atomic number.
    threads : int
    scope : str
        One of `SCOPES`.
    progress : callable, optional

    Raises
    ------
    EmbeddingError
        Unknown scope.
    """
    one_of(scope, SCOPES, "category", EmbeddingError)
    standard = _known_moments(systems, covered, systems.known_allowed)
    interesting = _known_moments(systems, covered, ~systems.known_allowed)
    known = {"standard": standard, "interesting": interesting, "known": standard + interesting}
    if scope in known:
        return known[scope]
    if scope != "all":
        allowed = _set_moments(systems, covered, systems.sets, systems.system_set, threads, progress)
        if scope == "allowed":
            return allowed
        if scope == "missing":
            return allowed - standard
    full_set = np.packbits(np.ones((1, len(systems.factors)), np.uint8), axis=1)
    same_set = np.zeros(len(systems.system_set), np.int32)
    everything = _set_moments(systems, covered, full_set, same_set, threads, progress)
    return everything if scope == "all" else everything - allowed - interesting


def _set_moments(
    systems: SystemArrays,
    covered: NDArray[np.bool_],
    sets: NDArray[np.uint8],
    system_set: NDArray[np.int32],
    threads: int,
    progress: Progress,
) -> Moments:
    """Return the sums over all members of the set of each system."""
    k = systems.nelements
    fractions = systems.fractions
    products = (fractions[:, :, None] * fractions[:, None, :]).reshape(-1, k * k)
    terms = np.hstack([np.ones((len(fractions), 1)), fractions, products])

    def of_sets(start: int, stop: int) -> NDArray[np.float64]:
        members = np.unpackbits(sets[start:stop], axis=1, count=len(terms)).astype(np.float64)
        return members @ terms

    with threadpool_limits(1):  # The slices run on threads already.
        totals = np.concatenate(map_slices(of_sets, len(sets), threads, progress, slices_per_thread=64))
    counts = totals[:, 0].round().astype(np.int64)
    first = np.ascontiguousarray(totals[:, 1 : k + 1])
    second = totals[:, k + 1 :].reshape(-1, k, k).copy()

    def of_systems(start: int, stop: int) -> Moments:
        by_element, by_pair = np.zeros(_SIZE), np.zeros((_SIZE, _SIZE))
        n, n_left_out = add_moments(
            systems.elements, system_set, covered, counts, first, second, by_element, by_pair, start, stop
        )
        return Moments(n, n_left_out, by_element, by_pair)

    parts = map_slices(of_systems, len(system_set), threads)
    return sum(parts, start=_zero())


def _known_moments(systems: SystemArrays, covered: NDArray[np.bool_], selected: NDArray[np.bool_]) -> Moments:
    """Return the sums over the selected known compositions."""
    elements = systems.elements[systems.known_system[selected]]
    fractions = systems.fractions[systems.known_stoichiometry[selected]]
    has_vector = covered[elements].all(axis=1)
    by_element = np.zeros((int(has_vector.sum()), _SIZE))
    np.put_along_axis(by_element, elements[has_vector].astype(np.int64), fractions[has_vector], axis=1)
    return Moments(
        len(by_element), int((~has_vector).sum()), by_element.sum(axis=0), by_element.T @ by_element
    )


def _zero() -> Moments:
    return Moments(0, 0, np.zeros(_SIZE), np.zeros((_SIZE, _SIZE)))
