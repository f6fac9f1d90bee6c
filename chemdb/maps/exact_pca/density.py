"""Density of all compositions of a number of elements on their first two principal components."""

from dataclasses import dataclass
from threading import Lock

import duckdb
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.category import ALLOWED_AND_KNOWN
from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.arrays import SystemArrays, read_systems
from chemdb.database.connection import threads_of
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import EmbeddingError
from chemdb.maps.exact_pca.moments import moments
from chemdb.maps.exact_pca.pca import ExactPCA, pca_of_moments
from chemdb.runtime.progress import Steps, no_steps
from chemdb.runtime.threads import map_slices

with kernel_cache():
    from chemdb.maps.exact_pca.kernel import count_cells

MAX_BINS = 4096


@dataclass(frozen=True)
class Density:
    """Numbers of compositions of each category in the cells of a grid.

    Attributes
    ----------
    nelements : int
    pca : ExactPCA
        Of all compositions; its two components are the axes.
    x_edges, y_edges : array of float64, shape (bins + 1,)
        Edges of the cells along the first and the second component.
    counts : dict of str to array of int64, shape (bins, bins)
        Compositions by category; rows along the second component, columns along the first.
    """

    nelements: int
    pca: ExactPCA
    x_edges: NDArray[np.float64]
    y_edges: NDArray[np.float64]
    counts: dict[str, NDArray[np.int64]]


def density(
    con: duckdb.DuckDBPyConnection,
    embedding: str,
    nelements: int,
    bins: int = 256,
    steps: Steps = no_steps,
) -> Density:
    """Return the density of all compositions of a number of elements on their principal components.

    Every composition is projected, none is sampled. The projection is linear, so the coordinates of the
    elements suffice.

    Parameters
    ----------
    con : DuckDBPyConnection
    embedding : str
    nelements : int
    bins : int
        Cells along each side, 2 to 4096.
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        Unknown embedding, no compositions of `nelements` elements in the file, or too few or many bins.
    """
    if not 2 <= bins <= MAX_BINS:
        raise EmbeddingError(f"{bins} bins: choose 2 to {MAX_BINS}")
    vectors = element_vectors(con, embedding)
    threads = threads_of(con)
    with steps("Principal components") as progress, threadpool_limits(threads):
        systems = read_systems(con, nelements)
        pca = pca_of_moments(moments(systems, vectors.covered, threads), vectors, 2)
        progress(
            1, " and ".join(f"{share:.0%}" for share in pca.explained_variance_ratio) + " of the variance"
        )
    points = _element_points(pca, vectors)
    low, high = _extent(systems, points, vectors.covered)
    grid = np.where(vectors.covered[:, None], (points - low) / (high - low), 0.0)
    # Compositions on the upper edge belong to the last cell, whatever the rounding.
    grid *= bins * (1 - 1e-12)
    grid[0] = 0
    with steps(f"{pca.n:,} compositions") as progress:
        elements, fractions = _padded(systems)
        arguments = (
            elements,
            systems.system_set,
            systems.sets,
            fractions,
            grid.T.copy(),
            vectors.covered,
            bins,
        )
        by_allowed = np.zeros((2, bins * bins), np.int64)
        lock = Lock()

        def add(start: int, stop: int) -> None:
            counted = count_cells(*arguments, start, stop)
            with lock:
                np.add(by_allowed, counted, out=by_allowed)

        map_slices(add, len(elements), threads, progress, slices_per_thread=128)
    counts = _by_category(systems, vectors.covered, elements, fractions, grid, bins, by_allowed)
    edges = np.linspace(low, high, bins + 1)
    return Density(nelements, pca, edges[:, 0], edges[:, 1], counts)


def _element_points(pca: ExactPCA, vectors: ElementVectors) -> NDArray[np.float64]:
    """Return the coordinates of each element, shape (104, 2); 0 for those without a vector."""
    values = np.where(vectors.covered[:, None], vectors.values, pca.mean)
    return pca.transform(values)


def _extent(
    systems: SystemArrays, points: NDArray[np.float64], covered: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest coordinates of all compositions, each of shape (2,).

    The extremes of a stoichiometry are reached with the outermost elements; all permutations of its
    factors are stoichiometries too.
    """
    ordered = np.sort(points[1:][covered[1:]], axis=0)
    k = systems.nelements
    return (systems.fractions @ ordered[:k]).min(axis=0), (systems.fractions @ ordered[-k:]).max(axis=0)


def _padded(systems: SystemArrays) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return elements, shape (n, 4), and fractions, shape (4, m), padded with 0 for the kernel."""
    padding = MAX_LISTED_NELEMENTS - systems.nelements
    elements = np.pad(systems.elements, ((0, 0), (0, padding)))
    return elements, np.ascontiguousarray(np.pad(systems.fractions, ((0, 0), (0, padding))).T)


def _by_category(
    systems: SystemArrays,
    covered: NDArray[np.bool_],
    elements: NDArray[np.uint8],
    fractions: NDArray[np.float64],
    grid: NDArray[np.float64],
    bins: int,
    by_allowed: NDArray[np.int64],
) -> dict[str, NDArray[np.int64]]:
    """Return the counts by category: known compositions are subtracted from missing and unlikely."""
    has_vector = covered[systems.elements[systems.known_system]].all(axis=1)
    known_elements = elements[systems.known_system[has_vector]]
    known_fractions = fractions[:, systems.known_stoichiometry[has_vector]].T
    terms = known_fractions[:, :, None] * grid[known_elements]
    # Summed in the same order as in the kernel, so that a composition falls into the same cell.
    position = np.zeros((len(terms), 2))
    for place in range(MAX_LISTED_NELEMENTS):
        position += terms[:, place]
    column, row = position.astype(np.int32).T
    cell = row * bins + column
    allowed = systems.known_allowed[has_vector]
    counts = {}
    for category, (is_allowed, is_known) in ALLOWED_AND_KNOWN.items():
        n_known = np.bincount(cell[allowed == is_allowed], minlength=bins * bins)
        n = n_known if is_known else by_allowed[int(is_allowed)] - n_known
        counts[category] = n.reshape(bins, bins)
    return counts
