from helpers import naive

from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.enumeration.count import count_allowed
from chemdb.enumeration.element_table import elements_by_symbol, rule_table


def test_count_of_quinaries_agrees_with_the_naive_rule():
    chosen = [e for e in elements() if e.symbol in ("Li", "Fe", "Co", "P", "S", "O", "F")]
    table = rule_table(chosen, oxidation_states("icsd24"))
    expected = naive.allowed_compositions(table.electronegativity, table.oxidation_states, 5, 3)
    assert count_allowed(table, 5, 3, 2) == len(expected) > 1000


def test_counts_match_the_paper():
    table = rule_table(elements_by_symbol(elements()), oxidation_states("smact14"))
    assert [count_allowed(table, k, 8, 2) for k in (2, 3, 4)] == [13_464, 10_779_441, 2_909_434_982]
