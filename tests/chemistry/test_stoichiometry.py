import pytest
from helpers import naive

from chemdb.chemistry.stoichiometry import (
    anonymous_formula,
    formula_text,
    n_combinations,
    reduced_factors,
)
from chemdb.errors import LimitError


@pytest.mark.parametrize("nelements", [2, 3, 4])
@pytest.mark.parametrize("max_stoichiometry", [1, 2, 5])
def test_reduced_factors_are_all_coprime_tuples(nelements, max_stoichiometry):
    rows = [tuple(row) for row in reduced_factors(nelements, max_stoichiometry).tolist()]
    assert rows == naive.reduced_factors(nelements, max_stoichiometry)


def test_counts_match_the_paper():
    assert [len(reduced_factors(k, 8)) for k in (2, 3, 4, 5)] == [43, 439, 3_823, 31_711]
    assert [n_combinations(k, 8) for k in (2, 3, 4)] == [225_879, 77_637_589, 16_902_534_325]


def test_factors_of_an_anonymous_formula_ascend():
    assert anonymous_formula((3, 1, 1)) == "ABC3"
    assert anonymous_formula((4, 2)) == "A2B4"


def test_formula_leaves_out_factors_of_one():
    assert formula_text(("Li", "Zn", "O"), (1, 1, 2)) == "LiZnO2"
    with pytest.raises(ValueError, match="shorter"):
        formula_text(("Li", "O"), (2,))


@pytest.mark.parametrize(
    ("nelements", "max_stoichiometry", "problem"),
    [
        (1, 8, "1 element: chemdb enumerates compositions of 2 to 5 elements"),
        (6, 8, "6 elements: chemdb enumerates compositions of 2 to 5 elements"),
        (2, 0, "max-stoichiometry 0: choose a largest factor from 1 to 12"),
        (2, 13, "max-stoichiometry 13: choose a largest factor from 1 to 12"),
    ],
)
def test_limits_are_checked(nelements, max_stoichiometry, problem):
    with pytest.raises(LimitError, match=problem):
        reduced_factors(nelements, max_stoichiometry)
