"""The exact principal components, against PCA of the listed compositions."""

from math import comb

import numpy as np
import pytest
from helpers.cli import output, run
from helpers.sampled import sampled
from helpers.vectors import listed_vectors
from sklearn.decomposition import PCA

from chemdb.database.arrays import read_systems
from chemdb.database.connection import connect_to_read
from chemdb.embedding.composition_vectors import composition_vectors
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import EmbeddingError
from chemdb.maps.exact_pca.moments import SCOPES, moments
from chemdb.maps.exact_pca.pca import exact_pca


def assert_same_components(exact, dense):
    np.testing.assert_allclose(exact.mean, dense.mean_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(exact.explained_variance, dense.explained_variance_, rtol=1e-8)
    np.testing.assert_allclose(exact.explained_variance_ratio, dense.explained_variance_ratio_, rtol=1e-8)
    # A direction and its opposite are the same component.
    cosines = np.abs(np.sum(exact.components * dense.components_, axis=1))
    np.testing.assert_allclose(cosines, 1, rtol=1e-7)


@pytest.mark.parametrize(
    ("scope", "embedding"), sampled(SCOPES, ["magpie", "mat2vec", "oliynyk", "skipatom"])
)
def test_all_binaries(full, scope, embedding):
    vectors = element_vectors(full, embedding)
    view = {
        "all": "composition", "known": "known_composition",
        "standard": "(from known_composition where allowed)",
        "interesting": "(from known_composition where not allowed)",
    }.get(scope, scope)  # fmt: skip
    every, left_out = listed_vectors(full, view, 2, vectors)
    exact = exact_pca(full, embedding, [2], scope, n_components=3)
    assert (exact.n, exact.n_left_out, exact.missing) == (len(every), left_out, vectors.missing)
    assert_same_components(exact, PCA(3, svd_solver="full").fit(every))


@pytest.mark.long
@pytest.mark.parametrize("scope", ["missing", "allowed"])
def test_a_million_ternaries(small, scope):
    vectors = element_vectors(small, "magpie")
    every, _ = listed_vectors(small, scope, 3, vectors)
    exact = exact_pca(small, "magpie", [3], scope)
    assert exact.n == len(every) > 500_000
    assert_same_components(exact, PCA(2, svd_solver="covariance_eigh").fit(every))


def test_two_to_four_elements_together(quaternaries_path):
    with connect_to_read(quaternaries_path) as con:
        vectors = element_vectors(con, "megnet16")
        every = np.vstack([listed_vectors(con, "allowed", n, vectors)[0] for n in (2, 3, 4)])
        exact = exact_pca(con, "megnet16", [2, 3, 4], "allowed")
    assert exact.n == len(every)
    assert_same_components(exact, PCA(2, svd_solver="full").fit(every))


@pytest.mark.parametrize("nelements", [2, 3, 4])
@pytest.mark.parametrize("embedding", ["mat2vec", "oliynyk"])
def test_the_whole_space_follows_from_symmetry(full, nelements, embedding):
    """Every covered element, and every pair of them, occurs alike in the whole space."""
    covered = element_vectors(full, embedding).covered
    space = read_systems(full, nelements)
    found = moments(space, covered, 2)
    n_covered = int(covered[1:].sum())
    m = len(space.factors)
    assert found.n == comb(n_covered, nelements) * m
    assert found.n + found.n_left_out == comb(103, nelements) * m
    first = comb(n_covered - 1, nelements - 1) * space.fractions[:, 0].sum()
    square = comb(n_covered - 1, nelements - 1) * (space.fractions[:, 0] ** 2).sum()
    product = comb(n_covered - 2, nelements - 2) * (space.fractions[:, 0] * space.fractions[:, 1]).sum()
    np.testing.assert_allclose(found.by_element[1:][covered[1:]], first, rtol=1e-9)
    expected = np.where(np.eye(n_covered, dtype=bool), square, product)
    np.testing.assert_allclose(found.by_pair[1:, 1:][covered[1:]][:, covered[1:]], expected, rtol=1e-9)
    assert not found.by_element[1:][~covered[1:]].any()


def test_categories_add_up_to_the_whole(full):
    space, covered = read_systems(full, 4), element_vectors(full, "skipatom").covered
    parts = [moments(space, covered, 2, name) for name in ("standard", "missing", "interesting", "unlikely")]
    whole = moments(space, covered, 2)
    assert sum(part.n for part in parts) == whole.n
    np.testing.assert_allclose(sum(part.by_pair for part in parts), whole.by_pair, rtol=1e-9)


def test_coordinates_of_a_composition_are_means_of_those_of_its_elements(small):
    exact = exact_pca(small, "magpie", [2, 3])
    vectors = element_vectors(small, "magpie")
    elements, factors = np.array([[3, 30, 8]], np.uint8), np.array([[1, 1, 2]], np.uint8)
    points = exact.transform(vectors.values[elements[0]])
    of_composition = exact.transform(composition_vectors(elements, factors, vectors, 1))
    np.testing.assert_allclose(of_composition[0], factors[0] @ points / 4, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("magpy", [2]), "no embedding 'magpy'; did you mean magpie"),
        (("magpie", [2], "common"), "no category 'common'; there are all, allowed"),
        (("magpie", [2], "all", 23), "23 components: magpie has 22 dimensions"),
        (("magpie", [3], "interesting"), "0 compositions with a magpie vector are too few"),
    ],
)
def test_bad_requests(small, arguments, message):
    with pytest.raises(EmbeddingError, match=message):
        exact_pca(small, *arguments)


def test_the_command_shows_the_whole_space(full_path, full):
    shown = output("map", "--method", "pca", "--all", "--nelements", 4, "--db", full_path)
    exact = exact_pca(full, "magpie", [4])
    # C(97, 4) systems of the elements that magpie covers, 3,823 stoichiometries each.
    assert "Exact PCA of magpie: 13,246,083,320 compositions of 4 elements" in shown
    assert f"{exact.explained_variance_ratio[0]:.4%}" in shown
    assert "MeltingT" in shown
    assert "3,656,451,005 compositions without a vector (with Cf, Es, Fm, Md, No, Lr)" in shown


def test_only_pca_is_exact(small_path):
    done = run("map", "--method", "umap", "--all", "--db", small_path)
    assert done.exit_code == 2
    assert "--all goes with --method pca" in done.stderr
