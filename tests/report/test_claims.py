"""The paper's claims: each measure on data whose answer is known, and the exact numbers of the default file."""

import json
from dataclasses import replace

import numpy as np
import pytest
from helpers.cli import output, run
from helpers.shared import made_once

import chemdb
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.chemistry.elements import elements as all_elements
from chemdb.report.claims.claim import CLAIMS, Measurement, judged
from chemdb.report.claims.counted import elements_in_binaries, missing_share
from chemdb.report.claims.judge import claims
from chemdb.report.claims.sample_scores import ACCURACY, Score, Scores, _accuracy, _silhouette, apart
from chemdb.report.claims.samples import (
    Points,
    Sample,
    equally_many,
    one_per_system,
    oxygen_vectors,
    points_of,
)
from chemdb.report.claims.statistics import (
    effective_dimension,
    half_area,
    interval,
    partial_spearman,
    shuffled_spearman,
    spearman,
)
from chemdb.report.claims.table import COLUMNS, records, summary


def test_effective_dimension_counts_directions_of_equal_spread():
    rng = np.random.default_rng(0)
    for d in (1, 2, 5):
        points = np.zeros((20_000, 8))
        points[:, :d] = rng.normal(size=(20_000, d))
        assert effective_dimension(points) == pytest.approx(d, rel=0.01)
        assert effective_dimension(1000 * points) == pytest.approx(effective_dimension(points))


def test_one_dimension_with_large_units_hides_the_others():
    points = np.random.default_rng(0).normal(size=(1000, 5)) * [100, 1, 1, 1, 1]
    assert effective_dimension(points) == pytest.approx(1, abs=0.01)


def test_half_of_even_points_lie_on_half_the_area():
    axis = np.arange(64)
    even = np.array(np.meshgrid(axis, axis)).reshape(2, -1).T
    assert half_area(even) == pytest.approx(0.5, abs=0.001)
    # All but one point in one of 32 by 32 cells.
    assert half_area(np.array([[0.0, 0.0]] * 99 + [[1.0, 1.0]])) == 1 / 1024


def test_rank_correlations():
    x = np.arange(30.0)
    assert spearman(x, x**3) == pytest.approx(1)
    assert spearman(x, -x) == pytest.approx(-1)
    mean, high = shuffled_spearman(x, x**3, 0)
    # The standard deviation of Spearman's coefficient of independent values is 1 / sqrt(n - 1).
    assert (mean, high) == (pytest.approx(0, abs=0.01), pytest.approx(1.96 / np.sqrt(29), abs=0.02))
    # What depends on x alone is not correlated given x.
    rng = np.random.default_rng(0)
    common = rng.normal(size=5000)
    one, other = common + rng.normal(size=5000), common + rng.normal(size=5000)
    assert spearman(one, other) > 0.4
    assert partial_spearman(one, other, common) == pytest.approx(0, abs=0.05)


def test_interval_of_five_samples():
    # t = 2.776 for four degrees of freedom; the standard error is sqrt(2.5 / 5).
    assert interval([1, 2, 3, 4, 5]) == pytest.approx((3, 3 - 2.776 * 0.7071, 3 + 2.776 * 0.7071), abs=1e-3)


def clusters(distance):
    rng = np.random.default_rng(0)
    labels = np.repeat(["standard", "missing"], 100)
    coordinates = rng.normal(size=(200, 3)) + distance * (labels == "missing")[:, None]
    return Points("full", coordinates, np.arange(200)), labels, rng


@pytest.mark.parametrize(("distance", "lowest", "highest"), [(10, 1, 1), (0, 0.4, 0.6)])
def test_clusters_are_told_apart_and_shuffled_labels_are_not(distance, lowest, highest):
    points, labels, rng = clusters(distance)
    [score] = _accuracy(points, points.rows, labels, "standard and missing", rng).values()
    assert lowest <= score.value <= highest
    assert 0.35 < score.shuffled < 0.65


def test_silhouettes_of_clusters():
    points, labels, rng = clusters(10)
    [score] = _silhouette(points, points.rows, labels, "standard and missing", rng, "missing").values()
    assert score.value > 0.8
    assert score.shuffled == pytest.approx(0, abs=0.05)


def test_few_points_have_no_score():
    points, labels, rng = clusters(10)
    assert _accuracy(points, points.rows[71:], labels, "standard and missing", rng) == {}


def test_labels_are_equally_frequent_and_systems_occur_once():
    rng = np.random.default_rng(0)
    labels = np.array(["a"] * 9 + ["b"] * 4)
    rows = equally_many(labels, ["a", "b"], rng)
    assert len(set(rows.tolist())) == 8
    assert sorted(labels[rows]) == ["a"] * 4 + ["b"] * 4
    systems = np.array([7, 7, 3, 7, 3], np.int32)
    assert systems[one_per_system(systems, rng)].tolist() == [3, 7]


