"""SMACT's `smact_filter` allows the same compositions, for random systems and every oxidation-state set."""

import pytest
from helpers.smact import disagreements

from chemdb.chemistry.species import SMACT_SETS


@pytest.mark.parametrize("name", SMACT_SETS)
@pytest.mark.parametrize(
    ("nelements", "max_stoichiometry", "n_systems"), [(2, 8, 300), (3, 8, 15), (4, 3, 15)]
)
def test_random_systems_agree_with_smact(name, nelements, max_stoichiometry, n_systems):
    assert disagreements(name, nelements, max_stoichiometry, n_systems, seed=nelements) == []
