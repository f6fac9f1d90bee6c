"""Whether compositions of any number of elements and any factors are allowed, decided in bulk."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.elements import N_ELEMENTS, Element
from chemdb.chemistry.formula import Formulas

with kernel_cache():
    from chemdb.rule import kernel as kernel

ALLOWED, FORBIDDEN, UNDECIDED = kernel.ALLOWED, kernel.FORBIDDEN, kernel.UNDECIDED


def decide_formulas(
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
        `UNDECIDED` where the text is not a formula, or where large amounts allow more net charges
        than fit in memory.
    """
    electronegativity = np.full(N_ELEMENTS + 1, np.nan)
    longest = max(map(len, states.values()), default=1)
    table = np.zeros((N_ELEMENTS + 1, longest), np.int64)
    nstates = np.zeros(N_ELEMENTS + 1, np.int64)
    for element in elements:
        z = element.atomic_number
        if element.electronegativity is not None:
            electronegativity[z] = element.electronegativity
        charges = states.get(element.symbol, ())
        table[z, : len(charges)] = charges
        nstates[z] = len(charges)
    decisions = np.empty(len(formulas), np.int8)
    kernel.decide_formulas(
        formulas.starts, formulas.counts, formulas.elements, formulas.amounts,
        electronegativity, table, nstates, decisions,
    )  # fmt: skip
    return decisions
