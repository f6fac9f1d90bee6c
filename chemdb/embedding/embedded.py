"""Compositions turned into Arrow batches of vectors, and the account of what was left out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays, is_covered

#: Columns of compositions that vectors are made from.
COLUMNS = ("formula", "elements", "factors", "category")
#: Columns beside the vectors.
LABELS = ("formula", "category")
#: list: one column of fixed-size lists; wide: one column for each dimension.
LAYOUTS = ("list", "wide")


class Compositions(Protocol):
    """Compositions that can be read more than once, such as a `chemdb.query.result.Result`."""

    def __len__(self) -> int:
        """Return the number of compositions."""

    def select(self, columns: tuple[str, ...], offset: int = 0) -> "Compositions":
        """Return the compositions after the first `offset`, with the given columns."""

    def batches(self) -> pa.RecordBatchReader:
        """Return the compositions as Arrow record batches."""


@dataclass
class Embedded:
    """The account of compositions turned into vectors.

    Attributes
    ----------
    vectors : ElementVectors
    threads : int
        Threads that compute vectors.
    n : int
        Number of compositions with a vector.
    n_left_out : int
        Number of compositions left out, because an element has no vector.
    uncovered : set of str
        Symbols of those elements.
    """

    vectors: ElementVectors
    threads: int
    n: int = 0
    n_left_out: int = 0
    uncovered: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        written = f"{self.n:,} vector{'' if self.n == 1 else 's'}"
        if not self.n_left_out:
            return written
        symbols = [symbol for symbol in self.vectors.symbols if symbol in self.uncovered]
        noun = "composition" if self.n_left_out == 1 else "compositions"
        return (
            f"{written}; {self.n_left_out:,} {noun} left out, because "
            f"{self.vectors.name} has no vector for {', '.join(symbols)}"
        )

    def add(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, NDArray[np.float32]]:
        """Return the compositions of a batch that have a vector, and the vectors, shape (n, d)."""
        elements, factors = element_arrays(batch, self.vectors.symbols)
        covered = is_covered(elements, self.vectors)
        if not covered.all():
            numbers = np.unique(elements[~covered])
            self.uncovered |= {self.vectors.symbols[z - 1] for z in numbers if not self.vectors.covered[z]}
            batch = batch.filter(pa.array(covered))
        self.n += len(batch)
        self.n_left_out += int((~covered).sum())
        return batch, composition_vectors(elements[covered], factors[covered], self.vectors, self.threads)

    def batches(self, batches: Iterable[pa.RecordBatch], layout: str) -> Iterator[pa.RecordBatch]:
        """Yield batches of formula, category and vector, with the columns of `vector_schema`."""
        schema = vector_schema(self.vectors, layout)
        for batch in batches:
            rows, values = self.add(batch)
            labels = [rows.column(name).cast(pa.string()) for name in LABELS]
            if layout == "list":
                vector = schema.field("vector").type
                columns = [pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), type=vector)]
            else:
                columns = [pa.array(np.ascontiguousarray(column)) for column in values.T]
            yield pa.RecordBatch.from_arrays([*labels, *columns], schema=schema)


def vector_schema(vectors: ElementVectors, layout: str) -> pa.Schema:
    """Return the columns of formula, category and vector in one of `LAYOUTS`."""
    labels = [(name, pa.string()) for name in LABELS]
    if layout == "list":
        return pa.schema([*labels, ("vector", pa.list_(pa.float32(), vectors.values.shape[1]))])
    # Plain numbers would be poor column names.
    names = [f"{vectors.name}_{feature}" if feature.isdigit() else feature for feature in vectors.features]
    return pa.schema([*labels, *((name, pa.float32()) for name in names)])
