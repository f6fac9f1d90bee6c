from chemdb.chemistry.category import ALLOWED_AND_KNOWN, CATEGORIES, KNOWN_CATEGORIES, category_of


def test_each_combination_of_allowed_and_known_is_one_category():
    assert [category_of(*flags) for flags in ALLOWED_AND_KNOWN.values()] == list(CATEGORIES)
    assert len(set(ALLOWED_AND_KNOWN.values())) == 4


def test_names_of_the_paper():
    assert category_of(allowed=True, known=True) == "standard"
    assert category_of(allowed=True, known=False) == "missing"
    assert category_of(allowed=False, known=True) == "interesting"
    assert category_of(allowed=False, known=False) == "unlikely"


def test_known_categories():
    assert KNOWN_CATEGORIES == ("standard", "interesting")
