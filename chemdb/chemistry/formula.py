"""Chemical formulas in bulk: read in any spelling, written in canonical form.

As in the Materials Project, the canonical formula is reduced and in order of electronegativity
(LiZnO2), the chemical system in alphabetical order (Li-O-Zn), and the factors of the anonymous
formula ascend (ABC2). D and T count as H.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.elements import HYDROGEN_ISOTOPES, N_ELEMENTS, Element

with kernel_cache():
    from chemdb.chemistry import kernel as kernel

#: Why a text is not a formula, by error.
REASONS = {
    kernel.EMPTY: "no formula",
    kernel.CHARACTER: "unexpected character",
    kernel.SYMBOL: f"not one of the first {N_ELEMENTS} elements",
    kernel.BRACKET: "brackets do not match",
    kernel.FRACTION: "fractional amount",
    kernel.ZERO: "amount of zero",
    kernel.LARGE: "amount too large",
    kernel.DOT_INSIDE: "dot inside brackets",
    kernel.EMPTY_GROUP: "nothing inside brackets",
    kernel.DEEP: f"more than {kernel.MAX_DEPTH} brackets inside each other",
}


@dataclass(frozen=True)
class Formulas:
    """A column of formulas, taken apart.

    The elements and amounts of row i are at ``starts[i]`` to ``starts[i] + counts[i]``.

    Attributes
    ----------
    texts : pyarrow.Array of string
        As given.
    starts : array of int64, shape (n,)
    counts : array of int32, shape (n,)
        Number of distinct elements; 0 where the text is not a formula.
    elements : array of uint8
        Atomic numbers in order of electronegativity, those without one last.
    amounts : array of int64
        Without a common divisor.
    errors : array of uint8, shape (n,)
        Keys of `REASONS`; 0 where the text is a formula.
    positions : array of int32, shape (n,)
        Byte of the text at which an error was found.
    """

    texts: pa.Array
    starts: NDArray[np.int64]
    counts: NDArray[np.int32]
    elements: NDArray[np.uint8]
    amounts: NDArray[np.int64]
    errors: NDArray[np.uint8]
    positions: NDArray[np.int32]
    _symbols: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.counts)

    def reason(self, row: int) -> str | None:
        """Return why a row is not a formula, None where it is one."""
        error = int(self.errors[row])
        if error == kernel.OK:
            return None
        text = self.texts[row].as_py()
        if error == kernel.EMPTY or text is None:
            return REASONS[kernel.EMPTY]
        rest = text.encode()[self.positions[row] :].decode(errors="replace")
        return f"{REASONS[error]} at {rest[:12]!r}" if rest else f"{REASONS[error]} at the end"

    def formula(self) -> pa.Array:
        """Return canonical formulas, null where there is none."""
        return self._write(
            lambda ends, out: kernel.write_formulas(
                self.starts, self.counts, self.elements, self.amounts, self._symbols, ends, out
            )
        )

    def species(self, oxidation_states: NDArray[np.int8], rows: NDArray[np.bool_]) -> pa.Array:
        """Return elements with oxidation states, parallel to `elements`, null outside some rows."""
        counts = np.where(rows, self.counts, np.int32(0))
        return self._write(
            lambda ends, out: kernel.write_species(
                self.starts, counts, self.elements, oxidation_states, self._symbols, ends, out
            ),
            rows,
        )

    def chemsys(self) -> pa.Array:
        """Return chemical systems, null where there is none."""
        return self._write(
            lambda ends, out: kernel.write_chemsys(
                self.starts, self.counts, self.elements, self._symbols, ends, out
            )
        )

    def formula_anonymous(self) -> pa.Array:
        """Return anonymous formulas, null where there is none."""
        return self._write(
            lambda ends, out: kernel.write_anonymous(self.starts, self.counts, self.amounts, ends, out)
        )

    def factors(self) -> pa.Array:
        """Return lists of int64 amounts, empty where there is no formula."""
        return self._lists(self.amounts)

    def symbols(self) -> pa.Array:
        """Return lists of element symbols, empty where there is no formula."""
        by_number = pa.array(letters.tobytes().rstrip(b"\0").decode() for letters in self._symbols)
        lists = self._lists(self.elements)
        return pa.ListArray.from_arrays(lists.offsets, by_number.take(lists.values))

    def having(self, elements: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return row and atomic number where a formula has one of these elements, in order."""
        wanted = np.zeros(256, np.bool_)
        wanted[list(elements)] = True
        places = np.flatnonzero(wanted[self.elements])
        rows = np.searchsorted(self.starts, places, "right") - 1
        # Between the elements of two formulas there may be unused places.
        used = places < self.starts[rows] + self.counts[rows]
        return rows[used], self.elements[places[used]]

    def _lists(self, values: NDArray) -> pa.Array:
        rows = np.repeat(np.arange(len(self)), self.counts)
        offsets = np.concatenate([[0], np.cumsum(self.counts)])
        places = self.starts[rows] + np.arange(len(rows)) - offsets[rows]
        return pa.ListArray.from_arrays(offsets.astype(np.int32), pa.array(values[places]))

    def largest_amount(self) -> NDArray[np.int64]:
        """Return the largest amount of each formula, 0 where there is none."""
        largest = np.empty(len(self), np.int64)
        kernel.find_largest(self.starts, self.counts, self.amounts, largest)
        return largest

    def _write(
        self,
        write: Callable[[NDArray[np.int64], NDArray[np.uint8]], None],
        rows: NDArray[np.bool_] | None = None,
    ) -> pa.Array:
        """Return texts that a kernel writes, null outside the rows, by default those with a formula."""
        ends = np.zeros(len(self), np.int64)
        write(ends, np.empty(0, np.uint8))
        out = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
        if len(out):
            write(ends, out)
        offsets = np.concatenate([[0], ends])
        valid = np.packbits(self.counts > 0 if rows is None else rows, bitorder="little")
        return pa.LargeStringArray.from_buffers(
            len(self), pa.py_buffer(offsets), pa.py_buffer(out), pa.py_buffer(valid)
        ).cast(pa.string())


