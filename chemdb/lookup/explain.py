"""Why one composition is allowed or not, and what is known near it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import duckdb

from chemdb.chemistry.category import category_of
from chemdb.chemistry.composition import Composition, read_composition
from chemdb.chemistry.elements import Element
from chemdb.database.metadata import electronegativities_of, elements_of
from chemdb.errors import UndecidedError
from chemdb.rule.oxidation_states import (
    Electronegativities,
    Occurrences,
    OxidationStateAssignments,
    assignment_text,
    species_text,
)
from chemdb.rule.smact_validity import is_all_metal, mixed_valence_assignment

#: Oxidation-state assignments, entries, neighbours and substitutions that an explanation lists.
MAX_WITNESSES = 20
MAX_ENTRIES = 10
MAX_NEIGHBOURS = 5
MAX_SUBSTITUTIONS = 5
#: Net charges that are looked at to find the one nearest to zero.
MAX_NET_CHARGES = 100_000


@dataclass(frozen=True)
class Forbidden:
    """The rule that a composition breaks.

    Attributes
    ----------
    rule : str
        ``no_electronegativity`` or ``no_oxidation_states`` (of an element), ``not_neutral`` (no
        choice of oxidation states is), or ``electronegativity`` (neutral choices have a cation
        that is not less electronegative than an anion).
    because : str
        The rule as a sentence about this composition.
    closest : str or None
        Species that come closest: the smallest net charge, or the smallest electronegativity
        difference of the wrong sign; the most usual ones where several do.
    net_charge : int or None
        Net charge of `closest` in e; 0 where electronegativity forbids it.
    """

    rule: str
    because: str
    closest: str | None = None
    net_charge: int | None = None


@dataclass(frozen=True)
class SetVerdict:
    """What one oxidation-state set says.

    Attributes
    ----------
    oxidation_state_set : str
    used : bool
        Whether the file was made with it.
    allowed : bool or None
        By the rule; None where there are too many choices to decide.
    n_witnesses : int or None
    witness : str or None
        The most usual.
    with_mixed_valence : bool or None
        As ``smact_validity(..., mixed_valence=True, include_alloys=False)``.
    mixed_valence_witness : str or None
    with_alloys : bool or None
        As ``smact_validity(..., include_alloys=True)``.
    """

    oxidation_state_set: str
    used: bool
    allowed: bool | None
    n_witnesses: int | None
    witness: str | None
    with_mixed_valence: bool | None
    mixed_valence_witness: str | None
    with_alloys: bool | None


@dataclass(frozen=True)
class Entry:
    """An entry of a known source with this formula; energy in eV/atom above the hull."""

    source: str
    material_id: str | None
    formula_given: str
    energy_above_hull: float | None


@dataclass(frozen=True)
class Neighbour:
    """A known formula of the same chemical system.

    Attributes
    ----------
    formula : str
    distance : float
        Half the sum of the differences of atomic fractions: the share of the atoms that would
        have to become another element, 0 to 1.
    material_id : str or None
        Entry with the lowest energy.
    energy_above_hull : float or None
        Its energy above the convex hull in eV/atom.
    """

    formula: str
    distance: float
    material_id: str | None
    energy_above_hull: float | None


@dataclass(frozen=True)
class Substitution:
    """A known formula with one element replaced by another of the same oxidation state.

    Attributes
    ----------
    formula : str
    replaced, by : str
        Element symbols.
    species : str
        The species that takes the place.
    same_group : bool
        Whether both are in one group of the periodic table (the f block counts as group 3).
    electronegativity_difference : float or None
        Absolute, Pauling; None where an element has none.
    material_id : str or None
    energy_above_hull : float or None
        In eV/atom.
    """

    formula: str
    replaced: str
    by: str
    species: str
    same_group: bool
    electronegativity_difference: float | None
    material_id: str | None
    energy_above_hull: float | None


@dataclass(frozen=True)
class Explanation:
    """All that a file says of one composition.

    Attributes
    ----------
    formula_given : str
    formula, chemsys, formula_anonymous : str
    nelements, natoms : int
    in_space : bool
        Whether the file enumerates it.
    outside_because : str or None
    allowed, known : bool
    category : str
        standard, missing, interesting or unlikely.
    forbidden : Forbidden or None
        None where it is allowed.
    n_witnesses : int
    witnesses : tuple of str
        The most usual first, at most `MAX_WITNESSES`.
    all_metal : bool
        Whether all elements are metals in SMACT's list.
    verdicts : tuple of SetVerdict
        The set of the file first.
    n_entries : int
    entries : tuple of Entry
        The most stable first, at most `MAX_ENTRIES`.
    neighbours : tuple of Neighbour
        The nearest first, at most `MAX_NEIGHBOURS`.
    substitutions : tuple of Substitution
        The chemically closest first, at most `MAX_SUBSTITUTIONS`.
    """

    formula_given: str
    formula: str
    chemsys: str
    nelements: int
    natoms: int
    formula_anonymous: str
    in_space: bool
    outside_because: str | None
    allowed: bool
    known: bool
    category: str
    forbidden: Forbidden | None
    n_witnesses: int
    witnesses: tuple[str, ...]
    all_metal: bool
    verdicts: tuple[SetVerdict, ...]
    n_entries: int
    entries: tuple[Entry, ...]
    neighbours: tuple[Neighbour, ...]
    substitutions: tuple[Substitution, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, as ``chemdb/lookup/explain.schema.json`` describes it."""
        return asdict(self)