def test_a_mean_over_samples_is_judged_by_its_distance_from_chance():
    key = (ACCURACY, "standard and missing", "pca")
    samples = [{key: Score(0.8 + 0.01 * i, 0.5, 200)} for i in range(5)]
    scores = Scores({(4, "mat2vec"): samples, (4, "random_200"): samples, (4, "magpie"): samples[:4]})
    found = scores.measurement(4, "mat2vec", key, 2)
    assert (found.value, found.shuffled, found.outcome) == (pytest.approx(0.82), 0.5, "holds")
    assert found.low == pytest.approx(0.82 - 2.776 * 0.01 * np.sqrt(2.5 / 5), abs=1e-4)
    assert scores.measurement(4, "random_200", key).control
    # One sample has too few compositions.
    assert scores.measurement(4, "magpie", key) is None


def test_apart_is_half_the_way_from_chance():
    assert [apart(value, value - 0.01, 0.3, 5) for value in (0.6, 0.59, 0.3)] == ["holds", "partly", "not"]


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["holds", "holds", None], "holds"),
        (["holds", "not"], "partly"),
        (["partly"], "partly"),
        (["not", "not"], "not"),
        ([None], "not judged"),
        ([], "not judged"),
    ],
)
def test_verdicts(outcomes, verdict):
    one = Measurement("silhouette", "oxides", 2, "full", "magpie", 100, 0.1)
    claim = judged(3, [replace(one, outcome=outcome) for outcome in outcomes])
    assert claim.verdict == verdict


def values_of(claim, measure):
    return {each.subject: each.value for each in claim.measurements if each.measure == measure}


def test_claim_1_of_the_default_file(full):
    claim = elements_in_binaries(full, seed=0)
    assert (claim.verdict, claim.reason) == ("partly", "14 numbers support it, 1 does not")
    correlations = values_of(claim, "Spearman correlation")
    assert {name: round(value, 3) for name, value in correlations.items()} == {
        "oxidation states": 0.874,
        "oxidation states given electronegativity": 0.802,
        "electronegativity": 0.592,
        "electronegativity given oxidation states": 0.132,
    }
    ranks = {each.subject: each.value for each in claim.measurements if each.compared == "elements"}
    assert ranks == {
        "C": 1, "N": 2, "O": 10, "Si": 5, "P": 4, "S": 11, "Cl": 27, "Ge": 3, "Cr": 16, "Mn": 6, "Fe": 13,
    }  # fmt: skip
    assert [each.subject for each in claim.measurements if each.outcome == "not"] == ["Cl"]


def test_claim_8_of_the_default_file(full):
    claim = missing_share(full)
    shares = {(each.subject, each.nelements): round(each.value, 2) for each in claim.measurements}
    assert claim.verdict == "holds"
    # Table 2 of the paper prints 4.4, 13.9 and 17.2%.
    assert [shares["known list of the paper", n] for n in (2, 3, 4)] == [4.35, 13.85, 17.21]
    assert [shares["known list of the file", n] for n in (2, 3, 4)] == [5.03, 13.87, 17.21]
    assert [shares["if nothing were known", n] for n in (2, 3, 4)] == [5.96, 13.88, 17.21]


@pytest.fixture(scope="module")
def binaries_path(tmp_path_factory):
    """Binaries with factors up to 8, and the shipped known list."""
    options = BuildOptions(nelements=range(2, 3))
    with made_once(tmp_path_factory, "claims/binaries.duckdb", lambda path: build(path, options)) as path:
        yield path


@pytest.fixture(scope="module")
def of_binaries(binaries_path):
    with chemdb.open(binaries_path, threads=2) as db:
        return db.claims(per_category=450, seed=1)


def test_a_file_of_binaries_answers_what_it_can(of_binaries):
    assert [claim.number for claim in of_binaries] == list(range(1, 9))
    verdicts = {claim.number: (claim.verdict, claim.not_judged) for claim in of_binaries}
    assert [verdicts[n][0] for n in (1, 2, 4)] == ["partly", "partly", "partly"]
    assert verdicts[5] == ("not judged", "this file has no ternaries")
    assert verdicts[6] == ("not judged", "this file has no quaternaries")
    assert verdicts[7] == ("not judged", "this file has no ternaries and no quaternaries")
    assert verdicts[8] == ("not judged", "growth needs several numbers of elements")


def test_magpie_and_oliynyk_concentrate_because_of_their_units(of_binaries):
    claim = of_binaries[1]
    dimensions = values_of(claim, "effective dimension")
    assert dimensions["magpie"] < dimensions["oliynyk"] < 2 < 10 < dimensions["skipatom"]
    assert dimensions["magpie standardized"] > 4
    assert {each.outcome for each in claim.measurements if each.measure == "effective dimension"} == {
        "holds",
        None,
    }


