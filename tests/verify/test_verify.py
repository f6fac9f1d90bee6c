"""Whatever is changed in a file, `chemdb verify` names it; and damage is one clear line everywhere."""

import csv
import io
import random
import re
import shlex
import shutil
import signal
import sqlite3
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.cli import COMMANDS, run

import chemdb
from chemdb.builder.change_known import add, remove
from chemdb.database.checksum import renew_checksums
from chemdb.database.connection import connect_to_read
from chemdb.errors import DatabaseError
from chemdb.runtime.progress import no_progress
from chemdb.verify import checks_of

# What is done to the small file with another client, and the checks that notice: no more, no fewer.
CHANGES = [
    (
        "update order_summary set n_systems = n_systems + 1 where nelements = 2",
        ["2 elements: systems, 103 choose k", "checksum of order_summary"],
    ),
    (
        "update order_summary set n_stoichiometries = 54 where nelements = 3",
        ["3 elements: reduced stoichiometries", "checksum of order_summary"],
    ),
    (
        "update order_summary set combinations = combinations + 1 where nelements = 3",
        [
            "3 elements: combinations",
            "3 elements: sum of the four categories",
            "checksum of order_summary",
        ],
    ),
    (
        "update order_summary set allowed = allowed + 1 where nelements = 2",
        [
            "2 elements: allowed",
            "2 elements: allowed by stoichiometry",
            "2 elements: allowed by element, each counted k times",
            "2 elements: allowed by anonymous formula",
            "checksum of order_summary",
        ],
    ),
    (
        "update order_summary set known = known + 1 where nelements = 2",
        [
            "2 elements: known = standard + interesting",
            "2 elements: known by element, each counted k times",
            "2 elements: known by anonymous formula",
            "2 elements: known by system",
            "2 elements: known compositions",
            "checksum of order_summary",
        ],
    ),
    (
        "update order_summary set missing = missing - 1 where nelements = 2",
        ["2 elements: sum of the four categories", "checksum of order_summary"],
    ),
    (
        "delete from order_summary where nelements = 3",
        [
            "3 elements: systems, 103 choose k",
            "3 elements: reduced stoichiometries",
            "3 elements: combinations",
            "3 elements: allowed",
            "numbers of elements",
            "checksum of order_summary",
        ],
    ),
    (
        "insert into order_summary by name select * replace (4 as nelements) from order_summary where nelements = 3",
        [
            "numbers of elements",
            "4 elements: allowed by stoichiometry",
            "4 elements: allowed by element, each counted k times",
            "4 elements: allowed by anonymous formula",
            "4 elements: known by element, each counted k times",
            "4 elements: known by anonymous formula",
            "4 elements: known by system",
            "4 elements: known compositions",
            "checksum of order_summary",
        ],
    ),
    (
        "update store.stoichiometry set n_allowed = n_allowed + 1 where nelements = 2 and stoichiometry_id = 0",
        ["2 elements: allowed by stoichiometry", "checksum of store.stoichiometry"],
    ),
    (
        "update element_frequency set allowed = allowed - 1 where symbol = 'Li' and nelements = 2",
        ["2 elements: allowed by element, each counted k times", "checksum of element_frequency"],
    ),
    (
        "update element_frequency set known = known + 1 where symbol = 'O' and nelements = 2",
        ["2 elements: known by element, each counted k times", "checksum of element_frequency"],
    ),
    (
        "update anonymous_formula set allowed = allowed - 1 where formula_anonymous = 'AB'",
        ["2 elements: allowed by anonymous formula", "checksum of anonymous_formula"],
    ),
    (
        "update anonymous_formula set known = known + 1 where formula_anonymous = 'AB'",
        ["2 elements: known by anonymous formula", "checksum of anonymous_formula"],
    ),
    (
        "update known_system set n_standard = n_standard + 1 where chemsys = 'O-Zn'",
        ["2 elements: known by system", "checksum of known_system"],
    ),
    (
        "update known_system set known_stoichiometries = set_bit(known_stoichiometries, 0, 0) where chemsys = 'O-Zn'",
        ["known compositions whose bits match their category", "checksum of known_system"],
    ),
    (
        "delete from known_composition where formula = 'ZnO3'",
        [
            "2 elements: known compositions",
            "known formulas in the space",
            "known entries in the space",
            "checksum of known_composition",
        ],
    ),
    (
        "update known_composition set allowed = false where formula = 'ZnO'",
        ["known compositions whose bits match their category", "checksum of known_composition"],
    ),
    (
        "update known_composition set n_entries = 5 where formula = 'ZnO'",
        ["known entries in the space", "checksum of known_composition"],
    ),
    (
        "update store.allowed_set set stoichiometries = set_bit(stoichiometries, 0, 1 - get_bit(stoichiometries, 0)) where allowed_set_id = 5",
        ["2 elements: allowed", "members of the allowed sets", "checksum of store.allowed_set"],
    ),
    (
        "update store.allowed_set set n_allowed = n_allowed + 1 where allowed_set_id = 5",
        ["members of the allowed sets", "members of the listed sets", "checksum of store.allowed_set"],
    ),
    (
        "delete from store.allowed_stoichiometry where rowid = 0",
        ["members of the listed sets", "checksum of store.allowed_stoichiometry"],
    ),
    (
        "update store.listed_system set allowed_set_id = 7 where chemsys = 'Li-O'",
        ["allowed sets with the right number of systems", "checksum of store.listed_system"],
    ),
    (
        "update store.listed_system set allowed_set_id = 999999 where chemsys = 'Li-O'",
        [
            "2 elements: allowed",
            "allowed sets with the right number of systems",
            "checksum of store.listed_system",
        ],
    ),
    (
        "update store.listed_system set chemsys = 'Li-S' where chemsys = 'Li-O'",
        ["checksum of store.listed_system"],
    ),
    (
        "delete from store.listed_system where chemsys = 'Li-O'",
        [
            "2 elements: allowed",
            "systems of the allowed sets",
            "allowed sets with the right number of systems",
            "checksum of store.listed_system",
        ],
    ),
    (
        "delete from known_entry where material_id = 'a1'",
        [
            "known entries in the space",
            "known entries of the sources",
            "known source lab: entries",
            "checksum of known_entry",
        ],
    ),
    (
        "delete from known_reject where row_number = 11",
        ["known source lab: rejected", "checksum of known_reject"],
    ),
    (
        "update known_entry set in_space = false where material_id = 'a3'",
        [
            "known formulas in the space",
            "known entries in the space",
            "known source lab: in space",
            "checksum of known_entry",
        ],
    ),
    ("update known_source set n_formulas = 3", ["known source lab: formulas", "checksum of known_source"]),
    ("delete from known_source", ["known entries of the sources", "checksum of known_source"]),
    (
        "update known_entry set energy_above_hull = energy_above_hull + 1e-9 where material_id = 'a6'",
        ["checksum of known_entry"],
    ),
    (
        "update species set oxidation_state = -3 where symbol = 'O' and oxidation_state = -2 and used",
        ["oxidation states", "checksum of species"],
    ),
    (
        "delete from species where symbol = 'O' and used",
        ["species", "oxidation states", "checksum of species"],
    ),
    ("update element set electronegativity = 0.99 where symbol = 'Li'", ["checksum of element"]),
    ("delete from element_embedding where symbol = 'Li'", ["checksum of element_embedding"]),
    (
        "update embedding set features = list_reverse(features) where embedding = 'magpie'",
        ["checksum of embedding"],
    ),
    (
        "insert into projection select 1, 'ZnO', 'standard', 0, 0, null, 0, 0",
        ["points of the maps", "checksum of projection"],
    ),
    (
        "update store.build_info set value = '5' where property = 'max_stoichiometry'",
        [
            "2 elements: reduced stoichiometries",
            "3 elements: reduced stoichiometries",
            "2 elements: combinations",
            "3 elements: combinations",
            "checksum of store.build_info",
        ],
    ),
    (
        "insert into store.system_head values ('Li', 'Fe', 'P', 0, 9, 1)",
        ["checksum of store.system_head"],
    ),
    (
        "insert into store.system_tail values ('P', 'O', 'F', 0, 0, true)",
        ["checksum of store.system_tail"],
    ),
    ("insert into store.signature_pair values (0, 0, 0)", ["checksum of store.signature_pair"]),
    ("insert into substitution values ('Na', 'K', 0.3)", ["checksum of substitution"]),
    ("update score_band set n_found = 1 where nelements = 2", ["checksum of score_band"]),
    ("update suggestion_quality set n_hidden = 9", ["checksum of suggestion_quality"]),
    ("update suggestion set score = 1 where rank = 1", ["checksum of suggestion"]),
    ("drop view missing", ["missing tables, views and macros"]),
    (
        "drop table projection",
        ["Counts", "missing tables, views and macros", "checksum of projection"],
    ),
    (
        "drop macro composition_of",
        ["missing tables, views and macros", "from composition_of('NaCl')"],
    ),
    ("comment on view missing is null", ["tables, views and macros without a comment"]),
    ("comment on column element.name is null", ["tables, views and macros without a comment"]),
    ("alter table element_group rename column symbol to element", ["checksum of element_group"]),
    ("create or replace view missing as select 1 as one", ["tables, views and macros without a comment"]),
    ("create view v as select 1 as one", ["tables, views and macros without a comment", "views"]),
    (
        "create table mine (x int)",
        ["tables, views and macros without a comment", "tables without a checksum"],
    ),
    ("delete from store.checksum where table_name = 'main.species'", ["tables without a checksum"]),
    ("drop table store.checksum", ["missing tables, views and macros", "Checksums"]),
    (
        "alter table known_composition rename column n_entries to n",
        [
            "Counts",
            "from main.interesting limit 0",
            "from main.standard limit 0",
            "checksum of known_composition",
        ],
    ),
]


