"""Sources of known materials: the shipped snapshot and files of the user's."""

import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pymatgen.core import Composition

from chemdb.builder import change_known as manage
from chemdb.database.connection import connect_to_read
from chemdb.errors import ChemdbError, KnownSourceError
from chemdb.known.registry import source_reader
from chemdb.known.snapshot import mp_snapshot
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import no_progress


def read_source(spec, **options):
    return source_reader(spec, Limits(), **options)(no_progress)


def entries(spec, **options):
    return read_source(spec, **options).entries


def test_snapshot_counts_as_pymatgen_has_them():
    snapshot = mp_snapshot()
    assert len(snapshot.entries) == 47_737
    assert snapshot.licence == "CC BY 4.0"
    counts = Counter()
    for formula in {
        Composition(f).reduced_composition for f in snapshot.entries["formula_given"].to_pylist()
    }:
        amounts = formula.get_el_amt_dict().values()
        if 2 <= len(amounts) <= 4 and max(amounts) <= 8:
            counts[len(amounts)] += 1
    assert counts == {2: 4_628, 3: 12_732, 4: 5_456}


def test_entries_inside_and_outside_the_space(small):
    rows = small.execute(
        "select material_id, formula, formula_given, in_space, outside_because, energy_above_hull from known_entry"
    ).fetchall()
    assert rows == [
        ("a1", "ZnO", "ZnO", True, None, 0.0),
        ("a2", "ZnO", "O2Zn2", True, None, 0.2),
        ("a3", "ZnO3", "ZnO3", True, None, 0.1),
        ("a4", "CaH2O2", "Ca(OH)2", True, None, 0.0),
        ("a5", "Zn3O", "Zn3O", True, None, None),
        ("a6", "LiZnSnClO4", "LiZnSnO4Cl", False, "5 elements", 0.3),
        ("a7", "ZnO9", "ZnO9", False, "factor 9", 0.4),
        ("a8", "Zn", "Zn", False, "1 element", 0.0),
    ]


def test_rejects_say_why(small):
    assert small.execute("select row_number, material_id, reason from known_reject").fetchall() == [
        (9, "a9", "fractional amount at '0.5O'"),
        (10, "b1", "not one of the first 103 elements at 'Zm2O'"),
        (11, "b2", "no formula"),
    ]


def test_the_most_stable_entry_speaks_for_a_formula(small):
    assert small.execute(
        "select n_entries, sources, material_id, energy_above_hull from known_composition where formula = 'ZnO'"
    ).fetchall() == [(2, ["lab"], "a1", 0.0)]


def test_every_kind_of_file(tmp_path):
    (tmp_path / "a.csv").write_text("ID,Composition\n7,NaCl\n")
    (tmp_path / "a.tsv").write_text("x\tformula\n1\tNaCl\n")
    (tmp_path / "a.txt").write_text("NaCl\n")
    (tmp_path / "a.json").write_text(json.dumps([{"formula_pretty": "NaCl", "e_above_hull": 0.5}]))
    (tmp_path / "a.jsonl").write_text('{"formula": "NaCl"}\n')
    pq.write_table(pa.table({"pretty_formula": ["NaCl"]}), tmp_path / "a.parquet")
    for kind in ("csv", "tsv", "txt", "json", "jsonl", "parquet"):
        source = read_source(str(tmp_path / f"a.{kind}"))
        assert (source.name, source.entries["formula_given"].to_pylist()) == ("a", ["NaCl"])
    assert entries(str(tmp_path / "a.csv"))["material_id"].to_pylist() == ["7"]
    assert entries(str(tmp_path / "a.json"))["energy_above_hull"].to_pylist() == [0.5]


def test_energies_are_numbers(tmp_path):
    (tmp_path / "a.csv").write_text("formula,e_above_hull\nNaCl,nan\nKCl,inf\nLiF,0.5\nRbI,low\n")
    assert entries(str(tmp_path / "a.csv"))["energy_above_hull"].to_pylist() == [None, None, 0.5, None]


