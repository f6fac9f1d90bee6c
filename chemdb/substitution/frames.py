"""Known compositions as frames: a composition with one element taken out.

A frame is the other elements with their factors, and the factor of the hole. BaTiO3 is in three frames:
``_TiO3``, ``Ba_O3`` and ``BaTi_3``; SrTiO3 shares the first with it. Whatever is learned and scored here
is a table of which elements fill which frames.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.chemistry.stoichiometry import MAX_STORED_NELEMENTS
from chemdb.database.arrays import as_array

#: Frames that are handled at a time: their arrays fit into the processor's cache.
BATCH = 1 << 10
#: Bits of a factor in the number of a frame, and of an element with its factor.
FACTOR_BITS = 4
_BITS = 7 + FACTOR_BITS


@dataclass(frozen=True)
class Compositions:
    """Compositions of two to four elements, a row each.

    Attributes
    ----------
    nelements : array of int64, shape (n,)
    elements : array of int64, shape (n, 5)
        Atomic numbers in order of electronegativity; 0 where there are fewer elements.
    factors : array of int64, shape (n, 5)
        Their factors; 0 where there are fewer elements.
    """

    nelements: NDArray[np.int64]
    elements: NDArray[np.int64]
    factors: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.nelements)

    def __getitem__(self, rows: Any) -> "Compositions":
        """Return some of the rows."""
        return Compositions(self.nelements[rows], self.elements[rows], self.factors[rows])

    @classmethod
    def of(cls, table: pa.Table) -> "Compositions":
        """Return the compositions of a table with the columns elements and factors, both of lists.

        Elements are symbols as an ENUM of the file, which is in order of atomic number.
        """
        elements, factors = (table[name].combine_chunks() for name in ("elements", "factors"))
        lengths = np.diff(as_array(factors.offsets)).astype(np.int64)
        rows = np.repeat(np.arange(len(lengths)), lengths)
        places = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        wide = np.zeros((2, len(lengths), MAX_STORED_NELEMENTS), np.int64)
        wide[0, rows, places] = as_array(elements.flatten().indices).astype(np.int64) + 1
        wide[1, rows, places] = as_array(factors.flatten())
        return cls(lengths, wide[0], wide[1])


@dataclass(frozen=True)
class Frames:
    """The frames of known compositions, and which elements fill them.

    The fillers of frame i are at ``starts[i]`` to ``starts[i + 1]``.

    Attributes
    ----------
    numbers : array of int64, shape (n,)
        The frames, ascending, see `frame_numbers`.
    starts : array of int64, shape (n + 1,)
    fillers : array of int64
        Atomic numbers, ascending in each frame.
    compositions : array of int64
        Row of the known composition with that filler.
    """

    numbers: NDArray[np.int64]
    starts: NDArray[np.int64]
    fillers: NDArray[np.int64]
    compositions: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    def filled(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return which elements fill some frames, as 0 or 1, shape (n_rows, 104)."""
        sizes = np.diff(self.starts)[rows]
        of_row = np.repeat(np.arange(len(rows)), sizes)
        within = np.arange(len(of_row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        filled = np.zeros((len(rows), N_ELEMENTS + 1))
        filled[of_row, self.fillers[self.starts[rows][of_row] + within]] = 1
        return filled

    def shared(self) -> NDArray[np.float64]:
        """Return how many frames two elements both fill, shape (104, 104); XᵀX if X is `filled`."""
        shared = np.zeros((N_ELEMENTS + 1, N_ELEMENTS + 1))
        for start in range(0, len(self), BATCH):
            filled = self.filled(np.arange(start, min(start + BATCH, len(self))))
            shared += filled.T @ filled
        return shared

    def rest(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return elements and factors beside the hole, shape (n, 3), 0 for absent ones, and its factor."""
        slots = self.numbers[:, None] >> (FACTOR_BITS + _BITS * np.arange(MAX_STORED_NELEMENTS - 2, -1, -1))
        slots &= (1 << _BITS) - 1
        mask = (1 << FACTOR_BITS) - 1
        return slots >> FACTOR_BITS, slots & mask, self.numbers & mask

    def find(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each frame, -1 where it is none of these."""
        if not len(self):
            return np.full(numbers.shape, -1)
        rows = np.minimum(np.searchsorted(self.numbers, numbers), len(self) - 1)
        return np.where(self.numbers[rows] == numbers, rows, -1)


def frame_numbers(compositions: Compositions) -> NDArray[np.int64]:
    """Return the frame that each element of each composition fills, as a number.

    The number is made of the elements and factors of the rest, then the factor of the hole: equal
    numbers are equal frames.

    Returns
    -------
    array of int64, shape (n, 5)
        -1 where there are fewer elements.
    """
    parts = compositions.elements << FACTOR_BITS | compositions.factors
    numbers = np.empty(parts.shape, np.int64)
    for hole in range(MAX_STORED_NELEMENTS):
        rest = np.zeros(len(parts), np.int64)
        for place in range(MAX_STORED_NELEMENTS):
            if place != hole:
                rest = rest << _BITS | parts[:, place]
        numbers[:, hole] = rest << FACTOR_BITS | compositions.factors[:, hole]
    numbers[compositions.elements == 0] = -1
    return numbers


def frames_of(compositions: Compositions) -> Frames:
    """Return the frames of known compositions, which are distinct."""
    numbers = frame_numbers(compositions)
    rows, places = np.nonzero(numbers >= 0)
    numbers, fillers = numbers[rows, places], compositions.elements[rows, places]
    order = np.lexsort((fillers, numbers))
    distinct, starts = np.unique(numbers[order], return_index=True)
    return Frames(distinct, np.append(starts, len(order)), fillers[order], rows[order])


def known_compositions(con: duckdb.DuckDBPyConnection) -> tuple[pa.Table, Compositions]:
    """Return the known compositions of a file as a table and as arrays, in the same order."""
    table = con.sql(
        "select system_id, stoichiometry_id, elements, factors, formula, allowed, material_id "
        "from known_composition order by system_id, stoichiometry_id"
    ).to_arrow_table()
    return table, Compositions.of(table)
