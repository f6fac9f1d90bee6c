import pytest
from helpers.formulas import pieces
from helpers.sampled import examples
from hypothesis import example, given

from chemdb.chemistry import composition, kernel
from chemdb.chemistry.composition import read_composition
from chemdb.chemistry.elements import elements
from chemdb.chemistry.formula import read_formulas
from chemdb.errors import FormulaError


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("O2ZnLi", "LiZnO2"),
        ("Li2Zn2O4", "LiZnO2"),
        ("Ca(OH)2", "CaH2O2"),
        ("Fe₂(SO₄)₃ · 7 H₂O", "Fe2H14S3O19"),
        ("K4[Fe(CN)6]", "K4FeC6N6"),
        ("{Na(Cl)}2", "NaCl"),
        ("D2O", "H2O"),
        ("CaSO4.2H2O", "CaH4SO6"),
        ("Fe2.0O3.0", "Fe2O3"),
        ("Na4000000Cl4000000", "NaCl"),
    ],
)
def test_formulas_are_read_in_any_spelling(text, formula):
    assert read_composition(text, elements()).formula == formula


def test_properties_of_a_composition():
    composition = read_composition("SnO8Zn3Li2", elements())
    assert (composition.formula, composition.chemsys, composition.formula_anonymous) == (
        "Li2Zn3SnO8", "Li-O-Sn-Zn", "AB2C3D8",
    )  # fmt: skip
    assert read_composition("ZnO3", elements()).fractions == {"Zn": 0.25, "O": 0.75}


def test_common_formulas_are_read_without_the_compiled_reader(monkeypatch):
    monkeypatch.setattr(composition, "_read_in_bulk", None)
    for text in ("LiZnO2", "Ca(OH)2", "CuSO4·5H2O", "K4[Fe(CN)6]"):
        read_composition(text, elements())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no formula"),
        ("LiZx", "not one of the first 103 elements at 'Zx'"),
        ("Ca(OH", "brackets do not match"),
        ("Li0.5CoO2", "fractional amount"),
        ("Li0O", "amount of zero"),
        ("Li99999999999999999999999O", "amount too large"),
        ("Li-O", "unexpected character at '-O'"),
        ("Li2O·3·SiO2", "unexpected character at '·SiO2'"),
        ("'; drop table t; --", "unexpected character"),
    ],
)
def test_texts_that_are_not_formulas_are_rejected(text, problem):
    with pytest.raises(FormulaError, match=problem):
        read_composition(text, elements())


@examples(1000)
@given(pieces.map("".join))
@example("(" * 33 + "O" + ")" * 33)
@example("Li2·")
@example("Li2147483647Li2147483647O")
def test_agrees_with_the_bulk_reader(text):
    formulas = read_formulas([text], elements())
    reason = formulas.reason(0)
    if reason is None:
        one = read_composition(text, elements())
        assert one.formula == formulas.formula()[0].as_py()
        assert one.chemsys == formulas.chemsys()[0].as_py()
        assert one.formula_anonymous == formulas.formula_anonymous()[0].as_py()
    else:
        with pytest.raises(FormulaError) as error:
            read_composition(text, elements())
        assert str(error.value) == f"formula {text!r}: {reason}"


def test_a_formula_of_all_elements():
    text = "".join(f"{element.symbol}{element.atomic_number}" for element in elements())
    formulas = read_formulas([text], elements())
    one = read_composition(text, elements())
    assert one.formula == formulas.formula()[0].as_py()
    assert one.formula_anonymous == formulas.formula_anonymous()[0].as_py()


def test_both_readers_have_the_same_largest_amount():
    assert composition.MAX_AMOUNT == kernel.MAX_AMOUNT
