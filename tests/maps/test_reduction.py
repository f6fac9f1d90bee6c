"""Reductions equal those of scikit-learn and umap-learn with default parameters."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from chemdb.errors import ReductionError
from chemdb.maps.reduction import parameters_of, parse_setting, reduce

VECTORS = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32) * np.arange(1, 6, dtype=np.float32)


@pytest.mark.parametrize("n_components", [2, 3])
def test_pca_is_that_of_scikit_learn(n_components):
    theirs = PCA(n_components, random_state=7)
    expected = theirs.fit_transform(VECTORS)
    found = reduce(VECTORS, "pca", n_components, seed=7)
    np.testing.assert_array_equal(found.coordinates, expected)
    np.testing.assert_allclose(found.explained, theirs.explained_variance_ratio_)


def test_tsne_is_that_of_scikit_learn():
    with threadpool_limits(1):
        expected = TSNE(2, random_state=7, perplexity=5, n_jobs=1).fit_transform(VECTORS)
    found = reduce(VECTORS, "tsne", 2, seed=7, parameters={"perplexity": 5})
    np.testing.assert_array_equal(found.coordinates, expected)
    assert found.explained is None


@pytest.mark.integration
def test_umap_is_that_of_umap_learn():
    from umap import UMAP

    expected = UMAP(n_components=3, random_state=7, n_neighbors=5, n_jobs=1).fit_transform(VECTORS)
    found = reduce(VECTORS, "umap", 3, seed=7, parameters={"n_neighbors": 5})
    np.testing.assert_array_equal(found.coordinates, expected)
    assert "umap-learn" in found.versions


def test_vectors_are_standardized_only_on_demand():
    expected = PCA(2).fit_transform(StandardScaler().fit_transform(VECTORS))
    np.testing.assert_allclose(reduce(VECTORS, "pca", standardize=True).coordinates, expected, atol=1e-5)
    assert not np.allclose(reduce(VECTORS, "pca").coordinates, expected, atol=0.1)


def test_methods_are_found_as_people_write_them():
    np.testing.assert_array_equal(reduce(VECTORS, "PCA").coordinates, reduce(VECTORS, "pca").coordinates)


def test_defaults_are_those_of_the_libraries():
    tsne = parameters_of("tsne")
    assert (tsne["perplexity"], tsne["learning_rate"], tsne["init"], tsne["max_iter"]) == (
        30.0,
        "auto",
        "pca",
        1000,
    )
    assert parameters_of("umap", {"min_dist": 0.5})["min_dist"] == 0.5
    assert parameters_of("umap")["n_neighbors"] == 15


@pytest.mark.parametrize(
    ("text", "setting"),
    [("perplexity=50", ("perplexity", 50)), ("min_dist=0.5", ("min_dist", 0.5)), ("whiten=true", ("whiten", True)),
     ("whiten=False", ("whiten", False)), ("metric=cosine", ("metric", "cosine")), ("a=null", ("a", None))],
)  # fmt: skip
def test_settings(text, setting):
    assert parse_setting(text) == setting


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: reduce(VECTORS, "umpa"), "no method 'umpa'; did you mean umap?"),
        (lambda: reduce(VECTORS, "tsne", parameters={"perplexty": 3}), "did you mean perplexity?"),
        (lambda: reduce(VECTORS[:30], "tsne"), "30 points are too few for t-SNE with perplexity 30"),
        (lambda: reduce(VECTORS[:15], "umap"), "15 points are too few for UMAP with n_neighbors 15"),
        (lambda: reduce(VECTORS[:1], "pca"), "1 points are too few for PCA with components 2"),
        (lambda: reduce(VECTORS[:0], "pca"), "0 points are too few"),
        (lambda: reduce(VECTORS, "pca", 4), "a map has 2 or 3"),
        (lambda: reduce(VECTORS[:, :1], "pca"), "PCA: n_components=2 must be between"),
        (lambda: reduce(VECTORS, "tsne", parameters={"metric": "nope"}), "t-SNE: The 'metric' parameter"),
        (
            lambda: reduce(VECTORS, "tsne", parameters={"perplexity": "big"}),
            "t-SNE: The 'perplexity' parameter",
        ),
        (lambda: reduce(VECTORS, "umap", parameters={"min_dist": -1}), "UMAP: min_dist"),
        (
            lambda: reduce(VECTORS, "umap", parameters={"n_neighbors": 5.5}),
            "UMAP fails with n_neighbors=5.5 (TypingError)",
        ),
        (
            lambda: reduce(VECTORS, "umap", parameters={"metric": "precomputed"}),
            "UMAP fails with metric=precomputed (KeyError)",
        ),
        (lambda: parse_setting("perplexity"), "write it as name=value"),
        (lambda: parse_setting("a=[1]"), "the value must be a number, a word"),
    ],
)
def test_bad_reductions(call, problem):
    with pytest.raises(ReductionError) as caught:
        call()
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
