import numpy as np
import pytest
from helpers import naive
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.count import count_allowed
from chemdb.enumeration.element_table import ElementTable, elements_by_symbol, rule_table
from chemdb.errors import LimitError


def composition_set(systems):
    """Return the allowed compositions of enumerated systems, as `naive.allowed_compositions` does."""
    bits = np.unpackbits(systems.bits, axis=1)[:, : len(systems.factors)]
    compositions = set()
    for elements_of_system, number in zip(systems.elements.tolist(), systems.system_set, strict=True):
        for stoichiometry in np.flatnonzero(bits[number]):
            pairs = zip(elements_of_system, systems.factors[stoichiometry].tolist(), strict=True)
            compositions.add(tuple(sorted(pairs)))
    return compositions


# Few values, so that electronegativities tie; zeros, and elements without states or without
# an electronegativity.
element = st.tuples(
    st.sampled_from([0.9, 1.0, 1.5, 1.5, 2.2, 2.2, 3.4, None]),
    st.lists(st.integers(-4, 5), max_size=4, unique=True).map(lambda q: tuple(sorted(q))),
)


@examples(150)
@given(
    made_up=st.lists(element, min_size=2, max_size=7),
    limits=st.sampled_from([(2, 1), (2, 3), (2, 12), (3, 1), (3, 2), (3, 4), (4, 2), (4, 3)]),
)
def test_every_composition_agrees_with_the_naive_rule(made_up, limits):
    nelements, max_stoichiometry = limits
    electronegativity, states = zip(*made_up, strict=True)
    table = ElementTable(electronegativity, states, tuple(range(len(made_up))))
    expected = naive.allowed_compositions(electronegativity, states, nelements, max_stoichiometry)
    systems = enumerate_systems(table, nelements, max_stoichiometry, 2)
    assert composition_set(systems) == expected
    assert systems.n_allowed == len(expected) == systems.stoichiometry_n_allowed.sum()
    assert count_allowed(table, nelements, max_stoichiometry, 2) == len(expected)


@pytest.mark.parametrize("name", ["smact14", "icsd16", "icsd24", "wiki", "pymatgen_sp"])
@pytest.mark.parametrize("max_stoichiometry", [2, pytest.param(4, marks=pytest.mark.long)])
def test_binaries_of_each_oxidation_state_set_agree_with_the_naive_rule(name, max_stoichiometry):
    table = rule_table(elements_by_symbol(elements()), oxidation_states(name))
    expected = naive.allowed_compositions(
        table.electronegativity, table.oxidation_states, 2, max_stoichiometry
    )
    assert composition_set(enumerate_systems(table, 2, max_stoichiometry, 2)) == expected


def test_number_of_threads_does_not_change_the_result():
    table = rule_table(elements_by_symbol(elements()), oxidation_states("wiki"))
    results = []
    for threads in (1, 3):
        results.append(enumerate_systems(table, 3, 6, threads))
    one, three = results
    assert np.array_equal(one.bits, three.bits)
    assert np.array_equal(one.system_set, three.system_set)


def test_number_of_distinct_allowed_sets():
    table = rule_table(elements_by_symbol(elements()), oxidation_states("smact14"))
    assert [len(enumerate_systems(table, k, 8, 2).bits) for k in (2, 3)] == [195, 5_054]


def test_bitmaps_too_large_for_memory_are_rejected():
    table = rule_table(elements(), oxidation_states("wiki"))
    with pytest.raises(LimitError, match="choose a smaller --max-stoichiometry"):
        enumerate_systems(table, 4, 12, 2)
