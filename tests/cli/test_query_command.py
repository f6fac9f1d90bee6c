"""chemdb query as typed at a shell."""

import csv
import io
import json
import re

import duckdb
import pyarrow.parquet as pq
import pytest
from helpers.cli import output, run


def test_counts_then_rows_as_a_table(small_path):
    lines = output("query", "O-Zn", "--limit", "3", "--db", small_path).splitlines()
    # Of ZnO, ZnO2 and Zn2O, which the paper's Table 1 has as allowed, only ZnO is in the list.
    assert lines[0] == "11 compositions: 1 standard, 2 missing, 2 interesting, 6 unlikely"
    assert re.fullmatch(r"known: lab \d{4}-\d\d-\d\d, 8 entries", lines[1])
    assert lines[3].split() == ["formula", "category", "species", "material_id", "energy_above_hull"]
    assert lines[5].split() == ["ZnO", "standard", "Zn2+", "O2-", "a1", "0.0"]
    assert lines[-1] == "rows 1 to 3; --limit 0 for all"


def test_an_element_without_electronegativity_is_named(full_path):
    lines = output(
        "query", "PmCl3", "--columns", "formula,has_electronegativity", "--db", full_path
    ).splitlines()
    assert lines[2] == "Pm has no Pauling electronegativity, so the rule allows nothing with it"
    assert lines[-1].split() == ["Cl3Pm", "false"]


def test_count_prints_the_number_only(small_path, full_path):
    assert output("query", "Zn-O", "--count", "--db", small_path) == "11\n"
    assert output("query", "--count", "--db", full_path) == "16980397793\n"
    assert (
        output(
            "query", "--optimade", 'elements HAS ALL "Zn","O" AND nelements=2', "--count", "--db", small_path
        )
        == "11\n"
    )


def test_the_printed_sql_runs_anywhere(small_path):
    sql = output("query", "Zn-O known", "--sql", "--columns", "formula,material_id", "--db", small_path)
    with duckdb.connect(small_path, read_only=True) as con:
        assert con.execute(sql).fetchall() == [("ZnO", "a1"), ("ZnO3", "a3"), ("Zn3O", "a5")]


def test_rows_in_every_format(small_path, tmp_path):
    ask = ["query", "Zn-O known", "--columns", "formula,natoms,x(O)", "--db", small_path]
    expected = [("ZnO", 2, 0.5), ("ZnO3", 4, 0.75), ("Zn3O", 4, 0.25)]
    for suffix in ("csv", "json", "jsonl", "parquet"):
        target = tmp_path / f"rows.{suffix}"
        assert output(*ask, "-o", target) == f"{target}: 3 rows\n"
    assert [tuple(row.values()) for row in pq.read_table(tmp_path / "rows.parquet").to_pylist()] == expected
    assert [tuple(row.values()) for row in json.loads((tmp_path / "rows.json").read_text())] == expected
    lines = (tmp_path / "rows.jsonl").read_text().splitlines()
    assert [tuple(json.loads(line).values()) for line in lines] == expected
    shown = output(*ask, "-f", "csv")
    assert shown == (tmp_path / "rows.csv").read_text()
    assert [row[0] for row in csv.reader(io.StringIO(shown))] == ["formula", "ZnO", "ZnO3", "Zn3O"]


WRONG = {
    ("query", "elemnts=O"): "did you mean elements",
    ("query", "Zn-O", "--columns", "formla"): "unknown column 'formla'; did you mean formula",
    ("query", "Zn-O", "--columns", "formula,formula"): "column 'formula' is repeated",
    ("query", "Zn-O", "--sort", "-natom"): "unknown sort key 'natom'; did you mean natoms",
    ("query", "Zn-O", "--optimade", "nelements=2"): "either QUERY or --optimade",
    ("query", "Zn-O", "--count", "--sql"): "either --count or --sql",
    ("query", "Zn-O", "--limit", "-1"): "limit",
    ("query", "Zn-O", "-o", "rows.txt"): "the name must end in .csv, .tsv, .json, .jsonl, .parquet",
    ("query", "Zn-O", "-o", "no/rows.csv"): "cannot be written",
    ("query", "Zn-O", "-f", "parquet"): "parquet cannot be written to stdout",
    ("query", "--limit", "0"): "rows are too many for a table",
    ("query", "--optimade", "elements HAS"): "OPTIMADE filter: Unexpected end-of-input",
    ("query", "--optimade", "nsites=3"): "compositions have no property 'nsites'",
    ("query", "--optimade", 'elements HAS "Zz"'): "'Zz' at character 14 is not an element",
    ("query", "--optimade", 'elements="O"'): "elements needs HAS",
}


