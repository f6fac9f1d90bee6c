import numpy as np
import pytest
from helpers import naive
from hypothesis import given, settings
from hypothesis import strategies as st

from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.enumeration.allowed_sets import (
    ElementTable,
    count_allowed,
    element_order,
    enumerate_space,
    rule_table,
)
from chemdb.errors import LimitError


def composition_set(space):
    """Return what `naive.allowed_compositions` returns, read from a space."""
    bits = np.unpackbits(space.bits, axis=1)[:, : len(space.factors)]
    found = set()
    for system, number in zip(space.elements.tolist(), space.system_set, strict=True):
        for stoichiometry in np.flatnonzero(bits[number]):
            pairs = zip(system, space.factors[stoichiometry].tolist(), strict=True)
            found.add(tuple(sorted(pairs)))
    return found


# Few values, so that electronegativities tie; zeros, and elements without states or without
# an electronegativity.
element = st.tuples(
    st.sampled_from([0.9, 1.0, 1.5, 1.5, 2.2, 2.2, 3.4, None]),
    st.lists(st.integers(-4, 5), max_size=4, unique=True).map(lambda q: tuple(sorted(q))),
)


@settings(max_examples=150, deadline=None)
@given(
    made_up=st.lists(element, min_size=2, max_size=7),
    limits=st.sampled_from([(2, 1), (2, 3), (2, 12), (3, 1), (3, 2), (3, 4), (4, 2), (4, 3)]),
)
def test_every_composition_as_the_naive_rule_says(made_up, limits):
    nelements, max_stoichiometry = limits
    electronegativity, states = zip(*made_up, strict=True)
    table = ElementTable(electronegativity, states, tuple(range(len(made_up))))
    expected = naive.allowed_compositions(electronegativity, states, nelements, max_stoichiometry)
    space = enumerate_space(table, nelements, max_stoichiometry, 2)
    assert composition_set(space) == expected
    assert space.n_allowed == len(expected) == space.stoichiometry_n_allowed.sum()
    assert count_allowed(table, nelements, max_stoichiometry, 2) == len(expected)


def test_quinaries_are_counted_as_the_naive_rule_says():
    chosen = [e for e in elements() if e.symbol in ("Li", "Fe", "Co", "P", "S", "O", "F")]
    table = rule_table(chosen, oxidation_states("icsd24"))
    expected = naive.allowed_compositions(table.electronegativity, table.oxidation_states, 5, 3)
    assert count_allowed(table, 5, 3, 2) == len(expected) > 1000


@pytest.mark.parametrize("name", ["smact14", "icsd16", "icsd24", "wiki", "pymatgen_sp"])
def test_binaries_of_each_set_as_the_naive_rule_says(name):
    table = rule_table(element_order(elements()), oxidation_states(name))
    expected = naive.allowed_compositions(table.electronegativity, table.oxidation_states, 2, 4)
    assert composition_set(enumerate_space(table, 2, 4, 2)) == expected


def test_counts_of_the_paper():
    table = rule_table(element_order(elements()), oxidation_states("smact14"))
    assert [count_allowed(table, k, 8, 2) for k in (2, 3, 4)] == [13_464, 10_779_441, 2_909_434_982]


def test_the_same_on_any_number_of_threads():
    table = rule_table(element_order(elements()), oxidation_states("wiki"))
    found = []
    for threads in (1, 3):
        found.append(enumerate_space(table, 3, 6, threads))
    one, three = found
    assert np.array_equal(one.bits, three.bits)
    assert np.array_equal(one.system_set, three.system_set)


def test_distinct_allowed_sets():
    table = rule_table(element_order(elements()), oxidation_states("smact14"))
    assert [len(enumerate_space(table, k, 8, 2).bits) for k in (2, 3)] == [195, 5_054]


def test_quinaries_are_not_stored():
    table = rule_table(elements(), oxidation_states("smact14"))
    with pytest.raises(LimitError, match="chemdb count --nelements 5"):
        enumerate_space(table, 5, 8, 2)


def test_a_space_too_large_for_memory_is_refused():
    table = rule_table(elements(), oxidation_states("wiki"))
    with pytest.raises(LimitError, match="choose a smaller --max-stoichiometry"):
        enumerate_space(table, 4, 12, 2)