def test_a_row_that_cannot_be_read_far_down_is_named(copy_of_small, tmp_path):
    before = copy_of_small.read_bytes()
    (tmp_path / "a.csv").write_bytes(b"formula,id\n" + b"NaCl,1\n" * 60_000 + b"Na\xffCl,1\n")
    with pytest.raises(
        ChemdbError, match=r"known source .*a\.csv: cannot be read \(line 60002: Invalid unicode"
    ):
        manage.add(copy_of_small, str(tmp_path / "a.csv"))
    assert copy_of_small.read_bytes() == before


def test_names_and_columns_of_the_users_choice(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("what,formula\nNaCl,KCl\n")
    assert read_source(f"icsd={path}").name == "icsd"
    assert entries(str(path), formula_column="What")["formula_given"].to_pylist() == ["NaCl"]


def test_glob_characters_are_part_of_the_name(tmp_path):
    (tmp_path / "a1.csv").write_text("formula\nKCl\n")
    (tmp_path / "a[1].csv").write_text("formula\nNaCl\n")
    assert entries(str(tmp_path / "a[1].csv"))["formula_given"].to_pylist() == ["NaCl"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", b"a,b\n1,2\n", "no formula column among a, b"),
        ("a.csv", b"formula\n\xff\xfe\x00\n", "cannot be read"),
        ("a.csv", b"", "no formula column"),
        ("a.parquet", b"not parquet", "cannot be read"),
        ("a.json", b"{", "cannot be read"),
        ("a.xlsx", b"", "the name must end in"),
        ("a.csv", None, "no such file"),
    ],
)
def test_unreadable_files(tmp_path, name, content, problem):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KnownSourceError, match=problem) as caught:
        read_source(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spec", ["mp=x.csv", "=x.csv", "nonsense", "none=x.csv"])
def test_bad_names(spec):
    with pytest.raises(KnownSourceError, match="known source"):
        source_reader(spec, Limits())


@pytest.fixture
def copy_of_small(small_path, tmp_path):
    path = tmp_path / "copy.duckdb"
    path.write_bytes(small_path.read_bytes())
    return path


def table2(path):
    with connect_to_read(path) as con:
        return con.execute("from table2").fetchall()


def test_add_and_remove_change_the_categories_and_nothing_else(copy_of_small, tmp_path):
    before = table2(copy_of_small)
    (tmp_path / "more.csv").write_text("formula\nLiZnO2\nZn2O\nZnO\n")
    loaded = manage.add(copy_of_small, str(tmp_path / "more.csv"))
    assert (loaded.source, loaded.n_entries, loaded.n_in_space) == ("more", 3, 3)
    after = table2(copy_of_small)
    assert [row[1:3] for row in after] == [row[1:3] for row in before]
    assert [row[3] for row in before] == [3, 1]
    assert [row[3] for row in after] == [4, 2]
    with connect_to_read(copy_of_small) as con:
        assert con.execute("select sources from known_composition where formula = 'ZnO'").fetchall() == [
            (["lab", "more"],)
        ]
        assert con.execute(
            "select count(*) from duckdb_columns() where not internal and comment is null"
        ).fetchall() == [(0,)]
    manage.remove(copy_of_small, "more")
    assert table2(copy_of_small) == before
    manage.remove(copy_of_small, "lab")
    assert [row[3] for row in table2(copy_of_small)] == [0, 0]


@pytest.mark.parametrize("content", ["formula\n?\n", "formula\n", "formula\nNaCl\n"])
def test_a_source_that_cannot_be_added_leaves_the_file(copy_of_small, tmp_path, content):
    before = copy_of_small.read_bytes()
    (tmp_path / "lab.csv").write_text(content)
    with pytest.raises(ChemdbError, match="known source 'lab'"):
        manage.add(copy_of_small, str(tmp_path / "lab.csv"))
    assert copy_of_small.read_bytes() == before
    assert [path.name for path in tmp_path.glob("copy.duckdb*")] == ["copy.duckdb"]
