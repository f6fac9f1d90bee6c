"""How well categories separate: the scores on points whose answer is known."""

import json

import numpy as np
import pytest
from helpers.cli import output, run

from chemdb.chemistry.category import CATEGORIES
from chemdb.database.connection import connect_to_read
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays, is_covered
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import ReductionError
from chemdb.maps.make import add_maps
from chemdb.maps.stored import MapSpec, read_map
from chemdb.query.sample import sample_categories
from chemdb.report.separation import balanced_accuracy, scores, separation


def test_groups_apart_are_told_apart():
    rng = np.random.default_rng(0)
    names = np.repeat(CATEGORIES, 30)
    centres = np.repeat(np.eye(4) * 100, 30, axis=0)
    accuracy, chance, silhouette, n = scores(centres + rng.normal(size=centres.shape), names)
    assert (accuracy, chance, n) == (1.0, 0.25, 120)
    assert silhouette > 0.95


def test_random_points_score_as_a_guess():
    rng = np.random.default_rng(0)
    names = np.repeat(CATEGORIES, 500)
    accuracy, chance, silhouette, _ = scores(rng.normal(size=(2000, 5)), names)
    # Four standard deviations of 2,000 guesses.
    assert abs(accuracy - chance) < 4 * np.sqrt(0.25 * 0.75 / 2000)
    assert abs(silhouette) < 0.05


def test_rare_categories_are_left_out():
    points = np.arange(24.0).reshape(12, 2)
    names = np.array(["missing"] * 5 + ["unlikely"] * 5 + ["standard"] * 2)
    _, chance, _, n = scores(points, names)
    assert (chance, n) == (0.5, 10)
    with pytest.raises(ReductionError, match="too few points: two categories need 5"):
        scores(points[:9], names[:9])


def test_the_control_is_measured_even_if_not_asked_for(small):
    found = separation(small, [2, 3], ["magpie"], per_category=60, seed=3)
    assert [(row.embedding, row.nelements, row.space, row.dimensions) for row in found] == [
        ("magpie", 2, "full", 22), ("random_200", 2, "full", 200),
        ("magpie", 3, "full", 22), ("random_200", 3, "full", 200),
    ]  # fmt: skip
    for magpie, control in (found[:2], found[2:]):
        assert control.over_control == 0
        # The small file knows four compositions, so two categories remain.
        assert (control.n, control.chance) == (120, 0.5)
        assert 0 < magpie.n < 120


def test_the_command_prints_the_same(small_path, small):
    rows = json.loads(
        output(
            "report", "--separation", "--nelements", 2, "--embedding", "oliynyk", "--per-category", 50,
            "--format", "json", "--db", small_path,
        )
    )  # fmt: skip
    [own, control] = separation(small, [2], ["oliynyk"], 50)
    assert [row["embedding"] for row in rows] == ["oliynyk", "random_200"]
    assert rows[0]["balanced_accuracy"] == round(own.balanced_accuracy, 3)
    assert rows[1]["silhouette"] == round(control.silhouette, 3)


def test_the_control_has_the_same_compositions(small):
    drawn = sample_categories(small, CATEGORIES, [2], 60, 3)
    magpie_vectors, control_vectors = (element_vectors(small, name) for name in ("magpie", "random_200"))
    elements, factors = element_arrays(drawn, magpie_vectors.symbols)
    covered = is_covered(elements, magpie_vectors)
    points = composition_vectors(elements[covered], factors[covered], control_vectors, 1)
    control = balanced_accuracy(points, np.array(drawn["category"].to_pylist())[covered], 3)
    magpie, _ = separation(small, [2], ["magpie"], per_category=60, seed=3)
    assert magpie.over_control == magpie.balanced_accuracy - control


@pytest.mark.integration
def test_stored_maps_are_scored_too(copy):
    add_maps(copy, [MapSpec(name, "pca", 2, 40, 1) for name in ("magpie", "random_200")])
    with connect_to_read(copy) as con:
        rows = separation(con, [2], ["magpie"], 40, 1)
        stored = read_map(con, MapSpec("magpie", "pca", 2, 40, 1))
    assert [(row.embedding, row.space, row.dimensions) for row in rows] == [
        ("magpie", "full", 22), ("magpie", "pca", 2), ("random_200", "full", 200), ("random_200", "pca", 2),
    ]  # fmt: skip
    assert rows[1].balanced_accuracy == balanced_accuracy(stored.coordinates, stored.categories, 1)
    assert rows[1].over_control is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--embedding", "oliynik"], "no embedding 'oliynik'; did you mean oliynyk"),
        (["--nelements", "4"], "4 elements: this file has compositions of 2 or 3 elements"),
        (["--per-category", "3"], "separation: too few points"),
    ],
)
def test_bad_requests(small_path, arguments, message):
    done = run("report", "--separation", *arguments, "--db", small_path)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith(f"chemdb: {message}")
