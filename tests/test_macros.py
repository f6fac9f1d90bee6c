"""Macros for filters and for tables of one's own."""

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from test_composition import pieces

from chemdb.label import labeller


def one(con, expression):
    return con.execute(f"select {expression}").fetchall()[0][0]


def test_groups(small):
    assert one(small, "group_elements('coinage_metal')") == ["Cu", "Ag", "Au"]
    assert small.execute(
        "select n_of_group(elements, 'transition_metal') from composition_of('ZnO')"
    ).fetchall() == [(1,)]
    with pytest.raises(duckdb.Error, match="no group 'alkal'; see the table element_group"):
        one(small, "group_elements('alkal')")


def test_amounts(small):
    row = "select amount_of(elements, factors, {0}), atomic_fraction(elements, factors, {0}) from composition_of('Zn2O3')"
    assert small.execute(row.format("'O'")).fetchall() == [(3, 0.6)]
    assert small.execute(row.format("'Li'")).fetchall() == [(0, 0.0)]


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("O4Zn2Li2", "LiZnO2"),
        ("Al2(SO4)3", "Al2S3O12"),
        ("ArHe", "HeAr"),
        ("Qx2", None),
        ("", None),
        ("hello", None),
    ],
)
def test_reduced_formula(small, text, formula):
    assert small.execute("select reduced_formula(?)", [text]).fetchall() == [(formula,)]


def test_reduced_formulas_of_every_known_entry(full):
    wrong = full.execute(
        "select formula_pretty, formula, reduced_formula(formula_pretty) as own from known_entry "
        "where own is distinct from formula and formula_pretty not like '%.%'"
    ).fetchall()
    assert wrong == []


def test_label_of_a_table_is_that_of_chemdb_label(full):
    full.execute(
        "create temp table mine as select formula_given as formula from known_entry using sample 3000"
    )
    columns = ("formula", "chemdb_formula", "chemsys", "allowed", "known", "category")
    rows = full.execute(f"select {', '.join(columns)} from label('mine')").fetchall()
    table = [dict(zip(columns, row, strict=True)) for row in rows]
    labels = labeller(full).label([row["formula"] for row in table]).to_pylist()
    assert len(table) == 3000
    for row, label in zip(table, labels, strict=True):
        assert (row["chemdb_formula"], row["chemsys"]) == (label["formula"], label["chemsys"])
        inside = label["in_space"]
        for name in ("allowed", "known", "category"):
            assert row[name] == (label[name] if inside else None)


def test_label_keeps_rows_and_order(small):
    small.execute(
        "create temp table mine as select *, n as allowed "
        "from (values (1, 'O2Zn2'), (2, null), (3, 'ZnO3'), (4, '?')) t (n, formula)"
    )
    assert small.execute("select n, category::varchar from label('mine')").fetchall() == [
        (1, "standard"), (2, None), (3, "interesting"), (4, None),
    ]  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces.map("".join))
def test_no_text_is_an_error(small, text):
    small.execute("select reduced_formula(?)", [text]).fetchall()
