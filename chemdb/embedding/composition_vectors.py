"""Vectors of compositions (Eq. 2 of Park et al., Faraday Discuss. 2024, d4fd00063c)."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.database.arrays import as_array
from chemdb.runtime.threads import map_slices

with kernel_cache():
    from chemdb.embedding.kernel import mean_vectors


def composition_vectors(
    elements: NDArray[np.uint8],
    factors: NDArray[np.integer],
    vectors: ElementVectors,
    threads: int,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return the stoichiometry-weighted mean of element vectors for each composition.

    Parameters
    ----------
    elements : array of uint8, shape (n, k)
        Atomic numbers, padded with 0.
    factors : array of uint8 or int64, shape (n, k)
        Stoichiometric factors of those elements, padded with 0.
    vectors : ElementVectors
    threads : int
    out : array of float32, shape (n, d), optional
        Filled and returned instead of a new array.

    Returns
    -------
    array of float32, shape (n, d)
        NaN for compositions with an element that has no vector.

    Examples
    --------
    >>> from chemdb.chemistry.element_vectors import library_vectors
    >>> zno = np.array([[30, 8]], np.uint8), np.array([[1, 1]], np.uint8)
    >>> composition_vectors(*zno, library_vectors("magpie"), 1)[0, 7].round(3)  # electronegativity
    np.float32(2.545)
    """
    if out is None:
        out = np.empty((len(elements), vectors.values.shape[1]), np.float32)

    def fill(start: int, stop: int) -> None:
        mean_vectors(elements, factors, vectors.values, out, start, stop)

    map_slices(fill, len(elements), threads)
    return out


def is_covered(elements: NDArray[np.uint8], vectors: ElementVectors) -> NDArray[np.bool_]:
    """Return whether all elements of each composition have a vector, shape (n,)."""
    return np.all(vectors.covered[elements], axis=1)  # type: ignore[no-any-return]


def element_arrays(
    rows: pa.Table | pa.RecordBatch, symbols: Sequence[str]
) -> tuple[NDArray[np.uint8], NDArray[np.integer]]:
    """Return atomic numbers and factors of compositions, each of shape (n, k), padded with 0.

    Parameters
    ----------
    rows : pyarrow.Table or RecordBatch
        With the columns elements (lists of symbols) and factors (lists of integers).
    symbols : sequence of str
        Element symbols by atomic number.
    """
    elements, factors = (_flat(rows.column(name)) for name in ("elements", "factors"))
    lengths = np.diff(as_array(elements.offsets))
    flat = elements.flatten()
    if pa.types.is_dictionary(flat.type):
        flat = flat.dictionary_decode()
    numbers = as_array(pc.index_in(flat.cast(pa.string()), pa.array(symbols))) + 1
    row = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    shape = (len(lengths), int(lengths.max(initial=0)))
    amounts = as_array(factors.flatten())
    # Only formulas of users have larger ones.
    large = amounts.max(initial=0) > np.iinfo(np.uint8).max
    padded = np.zeros(shape, np.uint8), np.zeros(shape, np.int64 if large else np.uint8)
    padded[0][row, place] = numbers
    padded[1][row, place] = amounts
    return padded


def _flat(lists: pa.Array | pa.ChunkedArray) -> pa.ListArray:
    return lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
