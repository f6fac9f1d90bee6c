"""Views over exports: the same answers as the database, from DuckDB and Spark."""

import importlib.util
import os
import re
import shutil
import sys

import duckdb
import pytest
from helpers.cli import output, run
from helpers.files import names

from chemdb.dataset.exporting import export
from chemdb.dataset.views import attach

#: In the language of the cookbook of docs/sql.md.
QUESTIONS = (
    "select nelements, category, count(*) from composition group by all order by all",
    "from composition where chemsys = 'Ca-H-O' and natoms < 6 order by formula",
    "select formula, elements, factors from missing where factors = [1, 1, 2] and elements[1] = 'Ca' order by all",
    "select count(*), sum(natoms), typeof(any_value(elements))[:9], typeof(any_value(factors)) from unlikely",
    "select e, count(*) from (select unnest(elements) as e from allowed) group by all order by all",
    "select formula, chemsys, formula_anonymous, energy_above_hull from standard order by formula",
    "select formula, material_id from interesting order by formula",
    "select category, known, allowed, has_electronegativity, count(*) from composition group by all order by all",
    "from unlikely where nelements = 2 and natoms = 2 and list_contains(elements, 'He') order by formula",
)


@pytest.fixture
def everything(db, tmp_path):
    export(db.partitions("any=H,O natoms<=6", rows=100_000), tmp_path / "d")
    return tmp_path / "d"


@pytest.fixture
def views(everything, tmp_path):
    assert output("attach", everything, "-o", tmp_path / "v.duckdb") == (
        f"{tmp_path / 'v.duckdb'}: views exported, composition, allowed, standard, missing, interesting, unlikely\n"
    )
    with duckdb.connect(tmp_path / "v.duckdb", read_only=True) as con:
        yield con


def test_sql_has_the_same_answers(db, views):
    scope = "with {0} as (from {1}.{0} where natoms <= 6 and list_has_any(elements, ['H', 'O'])) "
    for question in QUESTIONS:
        view = re.search(r"from (\w+)", question)[1]
        within = scope.format(view, "chemdb.main")
        assert views.sql(question).fetchall() == list(db.sql(within + question)), question


def test_types_and_comments_are_those_of_the_database(db, views):
    described = (
        "select column_name, data_type, comment from duckdb_columns() where table_name = '{}' "
        "and schema_name = 'main' order by column_index"
    )
    for view in ("composition", "allowed", "missing", "unlikely"):
        assert views.sql(described.format(view)).fetchall() == list(db.sql(described.format(view))), view
    without = views.sql(
        "select count(*) from duckdb_columns() where not internal and comment is null"
    ).fetchall()
    assert without == [(0,)]
    [(comment,)] = views.sql("select comment from duckdb_views() where view_name = 'missing'").fetchall()
    assert comment == (
        "Allowed compositions that are not known. Only those of the query 'any=H,O natoms<=6'."
    )


def test_views_are_made_of_what_the_export_has(db, tmp_path):
    export(db.partitions("missing", rows=10**6), tmp_path / "d", ["formula"])
    assert attach(tmp_path / "d", tmp_path / "v.duckdb") == ["exported", "missing"]
    with duckdb.connect(tmp_path / "v.duckdb", read_only=True) as con:
        assert con.sql("from missing").columns == ["formula", "nelements"]
        assert con.sql("select count(*) from missing").fetchall() == list(
            db.sql("select count(*) from missing")
        )
        [(comment,)] = con.sql("select comment from duckdb_views() where view_name = 'missing'").fetchall()
        assert comment == "Allowed compositions that are not known."


def test_what_cannot_be_attached_is_one_line(db, small_path, everything, tmp_path):
    pieces = db.partitions("any=H,O natoms<=6", rows=100_000)
    export(pieces, tmp_path / "half", share=slice(1))
    shutil.copytree(everything, tmp_path / "odd[1]")
    shutil.copytree(everything, tmp_path / "damaged")
    part = next((tmp_path / "damaged" / "nelements=3").iterdir())
    os.truncate(part, 100)
    (tmp_path / "no").mkdir()
    shutil.copyfile(small_path, tmp_path / "mine.duckdb")
    before = names(tmp_path)
    for folder, target, message in (
        ("half", "v.duckdb", "half: incomplete, has no _manifest.json; run its"),
        ("no", "v.duckdb", "no: has no _plan.json, so it is not an export"),
        ("nowhere", "v.duckdb", "nowhere: has no _plan.json, so it is not an export"),
        ("damaged", "v.duckdb", f"{part.name}: missing or damaged; see 'chemdb verify"),
        ("odd[1]", "v.duckdb", "DuckDB reads *, ? and [] as patterns; rename the folder"),
        ("d", "mine.duckdb", "mine.duckdb: exists, and attach did not make it; choose another name"),
        ("d", "none/v.duckdb", "the folder"),
    ):
        done = run("attach", tmp_path / folder, "-o", tmp_path / target)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1), done.output
        assert message in done.stderr
    done = run("attach", "s3://bucket/d", "-o", tmp_path / "v.duckdb")
    assert done.stderr == "chemdb: s3://bucket/d: attach reads a folder on a disk; copy the export to one\n"
    assert names(tmp_path) == before


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="needs pyspark: pip install pyspark")
@pytest.mark.skipif(
    shutil.which("java") is None, reason="needs Java 17: apt-get install openjdk-17-jre-headless"
)
def test_spark_reads_it(db, everything, monkeypatch):
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        frame = spark.read.parquet(str(everything))
        assert dict(frame.dtypes)["nelements"] == "int"
        counts = {row["category"]: row["count"] for row in frame.groupBy("category").count().collect()}
        assert counts == db.query("any=H,O natoms<=6").counts
        [row] = frame.where("formula = 'CaH2O2'").collect()
        assert (row.nelements, row.category, row.elements, row.factors) == (
            3,
            "standard",
            ["Ca", "H", "O"],
            [1, 2, 2],
        )
    finally:
        spark.stop()
