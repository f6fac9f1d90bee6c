"""A comparison: counts by number of elements and by element, and the compositions that change."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.chemistry.category import ALLOWED_AND_KNOWN, CATEGORIES
from chemdb.compare.category_counts import Pair, category_counts, changes, pair_of
from chemdb.compare.sides import Side, two_files, two_names
from chemdb.database.metadata import elements_of, nelements_of
from chemdb.database.open_file import OpenFile
from chemdb.database.rows import ArrowRows
from chemdb.errors import ChemdbError, counted
from chemdb.notebook.html_table import table_html
from chemdb.runtime.progress import Steps, no_steps

#: What is counted, and the places of its categories in CATEGORIES.
COUNTED: Mapping[str, Sequence[int]] = {
    "allowed": [i for i, name in enumerate(CATEGORIES) if ALLOWED_AND_KNOWN[name][0]],
    "known": [i for i, name in enumerate(CATEGORIES) if ALLOWED_AND_KNOWN[name][1]],
    **{name: [i] for i, name in enumerate(CATEGORIES)},
}
#: Most elements of the systems that are compared: larger ones are not listed in a file.
MAX_COMPARED = 4
COUNT_COLUMNS = ("in_a", "in_b", "in_both", "only_in_a", "only_in_b")


class Comparison(ArrowRows):
    """What differs between two sides, A and B, with the same chemical systems.

    As rows: for each number of elements, how many compositions are allowed, known, or of a category in A, in
    B, in both, and in one of them only.

    Parameters
    ----------
    sides : pair of Side
    symbols : sequence of str
        Element symbols by atomic number.
    nelements : sequence of int
        Numbers of elements to compare.
    steps : Steps
        Shows the progress of the counts.
    """

    def __init__(
        self,
        sides: tuple[Side, Side],
        symbols: Sequence[str],
        nelements: Sequence[int],
        steps: Steps = no_steps,
    ) -> None:
        self.a, self.b = sides
        self.nelements = tuple(nelements)
        self._symbols = symbols
        self._steps = steps

    @cached_property
    def counts(self) -> dict[int, NDArray[np.int64]]:
        """Counts by number of elements, see `chemdb.compare.category_counts.category_counts`."""
        counts = {}
        with self._steps("Comparison") as progress:
            for done, k in enumerate(self.nelements, start=1):
                counts[k] = category_counts(self._pair(k))
                progress(done / len(self.nelements))
        return counts

    @property
    def n_changed(self) -> int:
        """Number of compositions whose category differs."""
        return sum(int(table[0].sum() - np.trace(table[0])) for table in self.counts.values())

    def arrow(self) -> pa.Table:
        """Return a row for each number of elements and each of allowed, known and the categories."""
        rows = [
            {"nelements": k, "category": name} | dict(zip(COUNT_COLUMNS, _row(table[0], places), strict=True))
            for k, table in self.counts.items()
            for name, places in COUNTED.items()
        ]
        return pa.Table.from_pylist(rows)

    def by_element(self) -> pa.Table:
        """Return the same counts by element, for those and the categories in which A and B differ."""
        tables = np.sum(list(self.counts.values()), axis=0)
        rows = []
        for z, symbol in enumerate(self._symbols, start=1):
            for name, places in COUNTED.items():
                row = _row(tables[z], places)
                if row[-2:] != [0, 0]:
                    rows.append(
                        {"element": symbol, "category": name} | dict(zip(COUNT_COLUMNS, row, strict=True))
                    )
        types = [("element", pa.string()), ("category", pa.string())]
        return pa.Table.from_pylist(
            rows, pa.schema([*types, *((name, pa.int64()) for name in COUNT_COLUMNS)])
        )

    def changed(self) -> pa.RecordBatchReader:
        """Return the compositions whose category differs, as record batches, streamed in bounded memory.

        The columns are formula, chemsys, nelements, category_a and category_b.
        """
        return pa.RecordBatchReader.from_batches(CHANGED, self._changed())

    def _pair(self, nelements: int) -> Pair:
        return pair_of(self.a.read(nelements), self.b.read(nelements))

    def _changed(self) -> Iterator[pa.RecordBatch]:
        symbols = np.array(["", *self._symbols])
        alphabetical = np.argsort(np.argsort(symbols))
        categories = pa.array(CATEGORIES)
        for k in self.nelements:
            pair = self._pair(k)
            # Row i is the text after an element: nothing for one atom.
            amounts = pa.array(["", "", *map(str, range(2, int(pair.first.factors.max()) + 1))])
            names = pa.array(symbols.tolist())
            for systems, stoichiometries, before, after in changes(pair):
                elements = pair.first.elements[systems]
                factors = pair.first.factors[stoichiometries]
                texts = []
                for place in range(k):
                    texts.append(names.take(pa.array(elements[:, place])))
                    texts.append(amounts.take(pa.array(factors[:, place])))
                in_order = np.take_along_axis(elements, np.argsort(alphabetical[elements], axis=1), axis=1)
                parts = [names.take(pa.array(column)) for column in np.ascontiguousarray(in_order.T)]
                yield pa.RecordBatch.from_arrays(
                    [
                        pc.binary_join_element_wise(*texts, ""),
                        pc.binary_join_element_wise(*parts, "-"),
                        pa.array(np.full(len(systems), k, np.uint8)),
                        categories.take(pa.array(before)),
                        categories.take(pa.array(after)),
                    ],
                    schema=CHANGED,
                )

    def _repr_html_(self) -> str:
        table = self.arrow()
        return table_html(table.column_names, [tuple(row.values()) for row in table.to_pylist()], repr(self))

    def __repr__(self) -> str:
        changed = counted(self.n_changed, "composition")
        return (
            f"{changed} of {_sizes(self.nelements)} elements differ in category\n"
            f"A: {self.a.name} ({self.a.about})\nB: {self.b.name} ({self.b.about})"
        )


CHANGED = pa.schema(
    [
        ("formula", pa.string()),
        ("chemsys", pa.string()),
        ("nelements", pa.uint8()),
        ("category_a", pa.string()),
        ("category_b", pa.string()),
    ]
)


def compare_files(
    first: OpenFile, second: OpenFile, nelements: Sequence[int] | None = None, steps: Steps = no_steps
) -> Comparison:
    """Return what differs between two files.

    Raises
    ------
    ChemdbError
        They have different limits or electronegativities, or not such numbers of elements.
    """
    return _comparison(first, two_files(first, second), nelements, steps)


def compare_names(
    file: OpenFile,
    first: str,
    second: str,
    nelements: Sequence[int] | None = None,
    steps: Steps = no_steps,
) -> Comparison:
    """Return what differs between two oxidation-state sets, or two known sources of a file.

    Raises
    ------
    ChemdbError
        They are not both sets, or both sources, or the file has not such numbers of elements.
    """
    return _comparison(file, two_names(file, first, second), nelements, steps)


def _comparison(
    file: OpenFile, sides: tuple[Side, Side], nelements: Sequence[int] | None, steps: Steps
) -> Comparison:
    with file.cursor() as con:
        has = [k for k in nelements_of(con) if k <= MAX_COMPARED]
        symbols = [element.symbol for element in elements_of(con)]
    for k in nelements or (has or (MAX_COMPARED + 1,)):
        if k > MAX_COMPARED:
            raise ChemdbError(
                f"{k} elements: compositions of up to {MAX_COMPARED} elements are compared; "
                "'chemdb report --table2' counts all of a file"
            )
        if k not in has:
            raise ChemdbError(f"{k} elements: {file.path} has systems of {has[0]} to {has[-1]} elements")
    return Comparison(sides, symbols, nelements or has, steps)


def _sizes(nelements: Sequence[int]) -> str:
    first, last = min(nelements), max(nelements)
    return str(first) if first == last else f"{first} to {last}"


def _row(table: NDArray[np.int64], places: Sequence[int]) -> list[int]:
    """Return the counts of `COUNT_COLUMNS` for some categories together."""
    in_a, in_b = int(table[places].sum()), int(table[:, places].sum())
    both = int(table[np.ix_(places, places)].sum())
    return [in_a, in_b, both, in_a - both, in_b - both]
