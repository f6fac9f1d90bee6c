"""Whether compositions of any number of elements and any factors are allowed, decided in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.elements import N_ELEMENTS, Element
from chemdb.chemistry.formula import Formulas
from chemdb.errors import UndecidedError
from chemdb.rule.oxidation_states import Occurrences, most_common_assignment

with kernel_cache():
    from chemdb.rule import kernel as kernel

ALLOWED, FORBIDDEN, UNDECIDED = kernel.ALLOWED, kernel.FORBIDDEN, kernel.UNDECIDED


@dataclass(frozen=True)
class Decisions:
    """Decisions on a column of formulas.

    Attributes
    ----------
    decisions : array of int8, shape (n,)
        `ALLOWED`, `FORBIDDEN` or `UNDECIDED`: the text is not a formula, or large amounts allow more
        net charges than fit in memory.
    oxidation_states : array of int8
        Most common oxidation states in e of the allowed formulas, parallel to `Formulas.elements`.
    """

    decisions: NDArray[np.int8]
    oxidation_states: NDArray[np.int8]


def decide_formulas(formulas: Formulas, elements: Sequence[Element], states: Occurrences) -> Decisions:
    """Return which formulas are allowed, and by which oxidation states most commonly.

    Parameters
    ----------
    formulas : Formulas
    elements : sequence of Element
    states : mapping of str to mapping of int to int
        Occurrences of each oxidation state, by symbol.
    """
    electronegativity = np.full(N_ELEMENTS + 1, np.nan)
    longest = max(map(len, states.values()), default=1)
    table = np.zeros((N_ELEMENTS + 1, longest), np.int64)
    weights = np.zeros((N_ELEMENTS + 1, longest))
    nstates = np.zeros(N_ELEMENTS + 1, np.int64)
    for element in elements:
        z = element.atomic_number
        if element.electronegativity is not None:
            electronegativity[z] = element.electronegativity
        occurrences = states.get(element.symbol, {})
        table[z, : len(occurrences)] = list(occurrences)
        # As in `OxidationStateAssignments`.
        weights[z, : len(occurrences)] = [n + 1 for n in occurrences.values()]
        nstates[z] = len(occurrences)
    decisions = np.empty(len(formulas), np.int8)
    chosen = np.zeros(len(formulas.elements), np.int8)
    unclear = np.empty(len(formulas), np.bool_)
    kernel.decide_formulas(
        formulas.starts, formulas.counts, formulas.elements, formulas.amounts,
        electronegativity, table, nstates, weights, decisions, chosen, unclear,
    )  # fmt: skip
    rows = np.flatnonzero(unclear & (decisions == ALLOWED))
    _choose_exactly(rows, formulas, elements, states, chosen)
    return Decisions(decisions, chosen)


def _choose_exactly(
    rows: NDArray[np.intp],
    formulas: Formulas,
    elements: Sequence[Element],
    states: Occurrences,
    chosen: NDArray[np.int8],
) -> None:
    """Fill in the most common oxidation states of some rows, with exact arithmetic."""
    symbols = {element.atomic_number: element.symbol for element in elements}
    electronegativities = {element.symbol: element.electronegativity for element in elements}
    for row in rows.tolist():
        items = slice(formulas.starts[row], formulas.starts[row] + formulas.counts[row])
        of_row = [symbols[z] for z in formulas.elements[items].tolist()]
        try:
            best = most_common_assignment(
                of_row, formulas.amounts[items].tolist(), electronegativities, states
            )
        except UndecidedError:
            continue  # The kernel has found one of the most common.
        if best:
            chosen[items] = best
