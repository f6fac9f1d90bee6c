"""Compositions of five elements: every public answer, compared with references made the slow way."""

import json
from itertools import combinations, product
from math import comb, gcd
from random import Random

import duckdb
import pytest
import smact
from helpers import naive
from helpers.cli import output
from helpers.five import STATES, build_five
from helpers.naive_query import queries_of_five, space
from helpers.sampled import examples
from helpers.shared import made_once
from hypothesis import HealthCheck, given
from smact.screening import smact_filter

import chemdb
from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.database.replacing import replacing
from chemdb.errors import ChemdbError, QueryError
from chemdb.runtime.progress import no_progress
from chemdb.verify import checks_of
from chemdb.verify.deep import verify_enumeration

COLUMNS = [
    "formula",
    "chemsys",
    "elements",
    "factors",
    "natoms",
    "formula_anonymous",
    "allowed",
    "known",
    "category",
]


@pytest.fixture(scope="module")
def five(tmp_path_factory):
    with made_once(tmp_path_factory, "five/five.duckdb", build_five) as path, chemdb.open(path) as db:
        yield db


@pytest.fixture(scope="module")
def db(quinaries_path):
    with chemdb.open(quinaries_path) as opened:
        yield opened


@given(query=queries_of_five)
@examples(15, suppress_health_check=list(HealthCheck))
def test_answers_equal_the_naive_reference(five, query):
    text, meaning = query
    expected = [c for c in space(5) if meaning(c)]
    found = five.query(text, columns=["formula", "category", "natoms", "nelements"])
    assert found.counts == {name: sum(c.category == name for c in expected) for name in CATEGORIES}, text
    rows = list(found)
    assert {row[:2] for row in rows} == {(c.formula, c.category) for c in expected}, text
    symbols = [symbol for c in expected for symbol, _ in c.amounts]
    assert found.element_frequency() == {symbol: symbols.count(symbol) for symbol in set(symbols)}, text
    assert list(five.query(text, columns=["formula"], limit=7, offset=3)) == [row[:1] for row in rows[3:10]]


@pytest.mark.parametrize(
    ("text", "kept"), [("elements=O,Fe", 1), ("NOT known natoms<=9", 3), ("species=Fe3+", 1)]
)
def test_kernels_write_the_rows_of_the_sql(five, text, kept, monkeypatch):
    by_sql = [dict(zip(COLUMNS, row, strict=True)) for row in five.query(text, columns=COLUMNS)]
    monkeypatch.setattr("chemdb.query.result.FEW", 0)
    monkeypatch.setattr("chemdb.query.expansion.matching_systems.AT_ONCE", 1)
    monkeypatch.setattr("chemdb.query.expansion.matching_systems.BUCKET", 1)
    monkeypatch.setattr("chemdb.query.expansion.expand.N_KEPT", kept)
    assert five.query(text, columns=COLUMNS).arrow().to_pylist() == by_sql


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_sample_of_all_is_the_whole_category(five, category, monkeypatch):
    monkeypatch.setattr("chemdb.query.sample.HEADS_AT_ONCE", 3)
    expected = {c.formula for c in space(5) if c.category == category and len(c.amounts) == 5}
    assert set(five.sample(category, 5, 10_000)["formula"].to_pylist()) == expected


@pytest.mark.parametrize("key", ["formula", "chemsys", "-x(O)", "max_factor"])
def test_rows_are_sorted(five, key):
    found = list(five.query("elements=O", sort=[key], columns=[key.lstrip("-"), "natoms"]))
    values = [value for value, _ in found]
    assert values == sorted(values, reverse=key.startswith("-"))
    assert len(found) == sum(c.amount({"O"}) > 0 for c in space(5))


def test_the_sql_of_a_query_runs_in_duckdb(five, tmp_path):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(five.path.read_bytes())
    found = five.query("elements=Na,O nelements=5 allowed", columns=["formula", "chemsys", "x(O)"])
    with duckdb.connect(copy, read_only=True) as con:
        assert con.execute(found.sql).fetchall() == list(found)


