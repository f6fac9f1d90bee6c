"""What users of Python have formulas in: every kind gives the same answers, or an error of chemdb's own."""

import math
import warnings

import numpy as np
import pandas
import polars
import pyarrow as pa
import pytest
from pymatgen.core import Composition

from chemdb.errors import ChemdbError, ChemdbWarning, FormulaError
from chemdb.lookup.formula_input import formula_texts

#: All mean LiZnO2 and ZnO.
KINDS = {
    "list": ["LiZnO2", "ZnO"],
    "tuple": ("LiZnO2", "Zn2O2"),
    "iterator": (),
    "Compositions": [Composition("LiZnO2"), Composition("Zn2O2")],
    "amounts": [{"Li": 1, "Zn": 1, "O": 2}, {"Zn": 1.0, "O": 1.0}],
    "mixed": [Composition("LiZnO2"), "ZnO"],
    "species": [Composition({"Li+": 1, "Zn2+": 1, "O2-": 2}), Composition("ZnO").add_charges_from_oxi_state_guesses()],
    "numpy": np.array(["LiZnO2", "ZnO"]),
    "objects": np.array(["LiZnO2", Composition("ZnO")], object),
    "arrow": pa.array(["LiZnO2", "ZnO"]),
    "chunks": pa.chunked_array([["LiZnO2"], ["ZnO"]]),
    "dictionary": pa.array(["LiZnO2", "ZnO"]).dictionary_encode(),
    "pandas Series": pandas.Series(["LiZnO2", "ZnO"], index=[7, 7]),
    "pandas category": pandas.Series(["LiZnO2", "ZnO"], dtype="category"),
    "pandas Compositions": pandas.Series([Composition("LiZnO2"), Composition("ZnO")]),
    "polars Series": polars.Series(["LiZnO2", "ZnO"]),
    "polars objects": polars.Series([Composition("LiZnO2"), Composition("ZnO")], dtype=polars.Object),
    "arrow table": pa.table({"formula": ["LiZnO2", "ZnO"]}),
    "pandas table": pandas.DataFrame({"id": [1, 2], "formula": ["LiZnO2", "ZnO"]}),
    "pandas table of Compositions": pandas.DataFrame({"composition": [Composition("LiZnO2"), Composition("ZnO")]}),
    "pandas table of amounts": pandas.DataFrame({"formula": [{"Li": 1, "Zn": 1, "O": 2}, {"Zn": 1, "O": 1}]}),
    "mixed columns": pandas.DataFrame({"formula": ["LiZnO2", "ZnO"], "x": [1, "a"], 5: [[1], None]}),
    "polars table": polars.DataFrame({"formula": ["LiZnO2", "ZnO"]}),
    "polars table of objects": polars.DataFrame(
        {"formula": ["LiZnO2", "ZnO"], "x": polars.Series([1, "a"], dtype=polars.Object)}
    ),
}  # fmt: skip


def of(kind):
    return iter(["LiZnO2", "ZnO"]) if kind == "iterator" else KINDS[kind]


@pytest.mark.filterwarnings("ignore:The DataFrame has column names of mixed type")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_labelled_explained_and_embedded(small_db, kind):
    labels = small_db.label(of(kind))
    name = "formula" if "table" not in kind and kind != "mixed columns" else "chemdb_formula"
    name = "formula" if kind == "pandas table of Compositions" else name
    assert labels[name].to_pylist() == ["LiZnO2", "ZnO"]
    assert labels["category"].to_pylist() == ["missing", "standard"]
    assert [explanation.formula for explanation in small_db.explain(of(kind))] == ["LiZnO2", "ZnO"]
    table, account = small_db.embed(of(kind), "magpie")
    assert table["formula"].to_pylist() == ["LiZnO2", "ZnO"]
    assert table["category"].to_pylist() == ["missing", "standard"]
    assert account.n == 2


@pytest.mark.parametrize("one", ["O2Zn2", Composition("ZnO"), {"O": 1, "Zn": 1}])
def test_a_single_formula(small_db, one):
    assert small_db.label(one)["formula"].to_pylist() == ["ZnO"]
    assert [explanation.formula for explanation in small_db.explain(one, [one])] == ["ZnO", "ZnO"]
    assert (
        small_db.embed(one, "magpie")[0]["vector"].to_pylist()
        == small_db.embed(small_db.query("ZnO"), "magpie")[0]["vector"].to_pylist()
    )


@pytest.mark.parametrize("missing", [None, math.nan, pandas.NA, pandas.NaT, np.float32("nan")])
def test_missing_formulas(small_db, missing):
    assert small_db.label(["ZnO", missing, Composition("ZnO")])["formula"].to_pylist() == ["ZnO", None, "ZnO"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert small_db.embed(["ZnO", missing, Composition("ZnO")], "magpie")[1].n == 2
    assert [str(w.message) for w in caught if w.category is ChemdbWarning] == [
        "embed: 1 row left out: not a formula"
    ]
    with pytest.raises(FormulaError, match="no formula"):
        small_db.explain(["ZnO", missing])


def test_fractions_are_refused(small_db):
    half = Composition("Li0.5CoO2")
    assert small_db.label(half)["error"].to_pylist() == ["fractional amount at '0.5Co1O2'"]
    with pytest.raises(FormulaError, match="fractional amount"):
        small_db.explain(half)
    # As in pymatgen, 1e-9 is nothing.
    assert formula_texts({"Li": 0.999999999, "O": np.int64(2), "H": 1e-5}, "label") == ["Li1O2H0.00001"]


@pytest.mark.parametrize(
    "wrong",
    [
        5, b"ZnO", [5], [["ZnO"]], [b"Zn", 5], object(), True, [{"Fe2": 1}], {"Fe": "two"}, {"Fe": -1},
        {"Fe": math.nan}, {"formula": ["ZnO"]}, pandas.DataFrame({"x": ["ZnO"]}), pa.table({"formula": [[1]]}),
        pandas.DataFrame([["ZnO", "ZnO"]], columns=["formula", "formula"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["label", "explain", "embed"])
def test_anything_else_is_an_error_of_chemdb(small_db, method, wrong):
    with pytest.raises(ChemdbError, match=f"{method}|the table"):
        getattr(small_db, method)(wrong, *(["magpie"] if method == "embed" else []))


def test_unrelated_columns_stay(small_db):
    frame = pandas.DataFrame(
        {"formula": ["ZnO"], "when": pandas.to_datetime(["2024-01-01"]), "list": [[1, 2]]}
    )
    labels = small_db.label(frame.assign(mixed=[1 + 2j]))
    assert labels.select(["when", "list"]).to_pylist() == pa.table(frame).select(["when", "list"]).to_pylist()
    assert labels["mixed"].to_pylist() == ["(1+2j)"]


def test_large_amounts_have_vectors(small_db):
    table, _ = small_db.embed(["Fe300O301", "Fe1O1"], "magpie")
    large, small = table["vector"].to_pylist()
    assert np.allclose(large, small, rtol=0.01)
    assert large != small
