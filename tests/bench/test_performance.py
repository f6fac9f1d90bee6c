"""What `make bench` compares gives equal answers, here on little of it."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "performance"


@pytest.fixture
def bench(monkeypatch):
    """Let modules of bench/performance be imported, as its scripts import them."""
    monkeypatch.syspath_prepend(str(BENCH))


def test_flat_tables_answer_as_chemdb(bench, tmp_path):
    import flat_tables

    stores = flat_tables.flat_tables(tmp_path, max_factor=1, times=1)
    assert [(store.name, len(store.answers)) for store in stores] == [
        ("chemdb", 5),
        ("flat DuckDB table", 5),
        ("flat Parquet", 5),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["ternaries.duckdb"]


def test_peers_answer_as_chemdb(bench, full_path):
    import peers

    import chemdb

    with chemdb.open(full_path) as db:
        found = [
            *peers.filtered(db, {2: 3}),
            peers.validity(db, 50, 20),
            peers.guesses(db, 5),
            peers.vectors(db, 50, 5),
        ]
    assert all(ratio.ratio > 0 for ratio in found)


def test_exponent_is_the_slope_of_the_logarithms(bench):
    from growth import Curve

    assert Curve("size", "work", (1, 2, 4), (5, 40, 320)).exponent == pytest.approx(3)


@pytest.mark.parametrize(
    ("value", "text"), [(0.012345, "0.0123"), (6.6623, "6.66"), (99.96, "100"), (6_662_364.2, "6,660,000")]
)
def test_numbers_have_three_digits(bench, value, text):
    from page import digits

    assert digits(value) == text


def test_cost_of_a_process(bench):
    from measure import process

    cost = process([sys.executable, "-c", "pass"])
    assert cost.cpu > 0
    assert 1 < cost.peak < 1_000
    with pytest.raises(subprocess.CalledProcessError):
        process([sys.executable, "-c", "raise SystemExit(3)"])