def test_counts_of_the_whole_space(db):
    n_stoichiometries = sum(1 for factors in product(range(1, 5), repeat=5) if gcd(*factors) == 1)
    assert db.query("nelements=5").count() == comb(103, 5) * n_stoichiometries
    frequency = db.query("missing").element_frequency()
    assert set(frequency) == {line.split()[0] for line in STATES.splitlines()}
    assert sum(frequency.values()) == 5 * db.query("missing").count()
    with db.cursor() as con:
        assert con.execute("select sum(allowed) from element_frequency").fetchone() == (
            5 * db.query("allowed").count(),
        )
    # Every allowed composition, decided by the naive rule.
    states = {line.split()[0]: tuple(map(int, line.split()[1:])) for line in STATES.splitlines()}
    usable = sorted((e for e in elements() if e.symbol in states), key=lambda e: e.electronegativity)
    n_allowed = sum(
        naive.is_allowed([e.electronegativity for e in system], [states[e.symbol] for e in system], factors)
        for system in combinations(usable, 5)
        for factors in naive.reduced_factors(5, 2)
    )
    assert db.query("allowed max_factor<=2").count() == n_allowed


def test_one_formula(db):
    assert list(db.query("NaFePO4F", columns=["formula", "category", "species"])) == [
        ("NaFePO4F", "standard", "Na+ Fe3+ P5+ O2- F-")
    ]
    assert list(db.sql("select category::varchar, chemsys from composition_of('FNaO4PFe')")) == [
        ("standard", "F-Fe-Na-O-P")
    ]
    assert list(db.sql("select formula from composition where formula in ('KFePO4F', 'NaFePO4F') order by 1")) == [
        ("KFePO4F",), ("NaFePO4F",)
    ]  # fmt: skip
    known_in = "select known_in from label('known_entry') where chemdb_formula = 'NaFePO4F'"
    assert list(db.sql(known_in)) == [("lab",)]
    [explanation] = db.explain("NaFePO4F")
    assert (explanation.in_space, explanation.category, explanation.score is not None) == (
        True,
        "standard",
        True,
    )


def test_labels_agree_with_the_file(db):
    random = Random(0)
    symbols = [line.split()[0] for line in STATES.splitlines()]
    formulas = {
        "".join(f"{symbol}{random.randint(1, 4)}" for symbol in random.sample(symbols, 5)) for _ in range(200)
    }
    labels = db.label(sorted(formulas)).to_pylist()
    reduced = sorted({label["formula"] for label in labels})
    by_file = dict(db.sql("select formula, allowed from composition where formula in $1", [reduced]))
    assert all(label["in_space"] for label in labels)
    assert {label["formula"]: label["allowed"] for label in labels} == by_file


@pytest.mark.parametrize("seed", range(3))
def test_the_bulk_rule_decides_as_smact(db, full_states, seed):
    random = Random(seed)
    symbols = [e.symbol for e in elements() if full_states.get(e.symbol) and e.electronegativity]
    chosen = random.sample(symbols, 5)
    factors = [random.randint(1, 8) for _ in chosen]
    allowed = smact_filter(
        [smact.Element(symbol) for symbol in chosen],
        stoichs=[[factor] for factor in factors],
        species_unique=False,
        oxidation_states_set="smact14",
    )
    values = {e.symbol: e.electronegativity for e in elements()}
    assert bool(allowed) == naive.is_allowed(
        [values[s] for s in chosen], [full_states[s] for s in chosen], factors
    )


@pytest.fixture(scope="module")
def full_states():
    return oxidation_states("smact14").states


def test_suggestions(db):
    # Arsenic replaces phosphorus, zinc and iron each other, sodium and potassium too.
    first = db.suggest("", 2, columns=["formula", "score", "species"]).arrow().to_pylist()
    assert first[0] == {"formula": "KFeAsO4F", "score": 0.028846, "species": "K+ Fe3+ As5+ O2- F-"}
    assert db.score_of([row["formula"] for row in first]) == [row["score"] for row in first]
    stored = db.sql("select formula, score from suggestion order by rank limit 2")
    assert list(stored) == [(row["formula"], row["score"]) for row in first]


