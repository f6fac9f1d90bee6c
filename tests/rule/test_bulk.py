import pytest
from helpers import naive
from helpers.rule import decide
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

from chemdb.chemistry.elements import elements
from chemdb.chemistry.formula import read_formulas
from chemdb.chemistry.species import SMACT_SETS, oxidation_states
from chemdb.database.metadata import electronegativities_of
from chemdb.rule.bulk import ALLOWED, decide_formulas
from chemdb.rule.oxidation_states import assignment_text, most_common_assignment

BY_SYMBOL = {element.symbol: element for element in elements()}


def test_examples_of_the_paper():
    assert decide(["ZnO", "LiZnO2", "Li2ZnSn3O8", "Zn2O", "LiZnSnO2"]) == [1] * 5
    assert decide(["ZnO3", "LiZnO4", "LiZn4SnO8", "LiZn4Sn4O8", "LiZnSnO"]) == [0] * 5


def test_each_element_has_one_oxidation_state():
    assert decide(["Fe3O4", "FeO", "Fe2O3"]) == [0, 1, 1]


def test_texts_that_are_not_formulas_are_undecided():
    assert decide(["", "Xx", None, "ArH"]) == [-1, -1, -1, 0]


def test_large_amounts_and_many_elements():
    assert decide(["NaCl", "Na2000000000Cl2000000000", "Na2000000001Cl2000000000", "LiNaKRbCsFrBeMgCaSrO"]) == [
        1, 1, 0, 0,
    ]  # fmt: skip
    assert decide(["LiNaKRbBeMgCaSrBaO7"]) == [1]


parts = st.dictionaries(st.sampled_from(sorted(BY_SYMBOL)), st.integers(1, 20), min_size=1, max_size=6)


@examples(300)
@given(amounts=parts, name=st.sampled_from(sorted(SMACT_SETS)))
def test_agrees_with_the_naive_rule(amounts, name):
    states = oxidation_states(name).states
    expected = naive.is_allowed(
        [BY_SYMBOL[symbol].electronegativity for symbol in amounts],
        [states.get(symbol, ()) for symbol in amounts],
        list(amounts.values()),
    )
    assert decide(["".join(f"{s}{n}" for s, n in amounts.items())], name) == [int(expected)]


#: Ways to count how often an oxidation state occurs; equal counts make equal scores.
COUNTS = {
    "none": lambda symbol, charge: 0,
    "equal": lambda symbol, charge: 3000,
    "few": lambda symbol, charge: (len(symbol) + charge) % 3,
    "many": lambda symbol, charge: 10**6 + (ord(symbol[0]) * charge) % 7,
}


@examples(300)
@given(amounts=parts, name=st.sampled_from(sorted(SMACT_SETS)), counts=st.sampled_from(sorted(COUNTS)))
def test_species_are_the_most_common(amounts, name, counts):
    states = {
        symbol: {charge: COUNTS[counts](symbol, charge) for charge in charges}
        for symbol, charges in oxidation_states(name).states.items()
    }
    formulas = read_formulas(["".join(f"{s}{n}" for s, n in amounts.items())], elements())
    decided = decide_formulas(formulas, elements(), states)
    symbols = [
        element.symbol
        for z in formulas.elements[: formulas.counts[0]]
        for element in elements()
        if element.atomic_number == z
    ]
    best = most_common_assignment(
        symbols, formulas.amounts[: formulas.counts[0]].tolist(), electronegativities_of(elements()), states
    )
    assert formulas.species(decided.oxidation_states, decided.decisions == ALLOWED).to_pylist() == [
        best and assignment_text(symbols, best)
    ]


@pytest.mark.parametrize("name", SMACT_SETS)
def test_agrees_with_the_enumeration(name):
    from chemdb.enumeration.count import count_allowed
    from chemdb.enumeration.element_table import elements_by_symbol, rule_table

    ordered = elements_by_symbol(elements())
    texts = [
        f"{a.symbol}{n}{b.symbol}{m}"
        for i, a in enumerate(ordered)
        for b in ordered[i + 1 :]
        for n, m in naive.reduced_factors(2, 5)
    ]
    assert decide(texts, name).count(1) == count_allowed(rule_table(ordered, oxidation_states(name)), 2, 5, 2)
