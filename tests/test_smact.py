"""SMACT's own `smact_filter` decides the same, for systems drawn at random from each set."""

import random

import numpy as np
import pytest
import smact
from smact.screening import smact_filter

from chemdb.chemistry.species import SMACT_SETS, elements, oxidation_states
from chemdb.enumeration.allowed_sets import element_order, enumerate_space, rule_table

ORDERED = element_order(elements())


def disagreements(name, nelements, max_stoichiometry, n_systems, seed):
    """Return systems of a set for which SMACT allows other stoichiometries than chemdb."""
    table = rule_table(ORDERED, oxidation_states(name))
    space = enumerate_space(table, nelements, max_stoichiometry)
    bits = np.unpackbits(space.bits, axis=1)[:, : len(space.factors)]
    wrong = []
    for row in random.Random(seed).sample(range(len(space.elements)), n_systems):
        symbols = [ORDERED[i].symbol for i in space.elements[row]]
        ours = {tuple(space.factors[i].tolist()) for i in np.flatnonzero(bits[space.system_set[row]])}
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


@pytest.mark.parametrize("name", SMACT_SETS)
@pytest.mark.parametrize(
    ("nelements", "max_stoichiometry", "n_systems"), [(2, 8, 300), (3, 8, 15), (4, 3, 15)]
)
def test_sample(name, nelements, max_stoichiometry, n_systems):
    assert disagreements(name, nelements, max_stoichiometry, n_systems, seed=nelements) == []
