"""The query language against a naive reference, and as users type it."""

import shutil
from contextlib import suppress
from fractions import Fraction

import duckdb
import pytest
from helpers.naive_query import queries, space
from helpers.sampled import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import chemdb
from chemdb.chemistry.category import CATEGORIES
from chemdb.errors import ChemdbWarning, QueryError
from chemdb.query.parse.language import read_query
from chemdb.query.parse.vocabulary import vocabulary
from chemdb.query.statement.columns import SHOWN


@pytest.fixture(scope="session")
def copy_of_six(six_path, tmp_path_factory):
    """A process opens a file with one configuration, and chemdb's is stricter than a user's."""
    return shutil.copyfile(six_path, tmp_path_factory.mktemp("six") / "copy.duckdb")


def agree(six, query):
    text, meaning = query
    expected = [c for c in space() if meaning(c)]
    found = six.query(text, columns=["formula", "category", "natoms", "nelements"])
    counts = {category: sum(c.category == category for c in expected) for category in CATEGORIES}
    assert found.counts == counts, text
    rows = list(found)
    assert len(rows) == len(expected)
    assert {row[:2] for row in rows} == {(c.formula, c.category) for c in expected}, text
    keys = [(row[1] not in ("standard", "interesting"), row[2], row[3]) for row in rows]
    assert keys == sorted(keys)
    return found, rows


@given(query=queries)
@example(
    query=(
        "NOT species=Fe3+ missing",
        lambda c: c.category == "missing" and not any(w.get("Fe") == 3 for w in c.witnesses),
    )
)
@example(query=("Na1Fe3", lambda c: dict(c.amounts) == {"Na": 1, "Fe": 3}))
@examples(40, suppress_health_check=list(HealthCheck))
def test_answers_equal_the_naive_reference(six, query):
    agree(six, query)


@pytest.mark.long
@given(query=queries)
@settings(max_examples=10_000, suppress_health_check=list(HealthCheck))
def test_ten_thousand_answers_equal_the_naive_reference(six, query):
    agree(six, query)


@given(query=queries)
@examples(20, suppress_health_check=list(HealthCheck))
def test_the_sql_gives_the_same_rows_by_hand(six, copy_of_six, query):
    found, rows = agree(six, query)
    with duckdb.connect(copy_of_six, read_only=True) as con:
        assert con.execute(found.sql).fetchall() == rows


@given(query=queries, limit=st.integers(1, 30), offset=st.integers(0, 40))
@examples(20, suppress_health_check=list(HealthCheck))
def test_pages_are_slices_of_the_whole(six, query, limit, offset):
    whole = list(six.query(query[0]))
    assert list(six.query(query[0], limit=limit, offset=offset)) == whole[offset : offset + limit]


@pytest.mark.parametrize(
    "key", ["natoms", "formula", "chemsys", "max_factor", "x(O)", "O", "nelements", "formula_anonymous"]
)
def test_rows_are_sorted(six, key):
    columns = ["formula", "category", key] if key != "formula" else ["category", "natoms", key]
    for name, backwards in ((key, False), (f"-{key}", True)):
        values = [row[2] for row in six.query("any=O,Fe", sort=[name], columns=columns)]
        assert values == sorted(values, reverse=backwards)
        page = six.query("any=O,Fe", sort=[name], columns=columns, limit=7, offset=3)
        assert [row[2] for row in page] == values[3:10]


def test_rows_are_sorted_by_category_as_the_tables_show_them(six):
    found = [row[0] for row in six.query(sort=["category"], columns=["category"])]
    assert list(dict.fromkeys(found)) == list(CATEGORIES)


def test_energies_come_first_and_unknown_ones_last(six):
    rows = list(
        six.query(
            "only=Zn,O,Fe", sort=["energy_above_hull", "formula"], columns=["formula", "energy_above_hull"]
        )
    )
    assert rows[:4] == [("ZnO", 0.0), ("ZnFeO3", 0.01), ("FeO", 0.12), ("Zn3O", 0.4)]
    assert rows[4][1] is None


@pytest.mark.parametrize("file", ["small_path", pytest.param("full_path", marks=pytest.mark.long)])
def test_large_answers_are_read_in_parts(request, monkeypatch, file):
    with chemdb.open(request.getfixturevalue(file)) as db:
        check_parts(db, monkeypatch)


