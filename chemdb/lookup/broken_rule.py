"""The rule that a forbidden composition breaks, and the oxidation states that come closest."""

from collections.abc import Mapping

from chemdb.chemistry.composition import Composition
from chemdb.lookup.explanation import Forbidden
from chemdb.rule.oxidation_states import (
    Electronegativities,
    Occurrences,
    OxidationStateAssignments,
    assignment_text,
    species_text,
)

#: Most distinct net charges that are listed to find the smallest.
MAX_NET_CHARGES = 100_000


def broken_rule(
    composition: Composition, electronegativities: Electronegativities, states: Occurrences, set_name: str
) -> Forbidden:
    """Return the rule that a forbidden composition breaks.

    Parameters
    ----------
    composition : Composition
        Not allowed by `states`.
    electronegativities : mapping of str to float or None
        Pauling scale, by symbol.
    states : mapping of str to mapping of int to int
        Occurrences of each oxidation state in e, by symbol.
    set_name : str
        Name of the oxidation-state set.
    """
    symbols = composition.symbols
    without = [symbol for symbol in symbols if electronegativities[symbol] is None]
    if without:
        return Forbidden("no_electronegativity", no_electronegativity(without))
    without = [symbol for symbol in symbols if not states.get(symbol)]
    if without:
        return Forbidden("no_oxidation_states", f"{_have(without)} no oxidation states in {set_name}")
    if OxidationStateAssignments(symbols, composition.amounts, None, states).count == 0:
        return _not_neutral(composition, states)
    return _wrong_electronegativity(composition, electronegativities, states)


def no_electronegativity(symbols: list[str]) -> str:
    """Return that elements have no electronegativity.

    Examples
    --------
    >>> no_electronegativity(["Pm"])
    'Pm has no Pauling electronegativity'
    """
    return f"{_have(symbols)} no Pauling electronegativity"


def _have(symbols: list[str]) -> str:
    """Return symbols as the subject of a sentence, with its verb."""
    *first, last = symbols
    return f"{', '.join(first)} and {last} have" if first else f"{last} has"


def _not_neutral(composition: Composition, states: Occurrences) -> Forbidden:
    """Return that no choice is neutral, with the species of the smallest net charge."""
    because = "no choice of oxidation states is neutral"
    charges = {0}
    for symbol, amount in zip(composition.symbols, composition.amounts, strict=True):
        charges = {charge + state * amount for charge in charges for state in states[symbol]}
        if len(charges) > MAX_NET_CHARGES:
            return Forbidden("not_neutral", because)
    net_charge = min(charges, key=lambda charge: (abs(charge), charge))
    # With one more atom of the opposite charge, the neutral choices are those of this net charge.
    witnesses = OxidationStateAssignments(
        (*composition.symbols, ""), (*composition.amounts, 1), None, {**states, "": {-net_charge: 0}}
    )
    closest = assignment_text(composition.symbols, next(iter(witnesses))[:-1])
    return Forbidden(
        "not_neutral", f"{because}; {closest} comes closest with {net_charge:+d} e", closest, net_charge
    )


def _wrong_electronegativity(
    composition: Composition, electronegativities: Electronegativities, states: Occurrences
) -> Forbidden:
    """Return that electronegativity forbids every neutral choice, with the one that comes closest."""
    scale = {symbol: electronegativities[symbol] or 0.0 for symbol in composition.symbols}
    pairs = sorted(
        (scale[cation] - scale[anion], cation, anion)
        for cation in composition.symbols
        for anion in composition.symbols
        if cation != anion and scale[cation] >= scale[anion]
    )
    for _, cation, anion in pairs:
        limited = _limited(states, scale, scale[cation], scale[anion])
        witnesses = OxidationStateAssignments(composition.symbols, composition.amounts, None, limited)
        if witnesses.count:
            break
    charges = dict(zip(composition.symbols, next(iter(witnesses)), strict=True))
    cation = max((s for s in charges if charges[s] > 0), key=scale.__getitem__)
    anion = min((s for s in charges if charges[s] < 0), key=scale.__getitem__)
    closest = assignment_text(composition.symbols, list(charges.values()))
    return Forbidden(
        "electronegativity",
        f"neutral only with a cation that is not less electronegative than an anion; {closest} comes "
        f"closest, where {species_text(cation, charges[cation])} ({scale[cation]:.2f}) is a cation and "
        f"{species_text(anion, charges[anion])} ({scale[anion]:.2f}) an anion",
        closest,
        0,
    )


def _limited(
    states: Occurrences, scale: Mapping[str, float], highest_cation: float, lowest_anion: float
) -> Occurrences:
    """Return the states whose cations and anions are within these electronegativities."""
    return {
        symbol: {
            state: n
            for state, n in states[symbol].items()
            if (state <= 0 or electronegativity <= highest_cation)
            and (state >= 0 or electronegativity >= lowest_anion)
        }
        for symbol, electronegativity in scale.items()
    }
