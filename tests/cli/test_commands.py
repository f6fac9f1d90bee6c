"""The real commands, as a user types them."""

import csv
import io
import json
import re
import shlex
from itertools import product
from math import gcd

import pytest
from helpers.cli import COMMANDS, output, run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name):
    command = COMMANDS[name]
    assert f"Example: chemdb {name}" in command.help
    assert [p.name for p in command.params if not getattr(p, "help", None)] == []


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in COMMANDS
        if n.split()[0]
        in (
            "query",
            "suggest",
            "report",
            "info",
            "sql",
            "explain",
            "label",
            "count",
            "known",
            "sample",
            "export",
            "score",
        )
    ],
)
def test_every_example_runs(name, full_path, tmp_path, monkeypatch):
    example = re.search(r"Example: chemdb (.+)", COMMANDS[name].help)[1]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.duckdb").write_bytes(full_path.read_bytes())
    for name_of_input in ("my-icsd.csv", "my-formulas.csv"):
        (tmp_path / name_of_input).write_text("formula\nNaCl\n")
    (tmp_path / "model.py").write_text("def Model(batch): return [0] * len(batch)\n")
    monkeypatch.setenv("CHEMDB_PATH", "c.duckdb")
    output(*shlex.split(example))


def test_table_2_as_json(full_path):
    rows = json.loads(output("report", "--table2", "--format", "json", "--db", full_path))
    assert rows[2] == {
        "nelements": 4, "combinations": 16_902_534_325, "allowed": 2_909_434_982, "known": 5_456,
        "standard": 5_278, "missing": 2_909_429_704, "interesting": 178, "unlikely": 13_993_099_165,
    }  # fmt: skip


def test_table_2_names_its_source_and_shows_the_papers_rows(full_path):
    text = output("report", "--table2", "--db", full_path)
    assert "\nknown: Materials Project 2017, 47,737 entries, about a third of what the paper had; " in text
    paper = [line.split() for line in text.splitlines() if line.strip().startswith("paper ")]
    assert paper[0] == ["paper", "225,879", "13,464", "9,981", "3,627", "9,837", "6,354", "206,061"]
    assert paper[2][1:5] == ["16,902,534,325", "2,909,434,982", "17,417", "16,455"]


def test_table_2_has_no_paper_where_the_limits_differ(small_path):
    assert "paper" not in output("report", "--table2", "--db", small_path)


def test_table_2_as_csv_and_markdown(small_path, tmp_path):
    rows = list(csv.DictReader(io.StringIO(output("report", "--table2", "-f", "csv", "--db", small_path))))
    assert [row["combinations"] for row in rows] == [str(5_253 * 11), str(176_851 * 55)]
    target = tmp_path / "table.md"
    assert output("report", "--table2", "-f", "markdown", "-o", target, "--db", small_path) == ""
    title, known, _, header, *_ = target.read_text().splitlines()
    assert title.startswith("Table 2. ")
    assert known.startswith("known: lab ")
    assert header.startswith("| elements |")


def test_table_1_of_the_paper(full_path):
    cells = json.loads(output("report", "--table1", "-f", "json", "--db", full_path))
    found = {(cell["chemsys"], cell["category"]): cell for cell in cells}
    assert found["Zn-O", "standard"]["formulas"] == ["ZnO", "ZnO2"]
    assert found["Zn-O", "missing"]["formulas"] == ["Zn2O"]
    assert found["Li-Zn-O", "standard"]["formulas"] == ["LiZnO2", "Li6ZnO4"]
    assert found["Li-Zn-Sn-O", "standard"]["formulas"] == ["Li2ZnSn3O8"]
    assert found["Zn-O", "interesting"] == {
        "chemsys": "Zn-O",
        "category": "interesting",
        "n": 0,
        "formulas": [],
    }
    assert "LiZnSnO2" in found["Li-Zn-Sn-O", "missing"]["formulas"]
    assert sum(cell["n"] for cell in cells if cell["chemsys"] == "Li-Zn-Sn-O") == 3_823


