import pytest
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core import Composition

from chemdb.chemistry.elements import elements
from chemdb.chemistry.formula import read_formulas

SYMBOLS = [element.symbol for element in elements()]


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("O2ZnLi", "LiZnO2"),
        ("Li2Zn2O4", "LiZnO2"),
        ("Ca(OH)2", "CaH2O2"),
        ("Fe4[Fe(CN)6]3", "Fe7C18N18"),
        ("K2{PtCl6}", "K2PtCl6"),
        ("CuSO4·5H2O", "CuH10SO9"),
        ("CuSO4.5H2O", "CuH10SO9"),
        ("CuSO4*5H2O", "CuH10SO9"),
        ("Ca(SO4).2H2O", "CaH4SO6"),
        ("MgCl2.NH4Cl", "MgH4NCl3"),
        ("3Al2O3•2SiO2", "Al6Si2O13"),
        ("H₂O", "H2O"),
        ("D2O", "H2O"),
        (" Na Cl ", "NaCl"),
        ("Fe2.0O3.00", "Fe2O3"),
        ("Fe1.0H2O2", "FeH2O2"),
        ("Fe1.0H2O", "FeH2O"),
        ("Li2.00O1.0", "Li2O"),
        ("CaSO4·1.0H2O", "CaH2SO5"),
        ("NaCl.5H2O.6H2O.7H2O", "NaH36ClO18"),
        ("NaN", "NaN"),
        ("XeHe", "XeHe"),
    ],
)
def test_formulas_are_read_in_any_spelling(text, formula):
    assert read_formulas([text], elements()).formula().to_pylist() == [formula]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no formula"),
        ("Li0.5CoO2", "fractional amount at '0.5CoO2'"),
        ("Fe3O4.2", "fractional amount at '4.2'"),
        ("Xx2O", "not one of the first 103 elements at 'Xx2O'"),
        ("RfO2", "not one of the first 103 elements at 'RfO2'"),
        ("Li(OH", "brackets do not match at the end"),
        ("Li(OH]", "brackets do not match at ']'"),
        ("LiOH)", "brackets do not match at ')'"),
        ("Li()", "nothing inside brackets at ')'"),
        ("(NaCl·2H2O)", "dot inside brackets at '·2H2O)'"),
        ("CuSO4‧5H2O", "unexpected character at '‧5H2O'"),
        ("CaSO4.0.5H2O", "fractional amount at '4.0.5H2O'"),
        ("Fe2O3.0.5H2O", "fractional amount at '3.0.5H2O'"),
        ("CaSO4·0.5H2O", "fractional amount at '0.5H2O'"),
        ("CaSO4.2.5H2O", "fractional amount at '4.2.5H2O'"),
        ("NaCl.0.5H2O", "fractional amount at '.0.5H2O'"),
        ("CaSO4·½H2O", "fractional amount at '½H2O'"),
        ("CaSO4.½H2O", "fractional amount at '4.½H2O'"),
        ("CaSO4·1/2H2O", "fractional amount at '1/2H2O'"),
        ("Li0,5CoO2", "fractional amount at '0,5CoO2'"),
        ("Fe,Ni", "unexpected character at ',Ni'"),
        ("Mn1.5H2O4", "fractional amount at '1.5H2O4'"),
        ("Mn1.5H2O", "fractional amount at '1.5H2O'"),
        ("Li0.5H2O", "fractional amount at '0.5H2O'"),
        ("Mn2.5H2Os", "fractional amount at '2.5H2Os'"),
        ("Fe3+", "unexpected character at '+'"),
        ("Li1-xCoO2", "unexpected character at '-xCoO2'"),
        ("LiO0", "amount of zero at '0'"),
        ("LiO99999999999", "amount too large at '99999999999'"),
        ("NaCl·", "unexpected character at the end"),
        ("·H2O", "unexpected character at '·H2O'"),
        ("5", "no formula"),
        (
            "(((((((((((((((((((((((((((((((((H)))))))))))))))))))))))))))))))))",
            "more than 32 brackets inside each other",
        ),
    ],
)
def test_texts_that_are_not_formulas_have_a_reason(text, reason):
    formulas = read_formulas([text], elements())
    assert reason in formulas.reason(0)
    assert formulas.formula().to_pylist() == [None]


def test_columns_of_formulas():
    formulas = read_formulas(["Al2(SO4)3", None, "Zn2O2"], elements())
    assert formulas.formula().to_pylist() == ["Al2S3O12", None, "ZnO"]
    assert formulas.chemsys().to_pylist() == ["Al-O-S", None, "O-Zn"]
    assert formulas.formula_anonymous().to_pylist() == ["A2B3C12", None, "AB"]
    assert formulas.factors().to_pylist() == [[2, 3, 12], [], [1, 1]]
    assert [formulas.reason(row) for row in range(3)] == [None, "no formula", None]


@given(
    parts=st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(1, 40)), min_size=1, max_size=9),
    times=st.integers(1, 9),
)
def test_reduced_formula_agrees_with_pymatgen(parts, times):
    flat = "".join(f"{symbol}{amount}" for symbol, amount in parts)
    formulas = read_formulas([f"({flat}){times}"], elements())
    expected = Composition(flat).get_el_amt_dict()
    reduced = Composition(formulas.formula()[0].as_py()).get_el_amt_dict()
    ratios = {expected[symbol] / reduced[symbol] for symbol in expected}
    assert set(expected) == set(reduced)
    assert len(ratios) == 1
    assert formulas.chemsys()[0].as_py() == Composition(flat).chemical_system
    assert formulas.formula_anonymous()[0].as_py() == Composition(reduced).anonymized_formula


@examples(500)
@given(st.text(alphabet="LiOHCae()[]{}.·*0123456789 +-x₂é\0", max_size=24))
def test_any_text_is_a_formula_or_has_a_reason(text):
    formulas = read_formulas([text], elements())
    assert (formulas.reason(0) is None) == (formulas.counts[0] > 0)
