from pathlib import Path

import pytest
import smact

from chemdb.builder.tables import species_table
from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import SMACT_SETS, oxidation_states, read_oxidation_states
from chemdb.errors import SpeciesError


def test_species_of_each_set_up_to_lawrencium():
    n = {name: oxidation_states(name).n_species for name in SMACT_SETS}
    assert n == {"smact14": 421, "icsd16": 377, "icsd24": 358, "wiki": 572, "pymatgen_sp": 224}


def test_elements_without_electronegativity():
    assert len(elements()) == 103
    assert [e.symbol for e in elements() if e.electronegativity is None] == [
        "He",
        "Ne",
        "Ar",
        "Pm",
        "Rn",
        "Lr",
    ]


def test_own_file(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("# my species\nFe +3 +2 2\nO -2  # oxide\nHe\n\n")
    mine = oxidation_states(str(path))
    assert (mine.name, mine.n_species) == ("mine.txt", 3)
    assert mine.states == {"Fe": (2, 3), "O": (-2,)}


SMACT_FILES = {
    "oxidation_states.txt": (421, 5),
    "oxidation_states_icsd.txt": (377, 0),
    "oxidation_states_SP.txt": (224, 0),
    "oxidation_states_pmg.txt": (294, 0),
    "oxidation_states_wiki.txt": (572, 0),
    "oxidation_states_icsd24_filtered.txt": (358, 0),
    "oxidation_states_icsd24_common.txt": (93, 0),
    "oxidation_states_icsd24_raw.txt": (490, 0),
}


@pytest.mark.parametrize(("name", "expected"), SMACT_FILES.items())
def test_the_files_of_smact_are_read(name, expected):
    found = read_oxidation_states(Path(smact.data_directory) / name)
    assert (found.n_species, found.n_ignored) == expected


def test_the_files_of_smact_have_its_sets():
    found = read_oxidation_states(Path(smact.data_directory) / "oxidation_states_icsd.txt")
    assert found.states == oxidation_states("icsd16").states


def test_checksum_is_of_the_content(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("O -2\nFe 2 3")
    two.write_text("# same\nFe +3 +2\nO -2\n")
    assert read_oxidation_states(one).checksum == read_oxidation_states(two).checksum


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"Xx +1", "line 1: 'Xx' is not the symbol"),
        (b"Fe two", "line 1: oxidation states are whole numbers"),
        (b"Fe 2.5", "whole numbers"),
        (b"Fe 2\nFe 3", "line 2: Fe already has a line"),
        (b"Fe 99", "beyond 12"),
        (b"", "no species"),
        (b"Fe\n", "no species"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_bad_files(tmp_path, content, problem):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(SpeciesError, match=problem):
        oxidation_states(str(path))


def test_unknown_set():
    with pytest.raises(SpeciesError, match="neither a set"):
        oxidation_states("smact99")


def test_species_table_marks_the_set_in_use():
    table = species_table(oxidation_states("icsd16"), [oxidation_states("smact14")])
    used = table.filter(table["used"])
    assert len(table) == 377 + 421
    assert set(used["oxidation_state_set"].to_pylist()) == {"icsd16"}
    assert "Fe3+" in used["species"].to_pylist()
