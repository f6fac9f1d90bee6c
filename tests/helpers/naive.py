"""The paper's rule, slow and obvious: try every choice of oxidation states."""

from itertools import combinations, product
from math import gcd


def is_allowed(electronegativities, oxidation_states, factors):
    if None in electronegativities:
        return False
    for charges in product(*oxidation_states):
        neutral = sum(q * n for q, n in zip(charges, factors, strict=True)) == 0
        cations = [x for x, q in zip(electronegativities, charges, strict=True) if q > 0]
        anions = [x for x, q in zip(electronegativities, charges, strict=True) if q < 0]
        ordered = all(cation < anion for cation in cations for anion in anions)
        if neutral and ordered:
            return True
    return False


def reduced_factors(nelements, max_stoichiometry):
    every = product(range(1, max_stoichiometry + 1), repeat=nelements)
    return [factors for factors in every if gcd(*factors) == 1]


def allowed_compositions(electronegativity, oxidation_states, nelements, max_stoichiometry):
    """Return {((element, factor), ...)} of every allowed composition, elements by number."""
    return {
        tuple(zip(system, factors, strict=True))
        for system in combinations(range(len(electronegativity)), nelements)
        for factors in reduced_factors(nelements, max_stoichiometry)
        if is_allowed([electronegativity[i] for i in system], [oxidation_states[i] for i in system], factors)
    }
