"""Labels of formulas in bulk: whether they are allowed and known, and their category."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
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
from chemdb.database.metadata import SpaceLimits, elements_of, space_limits_of, state_occurrences
from chemdb.database.sql_files import sql_text
from chemdb.errors import FileError
from chemdb.files.file_columns import BATCH
from chemdb.lookup.broken_rule import no_electronegativity
from chemdb.lookup.formula_input import formula_array, is_table, read_table
from chemdb.rule.bulk import ALLOWED, FORBIDDEN, UNDECIDED, decide_formulas
from chemdb.rule.oxidation_states import Occurrences

#: Why a composition is forbidden whose elements all have an electronegativity.
NO_ASSIGNMENT = "no allowed oxidation states"
#: Columns of labels, in order.
LABEL_COLUMNS = (
    "formula", "chemsys", "nelements", "in_space", "outside_because", "allowed", "forbidden_because",
    "known", "known_in", "category", "material_id", "energy_above_hull", "species", "error",
)  # fmt: skip
#: Columns of `Labeller.known`.
KNOWN = pa.schema(
    [
        ("formula", pa.string()),
        ("known_in", pa.string()),
        ("material_id", pa.string()),
        ("energy_above_hull", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Labeller:
    """The part of a database that labels need, read once.

    Attributes
    ----------
    elements : list of Element
    states : mapping of str to mapping of int to int
        Occurrences of the oxidation states in e, by symbol, of the set that the file was built with.
    space_limits : SpaceLimits
    known : pyarrow.Table
        Distinct known formulas: formula, known_in, material_id, energy_above_hull.
    threads : int
        Batches labelled in parallel.
    """

    elements: list[Element]
    states: Occurrences
    space_limits: SpaceLimits
    known: pa.Table
    threads: int

    def label(self, texts: pa.Array | Sequence[str | None]) -> pa.Table:
        """Return `LABEL_COLUMNS` for each text, in order.

        If a text is not a formula, ``error`` says why and the other columns are null. The rule is
        applied to any number of elements and any factors; ``in_space`` and ``outside_because`` say
        whether the file enumerates the composition, ``forbidden_because`` what allows it no assignment.
        """
        formulas = read_formulas(texts, self.elements)
        is_formula = pa.array(formulas.counts > 0)
        decided = decide_formulas(formulas, self.elements, self.states)
        decisions = decided.decisions
        allowed = pa.array(decisions == ALLOWED, mask=decisions == UNDECIDED)
        formula = formulas.formula()
        known_row = pc.index_in(formula, self.known["formula"].combine_chunks())
        known = _null_unless(is_formula, pc.is_valid(known_row))
        outside_because = self._outside_because(formulas)
        return pa.table(
            {
                "formula": formula,
                "chemsys": formulas.chemsys(),
                "nelements": _null_unless(is_formula, pa.array(formulas.counts)),
                "in_space": _null_unless(is_formula, pc.is_null(outside_because)),
                "outside_because": outside_because,
                "allowed": allowed,
                "forbidden_because": self._forbidden_because(formulas, decisions == FORBIDDEN),
                "known": known,
                "known_in": self.known["known_in"].combine_chunks().take(known_row),
                "category": _category(allowed, known),
                "material_id": self.known["material_id"].combine_chunks().take(known_row),
                "energy_above_hull": self.known["energy_above_hull"].combine_chunks().take(known_row),
                "species": formulas.species(decided.oxidation_states, decisions == ALLOWED),
                "error": _errors(formulas, decisions),
            }
        )

    def compositions(self, texts: pa.Array) -> pa.Table:
        """Return formula, elements, factors and category of the texts that are formulas, in order."""
        formulas = read_formulas(texts, self.elements)
        labels = self.label(texts)
        return pa.table(
            {
                "formula": labels["formula"],
                "elements": formulas.symbols(),
                "factors": formulas.factors(),
                "category": labels["category"],
            }
        ).filter(pc.is_valid(labels["formula"]))

    def _forbidden_because(self, formulas: Formulas, forbidden: NDArray[np.bool_]) -> pa.Array:
        """Return why the rule forbids each formula; null if it does not."""
        without = {e.atomic_number: e.symbol for e in self.elements if e.electronegativity is None}
        symbols: dict[int, list[str]] = {}
        rows, elements = formulas.having(list(without))
        for row, element in zip(rows.tolist(), elements.tolist(), strict=True):
            symbols.setdefault(row, []).append(without[element])
        reasons = [NO_ASSIGNMENT, *(no_electronegativity(each) for each in symbols.values())]
        places = np.zeros(len(formulas), np.int32)
        places[list(symbols)] = np.arange(1, len(symbols) + 1)
        return pa.array(reasons, pa.string()).take(pa.array(places, mask=~forbidden))

    def _outside_because(self, formulas: Formulas) -> pa.Array:
        """Return why each formula is outside the space; null if it is inside, or not a formula."""
        # Formulas have few distinct pairs of number of elements (7 bits) and largest amount.
        pairs = pa.array(formulas.largest_amount() << 7 | formulas.counts).dictionary_encode()
        reasons = [
            self.space_limits.outside_because(pair & 127, pair >> 7) if pair else None
            for pair in pairs.dictionary.to_pylist()
        ]
        return pa.array(reasons, pa.string()).take(pairs.indices)


def labeller_of(con: duckdb.DuckDBPyConnection) -> Labeller:
    """Return the labeller of an open database.

    Raises
    ------
    DatabaseError
        Its elements are damaged, or it has no stoichiometry.
    """
    rows = con.execute(sql_text("statements/known_formula")).fetchall()
    known = pa.Table.from_arrays(
        [
            pa.array(column, field.type)
            for column, field in zip(zip(*rows, strict=True) if rows else [()] * 4, KNOWN, strict=True)
        ],
        schema=KNOWN,
    )
    return Labeller(elements_of(con), state_occurrences(con), space_limits_of(con), known, threads_of(con))


def label_table(labeller: Labeller, formulas: Any) -> pa.Table:
    """Return the labels of formulas, or a table with the labels of its formulas added.

    Raises
    ------
    ChemdbError
        There is no formula column, or something else than formulas; see `chemdb.lookup.formula_input`.
    """
    if not is_table(formulas):
        return labeller.label(formula_array(formulas, "label"))
    table, column = read_table(formulas, "label")
    return label_batches(labeller, iter(table.to_batches(BATCH)), table.schema, column).read_all()


def label_batches(
    labeller: Labeller, batches: Iterator[pa.RecordBatch], schema: pa.Schema, column: str
) -> pa.RecordBatchReader:
    """Return the batches with their labels added, made as they are read.

    A label column whose name the input uses gets the prefix ``chemdb_``, repeated if necessary.

    Raises
    ------
    FileError
        The column is a list, a structure or a map.
    """
    column_type = schema.field(column).type
    if pa.types.is_nested(column_type):
        raise FileError(f"column {column!r} is {column_type}, not text; choose another with --formula-column")
    label_schema = labeller.label(pa.array([], pa.string())).schema
    label_fields = [field.with_name(_unused(field.name, schema.names)) for field in label_schema]
    labelled_schema = pa.schema([*schema, *label_fields])

    def labelled(batch: pa.RecordBatch) -> pa.RecordBatch:
        labels = labeller.label(batch.column(column).cast(pa.string()))
        label_columns = [chunks.combine_chunks() for chunks in labels.columns]
        return pa.record_batch([*batch.columns, *label_columns], schema=labelled_schema)

    def labelled_in_order() -> Iterator[pa.RecordBatch]:
        with ThreadPoolExecutor(labeller.threads) as pool:
            pending: deque[Future[pa.RecordBatch]] = deque()
            for batch in batches:
                pending.append(pool.submit(labelled, batch))
                if len(pending) > labeller.threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()

    return pa.RecordBatchReader.from_batches(labelled_schema, labelled_in_order())


def _null_unless(condition: pa.Array, values: pa.Array) -> pa.Array:
    return pc.if_else(condition, values, pa.scalar(None, values.type))


def _unused(name: str, used: Sequence[str]) -> str:
    # DuckDB, which writes the tables, ignores case.
    lower = {column.lower() for column in used}
    while name in lower:
        name = f"chemdb_{name}"
    return name


def _category(allowed: pa.Array, known: pa.Array) -> pa.Array:
    return pc.if_else(
        allowed,
        pc.if_else(known, category_of(True, True), category_of(True, False)),
        pc.if_else(known, category_of(False, True), category_of(False, False)),
    )


def _errors(formulas: Formulas, decisions: NDArray[np.int8]) -> pa.Array:
    """Return why each text is not a formula or cannot be decided, null if it is decided."""
    reasons = np.full(len(formulas), None, object)
    for row in np.flatnonzero(decisions == UNDECIDED).tolist():
        reasons[row] = formulas.reason(row) or "too many choices of oxidation states to decide"
    return pa.array(reasons, pa.string())
