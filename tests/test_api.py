"""The Python interface: one database object, shared by threads and processes."""

import json
import multiprocessing
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import duckdb
import pandas
import polars
import pyarrow as pa
import pytest
from helpers.answers import answers
from helpers.process import python

import chemdb
from chemdb.errors import ChemdbError

TEXTS = ["LiZnO2", "O2Zn2", "Zn0.5O", None]


def test_sql_reads_as_anything(db):
    found = db.sql("select formula, natoms from standard where natoms < $n", {"n": 3})
    assert list(found) == [("ZnO", 2)]
    assert found.read()[0] == ["formula", "natoms"]
    assert found.arrow().to_pylist() == [{"formula": "ZnO", "natoms": 2}]
    assert found.df().to_dict("records") == [{"formula": "ZnO", "natoms": 2}]
    assert found.pl().rows() == [("ZnO", 2)]
    assert "ZnO" in repr(found)
    assert ">ZnO</td>" in found._repr_html_()


def test_sql_sees_no_python_variables_and_is_read_only(db):
    secret = pa.table({"a": [42]})
    with pytest.raises(chemdb.ChemdbError, match=r"sql: .*secret"):
        list(db.sql("from secret"))
    with pytest.raises(chemdb.ChemdbError, match=r"sql: .*read-only"):
        list(db.sql("delete from store.stoichiometry"))
    assert secret.num_rows == 1


@pytest.mark.parametrize("make", [
    list, lambda texts: pa.table({"id": range(4), "formula": texts}),
    lambda texts: pandas.DataFrame({"id": range(4), "formula": texts}),
    lambda texts: polars.DataFrame({"id": range(4), "formula": texts}),
])  # fmt: skip
def test_label_takes_lists_and_frames(db, make):
    rows = db.label(make(TEXTS)).to_pylist()
    key = "formula" if make is list else "chemdb_formula"
    assert [row[key] for row in rows] == ["LiZnO2", "ZnO", None, None]
    assert [row["category"] for row in rows] == ["missing", "standard", None, None]
    assert [row["known_in"] for row in rows] == [None, "lab", None, None]
    assert [row["error"] is None for row in rows] == [True, True, False, False]


@pytest.mark.parametrize("formulas", [[1, 2], [["ZnO"]], 7])
def test_label_rejects_other_types(db, formulas):
    with pytest.raises(ChemdbError, match="label: "):
        db.label(formulas)


def test_label_takes_missing_values(db):
    assert db.label(pandas.Series(["ZnO", None, float("nan")]))["formula"].to_pylist() == ["ZnO", None, None]


@pytest.mark.parametrize("options", [{"limit": -1}, {"offset": -1}])
def test_rows_below_zero_are_refused(db, options):
    with pytest.raises(ChemdbError, match="neither may be below 0"):
        db.query("Zn-O", **options)


def test_label_needs_a_formula_column(db):
    with pytest.raises(chemdb.ChemdbError, match="the table: no formula column among x"):
        db.label(pa.table({"x": ["ZnO"]}))


def test_a_file_that_duckdb_has_open_in_this_process(small_path, tmp_path):
    path = shutil.copyfile(small_path, tmp_path / "open.duckdb")
    with duckdb.connect(path, read_only=True), chemdb.open(path, threads=1) as db:
        assert db.query("Zn-O").count() == 11
    with chemdb.open(path), duckdb.connect() as con:
        con.execute(f"attach '{path}' as chemdb (read_only)")
        assert con.execute("select count(*) from chemdb.table2").fetchall() == [(2,)]


def test_threads_share_one_database(db):
    expected = answers(db)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(lambda _: answers(db), range(32)))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_share_one_database(db, method):
    expected = answers(db)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(answers, [db] * 4) == [expected] * 4
        # Not terminated: a signal can find a fork where it hears none.
        pool.close()
        pool.join()


def _inherited(queue):
    queue.put(answers(INHERITED))


