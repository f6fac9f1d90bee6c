"""chemdb suggest, and report --suggestions."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from helpers.cli import output, run

QUERY = "elements=Li,S exclude=radioactive nelements=3-4"


def test_the_first_rows(full_path):
    text = output("suggest", QUERY, "--limit", 2, "--db", full_path)
    first, known, meaning, _, header, _, *rows = text.splitlines()
    assert first == "2 suggestions of 2,982,479 compositions"
    assert known.startswith(
        "known: Materials Project 2017, 47,737 entries, about a third of what the paper had; "
    )
    assert meaning.startswith(
        "score: sum of substitution weights over the known analogues, not a probability; "
    )
    assert header.split() == ["rank", "formula", "score", "share_found", "species", "n_analogues", "analogues",
                              "analogue_ids", "n_known"]  # fmt: skip
    assert rows[0].split("   ")[1:5] == ["  1", "LiInS2", " 1.631", ""]
    assert (
        "LiInSe2 (S for Se), NaInS2 (Li for Na), LiGaS2 (In for Ga)   mp-10618, mp-20289, mp-3647" in rows[0]
    )
    assert rows[-1] == "rows 1 to 2; --limit 0 for all"


def test_every_format(full_path, tmp_path):
    words = ("suggest", "ABO3", "--limit", 5, "--columns", "rank,formula,score", "--db", full_path)
    rows = json.loads(output(*words, "-f", "json"))
    assert rows[0] == {"rank": 1, "formula": "KAsO3", "score": 1.502645}
    assert [json.loads(line) for line in output(*words, "-f", "jsonl").splitlines()] == rows
    found = list(csv.DictReader(io.StringIO(output(*words, "-f", "csv"))))
    assert [row["formula"] for row in found] == [row["formula"] for row in rows]
    assert output(*words, "-o", tmp_path / "a.parquet") == f"{tmp_path / 'a.parquet'}: 5 rows\n"
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == rows


def test_unlikely_ones_on_demand(full_path):
    words = ("--limit", 3, "--columns", "formula,category,share_found", "-f", "csv", "--db", full_path)
    rows = "formula,category,share_found\nYZn2,unlikely,\nLiSb,unlikely,\nCaSbAu,unlikely,\n"
    assert output("suggest", "--category", "unlikely", *words) == rows
    assert output("suggest", "unlikely", *words) == rows


def test_one_formula(full_path):
    lines = output("suggest", "--for", "Cu P2O7 Sr", "--db", full_path).splitlines()
    assert lines[0] == "SrCuP2O7: missing, Sr2+ Cu2+ P5+ O2-"
    assert lines[2].startswith(
        "Score 1.403 (precision at such scores 78.9%, with a fifth of the known list hidden), the sum of the weights of 14 known analogues"
    )
    assert lines[6].split() == ["SrCuAs2O7", "P", "for", "As", "0.345", "mp-560187", "–"]
    found = json.loads(output("suggest", "--for", "SrCuP2O7", "-f", "json", "--db", full_path))
    assert found["score"] == pytest.approx(sum(near["weight"] for near in found["analogues"]))
    assert (
        "1.403 (precision at such scores 78.9%, with a fifth of the known list hidden), by SrCuAs2O7 (P for As), "
        in output("explain", "SrCuP2O7", "--db", full_path)
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--for", "NaCl9"], "NaCl9: outside the space of this file (factor 9), so it has no score; "),
        (["--for", "XX"], "formula 'XX': not one of the first 103 elements at 'XX'"),
        (["ABO3", "--for", "NaCl"], "give either QUERY or --for"),
        (["--for", "NaCl", "-f", "csv"], "--for: choose the format table or json"),
        (["elements=Foo"], "query: 'Foo' at character 10 is not an element or element group"),
        (["--limit", "0"], "compositions: at most the first 1,000,000 are ranked; limit them"),
        (["--limit", "20000"], "20,000 rows are too many for a table"),
        (
            ["-o", "rows.txt"],
            "rows.txt: the name must end in .csv, .tsv, .json, .jsonl, .parquet, or give --format",
        ),
    ],
)
def test_mistakes_are_one_line(words, message, full_path):
    done = run("suggest", *words, "--db", full_path)
    assert done.exit_code
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_hidden_fifth(full_path):
    words = ("report", "--suggestions", "-f", "json", "--db", full_path)
    rows = {(row["nelements"], row["ranking"]): row for row in json.loads(output(*words))}
    assert [rows[n, "score"]["precision_100"] for n in (2, 3, 4)] == [0.71, 0.77, 0.59]
    assert [rows[n, "score"]["precision_1000"] for n in (2, 3, 4)] == [0.306, 0.442, 0.273]
    assert rows[3, "score"]["precision_1000"] > 10 * rows[3, "popularity"]["precision_1000"]
    assert rows[4, "score"]["precision_1000"] > 10 * rows[4, "popularity"]["precision_1000"]
    other = json.loads(output(*words, "--seed", 1))
    assert other != list(rows.values())
    stored = output(
        "sql", "select nelements, found_1000 from suggestion_quality", "-f", "csv", "--db", full_path
    )
    assert stored == "nelements,found_1000\n2,306\n3,442\n4,273\n"
    assert "442 of the first 1,000" in output("info", "--db", full_path)


def test_bands_add_up(full_path):
    sums = (
        "select nelements, sum(n_ranked)::bigint, sum(n_found)::bigint from score_band group by 1 order by 1"
    )
    quality = "select nelements, n_ranked, n_found from suggestion_quality order by 1"
    rows = [output("sql", text, "-f", "csv", "--db", full_path).splitlines()[1:] for text in (sums, quality)]
    assert rows[0] == rows[1]
