"""Macros for filters and for tables of one's own."""

import duckdb
import pytest
from helpers.sampled import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from helpers.formulas import pieces

from chemdb.chemistry.formula import read_formulas
from chemdb.chemistry.elements import elements
from chemdb.lookup.label import LABEL_COLUMNS, labeller_of


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


READ = {
    "O4Zn2Li2": "LiZnO2",
    "Al2(SO4)3": "Al2S3O12",
    "K4[Fe(CN)6]": "K4FeC6N6",
    "{Na(Cl)}2": "NaCl",
    "ArHe": "HeAr",
    "D2O": "H2O",
    "2NaCl": "NaCl",
    "Fe2.0O03": "Fe2O3",
    "H₂O": "H2O",
    "O2 Zn Li": "LiZnO2",
    "CuSO4·5H2O": "CuH10SO9",
    "CuSO4.5H2O": "CuH10SO9",
    "Fe₂(SO₄)₃ · 7 H₂O": "Fe2H14S3O19",
    "Li2O*3SiO2": "Li2Si3O7",
    "MgCl2.NH4Cl": "MgH4NCl3",
    "Fe1.0H2O2": "FeH2O2",
    "NaCl.5H2O.6H2O.7H2O": "NaH36ClO18",
    "(NH4)2SO4.6H2O": "H20SN2O10",
    "2147483647NaCl": "NaCl",
    "Na2147483647Na2147483647Cl": "Na4294967294Cl",
    "(H)" * 32: "H",
    "(" * 32 + "H" + ")" * 32: "H",
}
NOT_READ = [
    "", " ", "hello", "Hello World", "Qx2", "Coo", "Li-O", "Fe3+", "Fe3O4-x", "NaCl?", "Na\nCl",
    "<NaCl>2", "⟨NaCl⟩2", "Na×2Cl",
    "CaSO4.0.5H2O", "CaSO4·0.5H2O", "CaSO4.2.5H2O", "Mn1.5H2O4", "Mn1.5H2O", "NaCl.05H2O",
    "Li0.5CoO2", "Fe2.5O3", "Fe2.05O3", "Fe2.0.0O3", "CuSO4.5H₂O", "Na 2Cl", "2 3NaCl", "(2NaCl)",
    "Li0O", "(Li)0O", "0LiO", "Li9999999999999999999999O", "Li2147483648O", "(Li65536)65536O", "65536Li65536O",
    "Na1(Cl", "NaCl)", "Na[Cl)", "(Na[Cl)]", "Na()Cl", "2A)B(C", "(Na·Cl)", "(Na·2Cl)", "2(Na·Cl)",
    "·NaCl", "NaCl·", "NaCl·2", "Na··Cl", "Li2O·3·SiO2", "(H)" * 33, "(" * 33 + "H" + ")" * 33,
]  # fmt: skip


@pytest.mark.parametrize(("text", "formula"), [*READ.items(), *((text, None) for text in (*NOT_READ, None))])
def test_reduced_formula(small, text, formula):
    assert small.execute("select reduced_formula(?)", [text]).fetchall() == [(formula,)]


@pytest.mark.parametrize("text", [*NOT_READ, None])
def test_composition_of_does_not_guess(small, text):
    with pytest.raises(duckdb.Error, match="is not made of element symbols"):
        small.execute("from composition_of(?)", [text]).fetchall()


def test_label_does_not_guess(small):
    small.execute("create temp table mine as select unnest(?::varchar[]) as formula", [[*NOT_READ, None]])
    rows = small.execute(
        "select chemdb_formula, chemsys, allowed, known, category::varchar from label('mine')"
    ).fetchall()
    assert rows == [(None,) * 5] * (len(NOT_READ) + 1)