def explain(con: duckdb.DuckDBPyConnection, text: str) -> Explanation:
    """Return why a composition is allowed or not, and what is known near it.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    text : str
        A formula in any spelling, of any number of elements and any amounts.

    Raises
    ------
    FormulaError
        The text is no formula.
    UndecidedError
        There are too many choices of oxidation states to decide.
    """
    elements = elements_of(con)
    composition = read_composition(text, elements)
    electronegativities = electronegativities_of(elements)
    sets = _occurrences_of_sets(con)
    (own, states), *_ = sets.items()
    try:
        found = _witnesses(composition, electronegativities, states)
    except UndecidedError as error:
        raise UndecidedError(f"formula {text!r}: {error}") from None
    entries = _entries(con, composition.formula)
    outside = _outside_because(con, composition)
    allowed, known = found.count > 0, bool(entries)
    return Explanation(
        formula_given=text,
        formula=composition.formula,
        chemsys=composition.chemsys,
        nelements=len(composition.elements),
        natoms=sum(composition.amounts),
        formula_anonymous=composition.formula_anonymous,
        in_space=outside is None,
        outside_because=outside,
        allowed=allowed,
        known=known,
        category=category_of(allowed, known),
        forbidden=None if allowed else _forbidden(composition, electronegativities, states, own[0]),
        n_witnesses=found.count,
        witnesses=tuple(assignment_text(composition.symbols, w) for w in islice(found, MAX_WITNESSES)),
        all_metal=is_all_metal(composition),
        verdicts=tuple(
            _verdict(composition, electronegativities, name, used, own_states)
            for (name, used), own_states in sets.items()
        ),
        n_entries=len(entries),
        entries=tuple(entries[:MAX_ENTRIES]),
        neighbours=tuple(_neighbours(con, composition, elements)),
        substitutions=tuple(_substitutions(con, composition, elements, states, found)),
    )


def _witnesses(
    composition: Composition, electronegativities: Electronegativities | None, states: Occurrences
) -> OxidationStateAssignments:
    return OxidationStateAssignments(composition.symbols, composition.amounts, electronegativities, states)


def _occurrences_of_sets(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, bool], Occurrences]:
    """Return the oxidation states of each (set, used), and how usual each is; the used set first."""
    rows = con.execute(
        "select oxidation_state_set, used, symbol::varchar, oxidation_state, n_icsd from species "
        "order by used desc, oxidation_state_set, symbol, oxidation_state"
    ).fetchall()
    found: dict[tuple[str, bool], dict[str, dict[int, int]]] = {}
    for name, used, symbol, state, occurrences in rows:
        found.setdefault((name, used), {}).setdefault(symbol, {})[state] = occurrences
    return dict(found)


def _outside_because(con: duckdb.DuckDBPyConnection, composition: Composition) -> str | None:
    """Return why the file does not enumerate a composition, None where it does."""
    rows = con.execute("select nelements, max(max_factor) from stoichiometry group by nelements").fetchall()
    largest = dict(rows)
    nelements = len(composition.elements)
    if nelements not in largest:
        return f"{nelements} element{'s' if nelements > 1 else ''}"
    factor = max(composition.amounts)
    return f"factor {factor}" if factor > largest[nelements] else None


