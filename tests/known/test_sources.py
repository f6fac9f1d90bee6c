"""Sources of known materials: the shipped snapshot and user files."""

import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pymatgen.core import Composition

from chemdb.builder import change_known
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.database.connection import connect_to_read
from chemdb.errors import ChemdbError, KnownSourceError
from chemdb.files.file_columns import FileColumns
from chemdb.known import materials_project, optimade, snapshot
from chemdb.known.optimade import PROVIDERS
from chemdb.known.registry import HELP, SOURCE_KINDS, source_reader
from chemdb.known.snapshot import mp_snapshot
from chemdb.runtime.progress import no_progress


def read_source(spec, **options):
    return source_reader(spec, **options)(no_progress)


def entries(spec, **options):
    return read_source(spec, **options).entries


def test_snapshot_counts_equal_those_of_pymatgen():
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


def test_rejects_have_reasons(small):
    assert small.execute("select row_number, material_id, reason from known_reject").fetchall() == [
        (9, "a9", "fractional amount at '0.5O'"),
        (10, "b1", "not one of the first 103 elements at 'Zm2O'"),
        (11, "b2", "no formula"),
    ]


def test_the_most_stable_entry_represents_a_formula(small):
    assert small.execute(
        "select n_entries, sources, material_id, energy_above_hull from known_composition where formula = 'ZnO'"
    ).fetchall() == [(2, ["lab"], "a1", 0.0)]


def test_a_source_without_identifiers_hides_none(copy_of_small, tmp_path):
    (tmp_path / "more.csv").write_text("formula,e_above_hull\nZnO,-0.1\nTiO2,0\n")
    change_known.add(copy_of_small, str(tmp_path / "more.csv"))
    with connect_to_read(copy_of_small) as con:
        assert con.execute(
            "select formula, material_id, energy_above_hull from store.known_formula where formula in ('ZnO', 'TiO2')"
        ).fetchall() == [("ZnO", "a1", -0.1), ("TiO2", None, 0.0)]


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
    (tmp_path / "a.csv").write_text("formula;e_above_hull\nNaCl;nan\nKCl;0,4\nLiF;50 meV/atom\nRbI;\n")
    source = read_source(str(tmp_path / "a.csv"))
    assert source.entries["energy_above_hull"].to_pylist() == [None, 0.4, 0.05, None]
    assert source.notes == ()


def test_energies_that_are_not_understood_are_reported_with_their_line(tmp_path):
    (tmp_path / "a.csv").write_text('formula,e_above_hull\n"Na\nCl",0\n\nRbI,low\nKCl,inf\n')
    source = read_source(str(tmp_path / "a.csv"))
    assert source.entries["energy_above_hull"].to_pylist() == [0.0, None, None]
    assert source.notes == (
        "2 values of 'e_above_hull' not understood and left empty, such as 'low' in line 5",
    )


def test_energies_in_json_are_decided_over_the_whole_file(tmp_path):
    early = '{"formula": "Fe2O3", "energy_above_hull": 0}\n' * 30_000
    (tmp_path / "a.jsonl").write_text(early + '{"formula": "NaCl", "energy_above_hull": 0.4}\n')
    assert entries(str(tmp_path / "a.jsonl"))["energy_above_hull"].to_pylist()[-2:] == [0.0, 0.4]


def test_a_bare_nan_in_json_is_no_formula(tmp_path):
    (tmp_path / "a.json").write_text('[{"formula": "Fe2O3"}, {"formula": NaN}, {"formula": "NaCl"}]')
    assert entries(str(tmp_path / "a.json"))["formula_given"].to_pylist() == ["Fe2O3", None, "NaCl"]


def test_columns_of_the_icsd(tmp_path):
    (tmp_path / "a.csv").write_text(
        "CollectionCode;SumFormula;StructuredFormula;E above hull (meV/atom)\n"
        "27431;Al2 O3;Al2 O3;0\n74;Al2 O12 S3;Al2 (S O4)3;5\n"
    )
    assert entries(str(tmp_path / "a.csv")).to_pylist() == [
        {"material_id": "27431", "formula_given": "Al2 O3", "formula_pretty": None, "energy_above_hull": 0.0},
        {
            "material_id": "74",
            "formula_given": "Al2 O12 S3",
            "formula_pretty": None,
            "energy_above_hull": 0.005,
        },
    ]


def test_columns_can_be_chosen(tmp_path):
    (tmp_path / "a.csv").write_text("formula,id,what,code,dE\nKCl,1,NaCl,x7,0.2\n")
    found = entries(str(tmp_path / "a.csv"), columns=FileColumns("what", "code", "dE"))
    assert [found[name][0].as_py() for name in ("formula_given", "material_id", "energy_above_hull")] == [
        "NaCl", "x7", 0.2,
    ]  # fmt: skip
    for columns, option in (
        (FileColumns(None, "no"), "--id-column"),
        (FileColumns(None, None, "no"), "--energy-column"),
    ):
        with pytest.raises(KnownSourceError, match=f"no column 'no' among .*; see {option}"):
            entries(str(tmp_path / "a.csv"), columns=columns)