@pytest.mark.parametrize(("words", "problem"), WRONG.items(), ids=[" ".join(words) for words in WRONG])
def test_wrong_commands_are_one_line(small_path, tmp_path, monkeypatch, words, problem):
    monkeypatch.chdir(tmp_path)
    done = run(*words, "--db", small_path)
    assert done.exit_code in (1, 2)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("chemdb: ")
    assert problem in last
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_optimade_means_the_same(full_path):
    pairs = {
        'elements HAS ALL "Li","O" AND nelements=3': "elements=Li,O nelements=3",
        'elements HAS "Li"': "elements=Li",
        'elements HAS ANY "F","Cl" AND NOT elements LENGTH 4': "any=F,Cl NOT nelements=4",
        'elements HAS ONLY "Li","Zn","O"': "only=Li,Zn,O",
        'elements:elements_ratios HAS ALL "O":>0.5,"Li":<=0.25': "elements=Li,O x(O)>0.5 x(Li)<=0.25",
        'chemical_formula_reduced="LiO2Zn" OR chemical_formula_anonymous="A3B"': "LiZnO2 OR anonymous=AB3",
        '3 <= nelements AND _chemdb_category="interesting"': "nelements>=3 interesting",
        "_chemdb_natoms<=4 AND elements IS KNOWN": "natoms<=4",
        "_chemdb_known_in IS KNOWN": "known",
        "_chemdb_species IS UNKNOWN": "NOT allowed",
        "_chemdb_natoms<=1.2e1 AND nelements=2": "natoms<=12 nelements=2",
    }
    for optimade, query in pairs.items():
        numbers = [
            output("query", "--optimade", optimade, "--count", "--db", full_path),
            output("query", query, "--count", "--db", full_path),
        ]
        assert numbers[0] == numbers[1], optimade
        assert int(numbers[0]) > 0


def test_optimade_is_known_counts_what_has_a_value(small_path):
    def count(name):
        return int(
            output("query", "--optimade", f"_chemdb_energy_above_hull {name}", "--count", "--db", small_path)
        )

    # ZnO, ZnO3 and CaH2O2 have energies in the list; Zn3O has none.
    assert (count(">=0"), count("IS KNOWN")) == (3, 3)
    assert count("IS UNKNOWN") == 5_253 * 11 + 176_851 * 55 - 3


@pytest.mark.parametrize(
    "words",
    [
        ["energy_above_hull<0.05"],
        ["--optimade", "_chemdb_energy_above_hull IS KNOWN"],
        ["Zn-O", "--sort", "energy_above_hull"],
    ],
)
def test_no_source_has_energies(full_path, words):
    done = run("query", *words, "--limit", "1", "--db", full_path)
    assert done.exit_code == 0
    assert done.stderr == (
        "chemdb: note: query: no known source of this file has energies, so no composition has energy_above_hull\n"
    )


def test_sources_with_energies_need_no_note(small_path):
    assert run("query", "energy_above_hull<0.05", "--count", "--db", small_path).stderr == ""


@pytest.mark.parametrize("column", ["species", "has_electronegativity"])
def test_columns_by_which_rows_cannot_be_sorted(small_path, column):
    done = run("query", "Zn-O", "--sort", f"-{column}", "--db", small_path)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"chemdb: rows cannot be sorted by {column}; available: formula, chemsys, ")


def test_hull_energies_that_no_source_has(full_path, tmp_path):
    done = run("plot", "composition", "Zn-O", "--hull-energies", "-o", tmp_path / "a.png", "--db", full_path)
    assert (done.exit_code, done.stderr, [*tmp_path.iterdir()]) == (
        1,
        "chemdb: Zn-O: no known source of this file has an energy above the hull for any of its formulas; "
        "leave out --hull-energies\n",
        [],
    )
