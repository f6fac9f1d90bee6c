"""Suggestions for queries, scores of formulas and the evidence for them."""

from itertools import pairwise

import pytest
from helpers import naive_suggest

import chemdb
from chemdb.builder.change_known import add
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.chemistry.stoichiometry import reduced_factors
from chemdb.errors import ChemdbError, QueryError


@pytest.fixture(scope="module")
def db(suggest_path):
    with chemdb.open(suggest_path) as opened:
        yield opened


def compositions(rows):
    return [tuple(zip(elements, factors, strict=True)) for elements, factors in rows]


@pytest.mark.parametrize("category", ["missing", "unlikely"])
def test_a_filter_is_ranked_whole_as_by_the_reference(db, category):
    query = "only=Li,Na,K,Ca,Ti,Si,O,S,Cl"
    found = (
        db.suggest(query, None, category=category, columns=["formula", "score", "n_analogues"])
        .arrow()
        .to_pylist()
    )
    wanted = db.query(f"{query} {category}", columns=["formula", "elements", "factors"])
    composition = {
        formula: one
        for (formula, *_), one in zip(wanted, compositions((e, f) for _, e, f in wanted), strict=True)
    }
    assert {row["formula"] for row in found} == composition.keys()
    assert len(found) == len(composition)

    rows = list(db.sql("select elements::varchar[], factors, allowed from known_composition"))
    known = compositions((elements, factors) for elements, factors, _ in rows)
    allowed = compositions((elements, factors) for elements, factors, ok in rows if ok)
    elements = [symbol for (symbol,) in db.sql("select symbol::varchar from element")]
    fillers, used = naive_suggest.frames(known), sorted({e for one in known for e, _ in one})
    w = naive_suggest.weights(known, used)
    for row in found:
        pairs = naive_suggest.analogues(composition[row["formula"]], fillers)
        assert row["n_analogues"] == len(pairs)
        assert row["score"] == pytest.approx(sum(w.get(pair, 0) for pair in pairs), abs=1e-5)
    n = sum(row["score"] > 0 for row in found)
    assert [(-row["score"], row["formula"]) for row in found[:n]] == sorted(
        (-row["score"], row["formula"]) for row in found[:n]
    )
    assert all(row["score"] <= 0 for row in found[n:])
    stoichiometries = {k: [tuple(map(int, f)) for f in reduced_factors(k, 3)] for k in (2, 3)}
    # A part of the rest, for the reference is slow.
    values = [
        naive_suggest.expected(one, known, allowed, stoichiometries[len(one)], elements)
        for one in (composition[row["formula"]] for row in found[n :: max(1, (len(found) - n) // 60)])
    ]
    assert all(a >= b * (1 - 1e-5) for a, b in pairwise(values))


def test_ranks_do_not_depend_on_threads_or_on_what_is_asked(suggest_path, db):
    every = list(db.suggest("elements=O", 500, columns=["rank", "formula"]))
    assert [rank for rank, _ in every] == list(range(1, 501))
    with chemdb.open(suggest_path, threads=1) as one:
        assert list(one.suggest("elements=O", 500, columns=["rank", "formula"])) == every
    assert list(db.suggest("elements=O", 10, offset=200, columns=["rank", "formula"])) == every[200:210]


def test_the_worked_example(full_db):
    [found] = full_db.explain("SrCuP2O7")
    assert (found.score, len(found.analogues)) == (1.402921, 14)
    assert [
        (near.formula, near.replaced_by, near.element, round(near.weight, 2)) for near in found.analogues[:4]
    ] == [
        ("SrCuAs2O7", "P", "As", 0.34),
        ("CaCuP2O7", "Sr", "Ca", 0.29),
        ("BaCuP2O7", "Sr", "Ba", 0.28),
        ("SrNiP2O7", "Cu", "Ni", 0.12),
    ]
    row = full_db.suggest("formula=SrCuP2O7").arrow().to_pylist()[0]
    assert row["analogues"] == "SrCuAs2O7 (P for As), CaCuP2O7 (Sr for Ca), BaCuP2O7 (Sr for Ba)"
    assert row["analogue_ids"] == "mp-560187, mp-14694, mp-8851"
    assert (row["species"], row["n_analogues"], row["n_known"]) == ("Sr2+ Cu2+ P5+ O2-", 14, 1)


def test_weights_are_chemistry(full_db):
    weight = dict(full_db.sql("select concat(element, '-', replaced_by), round(weight, 2) from substitution"))
    pairs = {"Na-Li": 0.27, "Si-Ge": 0.26, "P-As": 0.19, "Cl-Br": 0.20, "La-Nd": 0.14}
    assert {pair: weight[pair] for pair in pairs} == pairs


def test_arrays_and_sql_give_the_same_scores(full_db):
    formulas = [formula for (formula,) in full_db.sql("select formula from suggestion where rank % 500 = 1")]
    formulas += ["NaCl", "LiFePO4", "Fe3O4", "XeLrO", "Ag2CsI4N"]
    assert full_db.score_of(formulas) == [found.score for found in full_db.explain(formulas)]


def test_the_table_is_the_head_of_the_ranking(full_db):
    for nelements in (2, 3, 4):
        stored = (
            "select formula, score, species, analogues, analogue_ids, n_known, share_found from suggestion "
        )
        columns = ["formula", "score", "species", "analogues", "analogue_ids", "n_known", "share_found"]
        head = list(full_db.sql(stored + f"where nelements = {nelements} order by rank limit 50"))
        assert list(full_db.suggest(f"nelements={nelements}", 50, columns=columns)) == head
    assert list(full_db.sql("select nelements, count(*), max(rank) from suggestion group by all order by all")) == [
        (2, 10_000, 10_000), (3, 10_000, 10_000), (4, 10_000, 10_000)
    ]  # fmt: skip


def test_the_query_decides_what_is_allowed(db):
    def categories(query, **options):
        return set(db.suggest(query, 30, columns=["category"], **options).arrow()["category"].to_pylist())

    assert categories("elements=O") == {"missing"}
    assert categories("elements=O unlikely") == {"unlikely"}
    assert categories("elements=O", category="unlikely") == {"unlikely"}
    assert categories("elements=Na,O category=missing,unlikely") == {"missing", "unlikely"}
    assert list(db.suggest("elements=O known")) == []


def test_scores_of_formulas_in_any_spelling(db):
    assert db.score_of(["KMg2O3", "O3 Mg2 K", "NaCl9", "Fe"]) == [db.score_of("KMg2O3")[0]] * 2 + [None, None]
    assert db.score_of([]) == []
    with pytest.raises(ChemdbError, match="formula 'Xy': not one of the first 103 elements at 'Xy'"):
        db.score_of(["NaCl", "Xy"])


def test_what_cannot_be_suggested_is_said(db):
    for words, message in {
        ("elements=Foo",): "query: 'Foo' at character 10 is not an element",
        ("", -1): "suggest: limit -1 and offset 0: neither may be below 0",
        ("", None): "compositions: at most the first 1,000,000 are ranked; limit them",
    }.items():
        with pytest.raises(QueryError, match=message):
            db.suggest(*words)
    with pytest.raises(QueryError, match="unknown column 'scor'; did you mean score"):
        db.suggest("", columns=["scor"])
    with pytest.raises(QueryError, match="category 'known': choose missing or unlikely"):
        db.suggest("", category="known")


@pytest.mark.parametrize(
    ("formulas", "message"),
    [
        (None, "no known composition in the space of this file"),
        ("NaCl9", "no known composition in the space of this file"),
        ("NaCl", "only 1 known composition in the space of this file"),
    ],
)
def test_too_little_is_known(tmp_path, formulas, message):
    path, source = tmp_path / "few.duckdb", tmp_path / "few.csv"
    build(path, BuildOptions(nelements=range(2, 3), max_stoichiometry=2, known=()))
    if formulas:
        source.write_text(f"formula\n{formulas}\n")
        add(path, str(source))
    with chemdb.open(path) as db:
        for ask in (lambda: db.suggest("elements=O"), db.suggestion_quality):
            with pytest.raises(ChemdbError, match=message):
                ask()
        assert db.score_of("NaBr") == [0.0]


def test_suggestions_follow_the_known_sources(copy, tmp_path):
    source = tmp_path / "more.csv"
    source.write_text("formula\nNaCl\nKCl\nNaBr\n")
    add(copy, str(source))
    with chemdb.open(copy) as db:
        assert db.suggest("", 1).arrow().to_pylist()[0]["formula"] == "KBr"
        assert list(db.sql("select formula from suggestion where rank = 1 and nelements = 2")) == [("KBr",)]
        assert db.query(
            "K-Br", sort=["-score"], limit=1, columns=["formula", "score"]
        ).arrow().to_pylist() == [{"formula": "KBr", "score": db.score_of("KBr")[0]}]


def test_query_sorts_by_score(full_db):
    found = list(
        full_db.query("elements=Li,S missing", sort=["-score"], limit=30, columns=["formula", "score"])
    )
    assert found == list(full_db.suggest("elements=Li,S", 30, columns=["formula", "score"]))
    all_of_system = full_db.query("Li-Zn-O", sort=["-score"], columns=["formula", "score"])
    assert [score for _, score in all_of_system] == sorted(
        full_db.score_of(list(all_of_system.df().formula)), reverse=True
    )
    with pytest.raises(QueryError, match="SQL cannot compute the score"):
        _ = all_of_system.sql


def test_results_in_every_form(db):
    found = db.suggest("elements=Na,O", 3, columns=["rank", "formula"])
    assert repr(found).startswith("3 suggestions of ")
    assert len(found) == 3
    assert found.df().formula.tolist() == found.pl()["formula"].to_list() == [formula for _, formula in found]
    assert "<table" in found._repr_html_()
