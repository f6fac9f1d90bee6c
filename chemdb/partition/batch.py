"""Some compositions of a piece, with attributes that are computed on first access."""

from collections.abc import Callable, Sequence
from functools import cached_property

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.database.metadata import elements_of
from chemdb.database.open_file import OpenFile
from chemdb.embedding.composition_vectors import composition_vectors, is_covered
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import EmbeddingError, QueryError
from chemdb.partition.system_range import Compositions
from chemdb.query.ask import ask
from chemdb.query.expansion.row_columns import COLUMNS, RowColumns
from chemdb.query.parse.vocabulary import vocabulary
from chemdb.query.statement.columns import DEFAULT_COLUMNS, read_columns

#: Numbers of compositions in the file, beside the columns of queries.
KEY = {"system_id": pa.int32(), "stoichiometry_id": pa.int32()}


class Batch:
    """Compositions with the same number of elements, k, by system and stoichiometry.

    Made by `chemdb.partition.piece.Partition.batches`.
    """

    def __init__(self, found: Compositions, source: "Source") -> None:
        self._found = found
        self._chunk = found.chunk
        self._source = source

    def __len__(self) -> int:
        return len(self._chunk)

    @property
    def formula(self) -> pa.Array:
        """The formulas, such as LiZnO2."""
        return self._source.columns.formula(self._chunk)

    @property
    def elements(self) -> NDArray[np.uint8]:
        """Atomic numbers in order of electronegativity, shape (n, k)."""
        return self._chunk.elements

    @property
    def factors(self) -> NDArray[np.uint8]:
        """Stoichiometric factors of the elements, shape (n, k)."""
        return self._chunk.factors

    @property
    def system_id(self) -> NDArray[np.int64]:
        """Numbers of the chemical systems in the file, shape (n,)."""
        return self._chunk.size.systems[self._chunk.rows]

    @property
    def stoichiometry_id(self) -> NDArray[np.int32]:
        """Numbers of the stoichiometries among those with as many elements, shape (n,)."""
        return self._chunk.stoichiometries

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Means of element vectors, shape (n, d); NaN where an element has no vector.

        Raises
        ------
        EmbeddingError
            The batches were asked for without an embedding.
        """
        return composition_vectors(self.elements, self.factors, self._embedding(), 1)

    @property
    def has_vector(self) -> NDArray[np.bool_]:
        """Whether all elements have a vector, shape (n,)."""
        return is_covered(self.elements, self._embedding())

    def arrow(self, columns: Sequence[str] = DEFAULT_COLUMNS) -> pa.RecordBatch:
        """Return columns of `chemdb.api.Database.query`, with the same types, or system_id, stoichiometry_id.

        Raises
        ------
        QueryError
            A column is unknown, or is computed row by row: species, score, amounts and fractions.
        """
        schema = self._source.schema(tuple(columns))
        return pa.RecordBatch.from_arrays([self._column(field) for field in schema], schema=schema)

    def take(self, rows: NDArray[np.integer]) -> "Batch":
        """Return some of the compositions, whose row numbers ascend."""
        return Batch(self._found.take(rows), self._source)

    def _embedding(self) -> ElementVectors:
        if self._source.vectors is None:
            raise EmbeddingError("batches: no vectors without an embedding; use batches(embedding=...)")
        return self._source.vectors

    def _column(self, field: pa.Field) -> pa.Array:
        if field.name in KEY:
            return pa.array(getattr(self, field.name)).cast(field.type)
        [column] = self._source.columns.columns(self._chunk, pa.schema([field]))
        if not len(self._found.known) or field.name not in _OF_KNOWN:
            return column
        known = _OF_KNOWN[field.name](self._found.known).cast(field.type)
        # Known rows stand after the others; each row is taken from its place.
        place = np.arange(len(column))
        place[self._found.known_at] = len(column) + np.arange(len(known))
        return pa.concat_arrays([column, known]).take(pa.array(place))


class Source:
    """The data that all batches of a file share.

    Parameters
    ----------
    file : OpenFile
    embedding : str, optional

    Raises
    ------
    EmbeddingError
        The file has no such element representation.
    """

    def __init__(self, file: OpenFile, embedding: str | None) -> None:
        self._file = file
        self.columns = file.remember(row_columns)
        self._schemas: dict[tuple[str, ...], pa.Schema] = {}
        with file.cursor() as con:
            self.vectors = element_vectors(con, embedding) if embedding else None

    def schema(self, columns: tuple[str, ...]) -> pa.Schema:
        """Return the types of columns, see `Batch.arrow`."""
        if columns not in self._schemas:
            of_query = [name for name in columns if name not in KEY]
            computed = read_columns(of_query, self._file.remember(vocabulary))
            if others := [name for name in computed if name not in COLUMNS]:
                available = ", ".join((*KEY, *COLUMNS))
                raise QueryError(f"column {others[0]!r} is not available in pieces; choose from {available}")
            types = ask(self._file, limit=0, columns=computed).batches().schema if computed else pa.schema([])
            fields = [pa.field(name, KEY[name]) if name in KEY else types.field(name) for name in columns]
            self._schemas[columns] = pa.schema(fields)
        return self._schemas[columns]


def row_columns(con: duckdb.DuckDBPyConnection) -> RowColumns:
    """Return the object that computes columns of compositions of a file."""
    return RowColumns(elements_of(con))


def _category(known: pa.Table) -> pa.Array:
    return pc.if_else(known["allowed"].combine_chunks(), "standard", "interesting")


#: Columns that depend on whether a composition is known, of the known ones.
_OF_KNOWN: dict[str, Callable[[pa.Table], pa.Array]] = {
    "allowed": lambda known: known["allowed"].combine_chunks(),
    "known": lambda known: pa.array(np.ones(len(known), np.bool_)),
    "category": _category,
    "known_in": lambda known: known["known_in"].combine_chunks(),
    "material_id": lambda known: known["material_id"].combine_chunks(),
    "energy_above_hull": lambda known: known["energy_above_hull"].combine_chunks(),
}