def test_table_1_has_no_empty_cell(full_path):
    rows = [line.split("  ") for line in output("report", "--table1", "--db", full_path).splitlines()]
    interesting = next(
        [cell for cell in row if cell.strip()] for row in rows if "interesting" in "".join(row)
    )
    assert [cell.strip() for cell in interesting] == ["interesting", "–", "–", "–"]


def test_table_1_takes_elements_in_any_order(small_path):
    cells = json.loads(output("report", "--table1", "--chemsys", "O-Zn", "-f", "json", "--db", small_path))
    assert cells[2] == {"chemsys": "O-Zn", "category": "interesting", "n": 2, "formulas": ["Zn3O", "ZnO3"]}


def test_info_tells_everything(small_path):
    found = json.loads(output("info", "-f", "json", "--db", small_path))
    assert found["build_info"]["oxidation_state_set"] == "smact14"
    assert {name for _, name, _ in found["relations"]} >= {"composition", "known_entry", "composition_of"}
    assert "All known compositions of the space" in output("info", "--db", small_path)


def test_sql_in_every_format(small_path):
    query = "select formula, natoms from standard order by natoms"
    assert output("sql", query, "-f", "csv", "--db", small_path) == "formula,natoms\nZnO,2\nCaH2O2,5\n"
    assert json.loads(output("sql", query, "-f", "json", "--db", small_path))[1] == {
        "formula": "CaH2O2",
        "natoms": 5,
    }
    assert "ZnO            2" in output("sql", query, "--db", small_path)


def test_sql_table_says_when_it_is_cut(small_path):
    assert "the first 1,000 rows" in output("sql", "from allowed", "--db", small_path)
    for kind in ("csv", "json"):
        text = output("sql", "select i from range(3000) t(i)", "-f", kind, "--db", small_path)
        assert len(json.loads(text) if kind == "json" else text.splitlines()[1:]) == 3_000


def test_json_has_only_what_json_can_say(small_path):
    query = "select 'nan'::double as a, 1 as b, 2 as b, ['-inf'::double, null] as c, {'d': true} as e"
    assert json.loads(
        output("sql", query, "-f", "json", "--db", small_path), parse_constant=lambda name: pytest.fail(name)
    ) == [{"a": None, "b": 1, "b_1": 2, "c": [None, None], "e": {"d": True}}]
    assert output("sql", "select 1 where false", "-f", "json", "--db", small_path) == "[]\n"


VALUES = """
select 1.50 as price, 12345678901234567890123456789012345.125 as wide, 'nan'::double as n, ['inf'::double, 1] as l,
  {'a': true, 'b': null, 'c': 1.5} as s, map {'k': 1} as m, '\\x00ab'::blob as b, interval 36 hours as i,
  date '2024-05-06' as d, timestamp '2024-05-06 07:08:09' as t, '40df7e5f-0917-47e1-b747-1055809cf086'::uuid as u,
  170141183460469231731687303715884105727 as h, '101'::bit as bits, 'Li'::element_symbol as e, '' as empty,
  null as z, 'NaN, "Infinity"' as text, 1 as a, 2 as A
"""


def test_csv_has_values_as_duckdb_writes_them(small_path):
    text = output("sql", VALUES, "-f", "csv", "--db", small_path)
    head, row = text.splitlines()
    assert head == "price,wide,n,l,s,m,b,i,d,t,u,h,bits,e,empty,z,text,a,A_1"
    assert row == (
        "1.50,12345678901234567890123456789012345.125,nan,\"[inf, 1.0]\",\"{'a': true, 'b': NULL, 'c': 1.5}\",{k=1},"
        "\\x00ab,36:00:00,2024-05-06,2024-05-06 07:08:09,40df7e5f-0917-47e1-b747-1055809cf086,"
        '170141183460469231731687303715884105727,101,Li,"",,"NaN, ""Infinity""",1,2'
    )


def test_json_has_values_as_duckdb_writes_them_but_null_for_what_is_not_finite(small_path):
    text = output("sql", VALUES, "-f", "json", "--db", small_path)
    assert text == (
        '[\n\t{"price":1.5,"wide":12345678901234567890123456789012345.125,"n":null,"l":[null,1.0],'
        '"s":{"a":true,"b":null,"c":1.5},"m":{"k":1},"b":"\\\\x00ab","i":"36:00:00","d":"2024-05-06",'
        '"t":"2024-05-06 07:08:09","u":"40df7e5f-0917-47e1-b747-1055809cf086",'
        '"h":170141183460469231731687303715884105727,"bits":"101","e":"Li","empty":"","z":null,'
        '"text":"NaN, \\"Infinity\\"","a":1,"A_1":2}\n]\n'
    )


