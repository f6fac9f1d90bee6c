"""How well suggestions find a hidden fifth of the known compositions, with popularity as control."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.arrays import as_array, read_systems
from chemdb.runtime.progress import Steps, no_steps
from chemdb.substitution.candidates import space_of
from chemdb.substitution.hidden_fifth import (
    TOP,
    Found,
    KnownAndHidden,
    find_hidden,
    hide_a_fifth,
    n_in_top,
)
from chemdb.substitution.popularity import most_popular
from chemdb.suggest.suggestions import check_can_suggest


@dataclass(frozen=True)
class SuggestionQuality:
    """The precision of a ranking: the share of hidden compositions among its first ones.

    Attributes
    ----------
    nelements : int
    ranking : str
        score or popularity.
    n_hidden : int
        Hidden compositions that are allowed.
    precision_100, precision_1000, precision_10000 : float
    enrichment_1000 : float
        Precision at 1,000 by that of a random order.
    recall : float or None
        Share of the hidden compositions that have a known analogue; None for popularity.
    """

    nelements: int
    ranking: str
    n_hidden: int
    precision_100: float
    precision_1000: float
    precision_10000: float
    enrichment_1000: float
    recall: float | None


def suggestion_quality(
    con: duckdb.DuckDBPyConnection, seed: int = 0, steps: Steps = no_steps
) -> list[SuggestionQuality]:
    """Return how well suggestions find a hidden fifth of the known compositions, by number of elements.

    Popularity, the control, visits every chemical system: it is left out for five elements.

    Raises
    ------
    ChemdbError
        The file has too few known compositions to learn from.
    """
    check_can_suggest(con)
    space = space_of(con)
    with steps("Score"):
        known = hide_a_fifth(con, seed)
        found = find_hidden(con, space, known)
    rows = []
    for one in found:
        rows.append(_quality(one, "score", one.n_in_top, one.n_found / one.n_hidden if one.n_hidden else 0.0))
        if one.nelements > MAX_LISTED_NELEMENTS:
            continue
        with steps(f"Popularity, {one.nelements} elements"):
            in_top = _popular(con, known, one.nelements, space.first_system[one.nelements])
        rows.append(_quality(one, "popularity", in_top, None))
    return rows


def _popular(
    con: duckdb.DuckDBPyConnection, known: KnownAndHidden, nelements: int, first_system: int
) -> tuple[int, ...]:
    """Return how many hidden compositions are among the most popular ones."""
    arrays = read_systems(con, nelements)
    of_size = known.compositions.nelements == nelements
    system = as_array(known.table["system_id"]).astype(np.int64) - first_system
    stoichiometry = as_array(known.table["stoichiometry_id"]).astype(np.int64)
    seen = of_size & ~known.hidden
    popular = most_popular(arrays, system[seen], stoichiometry[seen], TOP[-1])
    sought = of_size & known.hidden
    return n_in_top(np.isin(popular, system[sought] * len(arrays.factors) + stoichiometry[sought]))


def _quality(found: Found, ranking: str, in_top: Sequence[int], recall: float | None) -> SuggestionQuality:
    at_100, at_1000, at_10000 = (hits / n for hits, n in zip(in_top, TOP, strict=True))
    at_random = found.n_hidden / found.n_missing if found.n_missing else 0.0
    enrichment = at_1000 / at_random if at_random else 0.0
    return SuggestionQuality(
        found.nelements, ranking, found.n_hidden, at_100, at_1000, at_10000, enrichment, recall
    )
