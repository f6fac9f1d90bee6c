"""Exact mean and covariance of a category's vectors, without listing its compositions.

A composition's vector is linear in its fractions, so the mean and covariance of any set of
compositions follow, for every representation, from how often the fraction of each element and
the product of each two fractions add up over the set.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.database.systems_as_arrays import OrderSpace
from chemdb.errors import EmbeddingError, one_of
from chemdb.maps.exact_pca.kernel.moments import system_moments
from chemdb.runtime.progress import Progress, no_progress
from chemdb.runtime.threads import map_slices

_SIZE = N_ELEMENTS + 1

#: What moments can be asked for; all is every composition.
SCOPES = ("all", "allowed", "known", *CATEGORIES)


@dataclass(frozen=True)
class Moments:
    """Sums over a set of compositions.

    Attributes
    ----------
    n : int
        Compositions in the sums.
    n_left_out : int
        Compositions with an element that is not covered, in none of the sums.
    by_element : array of float64, shape (104,)
        Sum of the fractions of each element.
    by_pair : array of float64, shape (104, 104)
        Sum of the products of the fractions of two elements.
    """

    n: int
    n_left_out: int
    by_element: NDArray[np.float64]
    by_pair: NDArray[np.float64]

    def __add__(self, other: "Moments") -> "Moments":
        """Return the sums over both sets, which share no composition."""
        return Moments(
            self.n + other.n,
            self.n_left_out + other.n_left_out,
            self.by_element + other.by_element,
            self.by_pair + other.by_pair,
        )

    def __sub__(self, other: "Moments") -> "Moments":
        """Return the sums over the rest of a set of which `other` is a part."""
        return Moments(
            self.n - other.n,
            self.n_left_out - other.n_left_out,
            self.by_element - other.by_element,
            self.by_pair - other.by_pair,
        )


def moments(
    space: OrderSpace,
    covered: NDArray[np.bool_],
    threads: int,
    scope: str = "all",
    progress: Progress = no_progress,
) -> Moments:
    """Return the sums over all compositions of an order, or of a category of it.

    Parameters
    ----------
    space : OrderSpace
    covered : array of bool, shape (104,)
        Elements that have a vector, by atomic number.
    threads : int
    scope : str
        One of `SCOPES`.
    progress : callable, optional

    Raises
    ------
    EmbeddingError
        No such scope.
    """
    one_of(scope, SCOPES, "category", EmbeddingError)
    standard = _known_moments(space, covered, space.known_allowed)
    interesting = _known_moments(space, covered, ~space.known_allowed)
    listed = {"standard": standard, "interesting": interesting, "known": standard + interesting}
    if scope in listed:
        return listed[scope]
    if scope != "all":
        allowed = _set_moments(space, covered, space.sets, space.system_set, threads, progress)
        if scope == "allowed":
            return allowed
        if scope == "missing":
            return allowed - standard
    full_set = np.packbits(np.ones((1, len(space.factors)), np.uint8), axis=1)
    one_set = np.zeros(len(space.system_set), np.int32)
    everything = _set_moments(space, covered, full_set, one_set, threads, progress)
    return everything if scope == "all" else everything - allowed - interesting


def _set_moments(
    space: OrderSpace,
    covered: NDArray[np.bool_],
    sets: NDArray[np.uint8],
    system_set: NDArray[np.int32],
    threads: int,
    progress: Progress,
) -> Moments:
    k = space.nelements
    fractions = space.fractions
    products = (fractions[:, :, None] * fractions[:, None, :]).reshape(-1, k * k)
    terms = np.hstack([np.ones((len(fractions), 1)), fractions, products])

    def of_sets(start: int, stop: int) -> NDArray[np.float64]:
        members = np.unpackbits(sets[start:stop], axis=1, count=len(terms)).astype(np.float64)
        return members @ terms

    with threadpool_limits(1):  # The slices are the threads.
        totals = np.concatenate(map_slices(of_sets, len(sets), threads, progress, slices_per_thread=64))
    count = totals[:, 0].round().astype(np.int64)
    first = np.ascontiguousarray(totals[:, 1 : k + 1])
    second = totals[:, k + 1 :].reshape(-1, k, k).copy()

    def of_systems(start: int, stop: int) -> Moments:
        by_element, by_pair = np.zeros(_SIZE), np.zeros((_SIZE, _SIZE))
        n, left_out = system_moments(
            space.elements, system_set, covered, count, first, second, by_element, by_pair, start, stop
        )
        return Moments(n, left_out, by_element, by_pair)

    parts = map_slices(of_systems, len(system_set), threads)
    return sum(parts, start=_nothing())


def _known_moments(space: OrderSpace, covered: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> Moments:
    elements = space.elements[space.known_system[chosen]]
    fractions = space.fractions[space.known_stoichiometry[chosen]]
    whole = covered[elements].all(axis=1)
    shares = np.zeros((int(whole.sum()), _SIZE))
    np.put_along_axis(shares, elements[whole].astype(np.int64), fractions[whole], axis=1)
    return Moments(len(shares), int((~whole).sum()), shares.sum(axis=0), shares.T @ shares)


def _nothing() -> Moments:
    return Moments(0, 0, np.zeros(_SIZE), np.zeros((_SIZE, _SIZE)))
