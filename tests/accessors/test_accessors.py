"""`db.plot`, `db.known`, `db.export`, `db.map`: what the commands do, in Python; and a handle of a replaced file."""

import inspect

import pyarrow.parquet as pq
import pytest
from helpers.cli import COMMANDS, output

import chemdb
from chemdb.accessors.exports import Exports
from chemdb.accessors.known_sources import KnownSources
from chemdb.accessors.plots import Plots
from chemdb.api import Database
from chemdb.errors import ChemdbError


@pytest.fixture
def own(copy):
    with chemdb.open(copy) as opened:
        yield opened


def names_of(accessor):
    return {name for name, _ in inspect.getmembers(accessor, inspect.isfunction) if name[0] != "_"}


def test_methods_have_the_names_of_the_commands():
    def commands(group):
        return {name.split()[1].replace("-", "_") for name in COMMANDS if name.startswith(f"{group} ")}

    # `plot map --html` is a method of its own, as it returns no figure.
    assert names_of(Plots) - {"map_page"} == commands("plot")
    assert names_of(KnownSources) == commands("known")
    assert names_of(Exports) == commands("export")


def test_a_figure_has_its_caption_and_is_shown(db):
    figure = db.plot.periodic_table(category="known")
    assert "known binary compositions" in figure.caption
    png, size = figure._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert size["width"] == round(96 * 17.1 / 2.54)


def test_a_figure_is_saved_as_the_command_saves_it(db, tmp_path):
    figure = db.plot.composition("Zn-O", output=tmp_path / "zn-o.svg")
    assert (tmp_path / "zn-o.txt").read_text() == figure.caption
    assert (tmp_path / "zn-o.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("draw", "problem"),
    [
        (
            lambda plot: plot.periodic_table(2, query="Zn-O"),
            "give nelements and category, or query, or replace",
        ),
        (lambda plot: plot.composition("Zn-Xx"), "'Xx' is not an element"),
        (lambda plot: plot.composition("Zn-O", palette="rainbow"), "no palette 'rainbow'"),
        (lambda plot: plot.composition("Zn-O", output="zn-o.gif"), "must end in one of .png"),
        (lambda plot: plot.map("magpi"), "no embedding 'magpi'; did you mean magpie"),
        (lambda plot: plot.map_page("map.png"), "must end in one of .html"),
        (lambda plot: plot.periodic_table(query="Zn-O He>=1"), "there are none to draw"),
        (lambda plot: plot.paper("no-such-folder"), "no-such-folder: no such folder"),
    ],
)
def test_bad_input_is_an_error_of_chemdb(db, draw, problem):
    with pytest.raises(ChemdbError, match=problem):
        draw(db.plot)


def test_a_handle_sees_the_source_that_it_adds(own, tmp_path):
    (tmp_path / "mine.csv").write_text("formula\nLiZnO2\n")
    before = own.query("LiZnO2")
    assert before.counts["missing"] == 1
    loaded = own.known.add(tmp_path / "mine.csv")
    assert (loaded.source, loaded.n_in_space) == ("mine", 1)
    assert own.query("LiZnO2").counts["standard"] == 1
    assert [row[0] for row in own.known.list()] == ["lab", "mine"]
    # What was asked before answers from the file of then.
    assert list(before.select(["category"])) == [("missing",)]
    own.known.remove("mine")
    assert own.query("LiZnO2").counts["missing"] == 1
    with pytest.raises(ChemdbError, match="'mine' is not in the file"):
        own.known.remove("mine")


def test_a_handle_sees_the_map_that_it_makes(own):
    made = own.map(method="pca", per_category=5)
    assert (made.is_new, own.map(method="pca", per_category=5).is_new) == (True, False)
    assert list(own.sql("select count(*) from projection")) == [(len(made.points),)]
    assert repr(made).startswith("pca of magpie, 2 elements: run 1, ")


def test_a_handle_uses_the_map_that_another_has_made(own, copy):
    with chemdb.open(copy) as other:
        other.map(method="pca", per_category=5)
    assert not own.map(method="pca", per_category=5).is_new


def test_the_exact_components_of_all_compositions(db, small_path):
    exact = db.map_all("oliynyk", 2, category="known", components=3)
    assert exact.largest_entries(0, 1)[0][0] == "Boiling_Point_(K)"
    columns, rows = exact.table()
    assert (columns[0], [row[0] for row in rows]) == ("component", ["PC1", "PC2", "PC3"])
    command = output(
        "map", "--method", "pca", "--all", "--embedding", "oliynyk", "--category", "known", "--components", 3,
        "--db", small_path,
    )  # fmt: skip
    assert all(text in command for row in rows for text in row)
    with pytest.raises(ChemdbError, match="9 elements: this file has compositions of 2 or 3 elements"):
        db.map_all(nelements=9)


def methods_of_commands():
    for name in names_of(Plots) - {"map_page"}:
        yield f"plot {name.replace('_', '-')}", getattr(Plots, name)
    yield from [("plot map", Plots.map_page), ("map", Database.map), ("map", Database.map_all)]


def test_commands_and_methods_have_the_same_defaults():
    n_compared = 0
    for command, method in methods_of_commands():
        of_command = {parameter.name: parameter.default for parameter in COMMANDS[command].params}
        for name, parameter in inspect.signature(method).parameters.items():
            # Commands always save a figure.
            if name in of_command and name != "output" and parameter.default is not parameter.empty:
                assert parameter.default == of_command[name], (command, name)
                n_compared += 1
    assert n_compared > 50


def test_another_handle_sees_it_when_it_is_opened_again(own, copy):
    with chemdb.open(copy) as other:
        own.map(method="pca", per_category=5)
        assert list(other.sql("select count(*) from projection_run")) == [(0,)]
        other.reopen()
        assert list(other.sql("select count(*) from projection_run")) == [(1,)]


def test_a_closed_handle_changes_nothing(copy, tmp_path):
    db = chemdb.open(copy)
    db.close()
    before = copy.read_bytes()
    for change in (lambda: db.known.remove("lab"), lambda: db.map(method="pca")):
        with pytest.raises(ChemdbError, match="closed; open it again"):
            change()
    assert copy.read_bytes() == before


def test_compositions_are_exported(db, tmp_path):
    manifest = db.export.compositions("Zn-O known", tmp_path / "zn-o", columns=["formula"])
    assert (manifest.n_rows, (tmp_path / "zn-o" / "_manifest.json").exists()) == (3, True)
    with pytest.raises(ChemdbError, match="no composition of this file matches"):
        db.export.compositions("Zn-O He>=1", tmp_path / "none")


def test_vectors_are_exported(db, tmp_path):
    account = db.export.embeddings("Zn-O known", tmp_path / "zn-o.parquet")
    assert account.n == len(pq.read_table(tmp_path / "zn-o.parquet")) == 3
    with pytest.raises(ChemdbError, match="no composition of this file matches 'Zn-O He>=1'"):
        db.export.embeddings("Zn-O He>=1", tmp_path / "none.parquet")
    with pytest.raises(ChemdbError, match="no layout 'tall'"):
        db.export.embeddings("Zn-O", tmp_path / "tall.parquet", columns="tall")