def failed(path, deep=False):
    with connect_to_read(Path(path)) as con:
        return [check.name for check in checks_of(con, deep) if not check.ok]


def change(path, *statements, renew=False):
    with duckdb.connect(path) as con:
        for statement in statements:
            con.execute(statement)
        if renew:
            renew_checksums(con)


@pytest.mark.parametrize(("statement", "checks"), CHANGES, ids=[change[0] for change in CHANGES])
def test_a_change_is_noticed(copy, statement, checks):
    change(copy, statement)
    assert sorted(failed(copy)) == sorted(checks)


def test_every_quick_check_can_fail(small_path):
    with chemdb.open(small_path) as db:
        names = {check.name.split(": ")[-1] for check in db.verify()}
    # Those of the default file have a test of their own, no count is published for the small one.
    failing = {name.split(": ")[-1] for _, checks in CHANGES for name in checks}
    assert names - failing - {"allowed, as published"} == {
        "checksum of element_frequency", "checksum of projection_run", "checksum of store.stoichiometry",
    } - failing  # fmt: skip


def test_the_default_file_has_the_published_counts(full_path, tmp_path):
    with chemdb.open(full_path) as db:
        found = {check.name: check for check in db.verify()}
    assert [check for check in found.values() if not check.ok] == []
    assert found["4 elements: allowed, as published"].found == 2_909_434_982
    assert found["known source mp-snapshot: rows, as shipped"].expected == 47_737
    copy = shutil.copyfile(full_path, tmp_path / "c.duckdb")
    change(
        copy,
        "update store.allowed_set set stoichiometries = set_bit(stoichiometries, 0, 1 - get_bit(stoichiometries, 0)) "
        "where allowed_set_id = 5",
        "delete from known_entry where material_id = 'mp-2133'",
    )
    wrong = failed(copy)
    assert "2 elements: allowed, as published" in wrong
    assert "known source mp-snapshot: rows, as shipped" in wrong


