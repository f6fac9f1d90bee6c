"""What differs between two files, sets or sources, against a comparison row by row."""

import csv
import shutil

import duckdb
import pytest
from helpers.cli import run
from helpers.shared import made_once

import chemdb
from chemdb.builder.change_known import add
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.chemistry.category import ALLOWED_AND_KNOWN
from chemdb.compare.comparison import COUNT_COLUMNS
from chemdb.database.connection import connect_to_read
from chemdb.errors import ChemdbError


@pytest.fixture(scope="module")
def other_path(tmp_path_factory, known_csv):
    """The space of `small_path` with another oxidation-state set, and another compound known."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "lab.csv").write_text(known_csv.read_text() + "b3,LiZnO2,0\n")
    options = BuildOptions(range(2, 4), 4, "icsd24", known=(str(folder / "lab.csv"),))
    with made_once(tmp_path_factory, "small/icsd24.duckdb", lambda path: build(path, options)) as path:
        yield path


def categories(path, where):
    """The category of compositions, by formula."""
    with connect_to_read(path) as con:
        return dict(
            con.execute(f"select formula, category::varchar from composition where {where}").fetchall()
        )


def counted_row_by_row(a, b):
    """For allowed, known and each category: in A, in B, in both, only in A, only in B."""
    members = {
        "allowed": {"standard", "missing"},
        "known": {"standard", "interesting"},
        **{name: {name} for name in ALLOWED_AND_KNOWN},
    }
    rows = {}
    for name, of_name in members.items():
        in_a = {formula for formula in a if a[formula] in of_name}
        in_b = {formula for formula in b if b[formula] in of_name}
        rows[name] = tuple(map(len, (in_a, in_b, in_a & in_b, in_a - in_b, in_b - in_a)))
    return rows


def counts_of(rows):
    return {row["category"]: tuple(row[name] for name in COUNT_COLUMNS) for row in rows}


def test_two_files_row_by_row(small_path, other_path):
    a, b = (categories(path, "nelements = 2") for path in (small_path, other_path))
    with chemdb.open(small_path) as db:
        found = db.compare(other_path, nelements=[2])
        assert counts_of(found.arrow().to_pylist()) == counted_row_by_row(a, b)
        changed = {
            row["formula"]: (row["category_a"], row["category_b"])
            for row in found.changed().read_all().to_pylist()
        }
    assert changed == {formula: (a[formula], b[formula]) for formula in a if a[formula] != b[formula]}
    assert found.n_changed == len(changed)


def test_ternaries_of_two_elements_row_by_row(small_path, other_path):
    where = "nelements = 3 and list_contains(elements, 'Zn') and list_contains(elements, 'O')"
    a, b = (categories(path, where) for path in (small_path, other_path))
    with chemdb.open(small_path) as db:
        changed = db.compare(other_path, nelements=[3]).changed().read_all()
    rows = duckdb.from_arrow(changed).filter("list_has_all(chemsys.split('-'), ['O', 'Zn'])").fetchall()
    assert {row[0]: row[3:] for row in rows} == {
        formula: (a[formula], b[formula]) for formula in a if a[formula] != b[formula]
    }
    assert ("LiZnO2", "Li-O-Zn", 3, "missing", "standard") in rows


def test_elements_row_by_row(small_path, other_path):
    with chemdb.open(small_path) as db, chemdb.open(other_path) as other:
        rows = db.compare(other, nelements=[2]).by_element().to_pylist()
    for symbol in ("O", "Fe", "He"):
        where = f"nelements = 2 and list_contains(elements, '{symbol}')"
        expected = counted_row_by_row(*(categories(path, where) for path in (small_path, other_path)))
        differ = {name: counts for name, counts in expected.items() if any(counts[3:])}
        assert counts_of(row for row in rows if row["element"] == symbol) == differ


def test_the_formulas_are_as_many_as_counted(small_path, other_path):
    with chemdb.open(small_path) as db:
        found = db.compare(other_path)
        assert sum(len(batch) for batch in found.changed()) == found.n_changed


def test_sets_of_one_file_are_those_of_two_files(small_path, other_path):
    with chemdb.open(small_path) as db:
        by_names = db.compare("smact14", "icsd24", nelements=[2])
        by_files = db.compare(other_path, nelements=[2])
        assert by_names.arrow().slice(0, 1) == by_files.arrow().slice(0, 1)
        assert [row[-1] for row in by_names.df().values.tolist() if row[1] == "known"] == [0]


def test_two_sources(copy, tmp_path):
    (tmp_path / "mine.csv").write_text("formula\nZnO\nLiZnO2\n")
    add(copy, f"mine={tmp_path / 'mine.csv'}")
    with chemdb.open(copy) as db:
        changed = db.compare("lab", "mine").changed().read_all().to_pylist()
    # lab has ZnO, ZnO3, CaH2O2 and Zn3O in the space.
    assert {row["formula"]: (row["category_a"], row["category_b"]) for row in changed} == {
        "Zn3O": ("interesting", "unlikely"),
        "ZnO3": ("interesting", "unlikely"),
        "CaH2O2": ("standard", "missing"),
        "LiZnO2": ("missing", "standard"),
    }


def test_a_file_compared_with_itself(small_path):
    with chemdb.open(small_path) as db:
        found = db.compare(small_path)
        assert found.n_changed == found.by_element().num_rows == found.changed().read_all().num_rows == 0


def test_a_set_of_a_file(small_path, tmp_path):
    (tmp_path / "zinc.txt").write_text("Zn +1 +2\nO -2\n")
    (tmp_path / "less.txt").write_text("Zn +2\nO -2\n")
    with chemdb.open(small_path) as db:
        changed = db.compare(str(tmp_path / "zinc.txt"), str(tmp_path / "less.txt")).changed().read_all()
    assert changed.to_pylist() == [
        {
            "formula": "Zn2O",
            "chemsys": "O-Zn",
            "nelements": 2,
            "category_a": "missing",
            "category_b": "unlikely",
        }
    ]


BAD = {
    "icsd24 nosuch": "nosuch: not an oxidation-state set",
    "smact14 lab": "smact14 and lab: compare two oxidation-state sets, or two known sources",
    "small.duckdb none.duckdb": "none.duckdb: no such file",
    "small.duckdb icsd24": "give two databases, two oxidation-state sets or two known sources",
    "small.duckdb binaries.duckdb": "only files with the same limits can be compared",
    "smact14 icsd24 -o x.txt": "x.txt: the name must end in one of .csv",
    "smact14 icsd24 -o none/x.csv": "none/x.csv: cannot be written (the folder ",
    "smact14 icsd24 --nelements 4": "4 elements: small.duckdb has systems of 2 to 3 elements",
}


@pytest.fixture(scope="module")
def folder(small_path, tmp_path_factory):
    path = tmp_path_factory.mktemp("files")
    shutil.copyfile(small_path, path / "small.duckdb")
    build(path / "binaries.duckdb", BuildOptions(range(2, 3), 2, known=()))
    return path


@pytest.mark.parametrize(("line", "problem"), BAD.items(), ids=BAD)
def test_bad_input_is_one_line(line, problem, folder, monkeypatch):
    monkeypatch.chdir(folder)
    for command in ["compare"], ["plot", "compare"]:
        words = [*command, *line.split(), "--db", "small.duckdb"]
        if command != ["compare"]:
            if "-o" in words or "--nelements" in words:
                continue
            words += ["-o", "x.png"]
        done = run(*words)
        assert done.exit_code in (1, 2)
        assert problem in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["binaries.duckdb", "small.duckdb"]


def test_python_raises_the_same(small_path):
    with chemdb.open(small_path) as db:
        with pytest.raises(ChemdbError, match="nosuch: not an oxidation-state set"):
            db.compare("icsd24", "nosuch")
        with pytest.raises(ChemdbError, match=r"4 elements: .* has systems of 2 to 3 elements"):
            db.compare("smact14", "icsd24", nelements=4)
        with pytest.raises(ChemdbError, match="give one other database"):
            db.compare(db, "icsd24")


def test_the_command_prints_counts_and_writes_formulas(small_path, tmp_path):
    target = tmp_path / "changed.csv"
    done = run(
        "compare", "smact14", "icsd24", "--nelements", "2", "-f", "csv", "-o", target, "--db", small_path
    )
    assert done.exit_code == 0, done.stderr
    rows = {row["category"]: row for row in csv.DictReader(done.stdout.splitlines()[:-1])}
    assert rows["known"]["in_a"] == rows["known"]["in_both"] == "3"
    n = int(rows["missing"]["only_in_a"]) + int(rows["missing"]["only_in_b"])
    # Standard ones and interesting ones change with the rule too.
    n += int(rows["standard"]["only_in_a"]) + int(rows["standard"]["only_in_b"])
    assert len(target.read_text().splitlines()) == n + 1
    by_element = run("compare", "smact14", "icsd24", "--by", "element", "--db", small_path)
    assert by_element.stdout.splitlines()[4].split() == [
        "element",
        "category",
        "in_a",
        "in_b",
        "in_both",
        "only_in_a",
        "only_in_b",
    ]


def test_the_figure_names_both_sides(small_path):
    with chemdb.open(small_path) as db:
        figure = db.plot.compare("smact14", "icsd24")
        texts = {text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))}
        assert {"only A: smact14", "only B: icsd24", "binary, allowed", "Fe", "Lr"} <= texts
        assert "only A (smact14), both, and only B (icsd24)" in figure.caption
        with pytest.raises(ChemdbError, match="icsd24 and icsd24: no composition differs"):
            db.plot.compare("icsd24", "icsd24")