def check_parts(db, monkeypatch):
    text = "elements=Li,O nelements=3 natoms<=9 NOT interesting"
    whole = list(db.query(text))
    assert len(whole) > 4_500
    for at_once in (500, 3_000):
        monkeypatch.setattr("chemdb.query.statement.windows.AT_ONCE", at_once)
        monkeypatch.setattr("chemdb.query.statement.windows.FEW", at_once // 5)
        monkeypatch.setattr("chemdb.query.result.AT_ONCE", at_once)
        monkeypatch.setattr("chemdb.query.result.FEW", at_once // 5)
        found = db.query(text)
        assert found.arrow().num_rows == len(whole) == len(found)
        assert list(found) == whole
        for limit, offset in ((None, 0), (20, 4_000), (3_000, 100), (10, 290), (1_250, 777), (99, 4_500)):
            end = None if limit is None else offset + limit
            part = db.query(text, limit=limit, offset=offset)
            assert list(part) == whole[offset:end]
            assert part.arrow()["formula"].to_pylist() == [row[0] for row in whole[offset:end]]
        down = db.query(text, sort=["-natoms"], limit=50, columns=["natoms"])
        assert [n for (n,) in down] == sorted((row[3] for row in whole), reverse=True)[:50]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "missing nelements=4",
        "nelements=4 elements=Zr,Zn",
        "elements=Li,Zn,O NOT known",
        "unlikely elements=He",
        "missing exclude=radioactive natoms>=20",
        "Zn>=3 Zr>=3 natoms>12",
        "any=Zr,Yb anonymous=A2B3C4D5",
        "species=Zr4+ missing nelements=3",
    ],
)
def test_first_rows_do_not_depend_on_what_is_read_for_them(full_db, monkeypatch, text):
    parts = [full_db.query(text, limit=limit, offset=offset) for limit, offset in ((20, 0), (300, 25))]
    first = [(list(part), part.arrow()) for part in parts]
    monkeypatch.setattr("chemdb.query.result.FEW", 0)
    assert [(list(part), part.arrow()) for part in parts] == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "missing",
        "elements=Li,O NOT interesting",
        "unlikely elements=O natoms<=9",
        "0.3<x(O)<0.6 species=Fe3+",
        "anonymous=AB2 any=halogen",
        "known",
        "missing unlikely",
    ],
)
@pytest.mark.parametrize(("limit", "offset"), [(None, 0), (700, 333)])
def test_kernels_make_the_rows_of_sql(small_path, monkeypatch, text, limit, offset):
    monkeypatch.setattr("chemdb.query.result.FEW", 0)
    with chemdb.open(small_path) as db:
        columns = sorted(set(SHOWN) - {"score"})
        found = db.query(text, limit=limit, offset=offset, columns=columns)
        by_kernels = found.arrow()
        monkeypatch.setattr("chemdb.query.result.EXPANDABLE", frozenset())
        assert by_kernels == found.arrow()
        assert len(by_kernels) == len(found)


def test_fewer_rows_need_no_more_memory(full_path):
    with chemdb.open(full_path, memory_limit="400MB") as db:
        for limit, offset in ((1_900_000, 0), (1_000_000, 500_000), (3, 1_999_999)):
            found = db.query("missing nelements=3", limit=limit, offset=offset, columns=["natoms"])
            assert sum(len(batch) for batch in found.batches()) == limit


def test_counts_of_the_whole_space_are_table_2(full_db):
    assert full_db.query("nelements=4").counts == {
        "standard": 5_278, "missing": 2_909_429_704, "interesting": 178, "unlikely": 13_993_099_165,
    }  # fmt: skip
    assert full_db.query().count() == 16_980_397_793
    assert full_db.query("allowed nelements=2").count() == 13_464


def test_first_rows_of_billions_come_at_once(full_db):
    rows = list(full_db.query("missing", limit=3, columns=["formula", "natoms", "category"]))
    assert [row[1:] for row in rows] == [(2, "missing")] * 3
    assert list(full_db.query("unlikely nelements=4", sort=["-natoms"], limit=1, columns=["natoms"])) == [
        (31,)
    ]


def test_table_1_of_the_paper_as_a_query(full_db):
    known = full_db.query("Li-Zn-O standard", columns=["formula", "species", "material_id"])
    assert list(known) == [("LiZnO2", "Li+ Zn+ O-", "mp-754344"), ("Li6ZnO4", "Li+ Zn2+ O2-", "mp-14495")]


