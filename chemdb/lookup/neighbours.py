"""Known formulas near a composition: of the same chemical system, and by isovalent substitution."""

from collections.abc import Iterator, Mapping
from itertools import islice

import duckdb

from chemdb.chemistry.composition import Composition, read_composition
from chemdb.chemistry.elements import Element
from chemdb.lookup.explanation import (
    MAX_NEIGHBOURS,
    MAX_SUBSTITUTIONS,
    MAX_WITNESSES,
    Neighbour,
    Substitution,
)
from chemdb.rule.oxidation_states import Occurrences, OxidationStateAssignments, species_text

#: Known formulas that meet a condition, with their most stable entry.
KNOWN_FORMULAS = "select formula, material_id, energy_above_hull from store.known_formula where {}"


def known_neighbours(
    con: duckdb.DuckDBPyConnection, composition: Composition, elements: list[Element]
) -> list[Neighbour]:
    """Return the known formulas of the same chemical system, the nearest first."""
    rows = con.execute(
        KNOWN_FORMULAS.format("chemsys = $chemsys and formula <> $formula"),
        {"chemsys": composition.chemsys, "formula": composition.formula},
    ).fetchall()
    fractions = composition.fractions

    def distance(formula: str) -> float:
        of_neighbour = read_composition(formula, elements).fractions
        return round(sum(abs(fractions[symbol] - of_neighbour[symbol]) for symbol in fractions) / 2, 6)

    neighbours = [Neighbour(formula, distance(formula), *entry) for formula, *entry in rows]
    return sorted(neighbours, key=lambda near: (near.distance, near.formula))[:MAX_NEIGHBOURS]


def known_substitutions(
    con: duckdb.DuckDBPyConnection,
    composition: Composition,
    elements: list[Element],
    states: Occurrences,
    witnesses: OxidationStateAssignments,
) -> list[Substitution]:
    """Return the known formulas with one element replaced in the same oxidation state, the closest first.

    Substitutions within a group of the periodic table come before others, and among these the
    smallest difference of electronegativity first.
    """
    candidates = {
        substituted.formula: replacement
        for substituted, replacement in _isovalent(composition, elements, states, witnesses)
    }
    # Unlike `in`, this condition is applied before entries are grouped by formula.
    rows = con.execute(
        KNOWN_FORMULAS.format("list_contains($formulas, formula)"), {"formulas": list(candidates)}
    ).fetchall()
    substitutions = []
    for formula, *entry in rows:
        old, new, species = candidates[formula]
        difference = (
            None
            if old.electronegativity is None or new.electronegativity is None
            else round(abs(old.electronegativity - new.electronegativity), 2)
        )
        same_group = old.periodic_group == new.periodic_group
        substitutions.append(
            Substitution(formula, old.symbol, new.symbol, species, same_group, difference, *entry)
        )

    def remoteness(substitution: Substitution) -> tuple[bool, float, str]:
        difference = substitution.electronegativity_difference
        return not substitution.same_group, 10.0 if difference is None else difference, substitution.formula

    return sorted(substitutions, key=remoteness)[:MAX_SUBSTITUTIONS]


def _isovalent(
    composition: Composition,
    elements: list[Element],
    states: Occurrences,
    witnesses: OxidationStateAssignments,
) -> Iterator[tuple[Composition, tuple[Element, Element, str]]]:
    """Yield compositions with one element replaced, and (old element, new element, new species).

    An element of an allowed composition has the oxidation states of its listed witnesses, one of a
    forbidden composition any of its oxidation states.
    """
    choices = list(islice(witnesses, MAX_WITNESSES))
    amounts = dict(zip(composition.elements, composition.amounts, strict=True))
    for place, old in enumerate(composition.elements):
        if choices:
            old_states = list(dict.fromkeys(choice[place] for choice in choices))
        else:
            old_states = _most_common_first(states.get(old.symbol, {}))
        for new in elements:
            shared = [state for state in old_states if state in states.get(new.symbol, {})]
            if new not in amounts and shared:
                replaced = {new if element == old else element: n for element, n in amounts.items()}
                yield Composition.of(replaced), (old, new, species_text(new.symbol, shared[0]))


def _most_common_first(occurrences: Mapping[int, int]) -> list[int]:
    return sorted(occurrences, key=lambda state: (-occurrences[state], state))
