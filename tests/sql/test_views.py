"""The public tables and views of a built file."""

import json
from collections import Counter

import duckdb
from helpers import naive
import pytest

from chemdb.chemistry.formula import read_formulas
from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.enumeration.element_table import rule_table

COMPOSITION_COLUMNS = [
    "formula", "chemsys", "nelements", "elements", "factors", "natoms", "formula_anonymous",
    "allowed", "known", "category", "has_electronegativity",
]  # fmt: skip


def test_combinations_and_allowed_as_the_paper_prints_them(full):
    assert full.execute("select nelements, combinations, allowed from table2").fetchall() == [
        (2, 225_879, 13_464),
        (3, 77_637_589, 10_779_441),
        (4, 16_902_534_325, 2_909_434_982),
    ]


def test_known_columns_count_the_snapshot(full):
    # pymatgen counts the same distinct reduced formulas in the snapshot, see tests/known/test_sources.py.
    assert full.execute("select known, standard, interesting from table2").fetchall() == [
        (4_628, 2_096, 2_532),
        (12_732, 10_125, 2_607),
        (5_456, 5_278, 178),
    ]


@pytest.mark.parametrize(
    ("formula", "category"),
    [  # Table 1 of the paper
        ("ZnO", "standard"), ("ZnO2", "standard"), ("LiZnO2", "standard"), ("Li6ZnO4", "standard"),
        ("Li2ZnSn3O8", "standard"), ("Zn2O", "missing"), ("LiZnO", "missing"), ("LiZnSnO2", "missing"),
        ("ZnO3", "unlikely"), ("LiZnO4", "unlikely"), ("LiZnSnO", "unlikely"), ("LiZn4SnO8", "unlikely"),
        ("LiZn4Sn4O8", "unlikely"),
    ],
)  # fmt: skip
def test_formulas_of_table_1(full, formula, category):
    assert full.execute("select formula, category from composition_of(?)", [formula]).fetchall() == [
        (formula, category)
    ]


def test_every_column_of_the_small_space_as_the_naive_rule_says(small):
    table = rule_table(elements(), oxidation_states("smact14"))
    allowed = naive.allowed_compositions(table.electronegativity, table.oxidation_states, 2, 4)
    symbols = [element.symbol for element in elements()]
    expected = read_formulas(
        ["".join(f"{symbols[i]}{n}" for i, n in composition) for composition in allowed], elements()
    )
    rows = small.execute("select formula from allowed where nelements = 2").fetchall()
    assert Counter(formula for (formula,) in rows) == Counter(expected.formula().to_pylist())
    rows = small.execute("select * from composition where nelements = 2").fetchall()
    assert len(rows) == 5_253 * len(naive.reduced_factors(2, 4))
    again = read_formulas([row[0] for row in rows], elements())
    assert [row[0] for row in rows] == again.formula().to_pylist()
    assert [row[1] for row in rows] == again.chemsys().to_pylist()
    assert [list(row[4]) for row in rows] == again.factors().to_pylist()
    assert [row[6] for row in rows] == again.formula_anonymous().to_pylist()


def test_categories_follow_from_allowed_and_known(small):
    assert small.execute("""
        select category, allowed, known from composition where chemsys = 'O-Zn' group by all order by all
    """).fetchall() == [
        ("standard", True, True),
        ("missing", True, False),
        ("interesting", False, True),
        ("unlikely", False, False),
    ]
    known = small.execute("select formula, category from composition where known order by formula").fetchall()
    assert known == [
        ("CaH2O2", "standard"), ("Zn3O", "interesting"), ("ZnO", "standard"), ("ZnO3", "interesting"),
    ]  # fmt: skip


@pytest.mark.parametrize("category", ["standard", "missing", "interesting", "unlikely"])
def test_each_view_is_its_category_of_composition(small, category):
    difference = small.execute(f"""
        with listed as (select formula, chemsys, factors from {category} where list_contains(elements, 'O')),
        whole as (
            select formula, chemsys, factors from composition
            where list_contains(elements, 'O') and category = '{category}'
        )
        (from listed except all from whole) union all (from whole except all from listed)
    """).fetchall()
    assert difference == []
    counted = small.execute(f"select count(*) from {category}").fetchall()
    assert counted == small.execute(f"select sum({category}) from order_summary").fetchall()


def test_allowed_lists_as_many_as_the_summaries_say(small):
    counts = small.execute("select nelements, count(*) from allowed group by 1 order by 1").fetchall()
    assert counts == small.execute("select nelements, allowed from order_summary order by 1").fetchall()


@pytest.mark.parametrize("summary", ["element_frequency", "anonymous_formula"])
def test_summaries_count_what_the_views_list(small, summary):
    key = "symbol" if summary == "element_frequency" else "formula_anonymous"
    source = (
        "select unnest(elements) as symbol, * from composition" if key == "symbol" else "from composition"
    )
    expected = small.execute(f"""
        select {key}::varchar, nelements, count(*), count(*) filter (allowed), count(*) filter (known),
            count(*) filter (category = 'standard'), count(*) filter (category = 'missing'),
            count(*) filter (category = 'interesting'), count(*) filter (category = 'unlikely')
        from ({source}) where nelements = 2 group by all order by all
    """).fetchall()
    found = small.execute(f"""
        select {key}::varchar, nelements, combinations, allowed, known, standard, missing, interesting, unlikely
        from {summary} where nelements = 2 order by all
    """).fetchall()
    assert found == expected