def test_what_cannot_be_listed_is_refused_with_its_count(db, tmp_path):
    n = db.query("nelements=5").count()
    for read in (iter, lambda rows: rows.batches(), lambda rows: rows.arrow()):
        with pytest.raises(QueryError, match=f"{n:,} compositions: at most 20,000,000,000 can be listed"):
            read(db.query("nelements=5"))
    pieces = db.partitions("nelements=5", rows=10**9)
    assert sum(piece.n_rows for piece in pieces) == n
    with pytest.raises(QueryError, match=f"{n:,} compositions: at most 20,000,000,000 can be exported"):
        chemdb.export(pieces, tmp_path / "out")
    assert not list(tmp_path.iterdir())
    with pytest.raises(QueryError, match="can be sorted by formula"):
        list(db.query("", sort=["formula"], limit=3))
    with pytest.raises(QueryError, match="too many to rank"):
        db.suggest("unlikely", limit=2000).arrow()
    assert len(list(db.query("unlikely", limit=30))) == 30


def test_the_explorer_and_maps_of_all_compositions_are_refused(db, tmp_path):
    with pytest.raises(ChemdbError, match="explorer holds compositions of up to 4 elements"):
        db.site(tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_the_file_is_verified(db):
    with db.cursor() as con:
        checks = [*checks_of(con), *verify_enumeration(con, no_progress)]
    assert [check for check in checks if not check.ok] == []
    assert "5 elements: decisions, bit for bit" in {check.name for check in checks}


def test_verify_finds_a_wrong_bit(db, tmp_path):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(db.path.read_bytes())
    with replacing(copy, edit=True) as con:
        con.execute("""
            update store.allowed_set set stoichiometries = set_bit(stoichiometries, 0, 1 - get_bit(stoichiometries, 0))
            where allowed_set_id = 1
        """)
        [check] = [
            check for check in verify_enumeration(con, no_progress) if check.name.endswith("bit for bit")
        ]
    assert not check.ok
    assert check.found < check.expected


SPECIES = [
    "species=Fe3+",
    "elements=Fe allowed NOT species=Fe3+",
    "allowed (species=Fe3+ OR species=Zn2+,O2-)",
]


@pytest.mark.parametrize("text", SPECIES)
def test_species_are_counted_as_by_the_naive_rule(db, text):
    states = {line.split()[0]: tuple(map(int, line.split()[1:])) for line in STATES.splitlines()}
    usable = sorted((e for e in elements() if e.symbol in states), key=lambda e: e.electronegativity)

    def together(fixed, system, factors):
        """Return whether a choice of oxidation states with these is allowed."""
        chosen = [(fixed[e.symbol],) if e.symbol in fixed else states[e.symbol] for e in system]
        present = fixed.keys() <= {e.symbol for e in system}
        return present and naive.is_allowed([e.electronegativity for e in system], chosen, factors)

    meaning = {
        SPECIES[0]: lambda *c: together({"Fe": 3}, *c),
        SPECIES[1]: lambda *c: together({}, *c) and "Fe" in {e.symbol for e in c[0]} and not together({"Fe": 3}, *c),
        SPECIES[2]: lambda *c: together({"Fe": 3}, *c) or together({"Zn": 2, "O": -2}, *c),
    }[text]  # fmt: skip
    expected = sum(meaning(*c) for c in product(combinations(usable, 5), naive.reduced_factors(5, 2)))
    assert db.query(f"{text} max_factor<=2").count() == expected > 0


@pytest.mark.parametrize("text", SPECIES)
def test_species_are_the_same_in_rows_pieces_and_plain_sql(db, text):
    found = db.query(text, columns=["formula"])
    rows = sorted(found)
    assert sorted(db.sql(found.sql)) == rows
    pieces = db.partitions(text, rows=50)
    assert len(pieces) > 1
    in_pieces = [
        formula for piece in pieces for batch in piece.batches() for formula in batch.formula.to_pylist()
    ]
    assert [(formula,) for formula in sorted(in_pieces)] == rows
    assert sum(found.element_frequency().values()) == 5 * len(rows)


def test_the_function_of_species_says_what_it_takes(db):
    db.query("species=Fe3+").count()
    with pytest.raises(ChemdbError, match="a list of oxidation states for each of 5 elements"):
        list(db.sql("select neutral_stoichiometries([[1], [-1]]::tinyint[][], [false], 4::utinyint)"))


def test_a_sample_by_default_has_the_sizes_of_the_file(db):
    rows = json.loads(output("sample", "--db", db.path, "--per-category", "1", "--format", "json"))
    assert {row["nelements"] for row in rows} == {5}
