"""Label formulas of any kind and number: allowed, known, category."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.chemistry.category import category_of
from chemdb.chemistry.elements import Element
from chemdb.chemistry.formula import Formulas, read_formulas
from chemdb.database.connection import threads_of
from chemdb.database.metadata import elements_of, max_stoichiometry_of, nelements_of, states_of
from chemdb.database.sql_files import sql_text
from chemdb.errors import FileError
from chemdb.files.user_files import formula_column
from chemdb.rule.bulk import ALLOWED, UNDECIDED, decide_formulas

#: Rows labelled at a time.
BATCH = 100_000
#: Columns that a label adds, in order.
LABEL_COLUMNS = (
    "formula", "chemsys", "nelements", "in_space", "outside_because", "allowed", "known", "known_in",
    "category", "material_id", "error",
)  # fmt: skip


@dataclass(frozen=True)
class Labeller:
    """What labelling needs of a database, read once.

    Attributes
    ----------
    elements : list of Element
    states : mapping of str to tuple of int
        Oxidation states of the set that decided the file.
    nelements : tuple of int
        Orders of the file.
    max_stoichiometry : int
        Largest factor of the file.
    known : pyarrow.Table
        Distinct known formulas: formula, known_in, material_id of the lowest energy.
    threads : int
        Batches labelled at a time.
    """

    elements: list[Element]
    states: Mapping[str, tuple[int, ...]]
    nelements: tuple[int, ...]
    max_stoichiometry: int
    known: pa.Table
    threads: int

    def label(self, texts: pa.Array | Sequence[str | None]) -> pa.Table:
        """Return `LABEL_COLUMNS` for each text, in order.

        ``error`` says why a text is no formula; its other columns are null then. The rule is
        applied whatever the number of elements and the size of the factors; ``in_space`` and
        ``outside_because`` tell whether the database enumerates the composition.
        """
        found = read_formulas(texts, self.elements)
        readable = found.counts > 0
        decided = decide_formulas(found, self.elements, self.states)
        formula = found.formula()
        row = pc.index_in(formula, self.known["formula"].combine_chunks())
        known = pc.and_(pc.is_valid(row), pc.is_valid(formula))
        outside = self._outside(found)
        allowed = pa.array(decided == ALLOWED, mask=decided == UNDECIDED)
        return pa.table(
            {
                "formula": formula,
                "chemsys": found.chemsys(),
                "nelements": pa.array(found.counts, mask=~readable),
                "in_space": pc.if_else(pa.array(readable), pc.is_null(outside), pa.scalar(None, pa.bool_())),
                "outside_because": outside,
                "allowed": allowed,
                "known": pc.if_else(pa.array(readable), known, pa.scalar(None, pa.bool_())),
                "known_in": self.known["known_in"].combine_chunks().take(row),
                "category": _category(allowed, known),
                "material_id": self.known["material_id"].combine_chunks().take(row),
                "error": _errors(found, decided),
            }
        )

    def _outside(self, found: Formulas) -> pa.Array:
        """Return why each formula is not in the space, null where it is or is no formula."""
        counts = found.counts
        largest = found.largest_amount()
        wrong_order = (counts > 0) & ~np.isin(counts, self.nelements)
        too_large = (counts > 0) & ~wrong_order & (largest > self.max_stoichiometry)
        why = pc.if_else(
            pa.array(wrong_order),
            pc.binary_join_element_wise(
                pa.array(counts).cast(pa.string()),
                pc.if_else(pa.array(counts == 1), "element", "elements"),
                " ",
            ),
            pc.binary_join_element_wise("factor", pa.array(largest).cast(pa.string()), " "),
        )
        return pc.if_else(pa.array(wrong_order | too_large), why, pa.scalar(None, pa.string()))


def labeller(con: duckdb.DuckDBPyConnection) -> Labeller:
    """Return the labeller of an open database.

    Raises
    ------
    DatabaseError
        Its elements are damaged, or it has no stoichiometry.
    """
    rows = con.execute(sql_text("statements/known_formula")).fetchall()
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    known = pa.table(
        [pa.array(column, pa.string()) for column in columns], names=["formula", "known_in", "material_id"]
    )
    return Labeller(
        elements_of(con), states_of(con), nelements_of(con), max_stoichiometry_of(con), known, threads_of(con)
    )


def label_table(own: Labeller, formulas: Any) -> pa.Table:
    """Return a sequence of formulas, or a table that has them, with their labels beside it.

    Raises
    ------
    FileError
        The table has no formula column, or `formulas` is neither a table nor texts.
    """
    if isinstance(formulas, str):
        raise FileError(f"label: {formulas!r} is one text; give a list of formulas, such as [{formulas!r}]")
    if not hasattr(formulas, "columns"):
        try:
            return own.label(pa.array(formulas, pa.string(), from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError) as error:
            raise FileError(f"label: these are no formulas ({error})") from None
    table = pa.table(formulas)
    column = formula_column(table.column_names, Path("the table"))
    return label_batches(own, iter(table.to_batches(BATCH)), table.schema, column).read_all()


def label_batches(
    own: Labeller, batches: Iterator[pa.RecordBatch], schema: pa.Schema, column: str
) -> pa.RecordBatchReader:
    """Return the batches with their labels beside them, made as they are read.

    A label whose name the input uses gets ``chemdb_`` before it, again if that is used too.

    Raises
    ------
    FileError
        The column is a list, a structure or a map.
    """
    if pa.types.is_nested(schema.field(column).type):
        kind = schema.field(column).type
        raise FileError(f"column {column!r} is {kind}, no text; name another with --formula-column")
    labels = own.label(pa.array([], pa.string())).schema
    names = [_unused(name, schema.names) for name in labels.names]
    fields = [*schema, *(field.with_name(name) for field, name in zip(labels, names, strict=True))]
    whole = pa.schema(fields)

    def labelled(batch: pa.RecordBatch) -> pa.RecordBatch:
        found = own.label(batch.column(column).cast(pa.string())).combine_chunks().to_batches()
        own_columns = found[0].columns if found else [pa.nulls(0, field.type) for field in labels]
        return pa.record_batch([*batch.columns, *own_columns], schema=whole)

    def in_order() -> Iterator[pa.RecordBatch]:
        with ThreadPoolExecutor(own.threads) as pool:
            ahead: deque[Future[pa.RecordBatch]] = deque()
            for batch in batches:
                ahead.append(pool.submit(labelled, batch))
                if len(ahead) > own.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    return pa.RecordBatchReader.from_batches(whole, in_order())


def _unused(name: str, used: Sequence[str]) -> str:
    while name in used:
        name = f"chemdb_{name}"
    return name


def _category(allowed: pa.Array, known: pa.Array) -> pa.Array:
    return pc.if_else(
        allowed,
        pc.if_else(known, category_of(True, True), category_of(True, False)),
        pc.if_else(known, category_of(False, True), category_of(False, False)),
    )


def _errors(found: Formulas, decided: NDArray[np.int8]) -> pa.Array:
    reasons = np.full(len(found), None, object)
    for row in np.flatnonzero(decided == UNDECIDED).tolist():
        reasons[row] = found.reason(row) or "too many choices of oxidation states to decide"
    return pa.array(reasons, pa.string())