def test_every_way_to_read_a_result(six):
    found = six.query("Zn-O known", columns=["formula", "species", "x(O)"])
    rows = [("ZnO", "Zn2+ O2-", 0.5), ("Zn3O", None, 0.25)]
    assert list(found) == rows
    assert [tuple(row.values()) for row in found.arrow().to_pylist()] == rows
    assert [
        row[:2]
        for row in found.df()
        .astype(object)
        .where(lambda x: x.notna(), None)
        .itertuples(index=False, name=None)
    ] == [row[:2] for row in rows]
    assert found.pl().rows() == rows
    assert found.columns == ["formula", "species", "x(O)"]
    assert repr(found) == "2 compositions: 1 standard, 0 missing, 1 interesting, 0 unlikely"
    assert ">ZnO</td>" in found._repr_html_()
    nothing = six.query("Zn-O natoms=12")
    assert (list(nothing), nothing.arrow().num_rows, nothing.count()) == ([], 0, 0)
    assert nothing.arrow().column_names == nothing.columns


SAME = [
    ("elements = Li , O", "elements=Li,O"), ("elements:Li,O", "elements=O,Li"), ("Li-O", "chemsys=O-Li"),
    ("ABO3", "nelements=3 anonymous=ABC3 O=3"), ("A2BO4 ", "anonymous=AB2C4 O=4"), ("ABC3", "anonymous=A3BC"),
    ("A2B2O6", "ABO3"), ("ACO3", "nelements=3 anonymous=ABC3 C=1 O=3"), ("LiMO2", "anonymous=ABC2 Li=1 O=2"),
    ("Ca(OH)2", "formula=CaH2O2"), ("(NH4)2SO4", "formula=N2H8SO4"), ("Fe₂O₃", "Fe4O6"), ("LiZnO2 | ZnO", "formula=LiZnO2,ZnO"),
    ("0.3<x(O)<0.6", "x(O)>0.3 x(O)<0.6"), ("0.6>=x(O)>0.3", "0.3<x(O)<=0.6"), ("10>=natoms", "natoms<=10"),
    ("x(O)<999999999.999999999", "x(O)<=1"), ("natoms<=999999999", ""), ("O>=-999999999", ""),
    ("natoms≤10", "natoms<=10"), ("alkali_metals=1", "alkali=1"), ("any=lanthanides", "any=lanthanoid"),
    ("missing", "category=missing"), ("allowed NOT known", "missing"), ("not(known)", "NOT known"), ("category!=missing", "NOT category=missing"),
    ("species=Fe+3", "species=Fe3+"), ("NOT NOT known", "known"), ("KNOWN", "known"), ('known_in="mp-snapshot"', "known_in=mp-snapshot"),
    ("elements=D,O", "elements=H,O"), ("D-O", "H-O"), ("x(D)>0.5", "x(H)>0.5"), ("formula=D2O", "H2O"),
    ("x(O)=0.5000000000000000000", "x(O)=1/2"), ("x(O)<0.33333333333333333333333", "x(O)<1/3"),
    ("x(O)>0.33333333333333333333333", "x(O)>=1/3"), ("x(O)>3.3e-1", "x(O)>0.33"), ("natoms<=1e1", "natoms<=10"),
    ("natoms<10.000000000001", "natoms<=10"), ("O>=.5", "O>=1"), ("x(O)<=1e999", ""),
    ("energy_above_hull<1e-05", "energy_above_hull<0.00001"), ("energy_above_hull<1e999", "energy_above_hull<1e9"),
    ("within=Li-Zn-O", "only=Li,Zn,O"), ("natoms=4,5", "natoms=4 OR natoms=5"), ("Li-O or Na-O and known", "Li-O OR (Na-O known)"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_a_query(full_db, one, other):
    words = full_db._file.remember(vocabulary)
    a, b = read_query(one, words), read_query(other, words)
    assert a == b or full_db.query(one).counts == full_db.query(other).counts


WRONG = {
    "elemnts=Li": "'elemnts' at character 1 is not a key, element or element group; did you mean elements",
    "Li-O elements=Zx": "'Zx' at character 15 is not an element or element group; did you mean",
    "elements=Li,halogn": "'halogn' at character 13 is not an element or element group; did you mean halogen",
    "elements=Li-Zn": "separate elements by commas",
    "elements=Li,": "incomplete query: expected a value or ')'",
    "elements=Li,Zn,O,Fe,Co": "'Co' at character 21 is one element too many",
    "chemsys=Li-Li": "'Li' at character 12 is repeated in 'Li-Li'",
    "chemsys=Li-Na-K-Rb-O": "has 5 elements; this file has systems of 2 to 4",
    "Xx2O": "'Xx2O' at character 1 is not a key, category, formula, formula pattern or chemical system",
    "formula=Li(O": "incomplete query: expected a value or ')'",
    "formula=Zn0.5O": "'Zn0.5O' at character 9 is not a formula (fractional amount",
    "formula=NACL": "'NACL' at character 9 is not a formula (not one of the first 103 elements",
    "formula=ABO3": "'ABO3' at character 9 is not a formula (not one of the first 103 elements at 'ABO3'); write formula patterns without 'formula='",
    "formula=LiZn9O": "is outside this file (factor 9)",
    "natoms>100": "'100' at character 8 is out of range: natoms is from 2 to 32",
    "0.6<x(O)<0.3": "no number is between 0.6 and 0.3",
    "x(O)>1.5": "x(O) is from 0 to 1",
    "O>=9": "'9' at character 4 is out of range: O is from 0 to 8",
    "nelements=5": "nelements is from 2 to 4",
    "natoms=1/0": "'1/0' at character 8 is not a number",
    "(Li-O": "incomplete query: expected a value or ')'",
    "Li-O)": "unexpected ')' at character 5",
    "Li,Zn": "unexpected ',' at character 3; a list needs a key",
    "formula='Li": "unclosed quotation mark at character 9",
    "category=mising": "'mising' at character 10 is not a category; did you mean missing",
    "misssing": "did you mean missing",
    "species=Fe9+": "'Fe9+' at character 9 is not a species of this file, which has Fe2-",
    "species=Fe": "write species like Fe3+",
    "species=Fe2+,Fe3+": "each element has one oxidation state",
    "species=Fe2+ OR species=Fe3+ OR species=O2- OR species=O- OR species=Li+": "more than 4 different species terms",
    "known_in=icsd": "'icsd' at character 10 is not a known source of this file (it has mp-snapshot)",
    "Li": "did you mean elements=Li?",
    "elements": "'elements' at character 1 is a key",
    "anonymous=ABX3": "is not an anonymous formula",
    "1<2<3": "'2' at character 3 is not a key, element or element group",
    "known=perhaps": "neither true nor false",
    "NOT": "incomplete query: expected a value or ')'",
    "anonymous=''": "is not an anonymous formula",
    "x" * 30_000: "longer than 20,000 characters",
}


@pytest.mark.parametrize(("text", "problem"), WRONG.items(), ids=[text[:20] for text in WRONG])
def test_wrong_queries_are_one_line_that_points_at_the_place(full_db, text, problem):
    with pytest.raises(chemdb.ChemdbError) as caught:
        full_db.query(text)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_too_deep_is_one_line(full_db):
    text = "known"
    for _ in range(60):
        text = f"(NOT (Li-O {text}) OR missing)"
    with pytest.raises(chemdb.ChemdbError, match="nested more than 40 levels deep"):
        full_db.query(text)
    assert full_db.query("(" * 500 + "Li-O" + ")" * 500).count() == 43


WORDS = st.sampled_from([
    "elements", "=", "Li", "O", ",", "(", ")", "NOT ", " AND ", " OR ", "<", ">=", "0.3", "x(", "-", "*", "chemsys=",
    "natoms", "species=", "Fe3+", "'", '"', "known", "missing", "energy_above_hull", "formula=", "2", "1/3", " ", "ABO3",
    "anonymous=", "category=", "halogen", "₂", "é", "\x00", ";", "--", "$n_0", "%", "known_in=", "!", ":", "|", "&",
])  # fmt: skip
FUZZ = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=12).map("".join))


