"""Scores of many formulas."""

from collections.abc import Sequence

import duckdb
import numpy as np

from chemdb.chemistry.formula import read_formulas
from chemdb.chemistry.stoichiometry import MAX_STORED_NELEMENTS
from chemdb.database.metadata import space_limits_of
from chemdb.errors import FormulaError
from chemdb.substitution.frames import Compositions
from chemdb.substitution.model import SubstitutionModel


def scores(
    con: duckdb.DuckDBPyConnection, model: SubstitutionModel, texts: Sequence[str | None]
) -> list[float | None]:
    """Return the score of each formula, None outside the space of the file.

    Raises
    ------
    FormulaError
        A text is not a formula.
    """
    formulas = read_formulas(texts, model.elements)
    for row in np.flatnonzero(formulas.counts == 0).tolist():
        raise FormulaError(f"formula {texts[row]!r}: {formulas.reason(row)}")
    limits = space_limits_of(con)
    sizes = zip(formulas.counts.tolist(), formulas.largest_amount().tolist(), strict=True)
    inside = [limits.outside_because(n, largest) is None for n, largest in sizes]
    rows = np.flatnonzero(inside)
    places = formulas.starts[rows, None] + np.arange(MAX_STORED_NELEMENTS)
    absent = np.arange(MAX_STORED_NELEMENTS) >= formulas.counts[rows, None]
    places = np.where(absent, 0, places)
    compositions = Compositions(
        formulas.counts[rows].astype(np.int64),
        np.where(absent, 0, formulas.elements[places].astype(np.int64)),
        np.where(absent, 0, formulas.amounts[places]),
    )
    found = iter(model.analogues(compositions).scores().tolist())
    return [next(found) if is_inside else None for is_inside in inside]
