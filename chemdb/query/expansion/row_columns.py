"""The columns of compositions that are not known, as Arrow arrays."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.elements import Element
from chemdb.chemistry.stoichiometry import MAX_FACTOR, anonymous_formula
from chemdb.query.expansion.chunks import Chunk

with kernel_cache():
    from chemdb.query.expansion.kernel import chemsys_texts, formula_texts


class RowColumns:
    """Makes the columns of unknown compositions.

    Parameters
    ----------
    elements : sequence of Element
        Of the file, by atomic number.
    """

    def __init__(self, elements: Sequence[Element]) -> None:
        symbols = [element.symbol for element in elements]
        self._symbols = pa.array(symbols)
        self._letters, self._lengths = _texts(["", *symbols])
        self._digits, self._digit_lengths = _texts(["", "", *map(str, range(2, MAX_FACTOR + 1))])
        self._alphabetical = np.zeros(len(symbols) + 1, np.uint8)
        self._alphabetical[1 + np.argsort(symbols)] = np.arange(len(symbols))
        self._anonymous: dict[int, pa.Array] = {}
        self._in_rule = np.array([False, *(element.electronegativity is not None for element in elements)])

    def columns(self, chunk: Chunk, schema: pa.Schema) -> list[pa.Array]:
        """Return columns of some compositions, see `COLUMNS`, with the types of a schema."""
        made = ((COLUMNS[field.name](self, chunk), field.type) for field in schema)
        return [column if column.type == kind else column.cast(kind) for column, kind in made]

    def formula(self, chunk: Chunk) -> pa.Array:
        """Return the formulas, such as LiZnO2."""
        elements, factors = chunk.elements, chunk.factors
        offsets = np.empty(len(elements) + 1, np.int32)
        text = np.empty(4 * elements.size, np.uint8)
        formula_texts(
            elements, factors, self._letters, self._lengths, self._digits, self._digit_lengths, offsets, text
        )
        return _strings(offsets, text)

    def chemsys(self, chunk: Chunk) -> pa.Array:
        """Return the chemical systems, such as Li-O-Zn."""
        elements = chunk.elements
        offsets = np.empty(len(elements) + 1, np.int32)
        text = np.empty(3 * elements.size, np.uint8)
        chemsys_texts(elements, self._alphabetical, self._letters, self._lengths, offsets, text)
        return _strings(offsets, text)

    def formula_anonymous(self, chunk: Chunk) -> pa.Array:
        """Return the anonymous formulas, such as ABC2."""
        k = chunk.factors.shape[1]
        if k not in self._anonymous:
            self._anonymous[k] = pa.array(map(anonymous_formula, chunk.size.factors.tolist()), pa.string())
        return self._anonymous[k].take(pa.array(chunk.stoichiometries))

    def elements(self, chunk: Chunk) -> pa.Array:
        """Return the elements of each composition in order of electronegativity."""
        symbols = pa.DictionaryArray.from_arrays(pa.array(chunk.elements.ravel() - 1), self._symbols)
        return pa.ListArray.from_arrays(_list_offsets(chunk), symbols)

    def has_electronegativity(self, chunk: Chunk) -> pa.Array:
        """Return whether all elements have a Pauling electronegativity."""
        return pa.array(self._in_rule[chunk.elements].all(axis=1))


def _nelements(_: RowColumns, chunk: Chunk) -> pa.Array:
    return pa.array(np.full(len(chunk), chunk.factors.shape[1], np.uint8))


def _listed_factors(_: RowColumns, chunk: Chunk) -> pa.Array:
    return pa.ListArray.from_arrays(_list_offsets(chunk), pa.array(chunk.factors.ravel()))


def _natoms(_: RowColumns, chunk: Chunk) -> pa.Array:
    return pa.array(chunk.size.natoms[chunk.stoichiometries])


def _max_factor(_: RowColumns, chunk: Chunk) -> pa.Array:
    return pa.array(chunk.factors.max(axis=1))


def _allowed(chunk: Chunk) -> NDArray[np.bool_]:
    bits = chunk.size.allowed[chunk.size.kind[chunk.rows], chunk.stoichiometries >> 3]
    allowed: NDArray[np.bool_] = bits >> (7 - (chunk.stoichiometries & 7)) & 1 == 1
    return allowed


def _category(_: RowColumns, chunk: Chunk) -> pa.Array:
    return pa.array(["unlikely", "missing"]).take(pa.array(_allowed(chunk).astype(np.int8)))


def _nothing(_: RowColumns, chunk: Chunk) -> pa.Array:
    return pa.nulls(len(chunk))


#: The columns that can be made, as `chemdb.query.statement.columns.SHOWN` names them.
COLUMNS: dict[str, Callable[[RowColumns, Chunk], pa.Array]] = {
    "formula": RowColumns.formula,
    "chemsys": RowColumns.chemsys,
    "nelements": _nelements,
    "elements": RowColumns.elements,
    "factors": _listed_factors,
    "natoms": _natoms,
    "max_factor": _max_factor,
    "formula_anonymous": RowColumns.formula_anonymous,
    "allowed": lambda _, chunk: pa.array(_allowed(chunk)),
    "known": lambda _, chunk: pa.array(np.zeros(len(chunk), np.bool_)),
    "category": _category,
    "has_electronegativity": RowColumns.has_electronegativity,
    "known_in": _nothing,
    "material_id": _nothing,
    "energy_above_hull": _nothing,
}


def _list_offsets(chunk: Chunk) -> pa.Array:
    k = chunk.factors.shape[1]
    return pa.array(np.arange(0, k * len(chunk) + 1, k, dtype=np.int32))


def _texts(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return texts of at most two ASCII characters, shape (n, 2), and their lengths, shape (n,)."""
    letters = np.frombuffer("".join(text.ljust(2) for text in texts).encode(), np.uint8).reshape(-1, 2)
    return letters, np.array([len(text) for text in texts], np.uint8)


def _strings(offsets: NDArray[np.int32], text: NDArray[np.uint8]) -> pa.Array:
    return pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text[: offsets[-1]])
    )
