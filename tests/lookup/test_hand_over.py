"""Formulas handed to pymatgen and ASE."""

import sys

import pytest
from ase.formula import Formula
from pymatgen.core import Composition

import chemdb
from chemdb.errors import ChemdbError


def test_one_formula_or_several():
    assert chemdb.to_pymatgen("O2Zn2") == Composition("ZnO")
    assert chemdb.to_ase("Ca(OH)2") == Formula("CaH2O2")
    assert chemdb.to_pymatgen(["ZnO", None]) == [Composition("ZnO"), None]
    assert chemdb.to_ase([{"Fe": 2, "O": 3}]) == [Formula("Fe2O3")]


def test_answers_are_handed_over(small_path):
    with chemdb.open(small_path) as db:
        assert chemdb.to_ase(db.query("Zn-O", limit=2)) == [Formula("ZnO"), Formula("ZnO3")]
        assert chemdb.to_ase(db.sql("select formula from standard where natoms = 2")) == [Formula("ZnO")]
        assert chemdb.to_pymatgen(db.label(["O2Zn2"])) == [Composition("ZnO")]
        # And back again.
        assert db.label(chemdb.to_pymatgen(db.query("Zn-O", limit=1)))["category"].to_pylist() == ["standard"]


@pytest.mark.parametrize("hand_over", [chemdb.to_ase, chemdb.to_pymatgen])
def test_errors_are_one_line(hand_over, monkeypatch):
    # Both libraries take Xx for an element.
    with pytest.raises(ChemdbError, match="'Xx2' is not a formula: not one of the first 103 elements"):
        hand_over("Xx2")
    with pytest.raises(ChemdbError, match="7 is neither a formula"):
        hand_over(7)
    for module in ("ase.formula", "pymatgen.core"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ChemdbError, match="install it with 'pip install"):
        hand_over("ZnO")