def test_chemical_systems_count_their_compositions(small):
    assert small.execute(
        "select elements::varchar[], n_allowed, n_known, n_standard, n_missing, n_interesting from chemical_system "
        "where chemsys = 'O-Zn'"
    ).fetchall() == [(["Zn", "O"], 3, 3, 1, 2, 2)]


@pytest.mark.parametrize(
    "text", ["LiZnO2", "O2ZnLi", "Li2Zn2O4", "Li(ZnO2)", "(Li(ZnO2))3", "Li₂O · 2ZnO · O"]
)
def test_composition_of_reads_formulas(full, text):
    assert full.execute("select formula, allowed from composition_of(?)", [text]).fetchall() == [
        ("LiZnO2", True)
    ]


def test_composition_of_says_what_is_no_formula(full):
    with pytest.raises(duckdb.Error, match="not made of element symbols"):
        full.execute("from composition_of('Li-O')").fetchall()
    with pytest.raises(duckdb.Error, match="not made of element symbols"):
        full.execute("from composition_of('Xx2O')").fetchall()
    assert full.execute("from composition_of('CuSO4·5H2O')").fetchall() == []


def test_everything_has_a_comment(small):
    missing = small.execute("""
        select 'table', schema_name, table_name, '' from duckdb_tables() where comment is null
        union all
        select 'view', schema_name, view_name, '' from duckdb_views() where not internal and comment is null
        union all
        select 'column', schema_name, table_name, column_name from duckdb_columns()
        where not internal and comment is null
        union all
        select 'macro', schema_name, function_name, '' from duckdb_functions()
        where not internal and comment is null
        union all
        select 'type', schema_name, type_name, '' from duckdb_types() where not internal and comment is null
    """).fetchall()
    assert missing == []


def test_public_columns(small):
    def columns(view):
        return [column[0] for column in small.execute(f"from {view} limit 0").description]

    assert columns("composition") == COMPOSITION_COLUMNS
    assert columns("table2") == [
        "nelements", "combinations", "allowed", "known", "standard", "missing", "interesting", "unlikely",
    ]  # fmt: skip
    for view in ("allowed", "missing", "standard", "interesting", "unlikely"):
        assert columns(view)[:7] == COMPOSITION_COLUMNS[:7]


def test_systems_of_elements_without_electronegativity(small):
    rows = small.execute("select chemsys from chemical_system where not has_electronegativity and nelements = 2")
    without = {"He", "Ne", "Ar", "Pm", "Rn", "Lr"}
    systems = {chemsys for (chemsys,) in rows.fetchall()}
    assert len(systems) == 6 * 97 + 15
    assert all(set(chemsys.split("-")) & without for chemsys in systems)
    assert small.execute("from chemical_system where n_allowed > 0 and not has_electronegativity").fetchall() == []


def test_views_work_attached_under_another_name(small_path):
    with duckdb.connect() as con:
        con.execute(
            "create schema store; create table store.listed_system (x int); create table element (x int)"
        )
        con.execute(f"attach '{small_path}' as other (read_only)")
        views = con.execute(
            "select view_name from duckdb_views() where database_name = 'other' and schema_name = 'main' and not internal"
        ).fetchall()
        assert len(views) > 8
        for (view,) in views:
            assert con.execute(f"from other.{view} limit 1").description
        assert con.execute("select formula from other.standard where chemsys = 'O-Zn'").fetchall() == [
            ("ZnO",)
        ]
        con.execute("use other")
        assert con.execute("select category from composition_of('ZnO')").fetchall() == [("standard",)]


def test_build_info_tells_how_the_file_was_made(small):
    info = dict(small.execute("from build_info").fetchall())
    assert info["oxidation_state_set"] == "smact14"
    assert info["n_species"] == "421"
    assert (info["nelements"], info["max_stoichiometry"]) == ("2-3", "4")
    assert "8 entries" in info["known source lab"]


def test_a_filter_reaches_the_systems_first(full):
    """Whatever the machine: only one system's rows are multiplied out."""
    plan = full.execute(
        "explain (analyze, format json) select count(*) from allowed where chemsys = 'Li-O-Zn'"
    ).fetchall()[0][1]

    def largest_join(node):
        own = node["intermediate_rows"] if "JOIN" in node["type"] else 0
        return max([own, *map(largest_join, node.get("children", []))])

    assert 0 < largest_join(json.loads(plan)["operator"][0]) < 1000


def test_no_public_column_needs_a_package_to_be_read(full):
    """Python clients read times with time zones with pytz only."""
    assert full.execute(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'main' and not internal and data_type like '%TIME ZONE%'"
    ).fetchall() == []  # fmt: skip
