"""What a file's known compositions say about others: frames, weights, scores and analogues."""

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.chemistry.elements import N_ELEMENTS, Element
from chemdb.database.arrays import as_array
from chemdb.database.metadata import electronegativities_of, elements_of, state_occurrences
from chemdb.rule.oxidation_states import (
    Electronegativities,
    Occurrences,
    assignment_text,
    most_common_assignment,
)
from chemdb.substitution.analogues import Analogues, analogues_of
from chemdb.substitution.candidates import Space, candidates, space_of
from chemdb.substitution.frames import Compositions, Frames, frames_of, known_compositions
from chemdb.substitution.weights import PER_UNIT, substitution_weights

#: Compositions whose analogues are in memory at a time.
BATCH = 1 << 12
#: Up to this many compositions, loading compiled code takes longer than deciding them without.
FEW = 5_000


@dataclass(frozen=True)
class SubstitutionModel:
    """Scores compositions by the known ones that differ by one element.

    Attributes
    ----------
    known : pyarrow.Table
        Known compositions, see `chemdb.substitution.frames.known_compositions`.
    formulas : list of str
        Theirs.
    formula_rank : array of int64, shape (n_known,)
        Their places in alphabetical order of the formulas.
    frames : Frames
        Of these.
    weights : array of float64, shape (104, 104)
        See `chemdb.substitution.weights.substitution_weights`.
    space : Space
    elements : tuple of Element
    states : mapping of str to mapping of int to int
        Oxidation states of the file and their occurrences, by symbol.
    """

    known: pa.Table
    formulas: list[str]
    formula_rank: NDArray[np.int64]
    frames: Frames
    weights: NDArray[np.float64]
    space: Space
    elements: tuple[Element, ...]
    states: Occurrences

    def candidates(self) -> pa.Table:
        """Return every composition with a known analogue and its score, see `candidates`."""
        return candidates(self.frames, self.weights, self.space)

    def analogues(self, compositions: Compositions) -> Analogues:
        """Return the known analogues of compositions."""
        return analogues_of(compositions, self.frames, self.weights, self.formula_rank)

    def described(self, table: pa.Table) -> pa.Table:
        """Return compositions with species, n_analogues, analogues and analogue_ids.

        Parameters
        ----------
        table : pyarrow.Table
            With the columns formula, elements and factors, as in the view ``composition``.
        """
        symbols = [element.symbol for element in self.elements]
        material_ids = self.known["material_id"].to_pylist()
        compositions = Compositions.of(table)
        counts: list[int] = []
        texts: list[str] = []
        entries: list[str] = []
        for start in range(0, len(table), BATCH):
            analogues = self.analogues(compositions[start : start + BATCH])
            counts += analogues.counts().tolist()
            texts += analogues.texts(self.formulas, symbols)
            entries += analogues.entries(material_ids)
        described = {
            "species": self._species(table),
            "n_analogues": pa.array(counts, pa.int32()),
            "analogues": pa.array(texts, pa.string()),
            "analogue_ids": pa.array(entries, pa.string()),
        }
        for name, column in described.items():
            table = table.append_column(name, column)
        return table

    def _species(self, table: pa.Table) -> pa.Array:
        if len(table) > FEW:
            from chemdb.chemistry.formula import read_formulas
            from chemdb.rule.bulk import ALLOWED, decide_formulas

            formulas = read_formulas(table["formula"], self.elements)
            decided = decide_formulas(formulas, self.elements, self.states)
            return formulas.species(decided.oxidation_states, decided.decisions == ALLOWED)
        electronegativities: Electronegativities = electronegativities_of(self.elements)
        texts = []
        for symbols, factors in zip(table["elements"].to_pylist(), table["factors"].to_pylist(), strict=True):
            assignment = most_common_assignment(symbols, factors, electronegativities, self.states)
            texts.append(assignment_text(symbols, assignment) if assignment else None)
        return pa.array(texts, pa.string())

    def substitutions(self) -> pa.Table:
        """Return the weights that are not zero: element, replaced_by, weight."""
        element, replaced_by = np.nonzero(self.weights)
        symbols = pa.array(["", *(element.symbol for element in self.elements)])
        return pa.table(
            {
                "element": symbols.take(pa.array(element)),
                "replaced_by": symbols.take(pa.array(replaced_by)),
                "weight": self.weights[element, replaced_by] / PER_UNIT,
            }
        )


def learn(con: duckdb.DuckDBPyConnection) -> SubstitutionModel:
    """Return the model that the known compositions of a file teach."""
    return _model(con, substitution_weights)


def stored_model(con: duckdb.DuckDBPyConnection) -> SubstitutionModel:
    """Return the model of a file, with the weights that it stores: the same on any machine."""

    def stored(_: Frames) -> NDArray[np.float64]:
        weights = np.zeros((N_ELEMENTS + 1, N_ELEMENTS + 1))
        table = con.sql("from substitution").to_arrow_table().combine_chunks()
        if table.num_rows:
            element, replaced_by = (
                as_array(table[name].combine_chunks().indices) + 1 for name in ("element", "replaced_by")
            )
            weights[element, replaced_by] = np.rint(as_array(table["weight"]) * PER_UNIT)
        return weights

    return _model(con, stored)


def stored_candidates(con: duckdb.DuckDBPyConnection) -> tuple[SubstitutionModel, pa.Table]:
    """Return the model of a file, and every composition with a known analogue and its score."""
    model = stored_model(con)
    return model, model.candidates()


def _model(con: duckdb.DuckDBPyConnection, weights: Any) -> SubstitutionModel:
    table, known = known_compositions(con)
    frames = frames_of(known)
    formula_rank = np.empty(len(table), np.int64)
    formula_rank[as_array(pc.sort_indices(table["formula"])).astype(np.int64)] = np.arange(len(table))
    return SubstitutionModel(
        table,
        table["formula"].to_pylist(),
        formula_rank,
        frames,
        weights(frames),
        space_of(con),
        tuple(elements_of(con)),
        state_occurrences(con),
    )
