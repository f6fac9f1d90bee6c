"""SMACT as the judge."""

import random
import warnings

import numpy as np
import smact
from hypothesis import strategies as st
from smact.screening import smact_filter, smact_validity

from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.element_table import elements_by_symbol, rule_table
from helpers.rule import ELECTRONEGATIVITIES

BY_SYMBOL = elements_by_symbol(elements())


def sometimes_shared(symbols):
    """Compositions of one to five elements, with amounts far above those of the database."""
    return st.dictionaries(st.sampled_from(symbols), st.integers(1, 20), min_size=1, max_size=5)


# Half of the draws from elements that can balance each other, or none would be allowed.
USUAL = ["Li", "Na", "Mg", "Al", "Fe", "Mn", "Cu", "Zn", "Sn", "P", "N", "C", "H", "S", "Cl", "O", "F"]


compositions = sometimes_shared(sorted(ELECTRONEGATIVITIES)) | sometimes_shared(USUAL)


def text_of(amounts):
    return "".join(f"{symbol}{amount}" for symbol, amount in amounts.items())


def smact_says(text, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        valid = smact_validity(text, use_pauling_test=True, **options)
    return None if any("too many combinations" in str(warning.message) for warning in caught) else valid


def disagreements(name, nelements, max_stoichiometry, n_systems, seed):
    """Return systems of a set for which SMACT allows other stoichiometries than chemdb."""
    table = rule_table(BY_SYMBOL, oxidation_states(name))
    systems = enumerate_systems(table, nelements, max_stoichiometry, 2)
    bits = np.unpackbits(systems.bits, axis=1)[:, : len(systems.factors)]
    wrong = []
    for row in random.Random(seed).sample(range(len(systems.elements)), n_systems):
        symbols = [BY_SYMBOL[i].symbol for i in systems.elements[row]]
        ours = {tuple(systems.factors[i].tolist()) for i in np.flatnonzero(bits[systems.system_set[row]])}
        if smact_allowed(symbols, name, max_stoichiometry) != ours:
            wrong.append(symbols)
    return wrong


def smact_allowed(symbols, name, max_stoichiometry):
    try:
        found = smact_filter(
            [smact.Element(symbol) for symbol in symbols],
            threshold=max_stoichiometry,
            species_unique=False,
            oxidation_states_set=name,
        )
    except ValueError:  # SMACT's answer when an element has no oxidation states
        return set()
    return {tuple(factors) for _, factors in found}
