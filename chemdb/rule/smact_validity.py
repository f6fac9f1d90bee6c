"""What SMACT's `smact_validity` accepts beyond the rule: mixed valence, and alloys.

Reimplemented because importing SMACT takes a second; tests compare the results with SMACT 4.0.
None of this changes which compositions chemdb calls allowed.
"""

from collections import Counter

from chemdb.chemistry.composition import Composition
from chemdb.errors import UndecidedError
from chemdb.rule.oxidation_states import (
    Electronegativities,
    Occurrences,
    most_common_assignment,
    species_text,
)

#: Most sites of a composition with mixed valence, see `_sites`.
MAX_SITES = 64


def is_all_metal(composition: Composition) -> bool:
    """Return whether SMACT counts all elements as metals."""
    return all(element.smact_metal for element in composition.elements)


def mixed_valence_assignment(
    composition: Composition, electronegativities: Electronegativities, states: Occurrences
) -> str | None:
    """Return the species that allow a composition with mixed valence, None where none do.

    Each atom of a mixed-valence element of SMACT may have its own oxidation state. Where SMACT
    finds more than a million choices it gives up and returns invalid; these are decided here too.

    Raises
    ------
    UndecidedError
        There are more than `MAX_SITES` atoms of such elements, or too many choices.

    Examples
    --------
    >>> from chemdb.chemistry.composition import read_composition
    >>> from chemdb.chemistry.elements import elements
    >>> states = {"Fe": {2: 7276, 3: 11917}, "O": {-2: 116910}}
    >>> magnetite = read_composition("Fe3O4", elements())
    >>> mixed_valence_assignment(magnetite, {"Fe": 1.83, "O": 3.44}, states)
    'Fe2+ 2Fe3+ 4O2-'
    """
    sites = _sites(composition, states)
    symbols, amounts = [symbol for symbol, _ in sites], [amount for _, amount in sites]
    assignment = most_common_assignment(symbols, amounts, electronegativities, states)
    if assignment is None:
        return None
    totals: Counter[tuple[str, int]] = Counter()
    for symbol, amount, state in zip(symbols, amounts, assignment, strict=True):
        totals[symbol, state] += amount
    in_order = sorted(totals, key=lambda species: (composition.symbols.index(species[0]), species[1]))
    return " ".join(
        f"{totals[species] if totals[species] > 1 else ''}{species_text(*species)}" for species in in_order
    )


def _sites(composition: Composition, states: Occurrences) -> list[tuple[str, int]]:
    """Return symbols and amounts of what can have one oxidation state: single atoms, or all of an element."""
    sites: list[tuple[str, int]] = []
    for element, amount in zip(composition.elements, composition.amounts, strict=True):
        symbol = element.symbol
        if element.smact_mixed_valence and len(states.get(symbol, ())) > 1:
            if amount > MAX_SITES - len(sites):
                raise UndecidedError("too many atoms of mixed valence to decide")
            sites += [(symbol, 1)] * amount
        else:
            sites.append((symbol, amount))
    return sites
