"""`smact_validity` of SMACT agrees, for compositions of any size and every oxidation-state set."""

import pytest
import smact
from helpers.rule import ELECTRONEGATIVITIES, decide, occurrences
from helpers.sampled import examples
from helpers.smact import USUAL, compositions, smact_says, text_of
from hypothesis import assume, example, given
from hypothesis import strategies as st
from smact.screening import MIXED_VALENCE_ELEMENTS as SMACT_MIXED_VALENCE

from chemdb.chemistry.composition import read_composition
from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import SMACT_SETS
from chemdb.errors import UndecidedError
from chemdb.rule.smact_validity import is_all_metal, mixed_valence_assignment

STATES = {name: occurrences(name) for name in SMACT_SETS}


def test_lists_of_elements_are_those_of_smact():
    first_103 = set(smact.ordered_elements(1, 103))
    assert {element.symbol for element in elements() if element.smact_metal} == set(smact.metals) & first_103
    mixed_valence = {element.symbol for element in elements() if element.smact_mixed_valence}
    assert mixed_valence == SMACT_MIXED_VALENCE & first_103


def mixed(text, name="smact14"):
    return mixed_valence_assignment(read_composition(text, elements()), ELECTRONEGATIVITIES, STATES[name])


def test_mixed_valence_assignments():
    assert mixed("Fe3O4") == "Fe2+ 2Fe3+ 4O2-"
    assert mixed("LiMn2O4") == "Li+ Mn3+ Mn4+ 4O2-"
    assert mixed("FeO") == "Fe2+ O2-"
    assert mixed("ZnO3") is None


def test_too_many_atoms_of_mixed_valence_are_undecided():
    with pytest.raises(UndecidedError, match="mixed valence"):
        mixed("Fe1000O999")


def test_alloys_are_made_of_metals():
    assert is_all_metal(read_composition("AlNi3", elements()))
    assert not is_all_metal(read_composition("Al2O3", elements()))


@examples(300)
@given(amounts=compositions, name=st.sampled_from(sorted(SMACT_SETS)))
@example({"Li": 1, "Zn": 1, "O": 2}, "smact14")
@example({"Li": 10, "Zn": 1, "Sn": 9, "P": 4, "O": 35}, "smact14")
@example({"Ca": 5, "P": 3, "O": 13, "H": 1}, "icsd24")
def test_decisions_agree_with_smact(amounts, name):
    assume(len(amounts) > 1)  # smact_validity accepts every element
    expected = smact_says(text_of(amounts), include_alloys=False, oxidation_states_set=name)
    assert decide([text_of(amounts)], name) == [int(expected)]


@examples(150)
@given(
    amounts=st.dictionaries(st.sampled_from(USUAL), st.integers(1, 4), min_size=2, max_size=4),
    name=st.sampled_from(sorted(SMACT_SETS)),
)
@example({"Fe": 3, "O": 4}, "smact14")
def test_mixed_valence_agrees_with_smact(amounts, name):
    text = text_of(amounts)
    expected = smact_says(text, include_alloys=False, oxidation_states_set=name, mixed_valence=True)
    assume(expected is not None)
    assert (mixed(text, name) is not None) == expected
