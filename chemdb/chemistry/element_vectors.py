"""Element representations: the vectors that elementembeddings distributes, by element."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from elementembeddings.utils.config import DEFAULT_ELEMENT_EMBEDDINGS
from numpy.typing import NDArray

from chemdb.chemistry.species import N_ELEMENTS
from chemdb.errors import EmbeddingError
from chemdb.runtime.names import one_of

#: The representations that Park et al. 2024 compare, in the order of their figures.
PAPER_EMBEDDINGS = ("magpie", "mat2vec", "megnet16", "oliynyk", "skipatom", "random_200")

# The library's own loader imports UMAP, openTSNE and pandas (seconds); its files need none of them.
_DATA = files("elementembeddings") / "data"


@dataclass(frozen=True)
class ElementVectors:
    """One element representation.

    Attributes
    ----------
    name : str
        As elementembeddings calls it.
    values : array of float64, shape (104, d)
        Row Z is the vector of the element with atomic number Z, unscaled; NaN where the
        representation has none. Row 0 is zero, so that padding adds nothing.
    features : tuple of str
        Names of the d dimensions, numbers from 0 where the representation has no names.
    missing : tuple of str
        Symbols of the elements without a vector, by atomic number.
    """

    name: str
    values: NDArray[np.float64]
    features: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Whether each atomic number has a vector, shape (104,); true for the padding 0."""
        return ~np.isnan(self.values[:, 0])


def embedding_names() -> tuple[str, ...]:
    """Return the names of all element representations: the paper's six, then the others."""
    others = sorted(set(DEFAULT_ELEMENT_EMBEDDINGS) - set(PAPER_EMBEDDINGS))
    return (*PAPER_EMBEDDINGS, *others)


def check_embedding(name: str) -> str:
    """Return the name as it is.

    Raises
    ------
    EmbeddingError
        No such representation; the message has the nearest names.
    """
    return one_of(name, embedding_names(), "embedding", EmbeddingError)


@cache
def element_vectors(name: str) -> ElementVectors:
    """Return the vectors of an element representation.

    Parameters
    ----------
    name : str
        One of `embedding_names`.

    Returns
    -------
    ElementVectors
        The values of elementembeddings' ``Embedding.load_data(name)``.

    Raises
    ------
    EmbeddingError
        No such representation.

    Examples
    --------
    >>> magpie = element_vectors("magpie")
    >>> magpie.values.shape, magpie.features[7], float(magpie.values[8, 7])
    ((104, 22), 'Electronegativity', 3.44)
    >>> magpie.missing
    ('Cf', 'Es', 'Fm', 'Md', 'No', 'Lr')
    """
    file = _DATA / "element_representations" / DEFAULT_ELEMENT_EMBEDDINGS[check_embedding(name)]
    vectors, features = _read_csv(file) if file.name.endswith(".csv") else _read_json(file)
    values = np.full((N_ELEMENTS + 1, len(features)), np.nan)
    values[0] = 0
    symbols = periodic_table()[:N_ELEMENTS]
    for atomic_number, symbol in enumerate(symbols, start=1):
        if symbol in vectors:
            values[atomic_number] = vectors[symbol]
    values.setflags(write=False)
    missing = tuple(symbol for symbol in symbols if symbol not in vectors)
    return ElementVectors(name, values, features, missing)


@cache
def periodic_table() -> tuple[str, ...]:
    """Return the symbols of elements 1 to 118."""
    text = (_DATA / "element_data" / "ordered_periodic.txt").read_text(encoding="utf-8")
    return tuple(text.split()[:118])


def _read_csv(file: Traversable) -> tuple[dict[str, list[float]], tuple[str, ...]]:
    header, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
    place = header.index("element")
    vectors = {row.pop(place): list(map(float, row)) for row in rows}
    return vectors, tuple(name for name in header if name != "element")


def _read_json(file: Traversable) -> tuple[dict[str, list[float]], tuple[str, ...]]:
    content = json.loads(file.read_text(encoding="utf-8"))
    if isinstance(next(iter(content.values())), list):
        dimensions = len(next(iter(content.values())))
        return content, tuple(map(str, range(dimensions)))
    # A scale, such as the atomic number: one-hot vectors in its order, without isotopes. The
    # library counts the elements up to Lr for the modified Pettifor scale, all for others.
    counted = periodic_table()[: N_ELEMENTS if file.name == "mod_petti.json" else None]
    scale = sorted((symbol for symbol in content if symbol in counted), key=content.__getitem__)
    return {symbol: [float(symbol == other) for other in scale] for symbol in scale}, tuple(scale)
