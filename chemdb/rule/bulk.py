"""Whether compositions are allowed, for any number of elements and any factors."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.elements import Element
from chemdb.chemistry.formula import Formulas
from chemdb.rule import kernel as kernel

ALLOWED, FORBIDDEN, UNDECIDED = 1, 0, -1


def verdicts(
    formulas: Formulas, elements: Sequence[Element], states: Mapping[str, Sequence[int]]
) -> NDArray[np.int8]:
    """Return `ALLOWED`, `FORBIDDEN` or `UNDECIDED` for each formula.

    Parameters
    ----------
    formulas : Formulas
    elements : sequence of Element
    states : mapping of str to sequence of int
        Oxidation states in e by symbol.

    Returns
    -------
    array of int8, shape (n,)
        `UNDECIDED` where the text is no formula, or has more choices of oxidation states with
        very large amounts than can be listed.
    """
    electronegativity = np.full(104, np.nan)
    longest = max((len(q) for q in states.values()), default=1)
    table = np.zeros((104, longest), np.int64)
    nstates = np.zeros(104, np.int64)
    for element in elements:
        z = element.atomic_number
        if element.electronegativity is not None:
            electronegativity[z] = element.electronegativity
        own = states.get(element.symbol, ())
        table[z, : len(own)] = own
        nstates[z] = len(own)
    found = np.empty(len(formulas), np.int8)
    kernel.decide_formulas(
        formulas.starts, formulas.counts, formulas.elements, formulas.amounts,
        electronegativity, table, nstates, found,
    )  # fmt: skip
    return found
