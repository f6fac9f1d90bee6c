"""--threads and --memory-limit: every command has them, and everything obeys."""

import os
import threading

import pytest
from helpers.cli import COMMANDS, output, run

import chemdb
from chemdb.database.connection import connect_in_memory, connect_to_read, threads_of
from chemdb.runtime.limits import POOLS, at_most_memory, at_most_threads, n_threads
from chemdb.runtime.threads import map_slices
from chemdb.verify.__main__ import main as verify_as_asked
from chemdb.verify.process import request

SETTINGS = "select current_setting('threads') as threads, current_setting('memory_limit') as memory"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_on_a_file_has_both_options(name):
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    if "--db" in options:
        assert {"--threads", "--memory-limit"} <= options


def test_what_the_options_bound(small_path):
    found = output("sql", SETTINGS, "-f", "csv", "--threads", 3, "--memory-limit", "1GiB", "--db", small_path)
    assert found == "threads,memory\n3,1.0 GiB\n"


def test_a_limit_ends_with_its_command(small_path):
    before = n_threads(), dict(os.environ), connect_in_memory().execute(SETTINGS).fetchall()
    output("info", "--threads", 7, "--memory-limit", "1GiB", "--db", small_path)
    assert (n_threads(), dict(os.environ), connect_in_memory().execute(SETTINGS).fetchall()) == before


def test_in_the_body_libraries_and_files_of_the_user_are_bound_too():
    with at_most_threads(1), at_most_memory("100MiB"):
        assert {os.environ[name] for name in POOLS} == {"1"}
        assert n_threads() == 1
        with connect_in_memory() as con:
            assert con.execute(SETTINGS).fetchall() == [(1, "100.0 MiB")]
        own = set()
        map_slices(lambda start, stop: own.add(threading.get_ident()), 100)
        assert len(own) == 1


def test_work_on_a_connection_has_its_threads(small_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "chemdb.query.sample.map_slices", lambda work, n, threads: (seen.append(threads), work(0, n))
    )
    with chemdb.open(small_path, threads=3, memory_limit="1GiB") as db:
        assert db.sql(SETTINGS).read()[1].__next__() == (3, "1.0 GiB")
        assert db._own_labeller().threads == 3
        db.sample("missing", 2, 5)
    assert seen == [3]
    with connect_to_read(small_path, threads=2) as con:
        assert threads_of(con) == 2


def test_the_process_that_verifies_keeps_to_what_it_is_told(small_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "chemdb.verify.__main__.found_by",
        lambda con, *_: seen.extend([*con.execute(SETTINGS).fetchall(), n_threads()]) or [],
    )
    monkeypatch.setattr("sys.argv", ["", request(small_path, False, 1, "1GiB")])
    verify_as_asked()
    assert seen == [(1, "1.0 GiB"), 1]


@pytest.mark.parametrize(
    "line",
    [
        ["info"],
        ["report", "--table2"],
        ["query", "missing"],
        ["known", "remove", "lab"],
        ["plot", "periodic-table", "-o", "x.png"],
        ["plot", "composition", "Zn-O", "-o", "x.png"],
        ["plot", "density", "-o", "x.png", "--nelements", "3"],
        ["plot", "paper", "-o", "."],
        ["map", "--method", "pca"],
        ["map", "--method", "pca", "--all"],
        ["verify"],
        ["build"],
    ],
    ids=" ".join,
)
def test_too_little_memory_is_one_line(line, small_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.duckdb").write_bytes(small_path.read_bytes())
    done = run(*line, "--memory-limit", "1MB", "--db", "c.duckdb")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].endswith("c.duckdb: not enough memory; raise --memory-limit")
    assert (tmp_path / "c.duckdb").read_bytes() == small_path.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["c.duckdb"]
