"""The long experiments of bench/robustness in a few seconds."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers.cli import run
from helpers.files import names
from helpers.process import python

import chemdb
from chemdb.builder.change_known import add, remove
from chemdb.database.connection import connect_to_read
from chemdb.errors import DatabaseError

#: Runs a command, and kills itself at the rename, before or after it.
KILLED = """
import os, signal, sys
from pathlib import Path
rename, before = Path.replace, sys.argv.pop(1) == "before"
def killed(self, target):
    if not before:
        rename(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
Path.replace = killed
from chemdb.cli import main
main()
"""


#: Two counts that are equal in every state of the file.
QUESTION = "select (select sum(n_entries)::bigint from known_source), (select count(*) from known_entry)"


def sources(path):
    with chemdb.open(path) as db:
        return [name for (name,) in db.sql("select source from known_source order by 1")]


@pytest.mark.parametrize(("moment", "found"), [("before", ["lab"]), ("after", ["lab", "more"])])
def test_a_kill_at_the_last_moment(copy, known_csv, tmp_path, moment, found):
    killed = python("-c", KILLED, moment, "known", "add", f"more={known_csv}", "--db", copy)
    assert killed.returncode == -signal.SIGKILL
    left = ["c.duckdb.lock"] + ["c.duckdb.partial"] * (moment == "before")
    assert names(tmp_path) == ["c.duckdb", *left]
    assert sources(copy) == found
    add(copy, f"after={known_csv}")
    assert sources(copy) == ["after", *found]
    assert names(tmp_path) == ["c.duckdb"]


def test_each_answer_comes_from_one_file(copy, known_csv):
    # Each answer that it has not given before.
    program = f"""
import chemdb
given = set()
while True:
    with chemdb.open({str(copy)!r}) as db:
        [answer] = db.sql({QUESTION!r})
    if answer not in given:
        print(list(answer), flush=True)
        given.add(answer)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        answers = [reader.stdout.readline()]
        for _ in range(3):
            add(copy, f"more={known_csv}")
            if len(answers) == 1:
                answers.append(reader.stdout.readline())
            remove(copy, "more")
        assert reader.poll() is None
        reader.kill()
        answers += reader.stdout.readlines()
    with connect_to_read(copy) as con:
        [(n,)] = con.execute("select count(*) from known_entry").fetchall()
    assert [json.loads(answer) for answer in answers] == [[n, n], [2 * n, 2 * n]]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "command",
    [
        ["query", "elements=O nelements=2", "--limit", "0", "--format", "csv"],
        # Rows that are read in parts, while errors keep some of it.
        ["query", "missing nelements=3", "--limit", "0", "--format", "csv"],
        ["info", "--format", "json"],
        ["known", "list", "--format", "csv"],
    ],
)
def test_a_full_disk_is_one_line(small_path, command):
    done = python("-m", "chemdb", *command, "--db", small_path, "-o", "/dev/full")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "chemdb: /dev/full: cannot be written (no space left on device)"
    assert "Traceback" not in done.stderr
    assert Path("/dev/full").is_char_device()


def test_reasons_of_pyarrow_are_those_of_the_system(tmp_path):
    from chemdb.runtime.atomic_write import os_reason

    assert (
        os_reason(OSError(errno.ENOSPC, "Error writing bytes to file. Detail: ..."))
        == "no space left on device"
    )
    assert os_reason(OSError("what a library says")) == "what a library says"


#: Ctrl-C comes while Python runs what cannot raise, such as a finalizer or a library's callback.
SWALLOWED = """
import sys, time
import chemdb.report.info
class Finalized:
    def __del__(self):
        raise KeyboardInterrupt
def describe(con):
    Finalized()
    for _ in range(200):
        time.sleep(0.1)
    raise SystemExit("Ctrl-C was lost")
chemdb.report.info.describe = describe
from chemdb.__main__ import main
main()
"""


def test_ctrl_c_is_not_lost_where_python_cannot_raise(small_path):
    done = python("-c", SWALLOWED, "info", "--db", small_path)
    assert (done.returncode, done.stderr) == (130, "chemdb: interrupted; nothing was changed\n")