def _verdict(
    composition: Composition,
    electronegativities: Electronegativities,
    name: str,
    used: bool,
    states: Occurrences,
) -> SetVerdict:
    allowed: bool | None = None
    n_witnesses = witness = mixed = None
    try:
        found = _witnesses(composition, electronegativities, states)
        allowed, n_witnesses = found.count > 0, found.count
        witness = next((assignment_text(composition.symbols, choice) for choice in found), None)
        mixed = witness or mixed_valence_assignment(composition, electronegativities, states)
        with_mixed_valence: bool | None = mixed is not None
    except UndecidedError:
        with_mixed_valence = allowed or None
    # smact_validity accepts every element, and every alloy, before it looks at oxidation states.
    element = len(composition.elements) == 1
    return SetVerdict(
        oxidation_state_set=name,
        used=used,
        allowed=allowed,
        n_witnesses=n_witnesses,
        witness=witness,
        with_mixed_valence=element or with_mixed_valence,
        mixed_valence_witness=None if witness else mixed,
        with_alloys=element or is_all_metal(composition) or allowed,
    )


def _forbidden(
    composition: Composition, electronegativities: Electronegativities, states: Occurrences, set_name: str
) -> Forbidden:
    """Return the rule that a forbidden composition breaks."""
    without = [symbol for symbol in composition.symbols if electronegativities[symbol] is None]
    if without:
        return Forbidden("no_electronegativity", f"{_named(without)} no Pauling electronegativity")
    without = [symbol for symbol in composition.symbols if not states.get(symbol)]
    if without:
        return Forbidden("no_oxidation_states", f"{_named(without)} no oxidation states in {set_name}")
    if _witnesses(composition, None, states).count == 0:
        return _nearest_charge(composition, states)
    return _nearest_order(composition, electronegativities, states)


def _named(symbols: list[str]) -> str:
    *others, last = symbols
    return f"{', '.join(others)} and {last} have" if others else f"{last} has"


def _nearest_charge(composition: Composition, states: Occurrences) -> Forbidden:
    """Return that nothing is neutral, with the smallest net charge that there is."""
    because = "no choice of oxidation states is neutral"
    charges = {0}
    for symbol, amount in zip(composition.symbols, composition.amounts, strict=True):
        charges = {charge + state * amount for charge in charges for state in states[symbol]}
        if len(charges) > MAX_NET_CHARGES:
            return Forbidden("not_neutral", because)
    nearest = min(charges, key=lambda charge: (abs(charge), charge))
    # A counter-charge of its own makes the search find what has that net charge.
    found = OxidationStateAssignments(
        (*composition.symbols, ""), (*composition.amounts, 1), None, {**states, "": {-nearest: 0}}
    )
    closest = assignment_text(composition.symbols, next(iter(found))[:-1])
    return Forbidden(
        "not_neutral", f"{because}; {closest} comes closest with {nearest:+d} e", closest, nearest
    )


def _nearest_order(
    composition: Composition, electronegativities: Electronegativities, states: Occurrences
) -> Forbidden:
    """Return that electronegativity forbids every neutral choice, with the one nearest to right."""
    value = {symbol: electronegativities[symbol] or 0.0 for symbol in composition.symbols}
    pairs = sorted(
        (value[cation] - value[anion], cation, anion)
        for cation in composition.symbols
        for anion in composition.symbols
        if cation != anion and value[cation] >= value[anion]
    )
    for _, cation, anion in pairs:
        found = _witnesses(composition, None, _between(states, value, value[cation], value[anion]))
        if found.count:
            break
    charges = dict(zip(composition.symbols, next(iter(found)), strict=True))
    cation = max((s for s in charges if charges[s] > 0), key=value.__getitem__)
    anion = min((s for s in charges if charges[s] < 0), key=value.__getitem__)
    closest = assignment_text(composition.symbols, list(charges.values()))
    return Forbidden(
        "electronegativity",
        f"neutral only with a cation that is not less electronegative than an anion; {closest} comes "
        f"closest, where {species_text(cation, charges[cation])} ({value[cation]:.2f}) is a cation and "
        f"{species_text(anion, charges[anion])} ({value[anion]:.2f}) an anion",
        closest,
        0,
    )


def _between(
    states: Occurrences, value: Mapping[str, float], highest_cation: float, lowest_anion: float
) -> Occurrences:
    """Return the states without cations and anions beyond these electronegativities."""
    return {
        symbol: {
            state: n
            for state, n in states[symbol].items()
            if (state <= 0 or own <= highest_cation) and (state >= 0 or own >= lowest_anion)
        }
        for symbol, own in value.items()
    }


