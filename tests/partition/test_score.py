"""The highest scores of a user's model, on every executor, and by parts."""

import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import loky
import numpy as np
import pytest
from helpers.cli import output, run
from helpers.dask_cluster import dask_cluster
from helpers.models import Heaviest, fails_with_three, fewest_atoms, no_score_with_oxygen, one_score

import chemdb
from chemdb.errors import ChemdbError, EmbeddingError, PartitionError
from chemdb.executors.by_name import open_executor

QUERY = "any=O,Lr missing"

MODEL = """
import pathlib, time

class Model:
    def predict(self, vectors):
        return vectors[:, 1]

class Unfinished:
    pass

def fewest_atoms(batch):
    return -batch.factors.sum(axis=1).astype(int)

def no_ternaries(batch):
    if batch.elements.shape[1] == 3:
        raise ValueError("no ternaries")
    return [0] * len(batch)

def two_scores(batch):
    return [1, 2]

def waits_for_ternaries(batch):
    while batch.elements.shape[1] == 3:
        pathlib.Path("waiting").touch()
        time.sleep(0.1)
    return [0] * len(batch)
"""


@pytest.fixture
def here(tmp_path, monkeypatch, small_path):
    """A folder with a model, and the small database as the default."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHEMDB_PATH", str(small_path))
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


@pytest.fixture(scope="module")
def pieces(small_db):
    pieces = small_db.partitions(QUERY, 20_000)
    assert len(pieces) > 4
    return pieces


def naive(db, score, embedding=None):
    """All scores of the query, one composition after the other, highest first, as formula and score."""
    rows = []
    for piece in db.partitions(QUERY):
        for batch in piece.batches(embedding):
            keys = zip(batch.system_id.tolist(), batch.stoichiometry_id.tolist(), strict=True)
            rows += zip((-score(batch)).tolist(), keys, batch.formula.to_pylist(), strict=True)
    return [(formula, -score) for score, _, formula in sorted(row for row in rows if row[0] == row[0])]


def test_the_highest_scores(small_db, pieces):
    found = chemdb.score(pieces, Heaviest, embedding="magpie", top=50)
    expected = naive(small_db, lambda batch: batch.vectors[:, 1], "magpie")
    assert [row[:2] for row in found] == expected[:50]
    assert found.n_scored == len(expected)
    assert found.n_scored + found.n_without_vector == small_db.query(QUERY).count()
    assert found.arrow().column_names == found.columns
    assert f"{found.n_without_vector:,} left out because an element has no vector" in repr(found)


@pytest.mark.parametrize("top", [1, 777, 10**7])
def test_ties_are_in_the_order_of_the_file(small_db, pieces, top):
    found = chemdb.score(pieces, fewest_atoms, top=top)
    assert [row[:2] for row in found] == naive(small_db, fewest_atoms)[:top]


def test_nan_is_no_score(small_db, pieces):
    found = chemdb.score(pieces, no_score_with_oxygen, top=10**7)
    assert len(found) == found.n_scored == small_db.query(f"{QUERY} exclude=O").count()
    assert found.n_nan == small_db.query(f"{QUERY} elements=O").count()
    assert repr(found).endswith("left out because the score is NaN")


def test_nothing_to_score():
    found = chemdb.score([], fewest_atoms)
    assert (len(found), repr(found)) == (0, "0 compositions scored")


def test_a_query_that_nothing_matches_is_a_file_of_no_rows(here):
    words = ("score", "He-Ne missing", "--with", "model.py:fewest_atoms", "-o", "best.csv")
    assert output(*words) == "best.csv: 0 rows\n"
    output(*words, "--part", "1/2")
    assert output(*words, "--finish") == "best.csv: 0 rows\n"
    assert [path.name for path in here.glob("best*")] == ["best.csv"]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (np.array(["1.5"]), "an array of <U3"),
        (np.array([1j]), "an array of complex128"),
        (np.array([None]), "an array of object"),
        ([None], "an array of object"),
        (None, "NoneType"),
        (iter([1.5]), "list_iterator"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_scores_are_real_numbers(small_db, answer, what):
    with pytest.raises(PartitionError, match=rf"\(the model returned {what}, not an array of real numbers\)"):
        chemdb.score(small_db.partitions("ZnO"), lambda batch: answer)


def test_a_class_is_made_once_in_a_process(pieces):
    Heaviest.made = 0
    with ThreadPoolExecutor(3) as pool:
        chemdb.score(pieces, Heaviest, embedding="magpie", executor=pool)
    chemdb.score(pieces, Heaviest, embedding="magpie")
    # At most: another test may have made it.
    assert Heaviest.made <= 1


class Trained:
    def __init__(self, weights):
        self.weights = weights

    def predict(self, vectors):
        return vectors[:, :2] @ self.weights


def test_an_object_is_a_model(pieces):
    found = chemdb.score(pieces, Trained(np.array([0.0, 1.0])), embedding="magpie", top=5)
    assert list(found) == list(chemdb.score(pieces, Heaviest, embedding="magpie", top=5))


def test_every_executor_gives_the_same(pieces, tmp_path):
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        expected = chemdb.score(pieces, fewest_atoms, top=500).arrow()
        assert chemdb.score(pieces, fewest_atoms, top=500, executor=pool).arrow() == expected
    executor = loky.get_reusable_executor(2)
    assert chemdb.score(pieces, fewest_atoms, top=500, executor=executor).arrow() == expected
    with dask_cluster(tmp_path, 2) as cluster, open_executor(cluster.address) as executor:
        assert chemdb.score(pieces, fewest_atoms, top=500, executor=executor).arrow() == expected


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (fails_with_three, "ValueError: no ternaries"),
        (one_score, r"the model returned scores of shape \(1,\) for [\d,]+ compositions"),
    ],
)
def test_a_piece_that_fails_is_named_and_the_others_are_scored(small_db, model, reason):
    pieces = small_db.partitions("any=O", 100_000)
    with pytest.raises(
        PartitionError, match=rf"of {len(pieces)} pieces failed: piece \d+ \({reason}\)"
    ) as error:
        chemdb.score(pieces, model)
    assert pickle.dumps(error.value.failures)


def test_what_cannot_score(pieces):
    with pytest.raises(EmbeddingError, match="did you mean magpie"):
        chemdb.score(pieces, Heaviest, embedding="mgpie")
    with pytest.raises(ChemdbError, match="model Heaviest: predict takes vectors; choose an embedding"):
        chemdb.score(pieces, Heaviest)
    with pytest.raises(ChemdbError, match="score: top 0; keep 1 or more rows"):
        chemdb.score(pieces, fewest_atoms, top=0)
    for nothing in ("any=O", pieces[0], [1]):
        with pytest.raises(ChemdbError, match=r"is no list of pieces, as db.partitions\(query\) returns"):
            chemdb.score(nothing, fewest_atoms)
    with pytest.raises(ChemdbError, match="executor: str is none of concurrent"):
        chemdb.score(pieces, fewest_atoms, executor="local:2")
    for nothing in (3, object, "Model"):
        with pytest.raises(ChemdbError, match=r"needs predict\(vectors\) or __call__\(batch\)"):
            chemdb.score(pieces, nothing)


WORDS = ("score", QUERY, "--rows", 20_000, "--with", "model.py:Model", "--embedding", "magpie", "--top", 20)


def test_a_table(here):
    shown = output("score", "ZnO2 or ZnO3", "--with", "model.py:fewest_atoms")
    assert [line.split()[:2] for line in shown.splitlines() if "ZnO" in line] == [
        ["ZnO2", "-3"],
        ["ZnO3", "-4"],
    ]


def test_parts_in_any_order_give_the_same_file(here, pieces):
    assert output(*WORDS, "-o", "whole.csv") == "whole.csv: 20 rows\n"
    for part in ("3/3", "1/3"):
        assert "pieces" in output(*WORDS, "-o", "parts.csv", "--part", part)
    done = run(*WORDS, "-o", "parts.csv", "--finish")
    n = len(pieces[1::3])
    assert (
        done.stderr
        == f"chemdb: parts.csv.parts: {n} of {len(pieces)} pieces are not scored yet (1, 4); run the missing parts\n"
    )
    assert not (here / "parts.csv").exists()
    output(*WORDS, "-o", "parts.csv", "--part", "2/3")
    output(*WORDS, "-o", "parts.csv", "--finish")
    assert (here / "parts.csv").read_text() == (here / "whole.csv").read_text()
    assert sorted(path.name for path in here.iterdir() if "csv" in path.name) == ["parts.csv", "whole.csv"]


def test_what_is_scored_is_not_scored_again(here):
    output(*WORDS, "-o", "best.csv", "--part", "1/2")
    before = {path: path.stat().st_mtime_ns for path in (here / "best.csv.parts").iterdir()}
    output(*WORDS, "-o", "best.csv", "--part", "1/2")
    assert {path: path.stat().st_mtime_ns for path in (here / "best.csv.parts").iterdir()} == before


def test_a_model_that_fails_for_some_pieces_keeps_the_others(here):
    words = ("score", "any=O", "--rows", 100_000, "--with", "model.py:no_ternaries", "-o", "best.csv")
    first, second = run(*words), run(*words)
    assert first.exit_code == second.exit_code == 1
    assert not (here / "best.csv").exists()
    assert first.stderr.count("\n") == 2


def test_a_folder_of_another_plan_is_refused(here):
    output(*WORDS, "-o", "best.csv", "--part", "1/2")
    for change in (
        ("--top", 21),
        ("--embedding", "oliynyk"),
        ("--rows", 19_999),
        ("--with", "model.py:fewest_atoms"),
    ):
        done = run(*WORDS, *change, "-o", "best.csv", "--part", "2/2")
        assert done.exit_code == 1
        assert "best.csv.parts: has scores made with other settings (" in done.stderr
    (here / "best.csv.parts" / "_plan.json").unlink()
    assert "has scores made with other settings" in run(*WORDS, "-o", "best.csv").stderr


def test_a_damaged_part_is_named(here):
    output(*WORDS, "-o", "best.csv", "--part", "1/1")
    next((here / "best.csv.parts").glob("part-00001-*")).write_bytes(b"no Parquet")
    done = run(*WORDS, "-o", "best.csv", "--finish")
    assert "parquet: damaged; delete it, and score its part again" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--with", "model.py:Modl"), "model.py: defines no Modl; did you mean Model?"),
        (("--with", "none.py:Model"), "none.py: no such file"),
        (("--with", "model.py"), "model 'model.py': write FILE.py:NAME, such as model.py:Model"),
        (("--with", "text.py:Model"), "text.py: cannot be run (SyntaxError: "),
        (("--with", "model.py:Unfinished"), "model Unfinished: needs predict(vectors) or __call__(batch)"),
        (("--with", "model.py:two_scores"), "the model returned scores of shape (2,) for"),
        (("--embedding", "mgpie"), "no embedding 'mgpie'; did you mean magpie"),
        (("--top", 0), "Invalid value for '--top'"),
        (("--part", "4/3"), "'4/3' is not a part, such as 3/10: the third of ten"),
        (("--part", "1/3", "--finish"), "give either --part or --finish"),
        (("--finish", "--scheduler", "local:2"), "leave out --scheduler"),
        (("--scheduler", "local"), "scheduler 'local': write local:N, tcp://HOST:PORT or FILE.py:NAME"),
        (("-o", "best.txt"), "best.txt: the name must end in"),
        (("-o", "no/best.csv"), "no/best.csv: cannot be written (the folder "),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_and_leaves_nothing(words, message, here):
    (here / "text.py").write_text("two words")
    before = sorted(here.iterdir())
    done = run(*WORDS, "-o", "best.csv", *words)
    assert done.exit_code
    assert message in done.stderr.splitlines()[-1]
    assert sorted(path for path in here.iterdir() if path.name != "__pycache__") == before


@pytest.mark.parametrize("options", [(), ("--scheduler", "local:1")], ids=["here", "local:1"])
def test_ctrl_c_keeps_what_is_scored(here, options, small_path):
    words = (
        "score",
        "Zn-O or Zn-S-O",
        "--rows",
        "30",
        "--with",
        "model.py:waits_for_ternaries",
        "-o",
        "best.csv",
    )
    # Shells of CI may have SIGINT ignored.
    begin = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    process = subprocess.Popen(
        [sys.executable, "-c", f"{begin}from chemdb.__main__ import main; main()", *words, *options],
        stderr=subprocess.PIPE,
        text=True,
        cwd=here,
    )
    while not (here / "waiting").exists() or not list(here.glob("best.csv.parts/part-*.parquet")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate()
    assert process.returncode == 130
    kept = "best.csv.parts has 1 of 2 pieces; the same command resumes"
    assert error.splitlines()[-1] == f"chemdb: interrupted; {kept}"
    assert sorted(path.name for path in here.glob("best*")) == ["best.csv.parts"]


def test_parts_go_with_a_file(here):
    assert "--part and --finish go with --output" in run(*WORDS, "--part", "1/2").stderr


def test_two_processes_of_this_computer(here):
    output(*WORDS, "-o", "one.csv")
    output(*WORDS, "-o", "two.csv", "--scheduler", "local:2")
    assert (here / "one.csv").read_text() == (here / "two.csv").read_text()
