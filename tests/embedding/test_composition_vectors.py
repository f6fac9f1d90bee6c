"""Element vectors and the vectors of compositions against the elementembeddings library."""

import numpy as np
import pytest
from elementembeddings.composition import CompositionalEmbedding
from elementembeddings.core import Embedding
from hypothesis import given
from hypothesis import strategies as st

from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS, library_embeddings, library_vectors
from chemdb.chemistry.elements import elements as all_elements
from chemdb.embedding.composition_vectors import composition_vectors, is_covered
from chemdb.embedding.stored_vectors import element_vectors, embedding_names
from chemdb.errors import EmbeddingError

SYMBOLS = [element.symbol for element in all_elements()]


def numbered(formula):
    """Return atomic numbers and factors of a list of (symbol, factor), padded to four."""
    elements = [SYMBOLS.index(symbol) + 1 for symbol, _ in formula]
    factors = [factor for _, factor in formula]
    padding = [0] * (4 - len(formula))
    return np.array([elements + padding], np.uint8), np.array([factors + padding], np.uint8)


def test_dimensions_of_the_representations_of_the_paper():
    dimensions = {name: library_vectors(name).values.shape[1] for name in PAPER_EMBEDDINGS}
    assert dimensions == {
        "magpie": 22, "mat2vec": 200, "megnet16": 16, "oliynyk": 44, "skipatom": 200, "random_200": 200,
    }  # fmt: skip


def test_elements_covered_by_the_representations_of_the_paper():
    covered = {name: 103 - len(library_vectors(name).missing) for name in PAPER_EMBEDDINGS}
    assert covered == {
        "magpie": 97, "mat2vec": 103, "megnet16": 94, "oliynyk": 85, "skipatom": 86, "random_200": 103,
    }  # fmt: skip


@pytest.mark.parametrize("name", library_embeddings())
def test_values_equal_those_of_the_library(name):
    theirs = Embedding.load_data(name)
    ours = library_vectors(name)
    covered = [symbol for symbol in SYMBOLS if symbol in theirs.embeddings]
    rows = [SYMBOLS.index(symbol) + 1 for symbol in covered]
    expected = np.array([theirs.embeddings[symbol] for symbol in covered])
    np.testing.assert_array_equal(ours.values[rows], expected)
    assert list(ours.features) == list(map(str, theirs.feature_labels))
    assert len(ours.missing) == 103 - len(covered)
    assert np.isnan(ours.values).any(axis=1).sum() == len(ours.missing)


def test_every_representation_of_the_library_is_in_the_file(small):
    from elementembeddings.utils.config import DEFAULT_ELEMENT_EMBEDDINGS

    assert sorted(embedding_names(small)) == sorted(DEFAULT_ELEMENT_EMBEDDINGS)
    assert embedding_names(small)[:6] == PAPER_EMBEDDINGS


def test_an_unknown_name_suggests_similar_ones(small):
    with pytest.raises(EmbeddingError, match=r"no embedding 'magpi'; did you mean magpie or magpie_sc\?"):
        element_vectors(small, "magpi")
    with pytest.raises(EmbeddingError, match="no embedding 'zzzzzz'; there are magpie, mat2vec"):
        element_vectors(small, "zzzzzz")


@given(
    st.sampled_from(PAPER_EMBEDDINGS),
    st.lists(
        st.tuples(st.sampled_from(SYMBOLS), st.integers(1, 8)),
        min_size=2,
        max_size=4,
        unique_by=lambda part: part[0],
    ),
)
def test_vectors_equal_those_of_compositional_embedding(name, formula):
    vectors = library_vectors(name)
    elements, factors = numbered(formula)
    ours = composition_vectors(elements, factors, vectors, 1)[0]
    if set(vectors.missing) & {symbol for symbol, _ in formula}:
        assert np.isnan(ours).all()
        assert not is_covered(elements, vectors)[0]
        return
    text = "".join(f"{symbol}{factor}" for symbol, factor in formula)
    theirs = CompositionalEmbedding(text, Embedding.load_data(name)).feature_vector("mean")
    # Within 1e-6 of the size of the terms: single precision.
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())
    assert is_covered(elements, vectors)[0]


def test_threads_fill_the_array_they_are_given():
    rng = np.random.default_rng(0)
    elements = rng.integers(1, 98, (1000, 4), dtype=np.uint8)
    factors = rng.integers(1, 9, (1000, 4), dtype=np.uint8)
    vectors = library_vectors("magpie")
    out = np.zeros((1000, 22), np.float32)
    assert composition_vectors(elements, factors, vectors, 3, out) is out
    fractions = factors / factors.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(out, np.einsum("nk,nkd->nd", fractions, vectors.values[elements]), rtol=1e-6)


def test_the_file_has_the_vectors_of_covered_elements(small):
    counts = dict(small.execute("select embedding, count(*) from element_embedding group by 1").fetchall())
    assert counts == {name: 103 - len(library_vectors(name).missing) for name in library_embeddings()}
    [(vector,)] = small.execute(
        "select vector from element_embedding where embedding = 'oliynyk' and symbol = 'Fe'"
    ).fetchall()
    np.testing.assert_allclose(vector, library_vectors("oliynyk").values[26], rtol=1e-7)


@pytest.mark.parametrize("name", library_embeddings())
def test_the_file_has_the_vectors_of_the_library_in_single_precision(small, name):
    stored, library = element_vectors(small, name), library_vectors(name)
    np.testing.assert_array_equal(stored.values, library.values.astype(np.float32))
    assert (stored.features, stored.symbols) == (library.features, library.symbols)


def test_vectors_in_sql_alone(small):
    [(vector,)] = small.execute("""
        select list(value order by dimension) as vector
        from (
            select dimension, sum(factor * vector[dimension]) / sum(factor) as value
            from (
                select unnest(elements) as symbol, unnest(factors) as factor
                from composition_of('LiZnO2')
            )
            join element_embedding using (symbol), unnest(range(1, len(vector) + 1)) as t(dimension)
            where embedding = 'mat2vec'
            group by dimension
        )
    """).fetchall()
    ours = composition_vectors(*numbered([("Li", 1), ("Zn", 1), ("O", 2)]), library_vectors("mat2vec"), 1)[0]
    np.testing.assert_allclose(vector, ours, rtol=1e-6)
