"""Scores of all samples in all representations: what claims 2 to 7 are judged by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from chemdb.chemistry.anion_class import ANION_CLASSES
from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS, ElementVectors
from chemdb.database.connection import threads_of
from chemdb.database.metadata import elements_of, nelements_of
from chemdb.embedding.composition_vectors import is_covered
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import counted
from chemdb.report.claims.claim import HOLDS, NOT, PARTLY, Measurement
from chemdb.report.claims.samples import (
    OXYGEN,
    REPEATS,
    STOICHIOMETRY,
    Points,
    Sample,
    draw_sample,
    equally_many,
    one_per_system,
    oxygen_vectors,
    points_of,
)
from chemdb.report.claims.statistics import effective_dimension, half_area, interval, shuffled_columns
from chemdb.report.separation import CONTROL, balanced_accuracy
from chemdb.runtime.progress import Steps
from chemdb.runtime.threads import map_slices

#: Fewest compositions of each label that are scored.
FEWEST = 30
#: Pairs of categories that the paper compares, by number of elements.
PAIRS = {
    2: (("interesting", "standard"), ("interesting", "missing")),
    3: (("standard", "interesting"), ("standard", "missing")),
    4: (("standard", "missing"),),
}
SUBJECTS = (*PAPER_EMBEDDINGS, STOICHIOMETRY, OXYGEN)
#: Subjects without chemistry.
CONTROLS = (CONTROL, STOICHIOMETRY, OXYGEN)

DIMENSION = "effective dimension"
AREA = "area of half the points"
ACCURACY = "balanced accuracy"
SILHOUETTE = "silhouette"
ALL_CATEGORIES = "the four categories"
ANIONS = "the five anion classes"
CATEGORIES_AS_ANIONS = "the four categories, as many compositions"
OXIDES = "oxides and others"
SPREAD = "compositions"
#: Space of vectors whose dimensions have variance 1.
STANDARDIZED = "standardized"

#: Measure, what is compared, and space.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Score:
    """A value of one sample, the same with shuffled labels, and the number of compositions."""

    value: float
    shuffled: float
    n: int


class Scores:
    """The scores of independent samples.

    Parameters
    ----------
    by_place : mapping
        Scores of each sample by number of elements, subject and `Key`.
    """

    def __init__(self, by_place: Mapping[tuple[int, str], Sequence[Mapping[Key, Score]]]) -> None:
        self._by_place = by_place

    def of(self, nelements: int, subject: str, key: Key) -> list[Score]:
        """Return the scores of each sample; none if the file has too few compositions."""
        found = [scores[key] for scores in self._by_place.get((nelements, subject), ()) if key in scores]
        return found if len(found) == REPEATS else []

    def measurement(
        self, nelements: int, subject: str, key: Key, n_labels: int | None = None
    ) -> Measurement | None:
        """Return the mean over the samples, None if the file has too few compositions.

        With `n_labels`, the number of labels that are told apart, it has an outcome, see `apart`.
        """
        scores = self.of(nelements, subject, key)
        if not scores:
            return None
        n = min(score.n for score in scores)
        value, low, high = interval([score.value for score in scores])
        shuffled, _, shuffled_high = interval([score.shuffled for score in scores])
        measured = Measurement(
            *key[:2], nelements, key[2], subject, n, value, low, high, shuffled, shuffled_high
        )
        if n_labels is None:
            return replace(measured, control=subject in CONTROLS)
        return replace(measured, outcome=apart(value, low, shuffled_high, n_labels))


def apart(value: float, low: float, shuffled_high: float, n_labels: int) -> str:
    """Return whether a balanced accuracy shows that labels are apart.

    They are if it is at least halfway from chance to 1, so that of two labels at most a quarter of the
    compositions lies on the wrong side; partly if its confidence interval is above that of shuffled labels.

    Examples
    --------
    >>> apart(0.8, 0.79, 0.52, 2), apart(0.6, 0.58, 0.52, 2), apart(0.51, 0.48, 0.52, 2)
    ('holds', 'partly', 'not')
    """
    if value >= (1 + 1 / n_labels) / 2:
        return HOLDS
    return PARTLY if low > shuffled_high else NOT


def all_scores(con: duckdb.DuckDBPyConnection, per_category: int, seed: int, steps: Steps) -> Scores:
    """Return the scores of `REPEATS` independent samples for each number of elements up to four."""
    threads = threads_of(con)
    elements = elements_of(con)
    vectors: dict[str, ElementVectors | None] = {STOICHIOMETRY: None}
    vectors[OXYGEN] = oxygen_vectors([element.symbol for element in elements])
    vectors |= {name: element_vectors(con, name) for name in PAPER_EMBEDDINGS}
    samples: dict[int, list[Sample]] = {}
    for nelements in (n for n in nelements_of(con) if n in PAIRS):
        samples[nelements] = []
        n = 0
        with steps(f"Samples of {nelements} elements") as progress:
            for repeat in range(REPEATS):
                sample = draw_sample(con, elements, nelements, per_category, seed * REPEATS + repeat)
                samples[nelements].append(sample)
                n += len(sample.systems)
                progress((repeat + 1) / REPEATS, counted(n, "composition"))
    by_place: dict[tuple[int, str], list[dict[Key, Score]]] = {}
    smallest = {name: _smallest_category(samples, vectors[name]) for name in SUBJECTS}
    for nelements, of_size in samples.items():
        tasks = [(name, sample) for sample in of_size for name in SUBJECTS]

        def score(start: int, _: int, tasks: list[tuple[str, Sample]] = tasks) -> dict[Key, Score]:
            name, sample = tasks[start]
            # One thread each: the result must not depend on their number.
            with threadpool_limits(1):
                return scores_of(sample, vectors[name], smallest[name])

        with steps(f"Scores of {nelements} elements") as progress, threadpool_limits(1):
            found = map_slices(score, len(tasks), threads, progress, slices_per_thread=len(tasks))
        for (name, _), scores in zip(tasks, found, strict=True):
            by_place.setdefault((nelements, name), []).append(scores)
    return Scores(by_place)


def _smallest_category(samples: Mapping[int, Sequence[Sample]], vectors: ElementVectors | None) -> int:
    """Return how many compositions with a vector the smallest category has in any sample."""
    sizes = []
    for sample in (sample for drawn in samples.values() for sample in drawn):
        categories = sample.categories
        if vectors is not None:
            categories = categories[is_covered(sample.elements, vectors)]
        sizes += [int((categories == name).sum()) for name in CATEGORIES]
    return min(sizes, default=0)


def scores_of(sample: Sample, vectors: ElementVectors | None, smallest: int) -> dict[Key, Score]:
    """Return the scores of one sample in one representation; of its stoichiometries without `vectors`.

    Parameters
    ----------
    sample : Sample
    vectors : ElementVectors or None
    smallest : int
        Number of compositions of each category for the comparison of all four, the same for all numbers
        of elements.
    """
    found: dict[Key, Score] = {}
    for points in points_of(sample, vectors) if len(sample.systems) >= FEWEST else ():
        rng = np.random.default_rng([sample.seed, sample.nelements])
        categories = sample.categories[points.rows]
        if sample.nelements == 2:
            if vectors is not None and points.coordinates.shape[1] > 1:
                found |= _spread(points, rng)
            found |= _anion_classes(points, sample, rng)
        for pair in PAIRS[sample.nelements]:
            rows = equally_many(categories, pair, rng)
            found |= _accuracy(points, rows, categories, f"{pair[0]} and {pair[1]}", rng)
        rows = equally_many(categories, CATEGORIES, rng, smallest)
        found |= _accuracy(points, rows, categories, ALL_CATEGORIES, rng)
        found |= _silhouette(points, rows, categories, ALL_CATEGORIES, rng)
    return found


def _spread(points: Points, rng: np.random.Generator) -> dict[Key, Score]:
    """Return how far points spread; the control has each coordinate shuffled."""
    measure, function = (DIMENSION, effective_dimension) if points.space == "full" else (AREA, half_area)
    shuffled = shuffled_columns(points.coordinates, rng)
    found = {
        (measure, SPREAD, points.space): Score(
            function(points.coordinates), function(shuffled), len(points.rows)
        )
    }
    if points.space == "full":
        deviation = points.coordinates.std(axis=0, dtype=np.float64)
        scaled = points.coordinates / np.where(deviation > 0, deviation, 1)
        found[measure, SPREAD, STANDARDIZED] = Score(
            function(scaled), function(shuffled_columns(scaled, rng)), len(points.rows)
        )
    return found


def _anion_classes(points: Points, sample: Sample, rng: np.random.Generator) -> dict[Key, Score]:
    """Return how well anion classes, and as many compositions of the categories, are told apart."""
    places = one_per_system(sample.systems[points.rows], rng)
    own = Points(points.space, points.coordinates[places], points.rows[places])
    classes, categories = sample.anion_classes[own.rows], sample.categories[own.rows]
    n = min(int((classes == name).sum()) for name in ANION_CLASSES)
    n_categories = min(int((categories == name).sum()) for name in CATEGORIES)
    if n_categories >= FEWEST:
        n = min(n, n_categories)
    rows = equally_many(classes, ANION_CLASSES, rng, n)
    found = _accuracy(own, rows, classes, ANIONS, rng)
    found |= _silhouette(own, rows, classes, OXIDES, rng, "oxide")
    rows = equally_many(categories, CATEGORIES, rng, n)
    return found | _accuracy(own, rows, categories, CATEGORIES_AS_ANIONS, rng)


def _accuracy(
    points: Points,
    rows: NDArray[np.int64],
    labels: NDArray[np.str_],
    compared: str,
    rng: np.random.Generator,
) -> dict[Key, Score]:
    """Return the balanced accuracy of nearest neighbours, as in the report on separation."""
    chosen, names = points.coordinates[rows], labels[rows]
    if not _are_enough(names, compared):
        return {}
    score = Score(
        balanced_accuracy(chosen, names), balanced_accuracy(chosen, rng.permutation(names)), len(rows)
    )
    return {(ACCURACY, compared, points.space): score}


def _silhouette(
    points: Points,
    rows: NDArray[np.int64],
    labels: NDArray[np.str_],
    compared: str,
    rng: np.random.Generator,
    of: str | None = None,
) -> dict[Key, Score]:
    """Return the mean silhouette coefficient of all points, or of those with the label `of`."""
    from sklearn.metrics import silhouette_samples

    chosen, names = points.coordinates[rows], labels[rows]
    if not _are_enough(names, compared):
        return {}

    def mean(labels: NDArray[np.str_]) -> float:
        coefficients = silhouette_samples(chosen, labels)
        return float(np.mean(coefficients if of is None else coefficients[labels == of]))

    return {(SILHOUETTE, compared, points.space): Score(mean(names), mean(rng.permutation(names)), len(rows))}


def _are_enough(labels: NDArray[np.str_], compared: str) -> bool:
    """Return whether there are `FEWEST` points of each label."""
    n_labels = {ALL_CATEGORIES: 4, CATEGORIES_AS_ANIONS: 4, ANIONS: 5, OXIDES: 5}.get(compared, 2)
    _, counts = np.unique(labels, return_counts=True)
    return len(counts) == n_labels and counts.min() >= FEWEST
