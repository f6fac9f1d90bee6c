"""How the page writes formulas, numbers and fragments of URLs."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chemdb.chemistry.elements import elements
from chemdb.plot.tiles import position


@pytest.fixture
def call(page, site):
    """Call a function of a module of the page."""
    page.goto(site)

    def function(module, name, *arguments):
        return page.evaluate(
            "async ([module, name, given]) => (await import(module))[name](...given)",
            [f"./{module}.js", name, list(arguments)],
        )

    return function


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (999, "999"),
        (7572, "7.6 k"),
        (999_600, "1.0 M"),
        (53_123_456, "53 M"),
        (2_920_211_844, "2.9 G"),
    ],
)
def test_short_numbers(call, number, written):
    assert call("parts/formula_text", "short", number) == written.replace(" ", "\u202f")


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (0, 0, "0%"),
        (1, 1, "100%"),
        (172, 1000, "17.2%"),
        (1, 10**9, "<0.01%"),
        (10**9 - 1, 10**9, ">99.99%"),
    ],
)
def test_shares(call, part, whole, written):
    assert call("parts/formula_text", "share", part, whole) == written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text(min_size=1))
def test_every_text_comes_back_from_its_fragment(call, text, option):
    query = text.removeprefix("/")
    written = call("router", "fragment", "", query, {"sort": option})
    assert call("router", "readFragment", written) == {"id": "", "text": query, "options": {"sort": option}}


def test_fragments_are_readable(call):
    query = "elements=Li,O x(O)>=1/2 missing"
    assert call("router", "fragment", "", query) == "#elements=Li,O%20x(O)%3E=1/2%20missing"
    assert call("router", "fragment", "composition", "LiFePO4") == "#/composition/LiFePO4"


def test_elements_are_where_the_figures_have_them(call):
    assert [tuple(call("parts/periodic_table", "position", e.atomic_number)) for e in elements()] == [
        position(e) for e in elements()
    ]


def test_csv_quotes_what_it_must(call):
    rows = [{"formula": "ZnO", "species": ["Zn2+", "O2-"], "known_in": 'a, "b"', "material_id": None}]
    columns = ["formula", "species", "known_in", "material_id"]
    assert call("explore/copies", "csv", columns, rows) == (
        'formula,species,known_in,material_id\r\nZnO,Zn2+ O2-,"a, ""b""",\r\n'
    )
