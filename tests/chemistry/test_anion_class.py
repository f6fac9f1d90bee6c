"""Anion classes of compounds, by their most electronegative element."""

from dataclasses import replace

import pytest

from chemdb.chemistry.anion_class import ANION_CLASSES, anion_class
from chemdb.chemistry.elements import elements


@pytest.mark.parametrize(
    ("electronegativity", "name"),
    [
        ({"Na": 0.93, "Cl": 3.16}, "halide"),
        ({"O": 3.44, "F": 3.98}, "halide"),
        ({"S": 2.58, "O": 3.44}, "oxide"),
        ({"Zn": 1.65, "S": 2.58}, "chalcogenide"),
        ({"Ga": 1.81, "As": 2.18}, "pnictide"),
        ({"As": 2.18, "S": 2.58}, "chalcogenide"),
        ({"N": 3.04, "Cl": 3.16}, "halide"),
        ({"C": 2.55, "Se": 2.55}, "chalcogenide"),
        ({"Pm": None, "F": 3.98}, "halide"),
        ({"F": 3.98, "Ne": None}, "halide"),
        ({"He": None, "Ar": None}, "other"),
        ({"Li": 0.98, "H": 2.20}, "other"),
        ({"Fe": 1.83, "C": 2.55}, "other"),
        ({"Cu": 1.90, "Au": 2.40}, "other"),
    ],
)
def test_anion_classes(electronegativity, name):
    compound = [element for element in elements() if element.symbol in electronegativity]
    assert {element.symbol: element.electronegativity for element in compound} == electronegativity
    assert anion_class(compound) == name


def test_anion_classes_have_the_expected_elements():
    members = {name: set() for name in ANION_CLASSES}
    for element in elements():
        members[anion_class([replace(element, electronegativity=1.0)])].add(element.symbol)
    del members["other"]
    assert members == {
        "pnictide": {"N", "P", "As", "Sb", "Bi"},
        "halide": {"F", "Cl", "Br", "I", "At"},
        "chalcogenide": {"S", "Se", "Te", "Po"},
        "oxide": {"O"},
    }
