"""The expected number of known compounds near a composition, which ranks those without a positive score.

    expected(x) = Σ over known y of the same stoichiometry: Π_i K[y_i, x_i]
                  + 0.1 n P(stoichiometry) Π_i P(x_i | stoichiometry, place i) Π_i<j ratio(x_i, x_j)

The first part replaces all elements of a known compound at once: K[a, b] = C[a, b]^1.5, K[a, a] = 1, where
C[a, b] is the share of the frames of a that b fills too. The second part is the count expected from the
frequencies of stoichiometries, of elements at each place and of pairs of elements, in the n known and allowed
compositions with as many elements, smoothed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.database.arrays import as_array
from chemdb.substitution.frames import Compositions
from chemdb.substitution.model import SubstitutionModel

#: Pseudocounts of shares of frames, and of elements by (stoichiometry, place), (factor, place) and place.
SHARE_PRIOR, STOICHIOMETRY_PRIOR, FACTOR_PRIOR, PLACE_PRIOR = 20.0, 10.0, 30.0, 50.0
#: Pseudocounts of pairs of elements, and of anonymous formulas.
PAIR_PRIOR, ANONYMOUS_PRIOR = 3.0, 0.4
#: Weight of the second part.
WITHOUT_ANALOGUE = 0.1
_N = N_ELEMENTS + 1


@dataclass(frozen=True)
class Expectation:
    """The factors that `chemdb.suggest.kernel.rank_systems` multiplies and sums, for k elements.

    Attributes
    ----------
    by_stoichiometry : array of float64, shape (m,)
    by_place : array of float32, shape (k, 104, m)
    together, alike : array of float64 and float32, shape (104, 104)
    last_starts : array of int64, shape (m + 1,)
    last : array of uint8, shape (n_last,)
    known_starts : array of int64, shape (n_last + 1,)
    known : array of uint8, shape (n_known, k - 1)
    """

    by_stoichiometry: NDArray[np.float64]
    by_place: NDArray[np.float32]
    together: NDArray[np.float64]
    alike: NDArray[np.float32]
    last_starts: NDArray[np.int64]
    last: NDArray[np.uint8]
    known_starts: NDArray[np.int64]
    known: NDArray[np.uint8]


def expectation(
    model: SubstitutionModel, nelements: int, factors: NDArray[np.uint8], ranked: NDArray[np.bool_]
) -> Expectation:
    """Return the factors of the expected count for compositions of `nelements` elements.

    Parameters
    ----------
    model : SubstitutionModel
    nelements : int
    factors : array of uint8, shape (m, nelements)
        All stoichiometries.
    ranked : array of bool, shape (m,)
        The stoichiometries that are ranked.
    """
    every = Compositions.of(model.known)
    of_size = every.nelements == nelements
    stoichiometry = as_array(model.known["stoichiometry_id"])
    shown = np.flatnonzero(of_size)
    shown = shown[ranked[stoichiometry[shown]]]
    number = stoichiometry[shown].astype(np.int64) * _N + every.elements[shown, nelements - 1]
    order = np.argsort(number, kind="stable")
    lasts, starts = np.unique(number[order], return_index=True)
    allowed = of_size & as_array(model.known["allowed"])
    seen, seen_in = every.elements[allowed, :nelements], stoichiometry[allowed]
    return Expectation(
        WITHOUT_ANALOGUE * len(seen) * _stoichiometries(seen_in, factors),
        _elements(seen, seen_in, factors),
        _pairs(seen),
        _alike(model.frames.shared()),
        np.searchsorted(lasts, np.arange(len(factors) + 1) * _N),
        (lasts % _N).astype(np.uint8),
        np.append(starts, len(order)),
        every.elements[shown[order], : nelements - 1].astype(np.uint8),
    )


def _alike(shared: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return K, how alike two elements are."""
    n = np.diag(shared)
    others = shared - np.diag(n)
    overall = others.sum(axis=0) / max(1.0, n.sum())
    share = (others + SHARE_PRIOR * overall) / (n[:, None] + SHARE_PRIOR)
    # C^1.5, rounded in the same way on all machines.
    alike = share * np.sqrt(share)
    np.fill_diagonal(alike, 1)
    single: NDArray[np.float32] = alike.astype(np.float32)
    return single


def _stoichiometries(seen_in: NDArray[np.int32], factors: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the share of each stoichiometry; those never seen get some of their anonymous formula's."""
    n = np.bincount(seen_in, minlength=len(factors)).astype(np.float64)
    _, anonymous = np.unique(np.sort(factors, axis=1), axis=0, return_inverse=True)
    arrangements = np.bincount(anonymous)[anonymous]
    n_anonymous = np.bincount(anonymous, weights=n)[anonymous]
    share: NDArray[np.float64] = (n + ANONYMOUS_PRIOR * (n_anonymous + 0.5) / arrangements) / max(
        1, len(seen_in)
    )
    return share


def _elements(
    seen: NDArray[np.int64], seen_in: NDArray[np.int32], factors: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Return P(element | stoichiometry, place), shape (k, 104, m), each smoothed by the next coarser one."""
    m, nelements = factors.shape
    counts = np.bincount(seen.ravel(), minlength=_N) + 0.5
    counts[0] = 0
    overall = counts / counts.sum()
    by_place = np.empty((nelements, _N, m), np.float32)
    for place in range(nelements):
        of_place = seen[:, place]
        n = np.bincount(of_place, minlength=_N)
        at_place = (n + PLACE_PRIOR * overall) / (len(of_place) + PLACE_PRIOR)
        n_factors = int(factors.max()) + 1
        n = np.bincount(factors[seen_in, place].astype(np.int64) * _N + of_place, minlength=n_factors * _N)
        n = n.reshape(n_factors, _N)
        with_factor = (n + FACTOR_PRIOR * at_place) / (n.sum(axis=1, keepdims=True) + FACTOR_PRIOR)
        n = np.bincount(seen_in.astype(np.int64) * _N + of_place, minlength=m * _N).reshape(m, _N)
        prior = STOICHIOMETRY_PRIOR * with_factor[factors[:, place]]
        by_place[place] = ((n + prior) / (n.sum(axis=1, keepdims=True) + STOICHIOMETRY_PRIOR)).T
    return by_place


def _pairs(seen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many more compositions have both of two elements than by chance, as a smoothed ratio."""
    nelements = seen.shape[1]
    n = np.bincount(seen.ravel(), minlength=_N).astype(np.float64)
    by_chance = np.outer(n, n) * (nelements - 1) / (nelements * max(1, len(seen)))
    both = np.zeros((_N, _N))
    for i in range(nelements):
        for j in range(nelements):
            if i != j:
                both += np.bincount(seen[:, i] * _N + seen[:, j], minlength=_N * _N).reshape(_N, _N)
    ratio: NDArray[np.float64] = (both + PAIR_PRIOR) / (by_chance + PAIR_PRIOR)
    return ratio
