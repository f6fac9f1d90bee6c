"""Samples: members of their category, each once, all equally likely, the same everywhere."""

import itertools
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest
from helpers.cli import output, run
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from chemdb.chemistry.category import CATEGORIES
from chemdb.errors import ChemdbError, LimitError
from chemdb.query.sample import distinct_ranks, sample


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("nelements", [2, 3])
def test_a_sample_of_everything_is_the_category(small, category, nelements):
    # Ternaries that are not known are too many to take all.
    n = 100_000
    drawn = sample(small, category, nelements, n)
    small.register("drawn_rows", drawn)
    columns = "formula, chemsys, nelements, elements::varchar[], factors, natoms, formula_anonymous"
    oxides = f"where nelements = {nelements} and list_contains(elements, 'O')"
    strangers = small.execute(
        f"select {columns} from drawn_rows {oxides} except all select {columns} from {category} {oxides}"
    ).fetchall()
    assert strangers == []
    [(size,)] = small.execute(
        f"select {category} from order_summary where nelements = {nelements}"
    ).fetchall()
    assert len(drawn) == min(n, size)
    assert set(drawn["category"].to_pylist()) <= {category}


def test_subsets_are_equally_likely():
    subsets = Counter(tuple(distinct_ranks(np.random.PCG64(seed), 7, 3).tolist()) for seed in range(7_000))
    assert set(subsets) == set(itertools.combinations(range(7), 3))
    assert chisquare(list(subsets.values())).pvalue > 0.01
    # More than half: the ones left out are drawn.
    subsets = Counter(tuple(distinct_ranks(np.random.PCG64(seed), 6, 4).tolist()) for seed in range(3_000))
    assert set(subsets) == set(itertools.combinations(range(6), 4))
    assert chisquare(list(subsets.values())).pvalue > 0.01


@given(st.integers(0, 16_902_534_325), st.integers(1, 300), st.integers(0, 2**32))
def test_ranks_are_distinct_and_in_range(total, n, seed):
    if total < 2 * n:
        total = total % 500
    ranks = distinct_ranks(np.random.PCG64(seed), total, n)
    assert len(ranks) == min(n, total)
    assert ranks.tolist() == sorted(set(ranks.tolist()))
    assert all(0 <= rank < total for rank in ranks)


@pytest.mark.parametrize("category", ["missing", "unlikely"])
@pytest.mark.parametrize("nelements", [3, 4])
def test_frequencies_are_those_of_the_whole_space(full, category, nelements):
    drawn = sample(full, category, nelements, 20_000, seed=1)
    found = Counter(drawn["formula_anonymous"].to_pylist())
    exact = dict(
        full.execute(
            f"select formula_anonymous, {category} from anonymous_formula where nelements = ?", [nelements]
        ).fetchall()
    )
    expected = np.array(list(exact.values())) * (len(drawn) / sum(exact.values()))
    # Rare anonymous formulas together, as the test asks for expectations of five and more.
    rare = expected < 5
    counts = np.array([found[name] for name in exact])
    observed = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    keep = expected > 0
    assert observed.sum() == 20_000
    assert chisquare(observed[keep], expected[keep]).pvalue > 0.01


def test_elements_are_drawn_as_often_as_they_occur(full):
    drawn = sample(full, "missing", 4, 20_000, seed=2)
    found = Counter(itertools.chain.from_iterable(drawn["elements"].to_pylist()))
    exact = dict(
        full.execute("select symbol::varchar, missing from element_frequency where nelements = 4").fetchall()
    )
    share = np.array(list(exact.values())) * 4 / sum(exact.values())
    counts = np.array([found[symbol] for symbol in exact])
    deviation = (counts - 20_000 * share) / np.sqrt(20_000 * share * (1 - share) + 1e-9)
    assert np.abs(deviation[share > 0]).max() < 4
    assert counts[share == 0].sum() == 0


def test_the_same_seed_gives_the_same_sample(full):
    first = sample(full, "missing", 4, 3, seed=7)
    assert first.equals(sample(full, "missing", 4, 3, seed=7))
    assert not first.equals(sample(full, "missing", 4, 3, seed=8))
    # Recorded once: other machines and versions of NumPy must draw the same.
    assert first["formula"].to_pylist() == ["Pa7AlRu4Br8", "Zr5Be3Re5At", "Na4Tc5RhBr8"]


def test_known_rows_name_their_entry(small):
    drawn = sample(small, "standard", 2, 10)
    assert drawn.select(["formula", "material_id", "energy_above_hull"]).to_pylist() == [
        {"formula": "ZnO", "material_id": "a1", "energy_above_hull": 0.0}
    ]


def test_a_sample_too_large_to_hold_is_refused(full):
    with pytest.raises(
        LimitError, match="a sample of 2,909,429,704 missing compositions: at most 10,000,000"
    ):
        sample(full, "missing", 4, 10**12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("common", 2, 5), ChemdbError, "no category 'common'; there are standard, missing"),
        (("missing", 4, 5), LimitError, "4 elements: this file has compositions of 2 or 3 elements"),
        (("missing", 2, 0), ChemdbError, "take at least 1"),
        (("missing", 2, 5, -1), ChemdbError, "seed -1: choose 0 or more"),
    ],
)
def test_bad_requests(small, arguments, error, message):
    with pytest.raises(error, match=message):
        sample(small, *arguments)


def test_the_command_writes_all_categories_and_orders(small_path, tmp_path):
    target = tmp_path / "sample.parquet"
    shown = output("sample", "--db", small_path, "--nelements", "2-3", "--per-category", 50, "-o", target)
    assert shown == f"{target}: 204 rows\n"
    counts = Counter(
        zip(*(pq.read_table(target)[name].to_pylist() for name in ("nelements", "category")), strict=True)
    )
    assert counts == {
        (2, "standard"): 1, (2, "missing"): 50, (2, "interesting"): 2, (2, "unlikely"): 50,
        (3, "standard"): 1, (3, "missing"): 50, (3, "unlikely"): 50,
    }  # fmt: skip


def test_an_empty_category_is_said_in_one_line(small_path, tmp_path):
    target = tmp_path / "sample.csv"
    done = run("sample", "--db", small_path, "--nelements", "3", "--category", "interesting", "-o", target)
    assert done.exit_code == 1
    assert done.stderr == "chemdb: sample: this file has no interesting compositions of that many elements\n"
    assert not target.exists()


@pytest.mark.parametrize("name", ["no/where.csv", "sample.xlsx", ""])
def test_a_file_that_cannot_be_written(small_path, tmp_path, name):
    done = run("sample", "--db", small_path, "--nelements", "2", "-o", tmp_path / name)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"chemdb: {tmp_path / name}: ")
    assert list(tmp_path.iterdir()) == []
