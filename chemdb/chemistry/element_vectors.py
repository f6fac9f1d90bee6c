"""Element representations as elementembeddings distributes them; a build copies them into the file."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from elementembeddings.utils.config import DEFAULT_ELEMENT_EMBEDDINGS
from numpy.typing import NDArray

from chemdb.chemistry.elements import N_ELEMENTS

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
    symbols : tuple of str
        Element symbols by atomic number, the first of them hydrogen.
    """

    name: str
    values: NDArray[np.float64]
    features: tuple[str, ...]
    symbols: tuple[str, ...]

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Whether each atomic number has a vector, shape (104,); true for the padding 0."""
        return ~np.isnan(self.values[:, 0])

    @property
    def missing(self) -> tuple[str, ...]:
        """Symbols of the elements without a vector, by atomic number."""
        return tuple(s for s, covered in zip(self.symbols, self.covered[1:], strict=True) if not covered)


def library_embeddings() -> tuple[str, ...]:
    """Return the names of the representations of elementembeddings, in alphabetical order."""
    return tuple(sorted(DEFAULT_ELEMENT_EMBEDDINGS))


@cache
def library_vectors(name: str) -> ElementVectors:
    """Return the vectors of an element representation.

    Parameters
    ----------
    name : str
        One of `library_embeddings`.

    Returns
    -------
    ElementVectors
        The values of elementembeddings' ``Embedding.load_data(name)``.

    Examples
    --------
    >>> magpie = library_vectors("magpie")
    >>> magpie.values.shape, magpie.features[7], float(magpie.values[8, 7])
    ((104, 22), 'Electronegativity', 3.44)
    >>> magpie.missing
    ('Cf', 'Es', 'Fm', 'Md', 'No', 'Lr')
    """
    file = _DATA / "element_representations" / DEFAULT_ELEMENT_EMBEDDINGS[name]
    vectors, features = _read_csv(file) if file.name.endswith(".csv") else _read_json(file)
    values = np.full((N_ELEMENTS + 1, len(features)), np.nan)
    values[0] = 0
    symbols = _all_symbols()[:N_ELEMENTS]
    for atomic_number, symbol in enumerate(symbols, start=1):
        if symbol in vectors:
            values[atomic_number] = vectors[symbol]
    values.setflags(write=False)
    return ElementVectors(name, values, features, symbols)


@cache
def _all_symbols() -> tuple[str, ...]:
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
    # A scale, such as the atomic number: one-hot vectors in its order, without isotopes. The library
    # includes the elements up to Lr in the modified Pettifor scale, all 118 in the others.
    counted = _all_symbols()[: N_ELEMENTS if file.name == "mod_petti.json" else None]
    scale = sorted((symbol for symbol in content if symbol in counted), key=content.__getitem__)
    return {symbol: [float(symbol == other) for other in scale] for symbol in scale}, tuple(scale)
