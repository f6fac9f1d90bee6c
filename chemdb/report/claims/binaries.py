"""Claims 2 and 3: in which representations the binaries spread, and whether anion classes group them."""

from dataclasses import replace

from chemdb.chemistry.anion_class import ANION_CLASSES
from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.report.claims.claim import HOLDS, NOT, PARTLY, Claim, Measurement, judged, outcome_of
from chemdb.report.claims.sample_scores import (
    ACCURACY,
    ANIONS,
    AREA,
    CATEGORIES_AS_ANIONS,
    DIMENSION,
    OXIDES,
    SILHOUETTE,
    SPREAD,
    STANDARDIZED,
    Scores,
)
from chemdb.report.claims.samples import STOICHIOMETRY
from chemdb.report.claims.statistics import interval

SPREADING = ("mat2vec", "skipatom", "random_200")
CONCENTRATED = ("magpie", "oliynyk")
#: Silhouette coefficient above which clusters have some structure (Kaufman and Rousseeuw 1990).
STRUCTURE = 0.25
CLASSES_AND_CATEGORIES = "anion classes and categories"


def spread(scores: Scores, why_not: str) -> Claim:
    """Return claim 2: each of `SPREADING` must spread more than each of `CONCENTRATED`."""
    found = []
    for measure, space in ((DIMENSION, "full"), (AREA, "pca")):
        key = (measure, SPREAD, space)
        wide = [each for name in SPREADING if (each := scores.measurement(2, name, key))]
        narrow = [each for name in CONCENTRATED if (each := scores.measurement(2, name, key))]
        if not wide or not narrow:
            return judged(2, (), [why_not])
        lowest = min(_low(each) for each in wide)
        highest = max(_high(each) for each in narrow)
        found += [replace(each, outcome=outcome_of(_low(each) > highest), control=False) for each in wide]
        found += [replace(each, outcome=outcome_of(_high(each) < lowest)) for each in narrow]
        if space == "full":
            found += _standardized(scores)
    return judged(2, found)


def _standardized(scores: Scores) -> list[Measurement]:
    """Return the effective dimension of `CONCENTRATED` without the units of their features."""
    measured = {name: scores.measurement(2, name, (DIMENSION, SPREAD, STANDARDIZED)) for name in CONCENTRATED}
    return [
        replace(each, space="full", subject=f"{name} standardized", control=True)
        for name, each in measured.items()
        if each
    ]


def _low(measurement: Measurement) -> float:
    return measurement.value if measurement.low is None else measurement.low


def _high(measurement: Measurement) -> float:
    return measurement.value if measurement.high is None else measurement.high


def anion_classes(scores: Scores, why_not: str) -> Claim:
    """Return claim 3."""
    found: list[Measurement] = []
    for space in ("full", "pca"):
        for name in (*PAPER_EMBEDDINGS, STOICHIOMETRY):
            n_labels = len(ANION_CLASSES) if name in SPREADING else None
            found += filter(None, [scores.measurement(2, name, (ACCURACY, ANIONS, space), n_labels)])
        for name in (*PAPER_EMBEDDINGS, STOICHIOMETRY):
            oxides = scores.measurement(2, name, (SILHOUETTE, OXIDES, space))
            if oxides:
                if name in SPREADING:
                    oxides = replace(oxides, outcome=_are_clusters(oxides), control=False)
                found.append(oxides)
        for name in SPREADING:
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
