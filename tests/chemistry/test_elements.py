from chemdb.chemistry.elements import elements
from chemdb.database.metadata import elements_of


def test_groups_of_the_periodic_table():
    groups = {element.atomic_number: element.periodic_group for element in elements()}
    assert [z for z in groups if groups[z] == 1] == [1, 3, 11, 19, 37, 55, 87]
    assert [z for z in groups if groups[z] == 4] == [22, 40, 72]
    assert [z for z in groups if groups[z] == 14] == [6, 14, 32, 50, 82]
    assert [z for z in groups if groups[z] == 18] == [2, 10, 18, 36, 54, 86]
    assert [z for z in groups if groups[z] == 3] == [21, 39, *range(57, 72), *range(89, 104)]


def test_metals_and_mixed_valence_elements():
    """A few of each; `tests/rule/test_smact_validity.py` compares all with SMACT."""
    metals = {element.symbol for element in elements() if element.smact_metal}
    mixed_valence = {element.symbol for element in elements() if element.smact_mixed_valence}
    # SMACT counts germanium and antimony as metals, but not silicon and arsenic.
    assert {"Li", "Ge", "Sb", "No"} < metals
    assert metals.isdisjoint({"H", "B", "Si", "As"})
    assert {"Fe", "Sn", "U"} < mixed_valence
    assert mixed_valence.isdisjoint({"Zn", "O", "Th"})


def test_a_file_has_the_same_elements(small):
    assert elements_of(small) == list(elements())