def never_a_traceback(db, text):
    for optimade in (False, True):
        with suppress(chemdb.ChemdbError):
            db.query(text, optimade=optimade)


@given(text=FUZZ)
@examples(500, suppress_health_check=list(HealthCheck))
def test_fuzzed_strings_never_give_a_traceback(six, text):
    never_a_traceback(six, text)


@pytest.mark.long
@given(text=FUZZ)
@settings(max_examples=100_000, suppress_health_check=list(HealthCheck))
def test_a_hundred_thousand_fuzzed_strings_never_give_a_traceback(six, text):
    never_a_traceback(six, text)


def ratios(composition):
    return [Fraction(n, composition.natoms) for _, n in composition.amounts]


HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("elements_ratios HAS 0.5", lambda rs: HALF in rs),
        ("elements_ratios HAS 5e-1", lambda rs: HALF in rs),
        ("elements_ratios HAS > 0.6", lambda rs: max(rs) > Fraction(6, 10)),
        ("NOT elements_ratios HAS > 0.6", lambda rs: max(rs) <= Fraction(6, 10)),
        ("elements_ratios HAS ANY 0.5, 0.25", lambda rs: HALF in rs or QUARTER in rs),
        ("elements_ratios HAS ALL 0.5, 0.25", lambda rs: HALF in rs and QUARTER in rs),
        ("elements_ratios HAS ALL >0.5, <=0.25", lambda rs: max(rs) > HALF and min(rs) <= QUARTER),
        ("elements_ratios HAS ONLY 0.5, 0.25", lambda rs: set(rs) <= {HALF, QUARTER}),
        ("elements_ratios HAS ONLY >=0.3333333333", lambda rs: min(rs) >= Fraction("0.3333333333")),
        ("elements_ratios HAS 0.3333333333", lambda rs: False),
        ("elements_ratios LENGTH 3", lambda rs: len(rs) == 3),
        ("elements_ratios IS KNOWN", lambda rs: True),
        ("elements_ratios HAS 0.5 AND nelements=2", lambda rs: rs == [HALF, HALF]),
    ],
)
def test_elements_ratios_alone(six, text, meaning):
    found = six.query(text, columns=["formula"], optimade=True)
    assert {formula for (formula,) in found} == {c.formula for c in space() if meaning(ratios(c))}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("_exmpl_foo > 3", "nelements>4"),
        ("NOT _exmpl_foo > 3", "nelements>4"),
        ('3 < _exmpl_foo OR elements HAS "O"', 'elements HAS "O"'),
        ('_exmpl_foo HAS "x" OR nelements=2', "nelements=2"),
        ('NOT (_exmpl_foo.bar CONTAINS "x" AND nelements=2)', "NOT nelements=2"),
        ('elements:_exmpl_foo HAS "O":3', "nelements>4"),
        ("_exmpl_foo IS UNKNOWN AND nelements=2", "nelements=2"),
        ("NOT _exmpl_foo IS UNKNOWN", "nelements>4"),
    ],
)
def test_properties_of_other_providers_have_no_value(six, text, same):
    with pytest.warns(ChemdbWarning, match="_exmpl_foo.* is not a property of chemdb"):
        found = six.query(text, optimade=True)
    expected = 0 if "4" in same else six.query(same, optimade=True).count()
    assert found.count() == expected