def test_random_vectors_know_the_anion_class_and_stoichiometries_do_not(of_binaries):
    classes = {
        each.subject: each
        for each in of_binaries[2].measurements
        if (each.measure, each.compared, each.space) == (ACCURACY, "the five anion classes", "full")
    }
    assert classes["random_200"].value > 0.6 > classes["magpie"].value
    assert classes["stoichiometry"].control
    assert classes["stoichiometry"].value < 0.35
    assert all(0.1 < each.shuffled < 0.3 for each in classes.values())


def test_a_seed_gives_the_same_numbers_with_any_number_of_threads(small_path):
    found = []
    for threads in (1, 2):
        with chemdb.open(small_path, threads=threads) as db:
            found.append(db.claims(per_category=60, seed=3))
    assert found[0] == found[1]
    assert found[0][1].measurements


def test_without_known_compositions_claims_about_them_are_not_judged(small):
    found = {claim.number: claim for claim in claims(small, per_category=60)}
    assert found[4].reason == "1 standard binary; 30 are needed: 'chemdb known add' adds known compositions"
    assert found[5].verdict == "not judged"
    assert found[8].not_judged == "the paper's shares need its oxidation states and factors up to 8"
    assert found[8].verdict == "holds"


def test_the_command_prints_every_number(small_path, small):
    rows = json.loads(
        output("report", "--claims", "--per-category", 60, "--format", "json", "--db", small_path)
    )
    expected = records(claims(small, per_category=60))
    assert rows == [dict(zip(COLUMNS, row, strict=True)) for row in expected]
    table = output("report", "--claims", "--per-category", 60, "--format", "markdown", "--db", small_path)
    for claim in CLAIMS:
        assert claim.statement in table


def test_the_summary_names_controls():
    measured = Measurement(
        "silhouette", "oxides and others", 2, "full", "mat2vec", 90, 0.31, 0.28, 0.34, -0.02
    )
    control = replace(measured, subject="stoichiometry", value=-0.1, control=True)
    rows = summary(
        [judged(3, [replace(measured, outcome="holds"), replace(measured, subject="magpie"), control])]
    )
    assert rows[0][1] == "holds"
    assert rows[1][2:] == [
        "silhouette: oxides and others, 2 elements, full",
        "mat2vec 0.31 ± 0.03; others: magpie 0.31 ± 0.03",
        "stoichiometry -0.10 ± 0.03, shuffled -0.02",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--per-category", "29"], "claims: 29 compositions of each category: take 30 or more"),
        (["--chemsys", "Zn-O"], "--chemsys"),
        (["--table2"], "choose one of --table1, --table2, --separation, --suggestions and --claims"),
    ],
)
def test_bad_requests(small_path, arguments, message):
    done = run("report", "--claims", *arguments, "--db", small_path)
    assert done.exit_code != 0
    assert message in " ".join(done.stderr.split())


def test_stoichiometries_and_oxygen_as_points():
    # ZnO2, CO and SC, as in a sample: sulphur carbide has no oxygen.
    elements, factors = (
        np.array([[30, 8], [6, 8], [16, 6]], np.uint8),
        np.array([[1, 2], [1, 1], [1, 1]], np.uint8),
    )
    names = np.array(["missing"] * 3)
    sample = Sample(2, 0, elements, factors, names, names, np.arange(3, dtype=np.int32))
    full, pca = points_of(sample, None)
    assert full.coordinates == pytest.approx(np.array([[2 / 3, 1 / 3], [0.5, 0.5], [0.5, 0.5]]), abs=1e-4)
    assert (full.space, pca.space) == ("full", "pca")
    full, _ = points_of(sample, oxygen_vectors([element.symbol for element in all_elements()]))
    assert full.coordinates == pytest.approx(np.array([[2 / 3], [0.5], [0]]), abs=1e-4)
    # Equal fractions are not exactly equal.
    assert len(np.unique(full.coordinates)) == 3


def test_oxygen_tells_oxides_apart_however_they_are_sorted():
    rng = np.random.default_rng(0)
    labels = np.array(["standard"] * 200 + ["missing"] * 200)
    # 80% of the standard and 10% of the missing compositions have oxygen: the accuracy is (0.8 + 0.9) / 2.
    fraction = np.where(np.arange(400) % 10 < np.where(labels == "standard", 8, 1), 0.5, 0.0)
    points = Points("full", (fraction + rng.normal(scale=1e-6, size=400))[:, None], np.arange(400))
    [score] = _accuracy(
        points, equally_many(labels, ["standard", "missing"], rng), labels, "pair", rng
    ).values()
    assert score.value == pytest.approx(0.85, abs=0.02)
