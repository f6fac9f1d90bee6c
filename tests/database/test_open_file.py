"""Many handles of one file in one process: replaced files, forks, closing while rows are read, odd names."""

import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from helpers.cli import run
from helpers.process import python

import chemdb
from chemdb.builder.change_known import add, remove
from chemdb.errors import ChemdbError

KNOWN = "select count(*) from known_composition"


def known(db):
    [(n,)] = db.sql(KNOWN)
    return n


def test_open_gives_the_new_file_and_older_handles_keep_theirs(copy):
    before = chemdb.open(copy)
    rows = iter(before.query("known", columns=["formula"], sort=["formula"]))
    read = before.query("known")
    first = next(rows)
    remove(copy, "lab")
    after = chemdb.open(copy)
    assert (known(before), known(after)) == (4, 0)
    assert (read.count(), after.query("known").count()) == (4, 0)
    assert [first, *rows] == [("CaH2O2",), ("Zn3O",), ("ZnO",), ("ZnO3",)]
    assert known(chemdb.open(copy)) == 0


def test_handles_of_a_file_have_their_own_settings(small_path):
    with chemdb.open(small_path, threads=1) as one, chemdb.open(small_path, threads=2) as two:
        threads = [list(db.sql("select current_setting('threads')")) for db in (one, two)]
    assert threads == [[(1,)], [(2,)]]


def test_a_fork_sees_the_file_that_its_parent_opened(copy):
    """The parent's handle, used in a child, is still the old file."""
    script = """
        db = chemdb.open(path)
        assert db.query("known").count() == 4
        remove(path, "lab")
        pid = os.fork()
        if pid == 0:
            print(db.query("known").count(), db.sql("from known_composition").arrow().num_rows, flush=True)
            print(chemdb.open(path).query("known").count(), flush=True)
            sys.exit(0)
    """
    assert forked(script, copy) == ("4 4\n0\n", "", 0)


#: What a child may do with a handle, a result, or rows that it inherited.
IN_CHILD = [
    "pass",
    "db.close()",
    "del db, result",
    "del rows",
    "del reader",
    "rows.close()",
    "gc.collect()",
    "assert db.query('Zn-O').count() == 11",
    "assert len(list(result)) == 11",
    "assert result.arrow().num_rows == 11",
    "db.close(); gc.collect(); chemdb.open(path).query('Zn-O').count()",
    "assert len(db.label(['ZnO', 'LiO'])) == 2",
    "[db.query('Zn-O').count() for db in [chemdb.open(path), db]]; db.close()",
]


@pytest.mark.parametrize("ends", ["sys.exit(0)", "os._exit(0)"])
@pytest.mark.parametrize("does", IN_CHILD)
def test_a_forked_child_ends_well(small_path, does, ends):
    script = f"""
        db = chemdb.open(path)
        result = db.query("Zn-O")
        rows = iter(result)
        next(rows)
        reader = db.query("nelements=3").batches()
        reader.read_next_batch()
        pid = os.fork()
        if pid == 0:
            {does}
            {ends}
    """
    assert forked(script, small_path) == ("", "", 0)


def test_rows_of_the_parent_are_not_read_in_a_child(small_path):
    script = """
        db = chemdb.open(path)
        rows = iter(db.sql("from range(100_000)"))
        next(rows)
        pid = os.fork()
        if pid == 0:
            try:
                list(rows)
            except chemdb.ChemdbError as error:
                print(error, flush=True)
            sys.exit(0)
        print(len(list(rows)))
    """
    said = "these rows belong to the process from which this one was forked; run the query again\n"
    assert forked(script, small_path) == (said + "99999\n", "", 0)


def test_forks_while_threads_ask(small_path):
    """Each child answers and ends, whatever the threads of its parent were doing."""
    script = """
        import threading
        db = chemdb.open(path)
        going = True
        def ask():
            while going:
                db.query("nelements=3 species=O2-").count()
        threads = [threading.Thread(target=ask) for _ in range(3)]
        [thread.start() for thread in threads]
        pids = []
        for _ in range(8):
            pid = os.fork()
            if pid == 0:
                assert db.query("Zn-O").count() == 11
                sys.exit(0)
            pids.append(pid)
        codes = {os.waitpid(pid, 0)[1] for pid in pids}
        going = False
        [thread.join() for thread in threads]
        print(codes)
        pid = 0
    """
    assert forked(script, small_path) == ("{0}\n", "", 0)


def forked(script, path):
    """Run a script that sets `pid` to that of its child; return stdout, stderr and the child's status."""
    text = (
        "import gc, os, sys\nimport chemdb\nfrom chemdb.builder.change_known import remove\n"
        "from pathlib import Path\npath = Path(sys.argv[1])\n"
        + textwrap.dedent(script)
        + "\nsys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pid else 0)\n"
    )
    done = python("-c", text, path, timeout=300)
    return done.stdout, done.stderr, done.returncode


def test_threads_do_not_wait_for_each_other(small_path):
    """A count is answered while another thread is in the middle of a statement."""
    with chemdb.open(small_path) as db:
        db.query("Zn-O").count()
        slow = threading.Thread(target=lambda: db.sql("select count(*) from range(2_000_000_000) r").arrow())
        slow.start()
        time.sleep(0.1)
        assert db.query("Zn-O").count() == 11
        assert slow.is_alive()
        slow.join()