@pytest.mark.parametrize(
    "text", ["_chemdb_foo=1", "foo=1", "_foo=1", 'elements_ratios HAS "O"', "elements_ratios=0.5"]
)
def test_optimade_filters_that_are_refused(six, text):
    with pytest.raises(QueryError, match="OPTIMADE filter: "):
        six.query(text, optimade=True)


@pytest.mark.parametrize(
    ("text", "same"),
    [("x(D)>=+5e-1", "x(H)>=1/2"), ("species=D+", "species=H+"), ("O>=+2 nelements=2", "O>=2 nelements=2")],
)
def test_signs_and_isotopes(full_db, text, same):
    assert full_db.query(text).count() == full_db.query(same).count()


def test_columns_of_isotopes_are_those_of_hydrogen(full_db):
    assert list(full_db.query("D2O", columns=["D", "x(T)"], sort=["-x(D)"])) == [(2, 2 / 3)]
    assert full_db.query("D2O", columns=["D", "x(T)"]).columns == ["H", "x(H)"]


def test_optimade_numbers_may_have_a_sign(full_db):
    count = full_db.query('elements:elements_ratios HAS "O":>+6.5e-1 AND nelements=+2', optimade=True).count()
    assert count == full_db.query("x(O)>0.65 nelements=2").count()


@pytest.mark.parametrize(
    "text", ["missing", "elements=Li,O natoms<=9", "known OR anonymous=AB2", "species=Fe3+ NOT known"]
)
def test_the_frequency_of_elements_is_that_of_queries_with_each(small_path, text):
    with chemdb.open(small_path) as db:
        symbols = [symbol for (symbol,) in db.sql("select symbol::varchar from element")]
        counts = {symbol: db.query(f"({text}) elements={symbol}").count() for symbol in symbols}
        assert db.query(text).element_frequency() == {symbol: n for symbol, n in counts.items() if n}
