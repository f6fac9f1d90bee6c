"""Independent samples of the categories, as points of the spaces in which claims are judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.anion_class import anion_class
from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.chemistry.elements import Element
from chemdb.database.arrays import as_array
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays, is_covered
from chemdb.maps.reduction import reduce
from chemdb.query.sample import sample_categories

#: Independent samples, whose spread gives the confidence intervals.
REPEATS = 5
#: Control without elements: the atomic fractions of a composition, largest first.
STOICHIOMETRY = "stoichiometry"
#: Control with one element: the atomic fraction of oxygen.
OXYGEN = "oxygen"
#: Standard deviation of the noise that separates equal fractions; different ones differ by a thousandth.
NOISE = 1e-6


@dataclass(frozen=True)
class Sample:
    """A sample of the compositions of one number of elements.

    Attributes
    ----------
    nelements : int
    seed : int
    elements, factors : array, shape (n, nelements)
        Atomic numbers and stoichiometric factors.
    categories : array of str, shape (n,)
    anion_classes : array of str, shape (n,)
    systems : array of int32, shape (n,)
        Chemical systems (system_id).
    """

    nelements: int
    seed: int
    elements: NDArray[np.uint8]
    factors: NDArray[np.integer]
    categories: NDArray[np.str_]
    anion_classes: NDArray[np.str_]
    systems: NDArray[np.int32]


@dataclass(frozen=True)
class Points:
    """The compositions of a sample that have a vector, as points of one space.

    Attributes
    ----------
    space : str
        full for vectors, pca for their first two principal components.
    coordinates : array of float, shape (n, d)
    rows : array of int64, shape (n,)
        Places in the sample.
    """

    space: str
    coordinates: NDArray[np.floating]
    rows: NDArray[np.int64]


def draw_sample(
    con: duckdb.DuckDBPyConnection, elements: Sequence[Element], nelements: int, per_category: int, seed: int
) -> Sample:
    """Return a sample of up to `per_category` compositions of each category."""
    table = sample_categories(con, CATEGORIES, [nelements], per_category, seed)
    numbers, factors = element_arrays(table, [element.symbol for element in elements])
    classes = [anion_class([elements[z - 1] for z in compound]) for compound in numbers.tolist()]
    return Sample(
        nelements,
        seed,
        numbers,
        factors,
        np.array(table["category"].to_pylist(), str),
        np.array(classes, str),
        as_array(table["system_id"]),
    )


def points_of(sample: Sample, vectors: ElementVectors | None) -> Iterator[Points]:
    """Yield a sample as vectors and in their PCA, or without `vectors` as `STOICHIOMETRY`."""
    if vectors is None:
        rows = np.arange(len(sample.factors))
        fractions = sample.factors / sample.factors.sum(axis=1, keepdims=True)
        full = np.sort(fractions, axis=1)[:, ::-1].astype(np.float32)
    else:
        rows = np.flatnonzero(is_covered(sample.elements, vectors))
        full = composition_vectors(sample.elements[rows], sample.factors[rows], vectors, threads=1)
    if vectors is None or vectors.name == OXYGEN:
        # Many compositions have the same fractions: which of them are nearest must not depend on their order.
        noise = np.random.default_rng(sample.seed).normal(scale=NOISE, size=full.shape)
        full = full + noise.astype(np.float32)
    yield Points("full", full, rows)
    yield Points("pca", reduce(full, "pca").coordinates if full.shape[1] > 2 else full, rows)


def oxygen_vectors(symbols: Sequence[str]) -> ElementVectors:
    """Return the representation in which the vector of a composition is its fraction of oxygen."""
    values = np.zeros((len(symbols) + 1, 1))
    values[symbols.index("O") + 1] = 1
    return ElementVectors(OXYGEN, values, ("O",), tuple(symbols))


def equally_many(
    labels: NDArray[np.str_], names: Sequence[str], rng: np.random.Generator, n: int | None = None
) -> NDArray[np.int64]:
    """Return the places of `n` points of each label in random order, by default as many as the rarest has.

    Examples
    --------
    >>> labels = np.array(["a", "b", "b", "a", "b", "c"])
    >>> sorted(labels[equally_many(labels, ["a", "b"], np.random.default_rng(0))].tolist())
    ['a', 'a', 'b', 'b']
    """
    if n is None:
        n = min(int((labels == name).sum()) for name in names)
    return rng.permutation(
        np.concatenate([rng.permutation(np.flatnonzero(labels == name))[:n] for name in names])
    )


def one_per_system(systems: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the places of one composition of each chemical system, drawn at random.

    The nearest neighbour of a composition is often another stoichiometry of the same elements, which tells
    nothing about other elements.
    """
    order = rng.permutation(len(systems))
    _, first = np.unique(systems[order], return_index=True)
    return order[first]
