"""Columns, and the chemical systems of one number of elements, as NumPy arrays."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.errors import LimitError


def as_array(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """Return a column as an array of the same type, shape (n,), without a copy if possible.

    The ``to_numpy`` of PyArrow imports pandas, which takes half a second and swallows Ctrl-C meanwhile.

    Parameters
    ----------
    column : pyarrow.Array or ChunkedArray
        Numbers or booleans.

    Raises
    ------
    TypeError
        The column has nulls or another type.

    Examples
    --------
    >>> as_array(pa.chunked_array([[1, 2], [3]], pa.uint8()))
    array([1, 2, 3], dtype=uint8)
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_boolean(column.type):
        # Arrow packs booleans into bits.
        return np.from_dlpack(column.cast(pa.uint8())).view(np.bool_)
    return np.from_dlpack(column)


def bit_rows(blobs: Iterable[bytes | None], width: int) -> NDArray[np.uint8]:
    """Return the first `width` bytes of blobs, shape (n, width); zeros where there are none."""
    text = b"".join((blob or b"")[:width].ljust(width, b"\0") for blob in blobs)
    return np.frombuffer(text, np.uint8).reshape(-1, width)


def factors_of(con: duckdb.DuckDBPyConnection, nelements: int) -> NDArray[np.uint8]:
    """Return the factors of all stoichiometries of a number of elements, shape (m, nelements)."""
    factors = con.sql(
        "select factors from store.stoichiometry where nelements = $n order by stoichiometry_id",
        params={"n": nelements},
    ).to_arrow_table()["factors"]
    table: NDArray[np.uint8] = as_array(factors.combine_chunks().flatten()).reshape(-1, nelements)
    return table


@dataclass(frozen=True)
class SystemArrays:
    """The n chemical systems of k elements in a file, and their m stoichiometries.

    Attributes
    ----------
    nelements : int
        Number of elements, k.
    elements : array of uint8, shape (n, k)
        Atomic numbers of each system in order of electronegativity.
    system_set : array of int32, shape (n,)
        Row of each system in `sets`.
    sets : array of uint8, shape (n_sets, ceil(m / 8))
        Distinct sets of allowed stoichiometries; bit i from the left is stoichiometry i.
    factors : array of uint8, shape (m, k)
        Stoichiometric factors.
    known_system : array of int64, shape (n_known,)
        Row of each known composition in `elements`.
    known_stoichiometry : array of int32, shape (n_known,)
        Row of each known composition in `factors`.
    known_allowed : array of bool, shape (n_known,)
        Whether each known composition is allowed.
    """

    nelements: int
    elements: NDArray[np.uint8]
    system_set: NDArray[np.int32]
    sets: NDArray[np.uint8]
    factors: NDArray[np.uint8]
    known_system: NDArray[np.int64]
    known_stoichiometry: NDArray[np.int32]
    known_allowed: NDArray[np.bool_]

    @property
    def fractions(self) -> NDArray[np.float64]:
        """Atomic fraction of each element in each stoichiometry, shape (m, k)."""
        fractions: NDArray[np.float64] = self.factors / self.factors.sum(axis=1, keepdims=True)
        return fractions


def read_systems(con: duckdb.DuckDBPyConnection, nelements: int) -> SystemArrays:
    """Return the chemical systems of `nelements` elements in a file (70 MB for all quaternaries).

    Raises
    ------
    LimitError
        The file does not list systems of so many elements.
    """
    if nelements > MAX_LISTED_NELEMENTS:
        raise LimitError(
            f"{nelements} elements: {comb(N_ELEMENTS, nelements):,} chemical systems are too many "
            f"to visit; choose at most {MAX_LISTED_NELEMENTS} elements, or 'chemdb map', which draws a sample"
        )
    parameters = {"nelements": nelements}

    def table(query: str) -> pa.Table:
        return con.sql(query, params=parameters).to_arrow_table().combine_chunks()

    columns = [f"element{place}" for place in range(1, nelements + 1)]
    systems = table(
        f"select system_id, {', '.join(columns)}, allowed_set_id from store.chemical_system "
        "where nelements = $nelements order by system_id"
    )
    sets = table(
        "select allowed_set_id, stoichiometries::blob as bits from store.allowed_set "
        "where nelements is null or nelements = $nelements order by allowed_set_id"
    )
    known = table(
        "select system_id, stoichiometry_id, allowed from known_composition where nelements = $nelements"
    )
    factors = factors_of(con, nelements)
    set_ids = as_array(sets["allowed_set_id"])
    # Arrow has an ENUM as a dictionary, here in order of atomic number.
    elements = np.stack([as_array(systems[name].combine_chunks().indices) for name in columns], axis=1) + 1
    return SystemArrays(
        nelements,
        elements.astype(np.uint8),
        np.searchsorted(set_ids, as_array(systems["allowed_set_id"])).astype(np.int32),
        bit_rows(sets["bits"].to_pylist(), -(-len(factors) // 8)),
        factors,
        (as_array(known["system_id"]) - systems["system_id"][0].as_py()).astype(np.int64),
        as_array(known["stoichiometry_id"]),
        as_array(known["allowed"]),
    )