def test_a_smaller_space_has_no_published_count(small_path):
    with chemdb.open(small_path) as db:
        [row] = [check for check in db.verify() if check.name == "3 elements: allowed, as published"]
    assert row.expected == "no published count"


@pytest.mark.integration
def test_files_that_chemdb_changed_are_right(copy, tmp_path):
    (tmp_path / "mine.csv").write_text("formula\nNaCl\nMgO\n")
    add(tmp_path / "c.duckdb", str(tmp_path / "mine.csv"))
    assert failed(copy) == []
    remove(tmp_path / "c.duckdb", "lab")
    assert failed(copy) == []
    assert (
        run("map", "--embedding", "magpie", "--method", "pca", "--nelements", "2", "--db", copy).exit_code
        == 0
    )
    assert failed(copy) == []


@pytest.mark.integration
def test_the_command_shows_all_checks_and_one_line(copy):
    done = run("verify", "--db", copy, "--format", "csv")
    assert done.exit_code == 0
    assert {row["ok"] for row in csv.DictReader(io.StringIO(done.stdout))} == {"true"}
    change(copy, "update known_source set n_formulas = 3")
    done = run("verify", "--db", copy, "--format", "csv")
    assert done.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["check"] for row in rows if row["ok"] == "false"] == [
        "known source lab: formulas",
        "checksum of known_source",
    ]
    assert done.stderr.splitlines()[-1] == (
        f"chemdb: {copy}: failed its checks (known source lab: formulas: 7 instead of 3; and 1 more); build it again"
    )