amounts = st.sampled_from(
    ["", "", "", "1", "2", "3", "12", "02", "2.0", "0", "0.5", "₂", "₁₂", "46341", "2147483647"]
)
spaces = st.sampled_from(["", "", "", " ", "\t "])
atoms = st.tuples(st.sampled_from(["H", "D", "Li", "C", "Co", "O", "Zn", "Xe", "Lr"]), amounts).map("".join)
groups = st.recursive(
    atoms,
    lambda inner: st.builds(
        lambda kind, items, amount: kind[0] + "".join(items) + kind[1] + amount,
        st.sampled_from(["()", "[]", "{}"]), st.lists(inner, min_size=1, max_size=3), amounts,
    ),
    max_leaves=6,
)  # fmt: skip
parts = st.tuples(spaces, amounts, spaces, groups, spaces, groups, spaces).map("".join)
spelled = st.builds(
    lambda first, others: first + "".join(dot + part for dot, part in others),
    parts, st.lists(st.tuples(st.sampled_from("·•∙⋅*."), parts), max_size=2),
)  # fmt: skip


@st.composite
def misspelled(draw):
    """A formula with a few characters more, less or others."""
    text = draw(spelled)
    for _ in range(draw(st.integers(1, 3))):
        here = draw(st.integers(0, len(text)))
        new = draw(st.sampled_from(["", *"()[]{}<>⟨⟩×·.*+-?\\₂025 HOox\n"]))
        text = text[:here] + new + text[here + draw(st.booleans()) :]
    return text


@examples(30, suppress_health_check=list(HealthCheck))
@given(
    st.lists(spelled | misspelled() | pieces.map("".join) | st.text(max_size=4), min_size=20, max_size=100)
)
def test_macros_read_what_python_reads(small, texts):
    found = read_formulas(texts, elements())
    rows = small.execute(
        "select text, reduced_formula(text), formula_chemsys(text) from (select unnest(?::varchar[]) as text)",
        [texts],
    ).fetchall()
    assert rows == list(zip(texts, found.formula().to_pylist(), found.chemsys().to_pylist(), strict=True))


def test_reduced_formulas_of_every_known_entry(full):
    wrong = full.execute(
        "select formula_pretty, formula, reduced_formula(formula_pretty) as own from known_entry "
        "where own is distinct from formula"
    ).fetchall()
    assert wrong == []


def test_label_of_a_table_is_that_of_chemdb_label(full):
    full.execute(
        "create temp table mine as (select formula_given as formula from known_entry using sample 3000) "
        "union all from (values ('PmCl3'), ('PmHeO'), ('LrArPmO2'), ('Fe3O4'))"
    )
    rows = full.execute("from label('mine')").fetchall()
    columns = [name for name, *_ in full.description]
    assert columns == [
        "formula", "chemdb_formula", *(name for name in LABEL_COLUMNS[1:] if name not in ("species", "error"))
    ]  # fmt: skip
    table = [dict(zip(columns, row, strict=True)) for row in rows]
    labels = labeller_of(full).label([row["formula"] for row in table]).to_pylist()
    assert len(table) == 3004
    for row, label in zip(table, labels, strict=True):
        assert row["chemdb_formula"] == label["formula"]
        for name in columns[2:]:
            decided = label["in_space"] or name not in ("allowed", "forbidden_because", "category")
            assert row[name] == (label[name] if decided else None), name


def test_labels_have_a_prefix_only_where_the_table_has_the_name(small):
    small.execute(
        """create temp table mine as
        select 'ZnO' as formula, 7 as known, 'x' as known_1, 9 as "Category", 'mine' as material_id"""
    )
    [row] = small.execute("from label('mine')").fetchall()
    assert dict(zip([name for name, *_ in small.description], row, strict=True)) == {
        "formula": "ZnO", "known": 7, "known_1": "x", "Category": 9, "material_id": "mine",
        "chemdb_formula": "ZnO", "chemsys": "O-Zn", "nelements": 2, "in_space": True, "outside_because": None,
        "allowed": True, "forbidden_because": None, "known_in": "lab", "energy_above_hull": 0.0,
        "chemdb_known": True, "chemdb_category": "standard", "chemdb_material_id": "a1",
    }  # fmt: skip


def test_label_keeps_rows_and_order(small):
    small.execute(
        "create temp table mine as select *, n as allowed "
        "from (values (1, 'O2Zn2'), (2, null), (3, 'ZnO3'), (4, '?')) t (n, formula)"
    )
    assert small.execute("select n, category::varchar from label('mine')").fetchall() == [
        (1, "standard"), (2, None), (3, "interesting"), (4, None),
    ]  # fmt: skip
