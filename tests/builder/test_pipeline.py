"""Builds are atomic: a complete new file, or the old one."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from helpers.files import names
from helpers.process import python

from chemdb.builder.pipeline import BuildOptions, build, check_counts, expected_counts
from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.database.connection import connect_to_read
from chemdb.database.replacing import replacing
from chemdb.database.sql_files import files_in
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.element_table import elements_by_symbol, rule_table
from chemdb.errors import ChemdbError, DatabaseError, LimitError

TINY = BuildOptions(nelements=range(2, 3), max_stoichiometry=2, known=())


def test_the_code_names_every_sql_file():
    root = Path(__file__).parents[2]
    code = "".join(path.read_text() for path in (root / "chemdb").rglob("*.py"))
    in_sql = {f"{path.parent.name}/{path.stem}" for path in (root / "sql").rglob("*.sql")}
    whole_stages = {name for stage in ("2_known", "3_views") for name in files_in(stage)}
    assert {name for name in in_sql - whole_stages if f'"{name}"' not in code} == set()


def test_a_build_replaces_an_older_file(tmp_path):
    path = tmp_path / "c.duckdb"
    build(path, TINY)
    build(path, BuildOptions(nelements=range(2, 3), max_stoichiometry=3, known=("none",)))
    with connect_to_read(path) as con:
        assert con.execute("select n_stoichiometries from order_summary").fetchall() == [(7,)]
    assert names(tmp_path) == ["c.duckdb"]


@pytest.mark.parametrize("name", ["icsd16", "icsd24", "wiki", "pymatgen_sp"])
def test_other_oxidation_states(tmp_path, name):
    path = tmp_path / "c.duckdb"
    build(path, BuildOptions(nelements=range(3, 4), max_stoichiometry=2, oxidation_states=name, known=()))
    with connect_to_read(path) as con:
        assert con.execute("select distinct oxidation_state_set from species where used").fetchall() == [
            (name,)
        ]
        assert (
            con.execute("select count(*) from allowed").fetchall()
            == con.execute("select allowed from order_summary").fetchall()
        )


def test_oxidation_states_from_a_user_file(tmp_path):
    (tmp_path / "mine.txt").write_text("Na +1\nO -2\nCl -1\n")
    path = tmp_path / "c.duckdb"
    options = BuildOptions(
        nelements=range(2, 4), max_stoichiometry=4, oxidation_states=str(tmp_path / "mine.txt"), known=()
    )
    build(path, options)
    with connect_to_read(path) as con:
        allowed = con.execute("select formula from allowed order by all").fetchall()
        assert allowed == [("Na2O",), ("Na3ClO",), ("Na4Cl2O",), ("NaCl",)]
        assert con.execute("select count(*) from unlikely where chemsys = 'Cl-Na'").fetchall() == [(10,)]


@pytest.mark.parametrize(
    ("nelements", "largest"), [(range(2, 3), 12), (range(3, 4), 1), (range(2, 4), 2), (range(4, 5), 1)]
)
def test_builds_with_other_limits_pass_their_checks(tmp_path, nelements, largest):
    build(tmp_path / "c.duckdb", BuildOptions(nelements=nelements, max_stoichiometry=largest, known=()))


def test_a_build_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "c.duckdb"
    build(path, TINY)
    before = path.read_bytes()
    for options, problem in (
        (BuildOptions(nelements=range(5, 7)), "6 elements: chemdb enumerates"),
        (BuildOptions(max_stoichiometry=13), "choose a largest factor from 1 to 12"),
        (BuildOptions(nelements=range(0)), "nothing to build"),
        (BuildOptions(oxidation_states="nope"), "neither a set"),
        (BuildOptions(nelements=range(2, 3), known=("nope.csv",)), "no such file"),
    ):
        with pytest.raises(ChemdbError, match=problem):
            build(path, options)
        assert path.read_bytes() == before
    assert names(tmp_path) == ["c.duckdb"]


def test_files_that_chemdb_did_not_build_are_left_alone(tmp_path):
    (tmp_path / "text.duckdb").write_text("hello")
    duckdb.connect(tmp_path / "other.duckdb").execute("create table t (x int)").close()
    (tmp_path / "folder").mkdir()
    for name, problem in (
        ("text.duckdb", "not a DuckDB file"),
        ("other.duckdb", "not one that chemdb built"),
        ("folder", "is a folder"),
        ("no/where.duckdb", "does not exist"),
    ):
        with pytest.raises(DatabaseError, match=problem):
            build(tmp_path / name, TINY)
    assert (tmp_path / "text.duckdb").read_text() == "hello"
    assert names(tmp_path) == ["folder", "other.duckdb", "text.duckdb"]


def test_a_symbolic_link_stays_one(tmp_path):
    build(tmp_path / "real.duckdb", TINY)
    (tmp_path / "link.duckdb").symlink_to("real.duckdb")
    build(tmp_path / "link.duckdb", BuildOptions(nelements=range(2, 3), max_stoichiometry=3, known=()))
    assert (tmp_path / "link.duckdb").is_symlink()
    with connect_to_read(tmp_path / "real.duckdb") as con:
        assert con.execute("select n_stoichiometries from order_summary").fetchall() == [(7,)]


def test_readers_keep_the_old_file(tmp_path):
    path = tmp_path / "c.duckdb"
    build(path, TINY)
    with connect_to_read(path) as con:
        build(path, BuildOptions(nelements=range(2, 3), max_stoichiometry=3, known=()))
        assert con.execute("select n_stoichiometries from order_summary").fetchall() == [(3,)]


def test_leftovers_of_an_interrupted_build_are_removed(tmp_path):
    path = tmp_path / "c.duckdb"
    (tmp_path / "c.duckdb.partial").write_bytes(b"half a file")
    (tmp_path / "c.duckdb.partial.wal").write_bytes(b"half a log")
    build(path, TINY)
    assert names(tmp_path) == ["c.duckdb"]


def test_a_file_that_fails_its_checks_is_not_kept(copy, small):
    before = copy.read_bytes()
    expected = small.sql(
        "select nelements, n_stoichiometries, n_systems, combinations, allowed from order_summary"
    ).to_arrow_table()

    def falsify():
        with replacing(copy, edit=True) as con:
            con.execute("update store.stoichiometry set n_allowed = n_allowed + 1 where stoichiometry_id = 0")
            check_counts(con, copy, expected)

    with pytest.raises(DatabaseError, match="3 elements: allowed by stoichiometry"):
        falsify()
    assert copy.read_bytes() == before


def test_expected_counts_come_from_combinatorics():
    systems = enumerate_systems(
        rule_table(elements_by_symbol(elements()), oxidation_states("smact14")), 2, 8, 2
    )
    assert expected_counts([systems], 8).to_pylist() == [
        {
            "nelements": 2,
            "n_stoichiometries": 43,
            "n_systems": 5_253,
            "combinations": 225_879,
            "allowed": 13_464,
        }
    ]


def test_limits_that_need_too_much_memory_are_rejected(tmp_path):
    with pytest.raises(LimitError, match="max-stoichiometry"):
        build(tmp_path / "c.duckdb", BuildOptions(max_stoichiometry=12, oxidation_states="wiki", known=()))
    assert names(tmp_path) == []


def test_ctrl_c_ends_a_build_cleanly(tmp_path):
    path = tmp_path / "c.duckdb"
    process = subprocess.Popen(
        [sys.executable, "-m", "chemdb", "build", "--db", str(path)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Load"):
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    stderr = process.stderr.read()
    assert process.wait(timeout=20) == 130
    assert "chemdb: interrupted; nothing was changed" in stderr
    assert "Traceback" not in stderr
    assert names(tmp_path) == []


def test_a_locked_file_names_the_process_that_holds_it(tmp_path):
    path = tmp_path / "c.duckdb"
    build(path, TINY)
    code = f"import duckdb; con = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(DatabaseError, match=f"in use by process {holder.pid}"):
            build(path, TINY)
        holder.communicate("\n")


def test_a_failed_copy_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "c.duckdb"
    build(path, TINY)

    def full(source, target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chemdb.database.replacing.shutil.copy", full)
    with pytest.raises(DatabaseError, match="no space left"), replacing(path, edit=True):
        pass
    assert names(tmp_path) == ["c.duckdb"]


@pytest.mark.skipif(sys.platform != "linux", reason="limits file sizes with RLIMIT_FSIZE")
def test_no_room_for_the_new_file(tmp_path):
    path = tmp_path / "c.duckdb"
    build(path, TINY)
    before = path.read_bytes()
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000));"
        "sys.argv = ['chemdb', 'build', '--nelements', '2-3', '--db', sys.argv[1]];"
        "from chemdb.cli import main; main()"
    )
    done = python("-c", limited, path)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("chemdb: ")
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == before
    assert names(tmp_path) == ["c.duckdb"]
