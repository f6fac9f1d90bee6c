"""Exports into a folder of Parquet files: what is in it, and that work done stays done."""

import json
import os
import shutil

import duckdb
import loky
import polars
import pyarrow.parquet as pq
import pytest
from helpers.cli import output, run
from helpers.exports import QUERY, ROWS, stamps
from helpers.files import content, names

import chemdb
from chemdb.builder.change_known import add
from chemdb.dataset.exporting import export, finish
from chemdb.errors import ChemdbError


def split_mix(key):
    """Return SplitMix64 of a number, as its authors give it."""
    z = (key + 0x9E3779B97F4A7C15) % 2**64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


def test_split_mix_is_the_published_one():
    # The first outputs of the generator with seed 0, https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64.
    assert split_mix(0) == 0xE220A8397B1DCDAF


def test_a_folder_has_the_rows_of_the_query(db, pieces, tmp_path):
    columns = ["formula", "nelements", "elements", "factors", "category", "known_in", "max_factor"]
    written = export(pieces, tmp_path / "d", columns)
    rows = duckdb.sql(
        f"select {', '.join(columns)} from read_parquet('{tmp_path}/d/*/*.parquet', hive_partitioning = true)"
    ).fetchall()
    assert sorted(rows, key=str) == sorted(db.query(QUERY, columns=columns), key=str)
    assert written.manifest.n_rows == len(rows) == db.query(QUERY).count()


def test_the_layout(pieces, tmp_path):
    written = export(pieces, tmp_path / "d", ["formula"])
    n = len(written.manifest.parts)
    assert names(tmp_path / "d") == ["_manifest.json", "_plan.json", "nelements=2", "nelements=3"]
    assert names(tmp_path / "d" / "nelements=2") == [f"part-00000-of-{n:05}.parquet"]
    assert len(names(tmp_path / "d" / "nelements=3")) == n - 1 == 4
    file = pq.ParquetFile(tmp_path / "d" / "nelements=2" / f"part-00000-of-{n:05}.parquet")
    assert file.schema_arrow.names == ["system_id", "stoichiometry_id", "formula"]
    group = file.metadata.row_group(0)
    assert group.column(2).compression == "ZSTD"
    assert "DELTA_BYTE_ARRAY" in group.column(2).encodings
    manifest = json.loads((tmp_path / "d" / "_manifest.json").read_text())
    first = manifest["parts"][0]
    path = tmp_path / "d" / first["name"]
    assert first["n_bytes"] == path.stat().st_size
    assert first["sha256"] == duckdb.sql(f"select sha256(content) from read_blob('{path}')").fetchall()[0][0]


def test_the_sum_of_the_keys(db, tmp_path):
    written = export(db.partitions("elements=Li,O", rows=1_000), tmp_path / "d", ["formula"])
    keys = duckdb.sql(f"select system_id, stoichiometry_id from '{tmp_path}/d/*/*.parquet'").fetchall()
    assert written.manifest.key_sum == sum(split_mix(65536 * s + t) for s, t in keys) % 2**64
    # Each composition once, whatever the cuts.
    assert len(set(keys)) == len(keys)
    again = export(db.partitions("elements=Li,O", rows=10**9), tmp_path / "e", ["formula"])
    assert again.manifest.key_sum == written.manifest.key_sum


def test_a_piece_with_several_numbers_of_elements_is_cut(db, tmp_path):
    [piece] = db.partitions(QUERY, rows=10**9)
    written = export([piece], tmp_path / "d", ["formula"])
    counts = [db.query(f"{QUERY} nelements={n}").count() for n in (2, 3)]
    assert [part.n_rows for part in written.manifest.parts] == counts


def test_finished_files_stay_as_they_are(pieces, tmp_path):
    folder = tmp_path / "d"
    n = len(export(pieces, folder, ["formula"]).manifest.parts)
    before, whole = stamps(folder), content(folder)
    assert export(pieces, folder, ["formula"]).n_new == 0
    assert (stamps(folder), content(folder)) == (before, whole)
    # As if it had been stopped.
    (folder / "_manifest.json").unlink()
    for path in list(before)[::2]:
        path.unlink()
        del before[path]
    assert export(pieces, folder, ["formula"]).n_new == n - len(before)
    assert {path: stamp for path, stamp in stamps(folder).items() if path in before} == before
    assert content(folder) == whole


def test_parts_of_an_array_in_any_order_make_the_same_folder(pieces, tmp_path):
    export(pieces, tmp_path / "serial")
    for number in (1, 2, 0):
        with pytest.raises(ChemdbError, match=r"missing or damaged: nelements=|has no _plan.json"):
            finish(tmp_path / "array")
        export(pieces, tmp_path / "array", share=slice(number, None, 3))
        assert not (tmp_path / "array" / "_manifest.json").exists()
    finish(tmp_path / "array")
    assert content(tmp_path / "array") == content(tmp_path / "serial")


def test_what_is_not_all_of_a_query_is_refused(pieces, tmp_path):
    for some in pieces[1:], pieces[:-1], pieces[::-1], [*pieces, *pieces], pieces[0], QUERY:
        with pytest.raises(ChemdbError, match=r"db\.partitions"):
            export(some, tmp_path / "d")
    with pytest.raises(ChemdbError, match="executor: int is none of concurrent"):
        export(pieces, tmp_path / "d", executor=2)
    assert not list(tmp_path.iterdir())


def test_loky_makes_the_same_folder(pieces, tmp_path):
    export(pieces, tmp_path / "serial")
    with loky.get_reusable_executor(2) as executor:
        export(pieces, tmp_path / "loky", executor=executor)
    assert content(tmp_path / "loky") == content(tmp_path / "serial")


