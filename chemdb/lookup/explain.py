"""Why one composition is allowed or not, and which known formulas are near it."""

from itertools import islice
from typing import NamedTuple

import duckdb

from chemdb.chemistry.category import category_of
from chemdb.chemistry.composition import Composition, read_composition
from chemdb.database.metadata import electronegativities_of, elements_of, space_limits_of
from chemdb.errors import UndecidedError
from chemdb.lookup.broken_rule import broken_rule
from chemdb.lookup.explanation import MAX_ENTRIES, MAX_WITNESSES, Entry, Explanation, SetVerdict
from chemdb.lookup.neighbours import known_neighbours, known_substitutions
from chemdb.rule.oxidation_states import (
    Electronegativities,
    Occurrences,
    OxidationStateAssignments,
    assignment_text,
)
from chemdb.rule.smact_validity import is_all_metal, mixed_valence_assignment
from chemdb.suggest.evidence import OUTSIDE, evidence


class _StateSet(NamedTuple):
    """An oxidation-state set of a file: whether the file was built with it, and its states by symbol."""

    name: str
    used: bool
    states: Occurrences


def explain(con: duckdb.DuckDBPyConnection, text: str) -> Explanation:
    """Return why a composition is allowed or not, and the known formulas near it.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    text : str
        A formula in any spelling, with any number of elements and any amounts.

    Raises
    ------
    FormulaError
        The text is not a formula.
    UndecidedError
        There are too many choices of oxidation states to decide.
    """
    elements = elements_of(con)
    composition = read_composition(text, elements)
    electronegativities = electronegativities_of(elements)
    state_sets = _state_sets(con)
    used = state_sets[0]
    try:
        witnesses = OxidationStateAssignments(
            composition.symbols, composition.amounts, electronegativities, used.states
        )
    except UndecidedError as error:
        raise UndecidedError(f"formula {text!r}: {error}") from None
    entries = _entries(con, composition.formula)
    nelements = len(composition.elements)
    outside_because = space_limits_of(con).outside_because(nelements, max(composition.amounts))
    allowed, known = witnesses.count > 0, bool(entries)
    found = OUTSIDE if outside_because else evidence(con, composition, elements, allowed)
    return Explanation(
        formula_given=text,
        formula=composition.formula,
        chemsys=composition.chemsys,
        nelements=nelements,
        natoms=sum(composition.amounts),
        formula_anonymous=composition.formula_anonymous,
        in_space=outside_because is None,
        outside_because=outside_because,
        allowed=allowed,
        known=known,
        category=category_of(allowed, known),
        forbidden=(
            None if allowed else broken_rule(composition, electronegativities, used.states, used.name)
        ),
        n_witnesses=witnesses.count,
        witnesses=tuple(assignment_text(composition.symbols, w) for w in islice(witnesses, MAX_WITNESSES)),
        all_metal=is_all_metal(composition),
        verdicts=tuple(_verdict(composition, electronegativities, state_set) for state_set in state_sets),
        n_entries=len(entries),
        entries=tuple(entries[:MAX_ENTRIES]),
        neighbours=tuple(known_neighbours(con, composition, elements)),
        substitutions=tuple(known_substitutions(con, composition, elements, used.states, witnesses)),
        score=found.score,
        share_found=found.share_found,
        analogues=found.analogues,
    )


def _state_sets(con: duckdb.DuckDBPyConnection) -> list[_StateSet]:
    """Return the oxidation-state sets of a file, the one that it was built with first."""
    rows = con.execute(
        "select oxidation_state_set, used, symbol::varchar, oxidation_state, n_icsd from species "
        "order by used desc, oxidation_state_set, symbol, oxidation_state"
    ).fetchall()
    sets: dict[tuple[str, bool], dict[str, dict[int, int]]] = {}
    for name, used, symbol, state, occurrences in rows:
        sets.setdefault((name, used), {}).setdefault(symbol, {})[state] = occurrences
    return [_StateSet(name, used, states) for (name, used), states in sets.items()]


def _verdict(
    composition: Composition, electronegativities: Electronegativities, state_set: _StateSet
) -> SetVerdict:
    """Return whether one oxidation-state set allows a composition."""
    states = state_set.states
    allowed: bool | None = None
    n_witnesses = witness = mixed = None
    try:
        witnesses = OxidationStateAssignments(
            composition.symbols, composition.amounts, electronegativities, states
        )
        allowed, n_witnesses = witnesses.count > 0, witnesses.count
        witness = next((assignment_text(composition.symbols, choice) for choice in witnesses), None)
        mixed = witness or mixed_valence_assignment(composition, electronegativities, states)
        with_mixed_valence: bool | None = mixed is not None
    except UndecidedError:
        with_mixed_valence = allowed or None
    # smact_validity accepts every element, and every alloy, before it looks at oxidation states.
    is_element = len(composition.elements) == 1
    return SetVerdict(
        oxidation_state_set=state_set.name,
        used=state_set.used,
        allowed=allowed,
        n_witnesses=n_witnesses,
        witness=witness,
        with_mixed_valence=is_element or with_mixed_valence,
        mixed_valence_witness=None if witness else mixed,
        with_alloys=is_element or is_all_metal(composition) or allowed,
    )


def _entries(con: duckdb.DuckDBPyConnection, formula: str) -> list[Entry]:
    """Return the known entries with a formula, the most stable first."""
    rows = con.execute(
        "select source, material_id, formula_given, energy_above_hull from known_entry "
        "where formula = $formula "
        "order by energy_above_hull nulls last, source, len(material_id), material_id",
        {"formula": formula},
    ).fetchall()
    return [Entry(*row) for row in rows]
