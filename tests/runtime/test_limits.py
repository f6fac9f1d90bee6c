"""--threads and --memory-limit: every command has them, and everything obeys."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from helpers.cli import COMMANDS, output, run
from threadpoolctl import threadpool_info

import chemdb
from chemdb.database.connection import connect_in_memory, connect_to_read, threads_of
from chemdb.errors import ChemdbError
from chemdb.maps.exact_pca.density import density
from chemdb.maps.exact_pca.pca import exact_pca
from chemdb.runtime.limits import POOL_VARIABLES, Limits, available_processors, limited_thread_pools
from chemdb.verify.__main__ import main as verify_as_asked
from chemdb.verify.process import request

SETTINGS = "select current_setting('threads') as threads, current_setting('memory_limit') as memory"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_on_a_file_has_both_options(name):
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    if "--db" in options:
        assert {"--threads", "--memory-limit"} <= options


def test_the_options_limit_threads_and_memory(small_path):
    found = output("sql", SETTINGS, "-f", "csv", "--threads", 3, "--memory-limit", "1GiB", "--db", small_path)
    assert found == "threads,memory\n3,1.0 GiB\n"


def test_limits_end_with_the_command(small_path):
    before = dict(os.environ)
    output("info", "--threads", 7, "--memory-limit", "1GiB", "--db", small_path)
    assert dict(os.environ) == before
    with connect_in_memory(Limits()) as con:
        assert con.execute(SETTINGS).fetchall()[0][0] == available_processors()


def test_limits_of_a_connection_in_memory():
    with connect_in_memory(Limits(1, "100MiB")) as con:
        assert con.execute(SETTINGS).fetchall() == [(1, "100.0 MiB")]


def test_libraries_that_are_imported_in_the_body_are_limited():
    with limited_thread_pools(1):
        assert {os.environ[name] for name in POOL_VARIABLES} == {"1"}


def test_a_handle_owns_its_limits(small_path):
    with chemdb.open(small_path, threads=3, memory_limit="1GiB") as db:
        assert list(db.sql(SETTINGS)) == [(3, "1.0 GiB")]
        assert db.limits == Limits(3, "1GiB")
    with connect_to_read(small_path, Limits(2)) as con:
        assert threads_of(con) == 2


#: Everything that a handle does in parallel.
PARALLEL = {
    "embed": lambda db, folder: db.embed(db.query("nelements=2"), "magpie"),
    "label file": lambda db, folder: db.label_file(folder / "formulas.txt", folder / "labels.csv"),
    "sample": lambda db, folder: db.sample("missing", 2, 5),
    "separation": lambda db, folder: db.separation([2], ["magpie"], 10),
    "exact PCA": lambda db, folder: exact(db, lambda con: exact_pca(con, "magpie", [2, 3])),
    "suggest": lambda db, folder: db.suggest("elements=O", 500).arrow(),
    "density": lambda db, folder: exact(db, lambda con: density(con, "magpie", 3, bins=8)),
}


def exact(db, work):
    with db.cursor() as con:
        work(con)


@pytest.mark.parametrize("name", PARALLEL)
def test_one_thread_does_everything(name, suggest_path, tmp_path, monkeypatch):
    """Thread pools have one worker, and linear algebra one thread, wherever work is spread."""
    workers = set()

    class Pool(ThreadPoolExecutor):
        def __init__(self, max_workers=None, *rest, **options):
            workers.add(max_workers)
            super().__init__(max_workers, *rest, **options)

    for module in ("chemdb.runtime.threads", "chemdb.lookup.label"):
        monkeypatch.setattr(f"{module}.ThreadPoolExecutor", Pool)
    algebra = set()
    eigh = np.linalg.eigh
    monkeypatch.setattr(
        "numpy.linalg.eigh",
        lambda matrix: (algebra.update(pool["num_threads"] for pool in threadpool_info()), eigh(matrix))[1],
    )
    (tmp_path / "formulas.txt").write_text("ZnO\n" * 1000)
    with chemdb.open(suggest_path, threads=1) as db:
        PARALLEL[name](db, tmp_path)
    assert workers == {1}
    assert algebra <= {1}


def test_the_verifying_process_keeps_to_the_limits(small_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "chemdb.verify.__main__.checks_of",
        lambda con, *_: seen.extend([*con.execute(SETTINGS).fetchall(), os.environ["OMP_NUM_THREADS"]]) or [],
    )
    monkeypatch.setattr("sys.argv", ["", request(small_path, False, Limits(1, "1GiB"))])
    verify_as_asked()
    assert seen == [(1, "1.0 GiB"), "1"]


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


@pytest.mark.parametrize(
    ("limit", "message"),
    [({"threads": 0}, "threads 0: take 1 or more"), ({"memory_limit": "lots"}, "memory_limit 'lots': write")],
)
def test_limits_of_python(small_path, limit, message):
    with pytest.raises(ChemdbError, match=message):
        chemdb.open(small_path, **limit)