def test_damage_is_found_and_repaired(pieces, tmp_path, small_path):
    folder = tmp_path / "d"
    export(pieces, folder, ["formula"])
    whole = content(folder)
    *others, flipped, short, gone = sorted(folder.rglob("*.parquet"))
    data = bytearray(flipped.read_bytes())
    data[1000] ^= 1
    flipped.write_bytes(data)
    os.truncate(short, short.stat().st_size - 1)
    gone.unlink()
    done = run("verify", folder)
    assert done.exit_code == 1
    assert all(path.name in done.stdout for path in (flipped, short, gone))
    assert not any(path.name in done.stdout for path in others)
    with pytest.raises(ChemdbError, match="3 of 5 files missing or damaged"):
        finish(folder)
    assert export(pieces, folder, ["formula"]).n_new == 3
    assert content(folder) == whole
    assert "3 of 3 checks passed" in output("verify", folder, "--deep")


def test_another_export_is_refused(db, pieces, tmp_path, copy, known_csv):
    folder = tmp_path / "d"
    export(pieces, folder, ["formula"])
    whole = content(folder)
    moved = shutil.copyfile(db.path, tmp_path / "moved.duckdb")
    with chemdb.open(moved) as same:
        # Where the database is does not matter.
        export(same.partitions(QUERY, rows=ROWS), folder, ["formula"])
    add(copy, f"lab2={known_csv}")
    with chemdb.open(copy) as changed:
        others = {
            "of 'elements=H,O', not 'elements=Li'": (db.partitions("elements=Li", rows=ROWS), ["formula"]),
            "in files of other sizes": (db.partitions(QUERY, rows=2 * ROWS), ["formula"]),
            "without category": (pieces, ["formula", "category"]),
            "also with formula": (pieces, ["category"]),
            "the database changed since this export was planned": (
                changed.partitions(QUERY, rows=ROWS),
                ["formula"],
            ),
        }
        for message, (parts, columns) in others.items():
            with pytest.raises(ChemdbError, match=message):
                export(parts, folder, columns)
    assert content(folder) == whole


def test_a_file_that_fails_does_not_stop_the_others(small_path, tmp_path):
    # A folder in the place of a file.
    blocked = tmp_path / "d" / "nelements=3" / "part-00003-of-00005.parquet"
    arguments = [
        "export",
        "compositions",
        QUERY,
        "-o",
        tmp_path / "d",
        "--rows-per-file",
        ROWS,
        "--db",
        small_path,
    ]
    output(*arguments)
    blocked.unlink()
    (tmp_path / "d" / "_manifest.json").unlink()
    (blocked / "x").mkdir(parents=True)
    before = stamps(tmp_path / "d")
    done = run(*arguments)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith(
        f"chemdb: 1 of 5 files failed: {blocked}: cannot be read (is a directory); the same "
    )
    assert stamps(tmp_path / "d") == before
    assert not (tmp_path / "d" / "_manifest.json").exists()
    assert not list((tmp_path / "d").rglob("*.partial"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["elements=H,O nelements=2 natoms>=8", "-o", "d"],
            "export: no composition of this file matches the query",
        ),
        (["elements=O", "-o", "d", "--columns", "formla"], "unknown column 'formla'; did you mean formula"),
        (
            ["elements=O", "-o", "d", "--columns", "score"],
            "column 'score' is not available in pieces; choose from system_id",
        ),
        (["elements=O", "-o", "d", "--columns", "formula,formula"], "column 'formula' is repeated"),
        (["elements=O", "-o", "file"], "file: is a file; choose the name of a folder"),
        (["elements=O", "-o", "none/d"], "none/d: cannot be written (its parent folder does not exist)"),
        (["elements=O", "-o", "full"], "full: has other files (a.txt); choose an empty folder"),
        (["elements=O", "-o", "s3://bucket"], "s3://bucket: has no prefix; write s3://bucket/prefix"),
        (["elements=O", "-o", "gs://b/p"], "'gs://b/p': give the name of a folder, or s3://BUCKET/PREFIX"),
        (["elements=O", "-o", ""], "'': give the name of a folder, or s3://BUCKET/PREFIX"),
        (["elements=O", "-o", "d", "--scheduler", "two"], "scheduler 'two': write local:N"),
        (["--finish", "-o", "none"], "none: has no _plan.json, so it is not an export"),
        (["-o", "d"], "give a QUERY"),
    ],
)
def test_what_cannot_be_is_one_line(small_path, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").touch()
    done = run("export", "compositions", *words, "--db", small_path)
    assert done.exit_code
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert names(tmp_path) == ["file", "full"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_one_line(pieces, tmp_path):
    (tmp_path / "d").mkdir(0o500)
    with pytest.raises(ChemdbError, match=r"d.*: cannot be written \(permission denied\)"):
        export(pieces, tmp_path / "d")


def test_polars_reads_it(db, pieces, tmp_path):
    export(pieces, tmp_path / "d")
    frame = polars.scan_parquet(tmp_path / "d" / "**" / "*.parquet", hive_partitioning=True)
    assert frame.collect_schema()["nelements"] == polars.Int64
    counts = frame.group_by("category").len().collect()
    assert dict(counts.iter_rows()) == {name: n for name, n in db.query(QUERY).counts.items() if n}
    [row] = frame.filter(polars.col("formula") == "Ca(OH)2".replace("(OH)2", "H2O2")).collect().to_dicts()
    assert row["elements"] == ["Ca", "H", "O"]
    assert (row["nelements"], row["category"], row["factors"]) == (3, "standard", [1, 2, 2])