INHERITED = None


def test_a_fork_uses_what_it_inherited(db):
    global INHERITED
    INHERITED = db
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_inherited, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == answers(db)
    child.join(timeout=60)
    assert child.exitcode == 0


def test_a_pickled_database_is_opened_again(db):
    with pickle.loads(pickle.dumps(db)) as other:
        assert answers(other) == answers(db)


def test_a_closed_database_says_so(small_path):
    db = chemdb.open(small_path)
    rows = db.sql("from table2")
    db.close()
    db.close()
    for ask in (lambda: list(rows), lambda: db.query("Zn-O").count(), lambda: db.label(["ZnO"])):
        with pytest.raises(chemdb.ChemdbError, match="closed; open it again"):
            ask()


def test_a_database_shows_itself(db, small_path):
    assert repr(db) == f"chemdb.open('{small_path}')"
    html = db._repr_html_()
    assert "lab" in html
    assert "<th>combinations</th>" in html


def test_names_are_escaped_in_html(small_path, tmp_path):
    path = tmp_path / "<b>bold.duckdb"
    path.write_bytes(small_path.read_bytes())
    with chemdb.open(path) as db:
        assert "&lt;b&gt;bold.duckdb" in db._repr_html_()
        assert "<b>" not in db._repr_html_()


def test_an_older_or_foreign_file_is_refused(small_path, tmp_path):
    from chemdb.database.replacing import replacing

    path = tmp_path / "old.duckdb"
    path.write_bytes(small_path.read_bytes())
    with replacing(path, edit=True) as con:
        con.execute("update store.build_info set value = '1' where property = 'format_version'")
    with pytest.raises(chemdb.ChemdbError, match=r"made by an older chemdb .*build it again"):
        chemdb.open(path)
    with pytest.raises(chemdb.ChemdbError, match="no such file"):
        chemdb.open(tmp_path / "none.duckdb")


def test_the_interface_is_small_and_light():
    code = (
        "import sys, json; before = set(sys.modules); import chemdb; "
        "print(json.dumps([chemdb.__all__, [m for m in ('duckdb', 'numpy', 'pyarrow', 'lark') if m in sys.modules]]))"
    )
    done = python("-c", code)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        ["ChemdbError", "attach", "export", "open", "score", "to_ase", "to_pymatgen"],
        [],
    ]


HOSTILE = [
    "'; drop table store.stoichiometry; --", '"; select 1; --', "$n_0", "Li'--", "ZnO' or '1'='1", "known_in='; attach ''x'''",
    "known_in=\"lab'; copy (select 42) to 'out.csv'; --\"", "formula='ZnO''", "x(O' or 1=1)", "elements=O'", "*/ select",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_change_nothing_and_reveal_nothing(db, small_path, tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    before = small_path.read_bytes()
    for ask in (
        lambda: list(db.query(text)),
        lambda: list(db.query("Zn-O", columns=[text])),
        lambda: list(db.query("Zn-O", sort=[text])),
        lambda: list(db.query(text, optimade=True)),
        lambda: db.table_1([text]),
        lambda: db.explain(text),
        lambda: list(db.sql("select $x", {"x": text})),
    ):
        with suppress(chemdb.ChemdbError):
            assert ask() == [(text,)]
    assert db.label([text])["error"][0].as_py()
    assert small_path.read_bytes() == before
    assert list(tmp_path.iterdir()) == []


def test_a_source_with_a_hostile_name_is_only_a_name(copy, tmp_path):
    from chemdb.builder.change_known import add

    (tmp_path / "x.csv").write_text("formula\nNaCl\n")
    name = "it's; drop"
    add(copy, f"{name}={tmp_path / 'x.csv'}")
    with chemdb.open(copy) as db:
        assert list(db.query(f'known_in="{name}"', columns=["formula"])) == [("NaCl",)]
        assert db.query(f'known_in="{name}"').sql.count("it''s; drop") > 0