@pytest.mark.parametrize(
    "command",
    [
        ["map", "--method", "pca", "--nelements", "2", "--per-category", "4"],
        ["map", "--method", "pca", "--all", "--nelements", "2"],
        ["sample", "--per-category", "4", "--nelements", "2"],
        ["export", "embeddings", "nelements=2", "--embedding", "random_200", "-o", "vectors.npz"],
        ["report", "--separation", "--nelements", "2", "--per-category", "4"],
        ["query", "elements=Li,O"],
        ["label", "formulas.txt"],
    ],
    ids=" ".join,
)
def test_ctrl_c_is_not_lost_while_pandas_is_imported(copy, tmp_path, command):
    """PyArrow imports pandas for some conversions, and takes Ctrl-C in it for a missing pandas."""
    (tmp_path / "pandas.py").write_text(
        "open('imported', 'w').close()\nraise KeyboardInterrupt", encoding="utf-8"
    )
    (tmp_path / "formulas.txt").write_text("Li2O\n", encoding="utf-8")
    search = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = python(
        "-m", "chemdb", *command, "--db", "c.duckdb", cwd=tmp_path, env=os.environ | {"PYTHONPATH": search}
    )
    if (tmp_path / "imported").exists():
        assert (done.returncode, done.stderr.splitlines()[-1]) == (
            130,
            "chemdb: interrupted; nothing was changed",
        )
    else:
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["label", "formulas.txt", "-o", "labels.csv"], "labels.csv is written"),
        (["plot", "composition", "Zn-O", "-o", "zn-o.png"], "2 files are written"),
        (["sql", "select 1"], "nothing was changed"),
    ],
)
def test_ctrl_c_that_comes_late_tells_what_it_leaves(small_path, tmp_path, monkeypatch, command, said):
    def interrupt(*_, **options):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    for name in ("screen.say", "screen.show"):
        monkeypatch.setattr(f"chemdb.cli.{name}", interrupt)
    (tmp_path / "formulas.txt").write_text("ZnO\n")
    done = run(*command, "--db", small_path)
    assert (done.exit_code, done.stderr) == (130, f"chemdb: interrupted; {said}\n")


#: Ctrl-C comes when all is done, while Python ends.
LATE = """
import atexit, os, signal
atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
from chemdb.__main__ import main
main()
"""


def test_ctrl_c_that_comes_too_late_changes_nothing(small_path):
    done = python("-c", LATE, "sql", "select 1 as one", "-f", "csv", "--db", small_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "one\n1\n", "")


@pytest.mark.parametrize("error", [DatabaseError("busy"), RuntimeError("Query interrupted")])
def test_an_error_that_ctrl_c_leads_to_is_ctrl_c(small_path, monkeypatch, error):
    def describe(con):
        try:
            raise KeyboardInterrupt
        finally:
            raise error

    monkeypatch.setattr("chemdb.report.info.describe", describe)
    done = run("info", "--db", small_path)
    assert (done.exit_code, done.stderr) == (130, "chemdb: interrupted; nothing was changed\n")


@pytest.mark.parametrize(
    "command",
    [
        ["map", "--method", "tsne", "--nelements", "3"],
        ["count", "--nelements", "2-5"],
        ["query", "--limit", "0", "-o", "rows.csv"],
    ],
)
def test_ctrl_c(copy, small_path, tmp_path, command):
    options = [] if command[0] == "count" else ["--db", "c.duckdb"]
    process = subprocess.Popen(
        [sys.executable, "-m", "chemdb", *command, *options], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    error = process.stderr.read()
    assert process.wait() in (130, -signal.SIGINT)
    assert error.splitlines()[-1] == "chemdb: interrupted; nothing was changed"
    assert "Traceback" not in error
    assert copy.read_bytes() == small_path.read_bytes()
    assert names(tmp_path) == ["c.duckdb"]


def test_no_more_threads_are_one_line(small_path, monkeypatch):
    """As under ``ulimit -u``, which root ignores."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert run("query", "Zn-O", "--count", "--db", small_path).stdout == "11\n"
    done = run("build", "--nelements", "2", "--known", "none", "--db", small_path.with_name("none.duckdb"))
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (
        1,
        "chemdb: the system allows no more threads or processes; use --threads 1, or raise its limit (ulimit -u)",
    )
    assert not small_path.with_name("none.duckdb").exists()


def test_few_threads_are_one_thread(small_path, monkeypatch):
    monkeypatch.setattr("chemdb.cli.options.can_start", lambda n: False)
    assert (
        run("sql", "select current_setting('threads') as n", "-f", "csv", "--db", small_path).stdout
        == "n\n1\n"
    )