#: Rows, from a handle that is closed after the first.
READS = {
    "query rows": lambda db: iter(db.query("nelements=3 elements=Zn,O", columns=["formula"])),
    "query batches": lambda db: iter(db.query("nelements=3 elements=Zn,O", columns=["formula"]).batches()),
    "sql rows": lambda db: iter(
        db.sql("select formula from composition where nelements = 3 and list_contains(elements, 'Zn')")
    ),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_rows_that_are_being_read_outlive_close(small_path, read):
    with chemdb.open(small_path) as db:
        expected = sum(1 for _ in read(db))
        rows = read(db)
        next(rows)
    assert 1 + sum(1 for _ in rows) == expected
    with pytest.raises(ChemdbError, match=r"small\.duckdb: closed; open it again with chemdb\.open"):
        next(read(db))


@pytest.mark.parametrize("left", READS)
def test_rows_that_are_left_unread_end_in_silence(small_path, left):
    script = f"""
import sys, chemdb
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from database.test_open_file import READS
rows = READS[{left!r}](chemdb.open(sys.argv[1]))
next(rows)
"""
    done = python("-c", script, small_path)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


#: Ends after minutes, unless it is interrupted.
LONG = "select count(*) from range(100_000_000_000)"
LONG_READS = [
    f"db.sql({LONG!r}).df()",
    f"db.sql({LONG!r}).arrow()",
    f"db.sql({LONG!r}).pl()",
    f"list(db.sql({LONG!r}))",
    f"repr(db.sql({LONG!r}))",
    f"db.sql({LONG!r})._repr_html_()",
    "[db.sample('missing', 3, 10_000) for _ in range(1_000_000)]",
    "[db.query('nelements=3').df() for _ in range(1000)]",
    "[list(db.query('nelements=3')) for _ in range(1000)]",
    "[db.query('nelements=3').pl() for _ in range(1000)]",
    "[db.embed(db.query('nelements=3'), 'magpie') for _ in range(1000)]",
    "[r._repr_html_() for r in [db.query('nelements=3 species=O2-')] for _ in range(100_000)]",
]


@pytest.mark.parametrize("read", LONG_READS)
def test_ctrl_c_is_a_keyboard_interrupt(small_path, read):
    """As the stop button of a notebook; the handle can be used again.

    One read before the signal compiles the kernels and imports Polars: where Ctrl-C comes while Python
    runs an ``exec`` of theirs, the process ends with SIGINT, although the interrupt was caught.
    """
    script = f"""
import signal, sys, threading, time, chemdb
db = chemdb.open(sys.argv[1])
db.query("nelements=3").pl(), db.embed(db.query("Zn-O"), "magpie"), db.sample("missing", 3, 10)
threading.Timer(1, signal.raise_signal, [signal.SIGINT]).start()
started = time.monotonic()
try:
    {read}
except KeyboardInterrupt:
    print("interrupted", db.query("Zn-O").count(), time.monotonic() - started < 20)
"""
    done = python("-c", script, small_path, timeout=120)
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted 11 True\n", "", 0)


#: Names in which DuckDB, or a shell, reads something else.
NAMES = [
    "a?b",
    "lab:db",
    "12:30",
    "~db",
    "b\\c",
    "a#b",
    "a*b",
    "a[b]",
    "it's ü",
    "-x",
    "$HOME",
    "%41",
    'q"q',
    " s ",
]


@pytest.mark.parametrize("name", NAMES)
def test_files_of_any_name_are_built_changed_and_opened(small_path, known_csv, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path = shutil.copyfile(small_path, Path(f"{name}.duckdb"))
    remove(path, "lab")
    assert known(chemdb.open(path)) == 0
    add(path, f"lab={known_csv}")
    assert known(chemdb.open(path)) == 4
    assert [each.name for each in tmp_path.iterdir()] == [f"{name}.duckdb"]


def test_a_file_in_a_folder_of_an_odd_name(small_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s3:" / "d?r\\x").mkdir(parents=True)
    shutil.copyfile(small_path, "s3:/d?r\\x/~.duckdb")
    assert run("query", "Zn-O", "--count", "--db", "s3:/d?r\\x/~.duckdb").stdout == "11\n"


def test_a_build_under_an_odd_name_can_be_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(
        "build", "--nelements", "2", "--max-stoichiometry", "2", "--known", "none", "--db", "new:o\\ne.duckdb"
    )
    assert run("query", "Zn-O", "--count", "--db", "new:o\\ne.duckdb").stdout == "3\n"


SORTED = [
    "query",
    "nelements=3 any=halogen,chalcogen",
    "--sort",
    "-natoms,formula",
    "--memory-limit",
    "250MB",
]


def test_spills_go_to_the_temporary_folder_and_leave_nothing(small_path, tmp_path):
    """The folder of the database may be read-only."""
    spills = tmp_path / "spills"
    spills.mkdir()
    environment = os.environ | {"TMPDIR": str(spills)}
    command = [
        sys.executable,
        "-m",
        "chemdb",
        *SORTED,
        "--limit",
        "0",
        "-o",
        "rows.parquet",
        "--db",
        str(small_path),
    ]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
    seen = set()
    while process.poll() is None:
        seen |= {path.parent.parent for path in spills.rglob("*.tmp")}
        time.sleep(0.005)
    assert process.returncode == 0
    assert seen == {spills}
    assert list(spills.iterdir()) == []
    assert not small_path.with_name("small.duckdb.tmp").exists()


def test_without_a_folder_for_spills(small_path, tmp_path):
    with chemdb.open(small_path, temp_directory=tmp_path / "none") as db:
        assert db.query("Zn-O").count() == 11
    with (
        chemdb.open(small_path, memory_limit="60MB", temp_directory=tmp_path / "none") as db,
        pytest.raises(ChemdbError, match="not enough memory; raise --memory-limit"),
    ):
        db.sql("select list(x || 'abcdefghijklmnop') from range(20_000_000) r(x)").arrow()
