import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.cli import output, run
from typer.testing import CliRunner

import chemdb
from chemdb.cli import app
from chemdb.errors import ChemdbError
from chemdb.lookup.label import LABEL_COLUMNS, labeller_of

ROWS = """name,formula,note
a,ZnO,kept
b,O2Zn2,"y, z"
c,Zn3O,
d,Xx2,
e,,
f,Ca(OH)2,
g,LiZnSnO4Cl,
h,Zn9O,
i,YBa2Cu3O7,
"""


@pytest.fixture
def formulas_csv(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(ROWS)
    return path


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_row_is_labelled_in_order(small_path, formulas_csv):
    rows = read(output("label", formulas_csv, "--db", small_path))
    assert [row["name"] for row in rows] == list("abcdefghi")
    assert [row["note"] for row in rows][:2] == ["kept", "y, z"]
    found = [(r["chemdb_formula"], r["chemsys"], r["allowed"], r["known"], r["category"]) for r in rows]
    assert found == [
        ("ZnO", "O-Zn", "true", "true", "standard"),
        ("ZnO", "O-Zn", "true", "true", "standard"),
        ("Zn3O", "O-Zn", "false", "true", "interesting"),
        ("", "", "", "", ""),
        ("", "", "", "", ""),
        ("CaH2O2", "Ca-H-O", "true", "true", "standard"),
        ("LiZnSnClO4", "Cl-Li-O-Sn-Zn", "true", "true", "standard"),
        ("Zn9O", "O-Zn", "false", "false", "unlikely"),
        ("Ba2YCu3O7", "Ba-Cu-O-Y", "true", "false", "missing"),
    ]
    assert [row["outside_because"] for row in rows] == [
        "",
        "",
        "",
        "",
        "",
        "",
        "5 elements",
        "factor 9",
        "4 elements",
    ]
    assert [row["material_id"] for row in rows][:3] == ["a1", "a1", "a5"]
    assert [row["error"] for row in rows][3:5] == ["not one of the first 103 elements at 'Xx2'", "no formula"]


def test_labels_agree_with_the_database(small):
    rows = small.execute(
        "select formula, allowed, known, category from composition where nelements = 2"
    ).fetchall()
    found = labeller_of(small).label([row[0] for row in rows])
    assert found["formula"].to_pylist() == [row[0] for row in rows]
    assert found["in_space"].to_pylist() == [True] * len(rows)
    for name, column in zip(("allowed", "known", "category"), range(1, 4), strict=True):
        assert found[name].to_pylist() == [row[column] for row in rows]


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_every_format(small_path, formulas_csv, kind):
    target = formulas_csv.with_name(f"out.{kind}")
    assert output("label", formulas_csv, "-o", target, "--db", small_path) == f"{target}: 9 rows\n"
    if kind == "parquet":
        rows = pq.read_table(target).to_pylist()
    elif kind == "jsonl":
        rows = [json.loads(line) for line in target.read_text().splitlines()]
    else:
        rows = list(csv.DictReader(target.open(), delimiter="," if kind == "csv" else "\t"))
    assert [row["chemdb_formula"] for row in rows][:3] == ["ZnO", "ZnO", "Zn3O"]
    assert sorted(path.name for path in target.parent.iterdir()) == ["mine.csv", target.name]


def test_a_formula_a_line_from_stdin(small_path):
    done = CliRunner().invoke(app, ["label", "-", "--db", str(small_path)], input="ZnO\nO3Zn\n")
    assert done.exit_code == 0
    rows = read(done.stdout)
    assert [(row["formula_given"], row["formula"], row["category"]) for row in rows] == [
        ("ZnO", "ZnO", "standard"), ("O3Zn", "ZnO3", "interesting"),
    ]  # fmt: skip


def test_stdin_that_is_no_text(small_path):
    done = CliRunner().invoke(app, ["label", "-", "--db", str(small_path)], input=b"ZnO\n\xff\xfe\n")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("chemdb: stdin: not UTF-8 text ('utf-8' codec")


def test_a_column_of_structures_is_refused(small_path, tmp_path):
    (tmp_path / "mine.json").write_text('[{"composition": {"Li": 1, "O": 1}}]')
    done = run("label", tmp_path / "mine.json", "-o", tmp_path / "out.csv", "--db", small_path)
    assert (done.exit_code, done.stderr) == (
        1,
        f"chemdb: {tmp_path / 'mine.json'}: column 'composition' is an object, not text; "
        "choose another with --formula-column\n",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


@pytest.mark.parametrize(
    ("formulas", "problem"),
    [
        ([8, 30], "label: 8 is neither a formula"),
        (pa.table({"x": ["ZnO"]}), "the table: no formula column among x"),
    ],
)
def test_what_has_no_formulas_is_refused(small_path, formulas, problem):
    with chemdb.open(small_path) as db, pytest.raises(ChemdbError, match=problem):
        db.label(formulas)


def test_more_rows_than_a_batch(small_path, tmp_path):
    pq.write_table(pa.table({"formula": ["ZnO", "Zn3O", "?"] * 100_000}), tmp_path / "many.parquet")
    output("label", tmp_path / "many.parquet", "-o", tmp_path / "out.parquet", "--db", small_path)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["category"].to_pylist() == ["standard", "interesting", None] * 100_000


def test_labels_can_be_labelled_again(small_path, formulas_csv, tmp_path):
    once, twice = tmp_path / "once.csv", tmp_path / "twice.csv"
    output("label", formulas_csv, "-o", once, "--db", small_path)
    output("label", once, "-o", twice, "--db", small_path)
    [row, *_] = read(twice.read_text())
    assert len(row) == 3 + 2 * len(LABEL_COLUMNS)
    assert (row["chemdb_formula"], row["chemdb_chemdb_formula"]) == ("ZnO", "ZnO")


def test_the_file_that_is_read_is_replaced_only_when_asked(small_path, formulas_csv):
    link = formulas_csv.with_name("link.csv")
    link.symlink_to(formulas_csv)
    for target in (formulas_csv, link):
        done = run("label", formulas_csv, "-o", target, "--db", small_path)
        assert (done.exit_code, done.stderr) == (
            1, f"chemdb: {target}: is the input file itself; add --overwrite to replace it\n",
        )  # fmt: skip
    assert formulas_csv.read_text() == ROWS
    output("label", formulas_csv, "-o", formulas_csv, "--overwrite", "--db", small_path)
    assert [row["chemdb_formula"] for row in read(formulas_csv.read_text())][:3] == ["ZnO", "ZnO", "Zn3O"]


def test_energies_and_species(small_path):
    with chemdb.open(small_path) as db:
        found = db.label(["ZnO", "O3Zn", "Fe2O3", "Fe3O4", "XeO4", "LiZnSnO4Cl", "?"])
    assert found["energy_above_hull"].to_pylist() == [0.0, 0.1, None, None, None, 0.3, None]
    assert found["species"].to_pylist() == [
        "Zn2+ O2-", None, "Fe3+ O2-", None, "Xe8+ O2-", "Li+ Zn2+ Sn2+ Cl3+ O2-", None,
    ]  # fmt: skip


def test_the_prefix_is_for_names_that_the_table_has_in_any_case(small_path):
    with chemdb.open(small_path) as db:
        found = db.label(pa.table({"Formula": ["ZnO"], "known": [1], "chemdb_known": [2]}))
    assert found.column_names == [
        "Formula", "known", "chemdb_known", "chemdb_formula", "chemsys", "nelements", "in_space",
        "outside_because", "allowed", "forbidden_because", "chemdb_chemdb_known", *LABEL_COLUMNS[8:],
    ]  # fmt: skip


def test_other_columns_of_json_come_back_as_they_were(small_path, tmp_path):
    (tmp_path / "a.json").write_text(
        '[{"formula": "ZnO", "c": {"Zn": 1}, "e": 0}, {"formula": null, "c": {"O": 2}, "e": 0.5}]'
    )
    output("label", tmp_path / "a.json", "-o", tmp_path / "out.jsonl", "--db", small_path)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [list(row.values())[:3] for row in rows] == [["ZnO", {"Zn": 1}, 0], [None, {"O": 2}, 0.5]]


def test_an_empty_file(small_path, tmp_path):
    (tmp_path / "none.csv").write_text("formula\n")
    text = output("label", tmp_path / "none.csv", "--db", small_path)
    assert text.strip() == ",".join(["formula", "chemdb_formula", *LABEL_COLUMNS[1:]])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nope.csv"], "no such file"),
        (["https://example.org/a.csv"], "is a URL; download the file first"),
        (["mine.csv", "-o", "out.xlsx"], "must end in"),
        (["mine.csv", "-o", "no/where.csv"], "cannot be written"),
        (["mine.csv", "--formula-column", "nope"], "no column 'nope'"),
        (["mine.csv", "-o", "folder.csv"], "is a folder"),
    ],
)
def test_bad_input(small_path, formulas_csv, monkeypatch, arguments, problem):
    monkeypatch.chdir(formulas_csv.parent)
    formulas_csv.with_name("folder.csv").mkdir()
    done = run("label", *arguments, "--db", small_path)
    assert done.exit_code == 1
    assert problem in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in formulas_csv.parent.iterdir()) == ["folder.csv", "mine.csv"]


def test_why_formulas_are_forbidden(small_path):
    with chemdb.open(small_path) as db:
        labels = db.label(["ZnO", "ZnO3", "PmCl3", "HePmO", "Fe", "x", None])
    assert labels["forbidden_because"].to_pylist() == [
        None,
        "no allowed oxidation states",
        "Pm has no Pauling electronegativity",
        "He and Pm have no Pauling electronegativity",
        "no allowed oxidation states",
        None,
        None,
    ]
