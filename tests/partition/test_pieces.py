"""Pieces of queries: together they are the query, and any process reads them."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from helpers.models import formulas
from helpers.naive_query import queries, space
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

import chemdb
from chemdb.builder.change_known import remove
from chemdb.errors import ChemdbError, DatabaseError, EmbeddingError, QueryError

COLUMNS = ("formula", "chemsys", "elements", "factors", "natoms", "allowed", "known", "category", "known_in",
           "material_id", "energy_above_hull", "formula_anonymous", "max_factor", "has_electronegativity")  # fmt: skip


@given(query=queries, rows=st.sampled_from([1, 60, 300, 2000]), size=st.integers(1, 300))
@examples(7)
def test_the_pieces_are_the_query_in_the_order_of_the_file(six, query, rows, size):
    text, meaning = query
    pieces, numbers, found = six.partitions(text, rows), [], []
    for piece in pieces:
        batches = list(piece.batches(rows=size))
        systems = {system for batch in batches for system in batch.system_id.tolist()}
        assert sum(map(len, batches)) == piece.n_rows
        assert piece.first_system <= min(systems) <= max(systems) <= piece.last_system
        assert piece.n_rows <= rows or len(systems) == 1
        numbers += [
            pair for batch in batches for pair in zip(batch.system_id, batch.stoichiometry_id, strict=True)
        ]
        found += [row for batch in batches for row in batch.arrow(COLUMNS).to_pylist()]
    assert numbers == sorted(set(numbers))
    assert [(piece.number, piece.n_partitions) for piece in pieces] == [
        (i, len(pieces)) for i in range(len(pieces))
    ]
    assert sorted(row["formula"] for row in found) == sorted(c.formula for c in space() if meaning(c))
    by_formula = {row["formula"]: row for row in six.query(text, columns=COLUMNS).arrow().to_pylist()}
    assert found == [by_formula[row["formula"]] for row in found]


def test_pieces_do_not_depend_on_threads(small_path):
    with chemdb.open(small_path, threads=1) as one, chemdb.open(small_path, threads=3) as three:
        assert one.partitions("any=O", 10_000) == three.partitions("any=O", 10_000)


def test_a_piece_is_small_and_frozen(small_db):
    piece = small_db.partitions("any=O", 10_000)[3]
    assert len(pickle.dumps(piece)) < 1000
    assert pickle.loads(pickle.dumps(piece)) == piece
    assert hash(piece)
    with pytest.raises(AttributeError):
        piece.number = 0


def test_another_process_reads_a_piece(small_db):
    [piece] = small_db.partitions("ZnO or ZnO2")
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(formulas, piece).result() == ["ZnO", "ZnO2"]


def test_what_a_batch_has(small_db):
    [batch] = small_db.partitions("Zn-O missing")[0].batches("magpie")
    # ZnO is known.
    assert batch.formula.to_pylist()[:2] == ["ZnO2", "Zn2O"]
    assert batch.elements[0].tolist() == [30, 8]
    assert batch.factors[0].tolist() == [1, 2]
    assert (len(batch), batch.vectors.shape, batch.vectors.dtype) == (
        len(batch.formula),
        (len(batch), 22),
        "f4",
    )
    assert batch.arrow(["system_id", "natoms"]).to_pylist()[0] == {
        "system_id": batch.system_id[0],
        "natoms": 3,
    }
    taken = batch.take(np.array([1]))
    assert taken.formula.to_pylist() == ["Zn2O"]
    assert (taken.vectors == batch.vectors[1]).all()


def test_vectors_are_those_of_embed(small_db):
    table, account = small_db.embed(small_db.query("any=Lr,O nelements=2"), "magpie")
    expected = dict(zip(table["formula"].to_pylist(), table["vector"].to_pylist(), strict=True))
    n_without = 0
    for piece in small_db.partitions("any=Lr,O nelements=2", 500):
        for batch in piece.batches("magpie"):
            for formula, vector, has in zip(
                batch.formula.to_pylist(), batch.vectors, batch.has_vector, strict=True
            ):
                n_without += not has
                assert vector.tolist() == expected[formula] if has else np.isnan(vector).all()
    assert n_without == account.n_left_out > 0


def test_nothing_matches(small_db):
    assert small_db.partitions("He-Ne missing") == []


def test_a_piece_may_be_larger_than_any_query(small_db):
    [piece] = small_db.partitions("Zn-O", 10**20)
    assert [piece] == small_db.partitions("Zn-O", 20_000_000_000)
    assert piece.n_rows == small_db.query("Zn-O").count()


def test_what_cannot_be(small_db):
    with pytest.raises(QueryError, match="0 rows"):
        small_db.partitions("Zn-O", 0)
    with pytest.raises(QueryError, match="not a key"):
        small_db.partitions("zinc")
    [piece] = small_db.partitions("Zn-O")
    with pytest.raises(EmbeddingError, match="did you mean magpie"):
        next(piece.batches("mgpie"))
    [batch] = piece.batches()
    with pytest.raises(EmbeddingError, match="no vectors"):
        _ = batch.vectors
    with pytest.raises(QueryError, match="column 'species' is not available in pieces"):
        batch.arrow(["formula", "species"])
    with pytest.raises(ChemdbError, match="0 rows"):
        next(piece.batches(rows=0))


def test_a_file_that_changed_is_refused(copy):
    with chemdb.open(copy) as db:
        [piece] = db.partitions("Zn-O")
    remove(copy, "lab")
    with pytest.raises(
        DatabaseError, match="changed since the pieces of the query were made; make them again"
    ):
        next(piece.batches())


def test_a_file_is_read_to_the_end_when_another_replaces_it(copy):
    with chemdb.open(copy) as db:
        first, second, *_ = db.partitions("elements=Zn,O nelements=3", 5)
    list(first.batches())
    remove(copy, "lab")
    assert sum(map(len, second.batches())) == second.n_rows
