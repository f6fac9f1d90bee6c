"""How well the categories separate: numbers for what maps show to the eye."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.contents import CATEGORIES
from chemdb.embedding.composition import composition_vectors, element_arrays, is_covered
from chemdb.embedding.vectors import PAPER_EMBEDDINGS, check_embedding, element_vectors
from chemdb.errors import ReductionError
from chemdb.progress import Steps, no_steps
from chemdb.projection import PER_CATEGORY, MapSpec, find, read
from chemdb.reduction import METHODS
from chemdb.sample import sample_categories

#: Representation without chemistry: what it reaches, the fractions and the sizes of samples do.
CONTROL = "random_200"
#: Neighbours that vote.
N_NEIGHBORS = 15
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
        Balanced accuracy above that of `CONTROL` in the same kind of space; None if not known.
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
    orders: Sequence[int],
    embeddings: Sequence[str] = PAPER_EMBEDDINGS,
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
    orders : sequence of int
    embeddings : sequence of str
        The control is always among them.
    per_category, seed : int
        Of the sample.
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        Unknown embedding, an order that the file does not have, or too few points.
    """
    names = list(dict.fromkeys([*map(check_embedding, embeddings), CONTROL]))
    found = []
    for order in orders:
        with steps(f"{order} elements") as progress:
            drawn = sample_categories(con, CATEGORIES, [order], per_category, seed)
            control: dict[str, float] = {}
            # The control first, shown in its place.
            scored: dict[str, list[Separation]] = {}
            for done, name in enumerate(sorted(names, key=lambda name: name != CONTROL), start=1):
                scored[name] = []
                for space, points, categories in _spaces(
                    con, drawn, MapSpec(name, "", order, per_category, seed)
                ):
                    accuracy, chance, silhouette, n = scores(points, categories, seed)
                    control.setdefault(space, accuracy if name == CONTROL else np.nan)
                    above = accuracy - control[space]
                    scored[name].append(
                        Separation(
                            name, order, space, points.shape[1], n, accuracy, chance,
                            None if np.isnan(above) else above, silhouette,
                        )
                    )  # fmt: skip
                progress(done / len(names))
            found += [row for name in names for row in scored[name]]
    return found


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
    from sklearn.metrics import balanced_accuracy_score, silhouette_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier

    names, counts = np.unique(categories, return_counts=True)
    enough = names[counts >= N_FOLDS]
    if len(enough) < 2:
        raise ReductionError(
            f"separation: too few points: two categories need {N_FOLDS} compositions with a vector"
        )
    kept = np.isin(categories, enough)
    points, categories = points[kept], categories[kept]
    # The smallest training set limits the neighbours.
    neighbors = min(N_NEIGHBORS, len(points) - -(-len(points) // N_FOLDS))
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    placed = cross_val_predict(KNeighborsClassifier(neighbors), points, categories, cv=folds)
    return (
        float(balanced_accuracy_score(categories, placed)),
        1 / len(enough),
        float(silhouette_score(points, categories)),
        len(points),
    )


def _spaces(
    con: duckdb.DuckDBPyConnection, drawn: pa.Table, spec: MapSpec
) -> Iterator[tuple[str, NDArray[np.floating], NDArray[np.str_]]]:
    """Yield the vectors of a sample and the maps that the file has of it."""
    vectors = element_vectors(spec.embedding)
    elements, factors = element_arrays(drawn)
    covered = is_covered(elements, vectors)
    categories = np.array(drawn["category"].to_pylist(), str)[covered]
    yield "full", composition_vectors(elements[covered], factors[covered], vectors), categories
    for method in METHODS:
        own = MapSpec(spec.embedding, method, spec.nelements, spec.per_category, spec.seed)
        if find(con, own) is not None:
            found = read(con, own)
            yield method, found.coordinates, found.categories
