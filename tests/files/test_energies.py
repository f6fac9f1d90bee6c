"""Energies above the hull as people write them."""

import pytest

from chemdb.files.energies import read_energy, split_unit


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.05", 0.05), ("0,05", 0.05), (" .5 ", 0.5), ("5e-2", 0.05), ("5E-02", 0.05), ("−0.1", -0.1), ("1.", 1.0),
        ("0.05 eV/atom", 0.05), ("0.05 eV", 0.05), ("50 meV/atom", 0.05), ("50meV", 0.05), ("0,05 eV per atom", 0.05),
        ("", None), (None, None), ("NaN", None), ("null", None), ("N/A", None), ("-", None),
    ],
)  # fmt: skip
def test_energies(text, value):
    assert read_energy(text) == value


@pytest.mark.parametrize(
    "text", ["low", "inf", "1,234.5", "1.234,5", "0.05(1)", "~0.05", "5 kJ/mol", "1e999", "true"]
)
def test_what_is_no_energy(text):
    with pytest.raises(ValueError, match=r".*"):
        read_energy(text)


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("energy_above_hull", ("energyabovehull", "ev")),
        ("E above hull (meV/atom)", ("eabovehull", "mev")),
        ("e_above_hull_eV_per_atom", ("eabovehull", "ev")),
        ("ehull [eV]", ("ehull", "ev")),
    ],
)
def test_units_of_columns(column, found):
    assert split_unit(column) == found
