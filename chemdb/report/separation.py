"""How well the categories separate: numbers for what maps show to the eye."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.database.arrow import as_array
from chemdb.database.connection import threads_of
from chemdb.database.metadata import nelements_of
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays, is_covered
from chemdb.embedding.stored_vectors import check_embedding, element_vectors
from chemdb.errors import ReductionError
from chemdb.maps.reduction import METHODS
from chemdb.maps.stored import PER_CATEGORY, MapSpec, find_map, read_map
from chemdb.query.sample import sample_categories
from chemdb.runtime.progress import Steps, no_steps

#: Representation without chemistry: what it reaches, the fractions and the sizes of samples do.
CONTROL = "random_200"
#: Neighbours that vote.
N_NEIGHBORS = 15
#: MiB of distances that scikit-learn holds at a time.
WORKING_MEMORY = 64
#: Parts of the cross-validation; a category with fewer points is left out.
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
        Compositions.
    balanced_accuracy : float
        Mean share of each category's compositions that their nearest neighbours place right, in
        cross-validation.
    chance : float
        The same of a guess: one by the number of categories.
    over_control : float or None
        Balanced accuracy above that of `CONTROL` for the same compositions in the same kind of
        space; None if the file lacks that map.
    silhouette : float
        Mean silhouette coefficient, from -1 (in the wrong category) to 1.
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
    """Return how well the categories separate, by order, embedding and space.

    Vectors are those of the sample that maps are made of, as they are; maps are those that the
    file has of it. Compositions that the representation does not cover are left out.

    Parameters
    ----------
    con : DuckDBPyConnection
    nelements : sequence of int, optional
        All of the file by default.
    embeddings : sequence of str, optional
        The paper's six by default; the control is always added.
    per_category, seed : int
        Of the sample.
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        Unknown embedding, an order that the file does not have, a seed that scikit-learn does not
        take, or too few points.
    """
    from threadpoolctl import threadpool_limits

    if not 0 <= seed < 2**32:
        raise ReductionError(f"seed {seed}: choose 0 to {2**32 - 1}")
    threads = threads_of(con)
    names = list(
        dict.fromkeys([*(check_embedding(con, name) for name in embeddings or PAPER_EMBEDDINGS), CONTROL])
    )
    found = []
    for order in nelements or nelements_of(con):
        with steps(f"{order} elements") as progress, threadpool_limits(threads):
            drawn = sample_categories(con, CATEGORIES, [order], per_category, seed)
            spec = MapSpec(CONTROL, "", order, per_category, seed)
            control = {space.name: space for space in _spaces(con, drawn, spec)}
            for done, name in enumerate(names, start=1):
                for space in _spaces(con, drawn, replace(spec, embedding=name)):
                    found.append(_separation(space, control.get(space.name), name, order, seed))
                progress(done / len(names))
    return found


@dataclass(frozen=True)
class _Space:
    """Points of compositions: their vectors, or a map of them."""

    name: str
    points: NDArray[np.floating]
    categories: NDArray[np.str_]
    #: What tells one composition from another.
    keys: NDArray[np.int64]


def _separation(
    space: _Space, control: _Space | None, embedding: str, nelements: int, seed: int
) -> Separation:
    accuracy, chance, silhouette, n = scores(space.points, space.categories, seed)
    above = None
    if control is not None:
        # Of the same compositions: to leave out elements changes what there is to tell apart.
        same = np.isin(control.keys, space.keys)
        above = accuracy - balanced_accuracy(control.points[same], control.categories[same], seed)
    dimensions = space.points.shape[1]
    return Separation(embedding, nelements, space.name, dimensions, n, accuracy, chance, above, silhouette)


def scores(
    points: NDArray[np.floating], categories: NDArray[np.str_], seed: int = 0
) -> tuple[float, float, float, int]:
    """Return balanced accuracy, that of a guess, silhouette coefficient and number of points.

    Parameters
    ----------
    points : array of float, shape (n, d)
    categories : array of str, shape (n,)
    seed : int
        Of the parts of the cross-validation.

    Raises
    ------
    ReductionError
        Fewer than two categories have `N_FOLDS` points.
    """
    import sklearn
    from sklearn.metrics import silhouette_score

    points, categories = _enough(points, categories)
    with sklearn.config_context(working_memory=WORKING_MEMORY):
        silhouette = float(silhouette_score(points, categories))
        accuracy = balanced_accuracy(points, categories, seed)
    return accuracy, 1 / len(np.unique(categories)), silhouette, len(points)


def balanced_accuracy(points: NDArray[np.floating], categories: NDArray[np.str_], seed: int = 0) -> float:
    """Return how well nearest neighbours tell the categories apart, see `Separation`.

    Raises
    ------
    ReductionError
        Fewer than two categories have `N_FOLDS` points.
    """
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier

    points, categories = _enough(points, categories)
    # The smallest training set limits the neighbours.
    neighbors = min(N_NEIGHBORS, len(points) - -(-len(points) // N_FOLDS))
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    placed = cross_val_predict(KNeighborsClassifier(neighbors), points, categories, cv=folds)
    return float(balanced_accuracy_score(categories, placed))


def _enough(
    points: NDArray[np.floating], categories: NDArray[np.str_]
) -> tuple[NDArray[np.floating], NDArray[np.str_]]:
    """Return the points of the categories that have enough for each part of the cross-validation."""
    names, counts = np.unique(categories, return_counts=True)
    enough = names[counts >= N_FOLDS]
    if len(enough) < 2:
        raise ReductionError(
            f"separation: too few points: two categories need {N_FOLDS} compositions with a vector"
        )
    kept = np.isin(categories, enough)
    return points[kept], categories[kept]


def _spaces(con: duckdb.DuckDBPyConnection, drawn: pa.Table, spec: MapSpec) -> Iterator[_Space]:
    """Yield the vectors of a sample and the maps that the file has of it."""
    vectors = element_vectors(con, spec.embedding)
    elements, factors = element_arrays(drawn, vectors.symbols)
    covered = is_covered(elements, vectors)
    found = composition_vectors(elements[covered], factors[covered], vectors, threads_of(con))
    rows = drawn.filter(pa.array(covered))
    yield _Space("full", found, np.array(rows["category"].to_pylist(), str), _keys(rows))
    for method in METHODS:
        own = replace(spec, method=method)
        if find_map(con, own) is not None:
            stored = read_map(con, own)
            yield _Space(method, stored.coordinates, stored.categories, _keys(stored.points))


def _keys(rows: pa.Table) -> NDArray[np.int64]:
    system, stoichiometry = (
        as_array(rows[name]).astype(np.int64) for name in ("system_id", "stoichiometry_id")
    )
    return (system << 32) + stoichiometry
