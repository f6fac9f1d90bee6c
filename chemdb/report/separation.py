"""How well the categories separate, as vectors and in maps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.database.arrays import as_array
from chemdb.database.connection import threads_of
from chemdb.database.metadata import nelements_of
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays, is_covered
from chemdb.embedding.stored_vectors import check_embedding, element_vectors
from chemdb.errors import ReductionError, counted
from chemdb.maps.reduction import METHODS
from chemdb.maps.stored import PER_CATEGORY, MapSpec, find_map, read_map
from chemdb.query.sample import sample_categories
from chemdb.runtime.progress import Steps, no_steps

#: Representation without chemistry: its score comes from the atomic fractions and sample sizes alone.
CONTROL = "random_200"
#: Number of nearest neighbours that vote on a category.
N_NEIGHBORS = 15
#: Memory for blocks of distances in scikit-learn, in MiB.
WORKING_MEMORY = 64
#: Folds of the cross-validation; categories with fewer points are left out.
N_FOLDS = 5


@dataclass(frozen=True)
class Separation:
    """How well the categories separate in one space.

    Attributes
    ----------
    embedding : str
    nelements : int
    space : str
        full for the vectors themselves, or the method of a map in the file.
    dimensions : int
    n : int
        Number of compositions.
    balanced_accuracy : float
        Mean over the categories of the share of compositions that their nearest neighbours classify
        correctly, in cross-validation.
    chance : float
        Balanced accuracy of a random guess: one divided by the number of categories.
    over_control : float or None
        Difference to the balanced accuracy of `CONTROL` for the same compositions and kind of space;
        None if the file has no such map of the control.
    silhouette : float
        Mean silhouette coefficient, -1 (wrong category) to 1.
    """

    embedding: str
    nelements: int
    space: str
    dimensions: int
    n: int
    balanced_accuracy: float
    chance: float
    over_control: float | None
    silhouette: float


def separation(
    con: duckdb.DuckDBPyConnection,
    nelements: Sequence[int] | None = None,
    embeddings: Sequence[str] | None = None,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    steps: Steps = no_steps,
) -> list[Separation]:
    """Return how well the categories separate, by number of elements, embedding and space.

    The compositions are the sample from which maps are made: their vectors are scored, not
    standardised, and the maps of that sample in the file. Compositions with an element that the
    embedding lacks are left out.

    Parameters
    ----------
    con : DuckDBPyConnection
    nelements : sequence of int, optional
        Numbers of elements; all of the file by default.
    embeddings : sequence of str, optional
        The six of the paper by default; the control is always added.
    per_category, seed : int
        Of the sample.
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        Unknown embedding, a number of elements that the file does not have, a seed that scikit-learn
        does not accept, or too few points.
    """
    from threadpoolctl import threadpool_limits

    if not 0 <= seed < 2**32:
        raise ReductionError(f"seed {seed}: choose 0 to {2**32 - 1}")
    threads = threads_of(con)
    names = list(
        dict.fromkeys([*(check_embedding(con, name) for name in embeddings or PAPER_EMBEDDINGS), CONTROL])
    )
    separations = []
    for n_elements in nelements or nelements_of(con):
        with steps(f"{n_elements} elements") as progress, threadpool_limits(threads):
            sample = sample_categories(con, CATEGORIES, [n_elements], per_category, seed)
            spec = MapSpec(CONTROL, "", n_elements, per_category, seed)
            controls = {points.space: points for points in _point_sets(con, sample, spec)}
            for done, name in enumerate(names, start=1):
                for points in _point_sets(con, sample, replace(spec, embedding=name)):
                    separations.append(
                        _separation(points, controls.get(points.space), name, n_elements, seed)
                    )
                progress(done / len(names), counted(len(sample), "composition"))
    return separations


@dataclass(frozen=True)
class _PointSet:
    """Compositions as points of one space.

    Attributes
    ----------
    space : str
        full for vectors, or the method of a map.
    coordinates : array of float, shape (n, d)
    categories : array of str, shape (n,)
    keys : array of int64, shape (n,)
        Distinct for each composition of one number of elements.
    """

    space: str
    coordinates: NDArray[np.floating]
    categories: NDArray[np.str_]
    keys: NDArray[np.int64]


def _separation(
    points: _PointSet, control: _PointSet | None, embedding: str, nelements: int, seed: int
) -> Separation:
    accuracy, chance, silhouette, n = scores(points.coordinates, points.categories, seed)
    over_control = None
    if control is not None:
        # Fewer elements may be easier to classify, so the control has the same compositions.
        same = np.isin(control.keys, points.keys)
        over_control = accuracy - balanced_accuracy(control.coordinates[same], control.categories[same], seed)
    dimensions = points.coordinates.shape[1]
    return Separation(
        embedding, nelements, points.space, dimensions, n, accuracy, chance, over_control, silhouette
    )


def scores(
    points: NDArray[np.floating], categories: NDArray[np.str_], seed: int = 0
) -> tuple[float, float, float, int]:
    """Return balanced accuracy, chance, silhouette coefficient and number of points, see `Separation`.

    Parameters
    ----------
    points : array of float, shape (n, d)
    categories : array of str, shape (n,)
    seed : int
        Seed of the folds of the cross-validation.

    Raises
    ------
    ReductionError
        Fewer than two categories have `N_FOLDS` points.
    """
    import sklearn
    from sklearn.metrics import silhouette_score

    points, categories = _frequent(points, categories)
    with sklearn.config_context(working_memory=WORKING_MEMORY):
        silhouette = float(silhouette_score(points, categories))
        accuracy = balanced_accuracy(points, categories, seed)
    return accuracy, 1 / len(np.unique(categories)), silhouette, len(points)


def balanced_accuracy(points: NDArray[np.floating], categories: NDArray[np.str_], seed: int = 0) -> float:
    """Return the balanced accuracy of nearest neighbours in cross-validation, see `Separation`.

    Raises
    ------
    ReductionError
        Fewer than two categories have `N_FOLDS` points.
    """
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier

    points, categories = _frequent(points, categories)
    # No more neighbours than points in the smallest training set.
    neighbors = min(N_NEIGHBORS, len(points) - -(-len(points) // N_FOLDS))
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    predicted = cross_val_predict(KNeighborsClassifier(neighbors), points, categories, cv=folds)
    return float(balanced_accuracy_score(categories, predicted))


def _frequent(
    points: NDArray[np.floating], categories: NDArray[np.str_]
) -> tuple[NDArray[np.floating], NDArray[np.str_]]:
    """Return the points of the categories with at least one point for each fold."""
    names, counts = np.unique(categories, return_counts=True)
    frequent = names[counts >= N_FOLDS]
    if len(frequent) < 2:
        raise ReductionError(
            f"separation: too few points: two categories need {N_FOLDS} compositions with a vector"
        )
    rows = np.isin(categories, frequent)
    return points[rows], categories[rows]


def _point_sets(con: duckdb.DuckDBPyConnection, sample: pa.Table, spec: MapSpec) -> Iterator[_PointSet]:
    """Yield the vectors of a sample, and the maps of it in the file; the method of `spec` is ignored."""
    embedding = element_vectors(con, spec.embedding)
    elements, factors = element_arrays(sample, embedding.symbols)
    covered = is_covered(elements, embedding)
    vectors = composition_vectors(elements[covered], factors[covered], embedding, threads_of(con))
    rows = sample.filter(pa.array(covered))
    yield _PointSet("full", vectors, np.array(rows["category"].to_pylist(), str), _keys(rows))
    for method in METHODS:
        map_spec = replace(spec, method=method)
        if find_map(con, map_spec) is not None:
            stored = read_map(con, map_spec)
            yield _PointSet(method, stored.coordinates, stored.categories, _keys(stored.points))


def _keys(rows: pa.Table) -> NDArray[np.int64]:
    """Return the keys of `_PointSet`."""
    system, stoichiometry = (
        as_array(rows[name]).astype(np.int64) for name in ("system_id", "stoichiometry_id")
    )
    return (system << 32) + stoichiometry