@pytest.mark.integration
def test_deep_finds_nothing_wrong_with_a_good_file(small_path):
    assert failed(small_path, deep=True) == []


@pytest.mark.integration
def test_deep_notices_decisions_that_agree_with_each_other_but_not_with_the_rule(copy):
    # Lithium oxides and lithium sulfides change places with sodium chlorides: counts stay, the rule does not.
    swap = """
        update store.listed_system set allowed_set_id = case chemsys
            when 'Li-O' then (select allowed_set_id from store.listed_system where chemsys = 'Cl-Na')
            else (select allowed_set_id from store.listed_system where chemsys = 'Li-O')
        end
        where chemsys in ('Li-O', 'Cl-Na')
    """
    change(copy, swap, renew=True)
    assert failed(copy) == []
    assert "2 elements: decisions, bit for bit" in failed(copy, deep=True)


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("update store.stoichiometry set factors = [9, 9] where nelements = 2 and stoichiometry_id = 3", "stoichiometries, in order"),
        ("update store.listed_system set element1 = 'He' where chemsys = 'Li-O'", "systems, in order"),
        ("delete from store.listed_system where chemsys = 'Li-O'", "decisions, bit for bit"),
    ],
)  # fmt: skip
@pytest.mark.integration
def test_deep_notices_other_systems_and_stoichiometries(copy, statement, check):
    change(copy, statement, renew=True)
    assert f"2 elements: {check}" in failed(copy, deep=True)


@pytest.mark.integration
def test_deep_notices_listed_members_that_are_not_allowed(copy):
    change(copy, "update store.allowed_stoichiometry set stoichiometry_id = 9 where rowid = 0", renew=True)
    assert "listed stoichiometries that are in their sets" in failed(copy, deep=True)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("update substitution set weight = 0.3 where rowid = 0", "substitution weights, learned again"),
        ("update suggestion set score = score + 0.1 where rank = 7", "scores of suggestions"),
    ],
)
def test_deep_notices_other_suggestions(suggest_path, tmp_path, statement, check):
    path = shutil.copyfile(suggest_path, tmp_path / "c.duckdb")
    change(path, statement, renew=True)
    assert check in failed(path, deep=True)


@pytest.mark.integration
def test_samples_are_decided_by_others(copy):
    # Another electronegativity scale: the stored decisions are those of the first.
    change(copy, "update element set electronegativity = 4 - electronegativity", renew=True)
    wrong = failed(copy, deep=True)
    assert "2 elements: missing, by the reference rule" in wrong
    assert "2 elements: missing, read in other spellings" in wrong


@pytest.mark.integration
def test_samples_are_decided_by_smact_and_found_by_sql(copy):
    change(
        copy,
        "update store.allowed_set set stoichiometries = ~stoichiometries where nelements = 2",
        "create or replace macro composition_of(text) as table select 'unlikely'::category as category",
        renew=True,
    )
    wrong = failed(copy, deep=True)
    assert "2 elements: unlikely, by smact_filter" in wrong
    assert "2 elements: missing, by composition_of" in wrong


def test_any_client_can_compute_a_checksum(small):
    for name, n_rows, checksum, statement in small.execute("from store.checksum").fetchall():
        assert small.execute(statement).fetchall() == [(n_rows, checksum)], name


def test_a_checksum_does_not_depend_on_the_order_of_rows(copy):
    change(
        copy,
        "create or replace table t as from element order by name",
        "delete from element",
        "insert into element from t",
        "drop table t",
    )
    assert failed(copy) == []


# Files that are none, or not ours.


def sqlite_file(path):
    with sqlite3.connect(path) as con:
        con.execute("create table build_info (property, value)")
        con.execute("insert into build_info values ('format_version', '3')")
    con.close()


def newer_storage(path, small_path):
    data = bytearray(small_path.read_bytes())
    data[12:20] = (9_999).to_bytes(8, "little")
    path.write_bytes(data)


