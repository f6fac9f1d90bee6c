"""Exact principal components of the vectors of all compositions, or of a category."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import duckdb
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.database.arrays import read_systems
from chemdb.database.connection import threads_of
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import EmbeddingError, counted
from chemdb.maps.exact_pca.moments import Moments, moments
from chemdb.notebook.html_table import table_html
from chemdb.runtime.progress import Steps, no_steps

#: Entries of a component that are shown.
N_ENTRIES = 3


@dataclass(frozen=True, repr=False)
class ExactPCA:
    """Principal components of a set of compositions.

    Attributes
    ----------
    embedding : str
    mean : array of float64, shape (d,)
        Mean of the vectors.
    components : array of float64, shape (n_components, d)
        Unit vectors, largest variance first; the entry of largest magnitude is positive.
    explained_variance : array of float64, shape (n_components,)
        Variance along each component, normalized by n - 1 as in scikit-learn.
    explained_variance_ratio : array of float64, shape (n_components,)
        Share of the total variance.
    n : int
        Number of compositions.
    n_left_out : int
        Number of compositions left out, because an element has no vector.
    missing : tuple of str
        Elements without a vector.
    features : tuple of str
        Names of the d dimensions.
    """

    embedding: str
    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    explained_variance: NDArray[np.float64]
    explained_variance_ratio: NDArray[np.float64]
    n: int
    n_left_out: int
    missing: tuple[str, ...]
    features: tuple[str, ...]

    def largest_entries(self, component: int, n: int = N_ENTRIES) -> list[tuple[str, float]]:
        """Return the names and entries of the dimensions that a component has most of, largest first."""
        direction = self.components[component]
        largest = np.abs(direction).argsort()[::-1][:n]
        return [(self.features[i], float(direction[i])) for i in largest]

    def table(self) -> tuple[list[str], list[tuple[str, str, str, str]]]:
        """Return the columns and the rows of a table of the components."""
        rows = [
            (
                f"PC{number + 1}",
                f"{self.explained_variance[number]:.6g}",
                f"{self.explained_variance_ratio[number]:.4%}",
                ", ".join(f"{entry:+.3f} {name}" for name, entry in self.largest_entries(number)),
            )
            for number in range(len(self.components))
        ]
        return ["component", "variance", "share", "largest entries"], rows

    def left_out(self) -> str:
        """Return how many compositions have no vector, and because of which elements."""
        elements = f" (with {', '.join(self.missing)})" if self.n_left_out else ""
        return f"{self.n_left_out:,} compositions without a vector{elements}"

    def __repr__(self) -> str:
        return (
            f"exact PCA of {self.embedding}: {self.n:,} compositions, {self.n_left_out:,} without a vector; "
            + ", ".join(f"PC{i} {share:.4%}" for i, share in enumerate(self.explained_variance_ratio, 1))
        )

    def _repr_html_(self) -> str:
        columns, rows = self.table()
        title = f"Exact PCA of {self.embedding}: {self.n:,} compositions"
        return table_html(columns, rows, title, self.left_out())

    def transform(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the coordinates of vectors, shape (n, n_components).

        The coordinates of a composition are the stoichiometry-weighted mean of those of its elements.
        """
        coordinates: NDArray[np.float64] = (vectors - self.mean) @ self.components.T
        return coordinates


def exact_pca(
    con: duckdb.DuckDBPyConnection,
    embedding: str,
    nelements: Sequence[int],
    category: str = "all",
    n_components: int = 2,
    steps: Steps = no_steps,
) -> ExactPCA:
    """Return the principal components of all compositions with given numbers of elements.

    Parameters
    ----------
    con : DuckDBPyConnection
    embedding : str
        One of `chemdb.embedding.stored_vectors.embedding_names`.
    nelements : sequence of int
        Numbers of elements; their compositions are taken together.
    category : str
        One of `chemdb.maps.exact_pca.moments.SCOPES`; "all" is every composition.
    n_components : int
    steps : Steps, optional

    Raises
    ------
    EmbeddingError
        Unknown embedding or category, more components than dimensions, or too few compositions.
    """
    vectors = element_vectors(con, embedding)
    threads = threads_of(con)
    sums: list[Moments] = []
    for k in nelements:
        with steps(f"Moments of {k} elements") as progress:
            sums.append(moments(read_systems(con, k), vectors.covered, threads, category, progress))
            progress(1, counted(sums[-1].n, "composition"))
    with threadpool_limits(threads):
        return pca_of_moments(reduce(add, sums), vectors, n_components)


def pca_of_moments(sums: Moments, vectors: ElementVectors, n_components: int) -> ExactPCA:
    """Return the principal components of a set of compositions from its moments.

    Raises
    ------
    EmbeddingError
        More components than dimensions, or too few compositions.
    """
    dimensions = vectors.values.shape[1]
    if not 1 <= n_components <= dimensions:
        raise EmbeddingError(f"{n_components} components: {vectors.name} has {dimensions} dimensions")
    if sums.n < 2:
        raise EmbeddingError(f"{sums.n} compositions with a {vectors.name} vector are too few for a PCA")
    values = np.where(vectors.covered[:, None], vectors.values, 0.0)
    mean = sums.by_element @ values / sums.n
    # Fractions sum to one: centring the elements centres the compositions.
    centred = np.where(vectors.covered[:, None], values - mean, 0.0)
    covariance = centred.T @ sums.by_pair @ centred / (sums.n - 1)
    variances, directions = np.linalg.eigh(covariance)
    largest_first = np.argsort(variances)[::-1][:n_components]
    components = directions[:, largest_first].T
    largest = np.abs(components).argmax(axis=1)
    components *= np.sign(components[np.arange(n_components), largest])[:, None]
    explained = np.clip(variances[largest_first], 0, None)
    return ExactPCA(
        vectors.name,
        mean,
        components,
        explained,
        explained / np.trace(covariance),
        sums.n,
        sums.n_left_out,
        vectors.missing,
        tuple(vectors.features),
    )
