"""Where the compositions of an order lie on its first two principal components: all of them."""

from dataclasses import dataclass
from threading import Lock

import duckdb
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from chemdb.chemistry.category import ALLOWED_AND_KNOWN
from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.chemistry.stoichiometry import MAX_STORED_NELEMENTS
from chemdb.database.connection import threads_of
from chemdb.database.systems_as_arrays import OrderSpace, read_order
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import EmbeddingError
from chemdb.maps.exact_pca.kernel.density import count_cells
from chemdb.maps.exact_pca.moments import moments
from chemdb.maps.exact_pca.pca import ExactPCA, pca_of_moments
from chemdb.runtime.progress import Steps, no_steps
from chemdb.runtime.threads import map_slices

MAX_BINS = 4096


@dataclass(frozen=True)
class Density:
    """How many compositions of each category fall into each cell of a grid.

    Attributes
    ----------
    nelements : int
        The order.
    pca : ExactPCA
        Of the whole order; its two components are the axes.
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
    """Return the density of every composition of an order on its exact principal components.

    No sample: each of the compositions is projected. The projection is linear, so a system needs
    the points of its elements only.

    Parameters
    ----------
    con : DuckDBPyConnection
    embedding : str
    nelements : int
        An order of the file.
    bins : int
        Cells along each side, 2 to 4096.
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        Unknown embedding, an order that the file does not have, or a bad number of bins.
    """
    if not 2 <= bins <= MAX_BINS:
        raise EmbeddingError(f"{bins} bins: choose 2 to {MAX_BINS}")
    vectors = element_vectors(con, embedding)
    threads = threads_of(con)
    with steps("Principal components"), threadpool_limits(threads):
        space = read_order(con, nelements)
        pca = pca_of_moments(moments(space, vectors.covered, threads), vectors, 2)
    points = _element_points(pca, vectors)
    low, high = _extent(space, points, vectors.covered)
    grid = np.where(vectors.covered[:, None], (points - low) / (high - low), 0.0)
    # A composition on the upper edge belongs to the last cell, rounding errors included.
    grid *= bins * (1 - 1e-12)
    grid[0] = 0
    with steps(f"{pca.n:,} compositions") as progress:
        elements, fractions = _padded(space)
        arguments = (elements, space.system_set, space.sets, fractions, grid.T.copy(), vectors.covered, bins)
        unknown = np.zeros((2, bins * bins), np.int64)
        lock = Lock()

        def add(start: int, stop: int) -> None:
            counted = count_cells(*arguments, start, stop)
            with lock:
                np.add(unknown, counted, out=unknown)

        map_slices(add, len(elements), threads, progress, slices_per_thread=128)
    counts = _with_known(space, vectors.covered, elements, fractions, grid, bins, unknown)
    edges = np.linspace(low, high, bins + 1)
    return Density(nelements, pca, edges[:, 0], edges[:, 1], counts)


def _element_points(pca: ExactPCA, vectors: ElementVectors) -> NDArray[np.float64]:
    """Return the coordinates of each element, shape (104, 2); zero where it has no vector."""
    values = np.where(vectors.covered[:, None], vectors.values, pca.mean)
    return pca.transform(values)


def _extent(
    space: OrderSpace, points: NDArray[np.float64], covered: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest coordinates of any composition, each of shape (2,).

    A stoichiometry reaches furthest with the outermost elements; all orders of its factors are
    stoichiometries too.
    """
    ordered = np.sort(points[1:][covered[1:]], axis=0)
    k = space.nelements
    return (space.fractions @ ordered[:k]).min(axis=0), (space.fractions @ ordered[-k:]).max(axis=0)


def _padded(space: OrderSpace) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return elements and fractions with `MAX_STORED_NELEMENTS` places, as the kernel takes them.

    Places beyond the number of elements hold 0.
    """
    more = MAX_STORED_NELEMENTS - space.nelements
    elements = np.pad(space.elements, ((0, 0), (0, more)))
    return elements, np.ascontiguousarray(np.pad(space.fractions, ((0, 0), (0, more))).T)


def _with_known(
    space: OrderSpace,
    covered: NDArray[np.bool_],
    elements: NDArray[np.uint8],
    fractions: NDArray[np.float64],
    grid: NDArray[np.float64],
    bins: int,
    unknown: NDArray[np.int64],
) -> dict[str, NDArray[np.int64]]:
    """Return the counts by category: known compositions move out of missing and unlikely."""
    whole = covered[space.elements[space.known_system]].all(axis=1)
    own_elements = elements[space.known_system[whole]]
    own_fractions = fractions[:, space.known_stoichiometry[whole]].T
    terms = own_fractions[:, :, None] * grid[own_elements]
    # Added up in the order of the kernel, so that rounding cannot put a composition into another cell.
    position = np.zeros((len(terms), 2))
    for place in range(MAX_STORED_NELEMENTS):
        position += terms[:, place]
    column, row = position.astype(np.int32).T
    cell = row * bins + column
    allowed = space.known_allowed[whole]
    counts = {}
    for category, (is_allowed, is_known) in ALLOWED_AND_KNOWN.items():
        n_known = np.bincount(cell[allowed == is_allowed], minlength=bins * bins)
        n = n_known if is_known else unknown[int(is_allowed)] - n_known
        counts[category] = n.reshape(bins, bins)
    return counts