FOREIGN = {
    "empty": lambda path, small: path.write_bytes(b""),
    "text": lambda path, small: path.write_text("LiZnO2\n" * 10_000),
    "gzip": lambda path, small: path.write_bytes(b"\x1f\x8b\x08\x00" + random.Random(0).randbytes(50_000)),
    "elf": lambda path, small: path.write_bytes(b"\x7fELF" + random.Random(1).randbytes(50_000)),
    "sqlite": lambda path, small: sqlite_file(path),
    "parquet": lambda path, small: pq.write_table(pa.table({"formula": ["NaCl"]}), path),
    "other duckdb": lambda path, small: duckdb.connect(path).execute("create table t (x int)").close(),
    "newer storage": newer_storage,
    "one block": lambda path, small: path.write_bytes(small.read_bytes()[:4096]),
    "cut in the header": lambda path, small: path.write_bytes(small.read_bytes()[:9000]),
    "cut in the first block": lambda path, small: path.write_bytes(small.read_bytes()[:100_000]),
    "newer format": lambda path, small: versioned(path, small, 99),
    "older format": lambda path, small: versioned(path, small, 1),
}  # fmt: skip


def versioned(path, small_path, version):
    shutil.copyfile(small_path, path)
    change(path, f"update store.build_info set value = '{version}' where property = 'format_version'")


OPENING = [name for name, command in COMMANDS.items() if any(p.name == "db" for p in command.params)]


@pytest.mark.parametrize("kind", FOREIGN)
def test_no_command_accepts_a_foreign_or_damaged_file(kind, small_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inputs = ("my-formulas.csv", "my-icsd.csv")
    for name in inputs:
        (tmp_path / name).write_text("formula\nNaCl\n")
    (tmp_path / "model.py").write_text("class Model: ...")
    path = tmp_path / "c.duckdb"
    FOREIGN[kind](path, small_path)
    before = path.read_bytes()
    for name in OPENING:
        if name == "build" and kind == "older format":
            continue  # what an older chemdb made is replaced
        example = re.search(r"Example: chemdb (.+)", COMMANDS[name].help)[1]
        done = run(*shlex.split(example), "--db", path)
        last = done.stderr.strip().splitlines()[-1]
        assert (done.exit_code, last[:8]) == (1, "chemdb: "), (name, done.output)
        assert "c.duckdb: " in last, name
        # DuckDB would download the reader of such files.
        assert kind != "sqlite" or last.endswith("c.duckdb: not a DuckDB file; choose another --db"), name
        assert path.read_bytes() == before, name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.duckdb", "model.py", *inputs]


@pytest.mark.parametrize("n", [10, pytest.param(30, marks=pytest.mark.long)])
@pytest.mark.integration
def test_flipped_bits_are_noticed_or_harmless(small_path, tmp_path, n):
    with connect_to_read(small_path) as con:
        answer = list(checks_of(con))
    data = small_path.read_bytes()
    path = tmp_path / "c.duckdb"
    noticed = 0
    draw = random.Random(0)
    places = [draw.randrange(12_288) for _ in range(n)] + [draw.randrange(len(data)) for _ in range(n)]
    for place in places:
        flipped = bytearray(data)
        flipped[place] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        try:
            with connect_to_read(path) as con:
                found = list(checks_of(con))
        except DatabaseError:
            noticed += 1
        else:
            assert found == answer or not all(check.ok for check in found)
            noticed += found != answer
    assert noticed > 1.5 * n


def test_a_damaged_block_is_reported(full_path, tmp_path):
    data = bytearray(full_path.read_bytes())
    for block in range(20_000_000, 40_000_000, 256 * 1024):  # some are free
        data[block : block + 4] = b"oops"
    path = tmp_path / "c.duckdb"
    path.write_bytes(data)
    done = run("verify", "--db", path)
    assert done.exit_code == 1
    assert "Corrupt database file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.integration
def test_a_crash_while_reading_is_a_failed_check(small_path):
    """Some damage makes DuckDB end the process: a block in the wrong place has a right checksum."""

    @contextmanager
    def crash_at_samples(name):
        if name == "Samples":
            [child] = [c for c in psutil.Process().children() if "chemdb.verify" in c.cmdline()]
            child.send_signal(signal.SIGSEGV)
        yield no_progress

    with chemdb.open(small_path) as db:
        found = db.verify(deep=True, steps=crash_at_samples)
        assert found[-1] == (
            "Samples",
            "readable",
            "the process reading it ended (SIGSEGV)",
            False,
        )
        assert all(check.ok for check in db.verify())
