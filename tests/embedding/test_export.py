"""Vectors in files: whole, streamed, and what has no vector said."""

import csv

import numpy as np
import pyarrow.parquet as pq
import pytest
from helpers.cli import output, run

from chemdb.chemistry.elements import elements as all_elements
from chemdb.embedding import export_parts
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays
from chemdb.embedding.export import export
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import FileError
from chemdb.runtime.limits import Limits

SYMBOLS = [element.symbol for element in all_elements()]
QUERY = "missing elements=Li,O nelements=3"


def vectors_of(db, name):
    with db.cursor() as con:
        return element_vectors(con, name)


def expected(db, query, embedding):
    """Return formula and vector of the covered compositions of a query, one by one."""
    vectors = vectors_of(db, embedding)
    found = {}
    for formula, elements, factors in db.query(query, columns=["formula", "elements", "factors"]):
        if not set(elements) & set(vectors.missing):
            rows = [SYMBOLS.index(symbol) + 1 for symbol in elements]
            found[formula] = np.dot(factors, vectors.values[rows]) / sum(factors)
    return found


def test_parquet_has_a_vector_for_each_covered_composition(db, small_path, tmp_path):
    target = tmp_path / "v.parquet"
    done = run("export", "embeddings", QUERY, "--embedding", "skipatom", "-o", target, "--db", small_path)
    assert done.exit_code == 0, done.output
    table = pq.read_table(target)
    wanted = expected(db, QUERY, "skipatom")
    left_out = db.query(QUERY).count() - len(wanted)
    assert left_out > 0
    assert done.stdout == f"{target}: {len(wanted):,} vectors of 200\n"
    assert (
        f"{left_out:,} compositions left out, because skipatom has no vector for Po, At, Fr," in done.stderr
    )
    assert str(table.schema.field("vector").type) == "fixed_size_list<element: float>[200]"
    assert table["formula"].to_pylist() == list(wanted)
    assert set(table["category"].to_pylist()) == {"missing"}
    np.testing.assert_allclose(
        np.array(table["vector"].to_pylist()), list(wanted.values()), rtol=1e-6, atol=1e-7
    )


def test_every_form_has_the_same_numbers(db, small_path, tmp_path):
    for name, more in (("l.parquet", []), ("w.parquet", ["--columns", "wide"]), ("v.csv", []), ("v.npz", [])):
        output("export", "embeddings", QUERY, "-o", tmp_path / name, *more, "--db", small_path)
    wanted = expected(db, QUERY, "magpie")
    magpie = np.array(list(wanted.values()))
    listed = pq.read_table(tmp_path / "l.parquet")
    wide = pq.read_table(tmp_path / "w.parquet")
    with (tmp_path / "v.csv").open(newline="") as stream:
        header, *rows = csv.reader(stream)
    with np.load(tmp_path / "v.npz") as arrays:
        assert arrays["formula"].tolist() == list(wanted)
        assert arrays["category"].tolist() == ["missing"] * len(wanted)
        assert arrays["features"].tolist() == list(vectors_of(db, "magpie").features)
        np.testing.assert_allclose(arrays["vectors"], magpie, rtol=1e-6)
    np.testing.assert_allclose(np.array(listed["vector"].to_pylist()), magpie, rtol=1e-6)
    assert header == wide.column_names == ["formula", "category", *vectors_of(db, "magpie").features]
    np.testing.assert_allclose(np.array([row[2:] for row in rows], float), magpie, rtol=1e-6)
    columns = [wide[name].to_numpy() for name in wide.column_names[2:]]
    np.testing.assert_allclose(np.column_stack(columns), magpie, rtol=1e-6)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["l.parquet", "v.csv", "v.npz", "w.parquet"]


def test_mixed_numbers_of_elements_are_padded(db):
    rows = db.query("within=Li-Zn-O", columns=["elements", "factors"]).arrow()
    elements, factors = element_arrays(rows, SYMBOLS)
    assert elements.shape == factors.shape == (len(rows), 3)
    for i, (symbols, amounts) in enumerate(
        zip(rows["elements"].to_pylist(), rows["factors"].to_pylist(), strict=True)
    ):
        k = len(symbols)
        assert [SYMBOLS[z - 1] for z in elements[i, :k]] == symbols
        assert factors[i].tolist() == amounts + [0] * (3 - k)


def test_an_export_to_a_folder_resumes(small_path, db, tmp_path, monkeypatch):
    monkeypatch.setattr(export_parts, "PART_SIZE", 100)
    monkeypatch.setattr("chemdb.query.result.BATCH", 50)
    vectors = vectors_of(db, "skipatom")
    result = db.query("missing elements=O nelements=2")
    folder = tmp_path / "parts"
    folder.mkdir()
    whole = export(result, vectors, folder, Limits())
    parts = sorted(folder.iterdir())
    assert len(parts) > 2
    before = [path.read_bytes() for path in parts]
    # As if it had been stopped after the first part.
    for path in parts[1:]:
        path.unlink()
    changed = parts[0].stat().st_mtime_ns
    again = export(result, vectors, folder, Limits())
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == before
    assert parts[0].stat().st_mtime_ns == changed
    assert (again.n, again.n_left_out, again.uncovered) == (whole.n, whole.n_left_out, whole.uncovered)
    assert whole.n + whole.n_left_out == len(result)
    formulas = [formula for path in parts for formula in pq.read_table(path)["formula"].to_pylist()]
    assert formulas == list(expected(db, "missing elements=O nelements=2", "skipatom"))
    with pytest.raises(FileError, match="part of another export; choose an empty folder"):
        export(result, vectors_of(db, "magpie"), folder, Limits())


def test_an_interrupted_export_leaves_nothing(db, tmp_path):
    def stop(done):
        raise KeyboardInterrupt

    for name in ("v.parquet", "v.npz"):
        with pytest.raises(KeyboardInterrupt):
            export(db.query(QUERY), vectors_of(db, "magpie"), tmp_path / name, Limits(), progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_from_python(db):
    table, account = db.embed(db.query("formula=LiZnO2"), "magpie")
    zinc = composition_vectors(
        np.array([[3, 30, 8]], np.uint8), np.array([[1, 1, 2]], np.uint8), vectors_of(db, "magpie"), 1
    )
    assert table["formula"].to_pylist() == ["LiZnO2"]
    np.testing.assert_array_equal(table["vector"].to_pylist(), zinc)
    assert str(account) == "1 vector"
    sampled, account = db.embed(db.sample("unlikely", [2, 3], 50), "oliynyk")
    assert len(sampled) == account.n == 100 - account.n_left_out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([QUERY, "--embedding", "matvec", "-o", "v.parquet"], "no embedding 'matvec'; did you mean mat2vec"),
        ([QUERY, "-o", "v.xlsx"], "v.xlsx: the name must end in one of .parquet, .csv, .npz"),
        ([QUERY, "-o", "no/v.parquet"], "no/v.parquet: cannot be written (the folder no does not exist)"),
        ([QUERY, "-o", "v.csv", "--columns", "list"], "v.csv: --columns list is not available for .csv"),
        (["interesting nelements=3", "-o", "v.npz"], "export: no composition of this file matches"),
        (["missing elements=Xx", "-o", "v.npz"], "query: 'Xx'"),
    ],
)
def test_bad_requests_write_nothing(small_path, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    done = run("export", "embeddings", *arguments, "--db", small_path)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith(f"chemdb: {message}")
    assert list(tmp_path.iterdir()) == []
