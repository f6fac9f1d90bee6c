"""Claims 4 to 7: whether the categories are apart, and ever more so with the number of elements."""

from collections.abc import Sequence

import numpy as np

from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.report.claims.claim import Claim, Measurement, judged, outcome_of
from chemdb.report.claims.sample_scores import (
    ACCURACY,
    ALL_CATEGORIES,
    CONTROLS,
    PAIRS,
    SILHOUETTE,
    SUBJECTS,
    Scores,
)
from chemdb.report.claims.statistics import interval

#: Representations that claims 4 and 5 name.
NAMED = ("mat2vec", "megnet16", "oliynyk")
#: Representations with chemistry.
CHEMICAL = tuple(name for name in PAPER_EMBEDDINGS if name not in CONTROLS)


def interesting_binaries(scores: Scores, why_not: str) -> Claim:
    """Return claim 4."""
    return judged(4, *_found(_pairs(scores, 2, ("pca",), NAMED), why_not))


def standard_ternaries(scores: Scores, why_not: str) -> Claim:
    """Return claim 5."""
    found = _pairs(scores, 3, ("full", "pca"), NAMED)
    for space in ("full", "pca"):
        found += filter(None, [_lead(scores, name, space) for name in NAMED])
    return judged(5, *_found(found, why_not))


def quaternaries(scores: Scores, why_not: str) -> Claim:
    """Return claim 6."""
    return judged(6, *_found(_pairs(scores, 4, ("full", "pca"), CHEMICAL), why_not))


def growth(scores: Scores, why_not: str) -> Claim:
    """Return claim 7."""
    found: list[Measurement] = []
    for measure in (ACCURACY, SILHOUETTE):
        for space in ("full", "pca"):
            key = (measure, ALL_CATEGORIES, space)
            for nelements in PAIRS:
                found += filter(None, [scores.measurement(nelements, name, key) for name in SUBJECTS])
            for smaller, larger in ((2, 3), (3, 4)):
                for name in SUBJECTS:
                    found += filter(None, [_growth(scores, name, measure, space, smaller, larger)])
    return judged(7, *_found(found, why_not))


def _found(measurements: list[Measurement], why_not: str) -> tuple[list[Measurement], list[str]]:
    """Return measurements, and why there are none."""
    judged = [each for each in measurements if each.outcome]
    return (measurements if judged else []), ([] if judged else [why_not])


def _pairs(scores: Scores, nelements: int, spaces: Sequence[str], named: Sequence[str]) -> list[Measurement]:
    """Return how well each pair of categories of `PAIRS` is told apart; those of `named` have a verdict."""
    found: list[Measurement] = []
    for pair in PAIRS[nelements]:
        for space in spaces:
            key = (ACCURACY, f"{pair[0]} and {pair[1]}", space)
            for name in SUBJECTS:
                found += filter(
                    None, [scores.measurement(nelements, name, key, len(pair) if name in named else None)]
                )
    return found


def _lead(scores: Scores, name: str, space: str) -> Measurement | None:
    """Return by how much a representation tells ternaries apart better than those not named in claim 5."""
    keys = [(ACCURACY, f"{one} and {other}", space) for one, other in PAIRS[3]]
    others = [other for other in PAPER_EMBEDDINGS if other not in NAMED]
    values = {
        subject: np.mean([[score.value for score in scores.of(3, subject, key)] for key in keys], axis=0)
        for subject in (name, *others)
        if all(scores.of(3, subject, key) for key in keys)
    }
    if len(values) <= len(others):
        return None
    value, low, high = interval(values[name] - np.max([values[other] for other in others], axis=0))
    n = min(score.n for key in keys for score in scores.of(3, name, key))
    measure, compared = f"difference of {ACCURACY}", f"from the best of {', '.join(others)}"
    return Measurement(measure, compared, 3, space, name, n, value, low, high, outcome=outcome_of(low > 0))


def _growth(
    scores: Scores, name: str, measure: str, space: str, smaller: int, larger: int
) -> Measurement | None:
    """Return by how much a measure of all categories grows between two numbers of elements."""
    key = (measure, ALL_CATEGORIES, space)
    before, after = (scores.of(nelements, name, key) for nelements in (smaller, larger))
    if not before or not after:
        return None
    value, low, high = interval([two.value - one.value for one, two in zip(before, after, strict=True)])
    control = name in CONTROLS
    outcome = None if control else outcome_of(low > 0)
    return Measurement(
        f"growth of {measure}", f"the four categories, {smaller} to {larger} elements", None, space, name,
        after[0].n, value, low, high, outcome=outcome, control=control,
    )  # fmt: skip
