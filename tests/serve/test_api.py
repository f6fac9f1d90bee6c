"""Answers of the API: those of chemdb.open for the same questions."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from helpers.cli import output, run
from helpers.server import serving

import chemdb


def test_counts(small_server):
    answer = small_server.ask("counts", q="Zn-O")
    assert answer.status == 200
    assert answer.json == {"total": 11, "standard": 1, "missing": 2, "interesting": 2, "unlikely": 6}


def test_rows_are_those_of_query(small_server, db):
    answer = small_server.ask("rows", q="elements=Zn,O known", columns="formula,elements,species,x(O)").json
    columns = ["formula", "elements", "species", "x(O)"]
    result = db.query("elements=Zn,O known", columns=columns)
    assert answer["columns"] == columns
    assert [tuple(row.values()) for row in answer["rows"]] == list(result)


def test_rows_have_their_sql(small_server, db):
    answer = small_server.ask(
        "rows", q="Zn-O", columns="formula", limit=3, offset=1, sort="-natoms,formula"
    ).json
    assert [row["formula"] for row in answer["rows"]] == [formula for (formula,) in db.sql(answer["sql"])]


def test_score_has_no_sql(suggest_server):
    answer = suggest_server.ask("rows", q="Na-Cl", columns="formula,score", limit=1).json
    assert answer["sql"] is None
    assert list(answer["rows"][0]) == ["formula", "score"]


def test_composition_is_explained(small_server, db):
    answer = small_server.ask("compositions/O2Zn2").json
    assert answer == json.loads(json.dumps(db.explain("O2Zn2")[0].as_dict()))
    assert answer["category"] == "standard"


def test_system(small_server):
    answer = small_server.ask("systems/O-Li-Zn").json
    assert answer["elements"] == ["Li", "O", "Zn"]
    assert [one["chemsys"] for one in answer["subsystems"]] == ["Li-O", "Li-Zn", "O-Zn"]
    assert answer["subsystems"][2] == {
        "chemsys": "O-Zn", "standard": 1, "missing": 2, "interesting": 2, "unlikely": 6
    }  # fmt: skip
    assert {row["chemsys"] for row in answer["points"]} == {"Li-O-Zn"}
    known_or_allowed = sum(answer["counts"][name] for name in ("standard", "missing", "interesting"))
    assert len(answer["points"]) == known_or_allowed


def test_suggestions(suggest_server, suggest_path):
    answer = suggest_server.ask("suggest", q="elements=O", limit=3).json
    with chemdb.open(suggest_path) as opened:
        suggestions = opened.suggest("elements=O", 3)
        assert [tuple(row.values()) for row in answer["rows"]] == list(suggestions)
        assert answer["total"] == suggestions.count()


def test_labels(small_server):
    answer = small_server.post("label", {"formulas": ["ZnO", None, "Zn(O"]}).json
    assert [row["category"] for row in answer["rows"]] == ["standard", None, None]
    assert answer["rows"][2]["error"] == "brackets do not match at the end"


def test_meta(small_server):
    answer = small_server.ask("meta").json
    assert answer["limits"] == {"nelements": [2, 3], "max_factor": 4}
    assert answer["version"] == chemdb.__version__
    assert answer["elements"][7]["symbol"] == "O"
    assert [one["name"] for one in answer["sources"]] == ["lab"]


def test_maps(copy):
    output(
        "map", "--embedding", "magpie", "--method", "pca", "--nelements", 2, "--per-category", 5, "--db", copy
    )
    with serving(copy) as server:
        [title] = server.ask("maps").json["maps"]
        assert title["title"] == "PCA of magpie vectors, 2 elements"
        found = server.ask(f"maps/{title['id']}").json
        assert found["columns"] == ["formula", "category", "x", "y"]
        assert list(found["points"][0]) == found["columns"]
        assert server.ask("maps/77").problem == "no map '77' in this file; 'chemdb map' makes maps"


@pytest.mark.parametrize("query", ["Zn-O", "nothing=", "elements=He known"])
def test_exports_are_what_the_command_writes(small_server, db, query, tmp_path):
    columns = "formula,elements,energy_above_hull"
    for name in ("csv", "jsonl", "parquet"):
        answer = small_server.ask(f"export.{name}", q=query, columns=columns)
        target = tmp_path / f"rows.{name}"
        done = run("query", query, "--limit", 0, "--columns", columns, "-o", target, "--db", db.path)
        if done.exit_code:
            assert (answer.status, answer.problem) == (400, done.stderr.strip().removeprefix("chemdb: "))
        elif name == "parquet":
            assert pq.read_table(io.BytesIO(answer.body)).equals(pq.read_table(target))
        else:
            assert answer.body.decode() == target.read_text()
            assert answer.headers["content-disposition"] == f'attachment; filename="chemdb.{name}"'


def test_export_of_many_rows_is_streamed(small_server, db):
    answer = small_server.ask("export.csv", q="natoms<=8", columns="formula")
    assert answer.headers["transfer-encoding"] == "chunked"
    rows = list(csv.reader(io.StringIO(answer.body.decode())))
    assert rows[0] == ["formula"]
    assert len(rows) == db.query("natoms<=8").count() + 1 > 100_000


@pytest.mark.parametrize(
    ("path", "parameters", "status", "detail"),
    [
        (
            "counts",
            {"q": "Zn-"},
            400,
            "query: 'Zn-' at character 1 is not a key, category, formula, formula pattern",
        ),
        ("counts", {"query": "Zn-O"}, 422, 'query "Zn-O": extra inputs are not permitted'),
        ("rows", {"limit": 1001}, 422, 'limit "1001": input should be less than or equal to 1000'),
        ("rows", {"offset": -1}, 422, 'offset "-1": input should be greater than or equal to 0'),
        ("rows", {"columns": "colour"}, 400, "unknown column 'colour'"),
        ("compositions/Xx", {}, 400, "formula 'Xx'"),
        ("systems/Zn-Xx", {}, 400, "chemical system 'Zn-Xx': 'Xx' is not an element; write it like Li-Zn-O"),
        ("suggest", {"q": "Zn-O"}, 400, "only 4 known compositions in the space of this file"),
        ("nothing", {}, 404, "Not Found"),
        ("sql", {"q": "select 1"}, 404, "Not Found"),
    ],
)
def test_errors_are_problems_of_one_line(small_server, path, parameters, status, detail):
    answer = small_server.ask(path, **parameters)
    assert answer.status == status
    assert answer.problem.startswith(detail)
    assert "\n" not in answer.problem


def test_a_wrong_method_is_a_problem(small_server):
    answer = small_server.post("counts", {})
    assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert answer.problem == "Method Not Allowed"
