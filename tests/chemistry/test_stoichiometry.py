import pytest
from helpers import naive

from chemdb.chemistry.composition import anonymous_formula
from chemdb.chemistry.stoichiometry import n_combinations, reduced_factors
from chemdb.errors import LimitError


@pytest.mark.parametrize("nelements", [2, 3, 4])
@pytest.mark.parametrize("max_stoichiometry", [1, 2, 5])
def test_factors_are_all_coprime_tuples(nelements, max_stoichiometry):
    found = [tuple(row) for row in reduced_factors(nelements, max_stoichiometry).tolist()]
    assert found == naive.reduced_factors(nelements, max_stoichiometry)


def test_counts_of_the_paper():
    assert [len(reduced_factors(k, 8)) for k in (2, 3, 4, 5)] == [43, 439, 3_823, 31_711]
    assert [n_combinations(k, 8) for k in (2, 3, 4)] == [225_879, 77_637_589, 16_902_534_325]


def test_anonymous_formula_ascends():
    assert anonymous_formula((3, 1, 1)) == "ABC3"
    assert anonymous_formula((4, 2)) == "A2B4"


@pytest.mark.parametrize(("nelements", "max_stoichiometry"), [(1, 8), (6, 8), (2, 0), (2, 13)])
def test_limits(nelements, max_stoichiometry):
    with pytest.raises(LimitError):
        reduced_factors(nelements, max_stoichiometry)