def test_only_files_have_columns_to_choose(tmp_path):
    with pytest.raises(KnownSourceError, match=r"^mp: not a file, so it has no columns to name$"):
        source_reader("mp", FileColumns("what"))
    options = BuildOptions(nelements=range(2, 3), known=("mp-snapshot",), columns=FileColumns(None, "id"))
    with pytest.raises(KnownSourceError, match="no known source is a file, so there are no columns to name"):
        build(tmp_path / "c.duckdb", options)


def test_the_message_gives_the_line_of_an_unreadable_row(copy_of_small, tmp_path):
    before = copy_of_small.read_bytes()
    (tmp_path / "a.csv").write_bytes(b"formula,id\n" + b"NaCl,1\n" * 60_000 + b"Na\xffCl,1\n")
    with pytest.raises(ChemdbError, match=r"known source .*a\.csv: line 60002: not UTF-8 text"):
        change_known.add(copy_of_small, str(tmp_path / "a.csv"))
    assert copy_of_small.read_bytes() == before


def test_source_name_and_formula_column_can_be_chosen(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("what,formula\nNaCl,KCl\n")
    assert read_source(f"icsd={path}").name == "icsd"
    assert entries(str(path), columns=FileColumns(formula="What"))["formula_given"].to_pylist() == ["NaCl"]


def test_glob_characters_in_file_names_are_literal(tmp_path):
    (tmp_path / "a1.csv").write_text("formula\nKCl\n")
    (tmp_path / "a[1].csv").write_text("formula\nNaCl\n")
    assert entries(str(tmp_path / "a[1].csv"))["formula_given"].to_pylist() == ["NaCl"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", b"a,b\n1,2\n", "no formula column among a, b"),
        ("a.csv", b"formula\n\xff\xfe\x00\n", "line 2: not UTF-8 text"),
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


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("mp=x.csv", "known source: 'mp' is reserved; choose another name, e.g. my-mp=x.csv"),
        ("mp.csv", "known source: 'mp' is reserved; choose another name, e.g. my-mp=mp.csv"),
        ("none=x.csv", "known source: 'none' is reserved; choose another name, e.g. my-none=x.csv"),
        ("=x.csv", "known source: the name is empty; choose another name, e.g. my-list=x.csv"),
        ("a\tb=x.csv", r"known source: the name 'a\tb' contains unprintable characters; choose another name, e.g. my-list=x.csv"),
        (f"{'x' * 65}=x.csv", f"known source: the name '{'x' * 64}'... is longer than 64 characters; choose another name, e.g. my-list=x.csv"),
        ("https://a:b@x.org/y.csv", "known source: a URL must be that of an OPTIMADE provider, written optimade=URL; download files first"),
        ("s3://x/y.csv", "known source: a URL must be that of an OPTIMADE provider, written optimade=URL; download files first"),
        ("lab=https://x.org", "known source: a URL must be that of an OPTIMADE provider, written lab=optimade:URL; download files first"),
        ("nonsense", "known source 'nonsense': no such source or file; use mp-snapshot, mp, optimade=PROVIDER, FILE, NAME=FILE or none"),
    ],
)  # fmt: skip
def test_bad_names(spec, message):
    with pytest.raises(KnownSourceError) as caught:
        source_reader(spec)
    assert str(caught.value) == message


def test_help_names_all_sources_and_providers():
    assert HELP == (
        "mp-snapshot (shipped), mp (Materials Project; needs a key), "
        "optimade=PROVIDER (mp, oqmd, alexandria or a URL), FILE, NAME=FILE"
    )
    assert f"({', '.join(PROVIDERS)} or a URL)" in HELP
    assert {snapshot.NAME, materials_project.NAME, optimade.NAME} < set(SOURCE_KINDS)


@pytest.fixture
def copy_of_small(small_path, tmp_path):
    path = tmp_path / "copy.duckdb"
    path.write_bytes(small_path.read_bytes())
    return path


def table2(path):
    with connect_to_read(path) as con:
        return con.execute("from table2").fetchall()


def test_add_and_remove_change_only_the_categories(copy_of_small, tmp_path):
    before = table2(copy_of_small)
    (tmp_path / "more.csv").write_text("formula\nLiZnO2\nZn2O\nZnO\n")
    loaded = change_known.add(copy_of_small, str(tmp_path / "more.csv"))
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
    change_known.remove(copy_of_small, "more")
    assert table2(copy_of_small) == before
    change_known.remove(copy_of_small, "lab")
    assert [row[3] for row in table2(copy_of_small)] == [0, 0]


@pytest.mark.parametrize("content", ["formula\n?\n", "formula\n", "formula\nNaCl\n"])
def test_a_source_that_cannot_be_added_leaves_the_file_unchanged(copy_of_small, tmp_path, content):
    before = copy_of_small.read_bytes()
    (tmp_path / "lab.csv").write_text(content)
    with pytest.raises(ChemdbError, match="known source 'lab'"):
        change_known.add(copy_of_small, str(tmp_path / "lab.csv"))
    assert copy_of_small.read_bytes() == before
    assert [path.name for path in tmp_path.glob("copy.duckdb*")] == ["copy.duckdb"]