def test_a_table_has_values_as_duckdb_prints_them(small_path):
    query = "select interval 36 hours as i, [1.50, null] as l, {'a': '\\x00'::blob} as s, 1234567 as n, false as b"
    [row] = output("sql", query, "--db", small_path).splitlines()[2:]
    assert row.split("   ") == ["  36:00:00", "[1.50, NULL]", "{'a': '\\\\x00'}", "1,234,567", "false"]


@pytest.mark.parametrize("kind", ["csv", "json", "table"])
@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("selec", "syntax error"),
        ("select 'q'::int as x", "Could not convert"),
        ("select error('oops')", "oops"),
    ],
)
def test_errors_of_a_statement_leave_no_file(small_path, tmp_path, kind, statement, problem):
    done = run("sql", statement, "-f", kind, "-o", tmp_path / "x", "--db", small_path)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("chemdb: sql: ")
    assert problem in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "statement", ["describe missing", "show tables", "pragma version", "explain select 1", "values (1)"]
)
def test_statements_that_are_not_queries_have_rows_too(small_path, statement):
    assert len(output("sql", statement, "-f", "csv", "--db", small_path).splitlines()) > 1
    assert json.loads(output("sql", statement, "-f", "json", "--db", small_path))


def test_csv_is_as_duckdb_writes_it(small_path):
    query = "select [1, null] as numbers, [true] as flags, false as flag, null as nothing"
    assert output("sql", query, "-f", "csv", "--db", small_path) == (
        'numbers,flags,flag,nothing\n"[1, NULL]",[true],false,\n'
    )


@pytest.mark.parametrize(
    "query",
    [
        "create table t (x int)",
        "delete from store.stoichiometry",
        "copy (select 1) to 'out.csv'",
        "from read_csv('secret.csv')",
        "from 'secret.csv'",
        "select * from glob('*')",
        "select content from read_text('secret.csv')",
        "attach 'other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "reset enable_external_access",
        "export database 'out'",
        "select getenv('HOME')",
    ],
)
def test_sql_changes_nothing_and_reaches_nothing(small_path, tmp_path, monkeypatch, query):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.csv").write_text("secret\n42\n")
    before = small_path.read_bytes()
    done = run("sql", query, "--db", small_path)
    assert done.exit_code == 1, done.output
    assert len(done.stderr.splitlines()) == 1
    assert "42" not in done.stdout
    assert small_path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_known_commands(copy, tmp_path):
    (tmp_path / "x.csv").write_text("formula\nNaCl\nNa?\n")
    assert output("known", "add", f"mine={tmp_path / 'x.csv'}", "--db", copy).startswith(
        "mine: 1 entry, 1 formula, 1 in this space, 1 rejected"
    )
    listed = list(csv.DictReader(io.StringIO(output("known", "list", "-f", "csv", "--db", copy))))
    assert [row["source"] for row in listed] == ["lab", "mine"]
    output("known", "remove", "mine", "--db", copy)
    assert "mine" not in output("known", "list", "--db", copy)


def test_count_handles_spaces_too_large_for_a_file(tmp_path):
    rows = json.loads(output("count", "--nelements", "2-3", "--max-stoichiometry", "12", "-f", "json"))
    assert [row["combinations"] for row in rows] == [5_253 * 91, 176_851 * 1_447]
    (tmp_path / "mine.txt").write_text("Li 1\nNa 1\nK 1\nO -2\nF -1\n")
    [row] = json.loads(
        output(
            "count",
            "--nelements",
            "5",
            "--max-stoichiometry",
            "4",
            "--oxidation-states",
            tmp_path / "mine.txt",
            "-f",
            "json",
        )
    )
    # n(Li) + n(Na) + n(K) = 2 n(O) + n(F) with factors of 1 to 4 and no common divisor.
    assert row["allowed"] == sum(
        a + b + c == 2 * o + f and gcd(a, b, c, o, f) == 1 for a, b, c, o, f in product(range(1, 5), repeat=5)
    )


