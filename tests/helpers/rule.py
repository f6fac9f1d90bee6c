"""The rule by chemdb, in bulk and one by one, with SMACT's sets."""

from chemdb.chemistry.elements import elements
from chemdb.chemistry.formula import read_formulas
from chemdb.chemistry.species import icsd_occurrences, oxidation_states
from chemdb.rule.bulk import decide_formulas

ELECTRONEGATIVITIES = {element.symbol: element.electronegativity for element in elements()}


def occurrences(name="smact14"):
    return {
        symbol: {state: icsd_occurrences().get((symbol, state), 0) for state in states}
        for symbol, states in oxidation_states(name).states.items()
    }


def decide(texts, name="smact14"):
    states = oxidation_states(name).states
    occurrences = {symbol: dict.fromkeys(charges, 0) for symbol, charges in states.items()}
    return decide_formulas(read_formulas(texts, elements()), elements(), occurrences).decisions.tolist()