def _entries(con: duckdb.DuckDBPyConnection, formula: str) -> list[Entry]:
    rows = con.execute(
        "select source, material_id, formula_given, energy_above_hull from known_entry "
        "where formula = $formula "
        "order by energy_above_hull nulls last, source, len(material_id), material_id",
        {"formula": formula},
    ).fetchall()
    return [Entry(*row) for row in rows]


#: The most stable entry of each formula among some known entries.
BEST_ENTRIES = """
select
    formula,
    first(material_id order by energy_above_hull nulls last, len(material_id), material_id),
    min(energy_above_hull)
from known_entry
where {}
group by formula
"""


def _neighbours(
    con: duckdb.DuckDBPyConnection, composition: Composition, elements: list[Element]
) -> list[Neighbour]:
    """Return the known formulas of the same system, nearest first."""
    rows = con.execute(
        BEST_ENTRIES.format("chemsys = $chemsys and formula <> $formula"),
        {"chemsys": composition.chemsys, "formula": composition.formula},
    ).fetchall()
    own = composition.fractions

    def distance(formula: str) -> float:
        fractions = read_composition(formula, elements).fractions
        return round(sum(abs(own[symbol] - fractions[symbol]) for symbol in own) / 2, 6)

    found = [Neighbour(formula, distance(formula), *best) for formula, *best in rows]
    return sorted(found, key=lambda neighbour: (neighbour.distance, neighbour.formula))[:MAX_NEIGHBOURS]


def _substitutions(
    con: duckdb.DuckDBPyConnection,
    composition: Composition,
    elements: list[Element],
    states: Occurrences,
    witnesses: OxidationStateAssignments,
) -> list[Substitution]:
    """Return the known formulas that differ in one element of the same oxidation state."""
    candidates = {
        other.formula: how
        for other, how in _isovalent(composition, elements, states, witnesses)
    }  # fmt: skip
    rows = con.execute(
        BEST_ENTRIES.format("formula in (select unnest($formulas))"), {"formulas": list(candidates)}
    ).fetchall()
    found = []
    for formula, *best in rows:
        old, new, species = candidates[formula]
        difference = (
            None
            if old.electronegativity is None or new.electronegativity is None
            else round(abs(old.electronegativity - new.electronegativity), 2)
        )
        same_group = periodic_group(old.atomic_number) == periodic_group(new.atomic_number)
        found.append(Substitution(formula, old.symbol, new.symbol, species, same_group, difference, *best))

    def farness(substitution: Substitution) -> tuple[bool, float, str]:
        difference = substitution.electronegativity_difference
        return not substitution.same_group, 10.0 if difference is None else difference, substitution.formula

    return sorted(found, key=farness)[:MAX_SUBSTITUTIONS]


def _isovalent(
    composition: Composition,
    elements: list[Element],
    states: Occurrences,
    witnesses: OxidationStateAssignments,
) -> Iterator[tuple[Composition, tuple[Element, Element, str]]]:
    """Yield compositions with one element replaced, and (old, new, species of the new).

    The oxidation states of a forbidden composition are all that its elements have.
    """
    listed = list(islice(witnesses, MAX_WITNESSES))
    amounts = dict(zip(composition.elements, composition.amounts, strict=True))
    for place, old in enumerate(composition.elements):
        own = dict.fromkeys(choice[place] for choice in listed)
        if not listed:
            own = dict.fromkeys(_most_usual_first(states.get(old.symbol, {})))
        for new in elements:
            shared = [state for state in own if state in states.get(new.symbol, {})]
            if new not in amounts and shared:
                replaced = {new if element == old else element: n for element, n in amounts.items()}
                yield Composition.of(replaced), (old, new, species_text(new.symbol, shared[0]))


def _most_usual_first(occurrences: Mapping[int, int]) -> list[int]:
    return sorted(occurrences, key=lambda state: (-occurrences[state], state))


def periodic_group(atomic_number: int) -> int:
    """Return the group of the periodic table, 1 to 18; the f block counts as group 3.

    Examples
    --------
    >>> [periodic_group(z) for z in (1, 2, 8, 13, 26, 60, 80, 103)]
    [1, 18, 16, 13, 8, 3, 12, 3]
    """
    before, length = next(
        (before, length)
        for before, length in ((86, 32), (54, 32), (36, 18), (18, 18), (10, 8), (2, 8), (0, 2))
        if atomic_number > before
    )
    place = atomic_number - before
    if place <= 2 and not (length == 2 and place == 2):
        return place
    return max(3, place + 18 - length)