def read_formulas(
    texts: pa.Array | pa.ChunkedArray | Sequence[str | None], elements: Sequence[Element]
) -> Formulas:
    """Return a column of formulas, taken apart; rows that are not formulas have an error instead.

    Parameters
    ----------
    texts : array or sequence of str
        Elements in any order, amounts with any common divisor; brackets ``()[]{}``, subscript digits
        and hydrate dots are read.
    elements : sequence of Element

    Examples
    --------
    >>> from chemdb.chemistry.elements import elements
    >>> formulas = read_formulas(["O2 Zn Li", "CuSO4·5H2O", "Li0.5CoO2"], elements())
    >>> formulas.formula().to_pylist(), formulas.reason(2)
    (['LiZnO2', 'CuH10SO9', None], "fractional amount at '0.5CoO2'")
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    column = texts if isinstance(texts, pa.Array) else pa.array(list(texts), pa.string())
    column = column.cast(pa.large_string())
    filled = column.fill_null("")
    _, offsets_buffer, data_buffer = filled.buffers()
    n = len(filled)
    offsets = (
        np.frombuffer(offsets_buffer, np.int64, n + 1, filled.offset * 8) if n else np.zeros(1, np.int64)
    )
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.empty(0, np.uint8)

    numbers, symbols, rank = _tables(elements)
    capitals = np.empty(n, np.int64)
    kernel.count_capitals(data, offsets, capitals)
    starts = np.cumsum(capitals) - capitals
    atomic_numbers = np.empty(int(capitals.sum()), np.uint8)
    amounts = np.empty(len(atomic_numbers), np.int64)
    counts = np.empty(n, np.int32)
    errors = np.empty(n, np.uint8)
    positions = np.empty(n, np.int32)
    kernel.read_formulas(
        data, offsets, numbers, rank, starts, atomic_numbers, amounts, counts, errors, positions
    )
    return Formulas(column, starts, counts, atomic_numbers, amounts, errors, positions, symbols)


def _tables(
    elements: Sequence[Element],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    """Return atomic numbers by symbol, symbols and electronegativity ranks by atomic number."""
    numbers = np.zeros(26 * 27, np.uint8)
    symbols = np.zeros((256, 2), np.uint8)
    rank = np.zeros(256, np.int64)
    spelled = [(e.symbol, e.atomic_number) for e in elements] + [
        (isotope, 1) for isotope in HYDROGEN_ISOTOPES
    ]
    for symbol, atomic_number in spelled:
        small = ord(symbol[1]) - 96 if len(symbol) > 1 else 0
        numbers[(ord(symbol[0]) - 65) * 27 + small] = atomic_number
    for element in elements:
        letters = element.symbol.encode()
        symbols[element.atomic_number, : len(letters)] = list(letters)
    for place, element in enumerate(sorted(elements, key=lambda element: element.rank)):
        rank[element.atomic_number] = place
    return numbers, symbols, rank
