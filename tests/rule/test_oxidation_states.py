from itertools import product

import pytest
from helpers.naive import is_allowed
from helpers.rule import ELECTRONEGATIVITIES, decide, occurrences
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

from chemdb.chemistry.species import SMACT_SETS
from chemdb.database.metadata import elements_of, state_occurrences
from chemdb.errors import UndecidedError
from chemdb.rule.oxidation_states import OxidationStateAssignments, assignment_text, most_common_assignment

SMACT14 = occurrences()


def assignments(amounts, states=SMACT14):
    return OxidationStateAssignments(list(amounts), list(amounts.values()), ELECTRONEGATIVITIES, states)


def texts(**amounts):
    return [assignment_text(list(amounts), states) for states in assignments(amounts)]


def test_examples_of_the_paper():
    assert texts(Zn=1, O=1) == ["Zn2+ O2-", "Zn+ O-"]
    assert texts(Li=1, Zn=1, O=2) == ["Li+ Zn+ O-"]
    assert texts(Li=2, Zn=1, Sn=3, O=8) == ["Li+ Zn2+ Sn4+ O2-"]
    assert texts(Li=1, Zn=1, O=4) == []
    assert texts(Fe=3, O=4) == []


def test_the_most_common_assignment_comes_first():
    assert texts(Fe=1, Ti=1, O=3)[0] == "Fe2+ Ti4+ O2-"
    assert texts(Li=1, Fe=1, P=1, O=4)[0] == "Li+ Fe2+ P5+ O2-"
    assert texts(K=1, N=1, O=3)[0] == "K+ N5+ O2-"
    assert texts(N=1, H=4, Cl=1)[0] == "N3- H+ Cl-"


def test_states_are_in_the_order_of_the_elements_given():
    assert most_common_assignment(["O", "Zn"], [1, 1], ELECTRONEGATIVITIES, SMACT14) == (-2, 2)


def test_compositions_without_an_assignment():
    assert texts(He=1, O=1) == []
    assert texts(Ar=1) == []
    assert texts(Fe=1) == []


def test_database_holds_the_same_occurrences(small):
    electronegativities = {e.symbol: e.electronegativity for e in elements_of(small)}
    assert electronegativities == ELECTRONEGATIVITIES
    assert state_occurrences(small) == SMACT14


compositions = st.dictionaries(
    st.sampled_from(sorted(ELECTRONEGATIVITIES)), st.integers(1, 20), min_size=1, max_size=5
)


@examples(300)
@given(amounts=compositions, name=st.sampled_from(sorted(SMACT_SETS)))
def test_agrees_with_trying_every_choice(amounts, name):
    states = occurrences(name)
    result = assignments(amounts, states)
    values = [ELECTRONEGATIVITIES[symbol] for symbol in amounts]
    expected = {
        charges
        for charges in product(*(states.get(symbol, ()) for symbol in amounts))
        if is_allowed(values, [[q] for q in charges], list(amounts.values()))
    }
    listed = list(result)
    assert set(listed) == expected
    assert len(listed) == result.count == len(expected)

    def score(charges):
        result = 1
        for symbol, charge in zip(amounts, charges, strict=True):
            result *= states[symbol][charge] + 1
        return result

    assert list(map(score, listed)) == sorted(map(score, listed), reverse=True)


made_up = st.tuples(
    st.lists(st.sampled_from([1.0, 1.5, 2.0]), min_size=4, max_size=4),
    st.lists(st.dictionaries(st.integers(-3, 3), st.integers(0, 2), max_size=4), min_size=4, max_size=4),
    st.lists(st.integers(1, 4), min_size=4, max_size=4),
)


@examples(500)
@given(made_up)
def test_ties_and_zero_states(case):
    values, states, amounts = case
    symbols = list("abcd")
    electronegativities = dict(zip(symbols, values, strict=True))
    result = OxidationStateAssignments(
        symbols, amounts, electronegativities, dict(zip(symbols, states, strict=True))
    )
    expected = {
        charges for charges in product(*states) if is_allowed(values, [[q] for q in charges], amounts)
    }
    assert set(result) == expected
    assert result.count == len(expected)


@examples(200)
@given(amounts=compositions, name=st.sampled_from(sorted(SMACT_SETS)))
def test_agrees_with_the_bulk_decision(amounts, name):
    text = "".join(f"{symbol}{amount}" for symbol, amount in amounts.items())
    assert [int(assignments(amounts, occurrences(name)).count > 0)] == decide([text], name)


def test_without_electronegativities_all_neutral_choices_are_assignments():
    result = OxidationStateAssignments(
        ["Zn", "O"], [1, 2], None, {"Zn": {1: 0, 2: 0}, "O": {-1: 0, 1: 0, 2: 0}}
    )
    assert list(result) == [(2, -1)]
    result = OxidationStateAssignments(["Li", "O"], [1, 1], None, {"Li": {-1: 0, 1: 0}, "O": {-1: 0, 1: 0}})
    assert sorted(result) == [(-1, 1), (1, -1)]


TWELVE = ["Li", "Na", "Fe", "Mn", "Co", "Ni", "P", "S", "C", "N", "Cl", "O"]


def test_assignments_of_many_elements_are_counted_and_listed_lazily():
    result = OxidationStateAssignments(TWELVE, [1] * 12, ELECTRONEGATIVITIES, SMACT14)
    assert result.count == 11_071
    best = next(iter(result))
    assert sum(best) == 0
    assert assignment_text(TWELVE[:3], best[:3]) == "Li+ Na+ Fe3+"


def test_amounts_with_too_many_net_charges_are_undecided():
    every = list(SMACT14)[:40]
    with pytest.raises(UndecidedError, match="too many choices"):
        OxidationStateAssignments(every, [10_007 * i**3 + 1 for i in range(40)], ELECTRONEGATIVITIES, SMACT14)