def test_version():
    assert re.fullmatch(r"chemdb \d+\.\d+\.\d+\n", output("--version"))


BAD = {
    "build --oxidation-states nope": "neither a set",
    "build --known nope.csv": "no such file",
    "build --known nonsense": "'nonsense': no such source or file; use mp-snapshot",
    "build --known mp": "no API key",
    "build --db .": "a folder",
    "build --nelements 2-6": "6 elements: chemdb enumerates compositions of 2 to 5 elements",
    "build --nelements 4-2": "not a number of elements",
    "build --nelements 0": "0 elements: chemdb enumerates compositions of 2 to 5 elements",
    "build --max-stoichiometry 13": "from 1 to 12",
    "build --max-stoichiometry many": "valid integer",
    "build --threads 0": "greater than or equal to 1",
    "build --memory-limit lots": "not an amount of memory",
    "count --nelements 6": "6 elements: chemdb enumerates compositions of 2 to 5 elements",
    "report": "choose one of --table1, --table2, --separation, --suggestions and --claims",
    "report --table1 --table2": "choose one",
    "report --table2 --chemsys Zn-O": "--chemsys goes with --table1",
    "report --table1 --nelements 2": "--nelements goes with --separation",
    "report --table2 --embedding nonsense": "--embedding goes with --separation",
    "map --method pca --all --standardize": "--standardize goes with a map of a sample",
    "map --method pca --all --set foo=1": "--set goes with a map of a sample",
    "map --method umap --all": "--all goes with --method pca",
    "map --method pca --category all": "--category goes with --all",
    "sample -o x.csv --format json": "--format goes with the screen",
    "query --count --format json": "--format goes with rows",
    "query --sql -o x.csv": "--output goes with rows",
    "label - --formula-column x": "--formula-column needs a file",
    "known add mp.csv": "'mp' is reserved; choose another name, e.g. my-mp=mp.csv",
    "report --table1 --db nope.duckdb": "no such file; make it with",
    "report --table1 --db text.duckdb": "not a DuckDB file",
    "info --db .": "a folder",
    "sql --db nope.duckdb select": "no such file",
    "known add --db nope.duckdb mp-snapshot": "no such file",
    f"info --db {'x' * 300}": "file name too long",
    f"label {'x' * 300}.csv --db text.duckdb": "not a DuckDB file",
    f"known add {'x' * 300}.csv --db text.duckdb": "file name too long",
    f"build --oxidation-states {'x' * 300}": "file name too long",
    "frobnicate": "No such command",
    "build --frobnicate": "No such option",
}


@pytest.mark.parametrize(("line", "problem"), BAD.items(), ids=BAD)
def test_bad_input_is_one_line(line, problem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.duckdb").write_text("hello")
    done = run(*shlex.split(line))
    assert done.exit_code in (1, 2)
    errors = [text for text in done.stderr.splitlines() if text.startswith("chemdb: ")]
    assert len(errors) == 1
    assert problem in errors[0]
    assert errors[0] == done.stderr.splitlines()[-1]
    assert "Traceback" not in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["text.duckdb"]


@pytest.mark.parametrize(
    ("chemsys", "problem"),
    [("Li-Xx", "'Xx' is not an element"), ("Li-Li", "twice"), ("Li", "2 to 3 elements"), ("", "not an element"),
     ("Li-Na-K-O", "2 to 3 elements"), ("'; drop table t; --", "not an element")],
)  # fmt: skip
def test_bad_systems(small_path, chemsys, problem):
    done = run("report", "--table1", "--chemsys", chemsys, "--db", small_path)
    assert done.exit_code == 1
    assert problem in done.stderr


def test_an_output_that_cannot_be_written(small_path, tmp_path):
    for target in (tmp_path, tmp_path / "no" / "where.txt"):
        done = run("report", "--table2", "-o", target, "--db", small_path)
        assert done.exit_code == 1
        assert "cannot be written" in done.stderr
    assert list(tmp_path.iterdir()) == []
