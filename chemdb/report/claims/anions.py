"""Claim 3: whether binaries are grouped by anion class, and oxides are clusters."""

from dataclasses import replace

from chemdb.chemistry.anion_class import ANION_CLASSES
from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.report.claims.claim import HOLDS, NOT, PARTLY, Claim, Measurement, judged, outcome_of
from chemdb.report.claims.samples import STOICHIOMETRY
from chemdb.report.claims.scores import (
    ACCURACY,
    ANIONS,
    CATEGORIES_AS_ANIONS,
    OXIDES,
    SILHOUETTE,
    Scores,
)
from chemdb.report.claims.spread import SPREADING as GROUPING
from chemdb.report.claims.statistics import interval

#: Silhouette coefficient above which clusters have some structure (Kaufman and Rousseeuw 1990).
STRUCTURE = 0.25
CLASSES_AND_CATEGORIES = "anion classes and categories"


def anion_classes(scores: Scores, why_not: str) -> Claim:
    """Return claim 3."""
    found: list[Measurement] = []
    for space in ("full", "pca"):
        for name in (*PAPER_EMBEDDINGS, STOICHIOMETRY):
            n_labels = len(ANION_CLASSES) if name in GROUPING else None
            found += filter(None, [scores.measurement(2, name, (ACCURACY, ANIONS, space), n_labels)])
        for name in (*PAPER_EMBEDDINGS, STOICHIOMETRY):
            oxides = scores.measurement(2, name, (SILHOUETTE, OXIDES, space))
            if oxides:
                if name in GROUPING:
                    oxides = replace(oxides, outcome=_are_clusters(oxides), control=False)
                found.append(oxides)
        for name in GROUPING:
            found += filter(None, [_more_than_categories(scores, name, space)])
    compared = any(each.compared == CLASSES_AND_CATEGORIES for each in found)
    return judged(3, found, [] if compared else [why_not])


def _are_clusters(oxides: Measurement) -> str:
    if oxides.value > STRUCTURE:
        return HOLDS
    low, shuffled_high = oxides.low or 0.0, oxides.shuffled_high or 0.0
    return PARTLY if low > max(0.0, shuffled_high) else NOT


def _more_than_categories(scores: Scores, name: str, space: str) -> Measurement | None:
    """Return by how much anion classes are told apart better than categories, both adjusted for chance."""
    classes = scores.of(2, name, (ACCURACY, ANIONS, space))
    categories = scores.of(2, name, (ACCURACY, CATEGORIES_AS_ANIONS, space))
    if not classes or not categories:
        return None
    differences = [
        _adjusted(one.value, len(ANION_CLASSES)) - _adjusted(other.value, len(CATEGORIES))
        for one, other in zip(classes, categories, strict=True)
    ]
    value, low, high = interval(differences)
    measure, compared = f"difference of adjusted {ACCURACY}", CLASSES_AND_CATEGORIES
    return Measurement(
        measure, compared, 2, space, name, classes[0].n, value, low, high, outcome=outcome_of(low > 0)
    )


def _adjusted(accuracy: float, n_labels: int) -> float:
    """Return a balanced accuracy scaled so that chance is 0, as scikit-learn does."""
    return (accuracy - 1 / n_labels) / (1 - 1 / n_labels)
