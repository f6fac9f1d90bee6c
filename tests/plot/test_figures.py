"""Figures show the numbers of the file in the right colours, without overlaps."""

import os
import subprocess
import sys

import pytest
from helpers.cli import run
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import chemdb
from chemdb.chemistry.elements import elements
from chemdb.errors import PlotError
from chemdb.plot import periodic_table
from chemdb.plot.drawing import Caption, Drawing, check_target, save
from chemdb.plot.style import Look
from chemdb.plot.tiles import TableOptions, position


@pytest.mark.parametrize(
    ("z", "place"),
    [(1, (1, 1, "s")), (2, (1, 18, "s")), (5, (2, 13, "p")), (21, (4, 3, "d")), (26, (4, 8, "d")),
     (57, (8, 3, "f")), (70, (8, 16, "f")), (71, (6, 3, "d")), (72, (6, 4, "d")), (86, (6, 18, "p")),
     (89, (9, 3, "f")), (103, (7, 3, "d"))],
)  # fmt: skip
def test_positions_in_the_periodic_table(z, place):
    element = elements()[z - 1]
    assert (*position(element), element.block) == place


def test_positions_are_distinct():
    assert len({position(element) for element in elements()}) == 103


def tiles(figure):
    """Return symbol, atomic number and number of each element of a periodic table, and its colour."""
    axes = figure.axes[0]
    cells = {
        (round(patch.get_x() + 0.47), round(patch.get_y() + 0.47, 1)): patch
        for patch in axes.patches
        if isinstance(patch, Rectangle) and patch.get_width() == 0.94
    }
    found = {}
    for (column, y), cell in cells.items():
        inside = [
            text.get_text()
            for text in axes.texts
            if abs(text.get_position()[0] - column) < 0.47 and abs(text.get_position()[1] - y) < 0.47
        ]
        [symbol] = [text for text in inside if text.isalpha()]
        found[symbol] = (*(text for text in inside if text != symbol), to_hex(cell.get_facecolor()))
    return found


def test_figure_1_shows_the_frequencies_of_the_file(full):
    counts = periodic_table.frequencies(full, 2, "allowed")
    # Each allowed binary has two elements.
    assert sum(counts.values()) == 2 * 13_464
    drawing = periodic_table.draw(full)
    shown = tiles(drawing.figure)
    assert len(shown) == 103 - 28
    assert "La" not in shown
    numbers = {element.symbol: element.atomic_number for element in elements()}
    assert {symbol: tile[:2] for symbol, tile in shown.items()} == {
        symbol: (str(counts[symbol]), str(numbers[symbol])) for symbol in shown
    }
    assert "allowed binary compositions: 13,464" in str(drawing.caption)
    assert "most frequent: C 938" in str(drawing.caption)
    assert "known: Materials Project 2017, 47,737 entries\n" in str(drawing.caption)
    f_block = tiles(
        periodic_table.draw(full, 4, "missing", TableOptions(f_block=True, look=Look(columns=1))).figure
    )
    assert len(f_block) == 103
    assert f_block["C"][0] == "308M"


def test_figure_1_colours_by_frequency(full):
    from matplotlib import colormaps

    shown = tiles(periodic_table.draw(full).figure)
    assert shown["He"][-1] == "#ffffff"
    assert shown["C"][-1] == to_hex(colormaps["viridis"](1.0))
    assert shown["O"][-1] == to_hex(colormaps["viridis"](563 / 938))


def test_elements_in_all_compositions_are_out_of_the_scale(full_path):
    from matplotlib import colormaps

    with chemdb.open(full_path) as db, db.cursor() as con:
        query = "missing elements=Li,O nelements=4"
        result = db.query(query)
        counts = result.element_frequency()
        drawing = periodic_table.draw_query(con, result, query)
        shown = tiles(drawing.figure)
        assert shown["Li"][-1] == shown["O"][-1] == "#ffffff"
        assert "Li and O are in all of them, outlined and not in the scale" in str(drawing.caption)
        largest = max(n for symbol, n in counts.items() if symbol not in ("Li", "O"))
        assert shown["C"][-1] == to_hex(colormaps["viridis"](counts["C"] / largest))
        assert len({tile[-1] for tile in shown.values()}) > 20
        assert "Most frequent" not in str(drawing.caption)
        assert "most frequent: C " in str(drawing.caption)


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize(
    "query", ["Li-Zn-O missing", "nelements=3 " + "O<=4 " * 40, f"elements={'Li,O,' * 40}Li"]
)
def test_the_texts_of_a_query_are_beside_the_tiles(small, columns, query):
    options = TableOptions(look=Look(columns=columns))
    figure = periodic_table.table(small, {"Li": 9, "O": 5}, f"compositions ({query})", 9, {}, options).figure
    figure.draw_without_rendering()
    axes = figure.axes[0]
    [bar] = axes.child_axes
    label = bar.xaxis.label
    [key] = [text for text in axes.texts if text.get_text() == "in all of them"]
    cells = [patch for patch in axes.patches if patch.get_width() == 0.94]
    for text in (label, key):
        box = text.get_window_extent()
        assert not box.count_overlaps([cell.get_window_extent() for cell in cells])
        assert figure.bbox.containsx(box.x0)
        assert figure.bbox.containsy(box.y1)
    assert label.get_text().startswith("Compositions (")
    assert label.get_text().endswith(")" if len(query) < 20 else "…")


def test_ticks_are_plain_and_the_scale_is_chosen_by_the_data(full):
    linear = periodic_table.draw(full, 4, "missing")
    assert ticks(linear.figure) == ["0", "100M", "200M", "300M"]
    log = periodic_table.draw(full, options=TableOptions(scale="log"))
    assert ticks(log.figure) == ["10", "30", "100", "300"]
    assert "The scale is logarithmic." in str(log.caption)
    # 6,345 known ternaries have oxygen; half of the elements are in less than 300.
    assert "logarithmic" in str(periodic_table.draw(full, 3, "known").caption)
    with pytest.raises(PlotError, match="no scale 'logarithmic'; there are auto, linear, log"):
        TableOptions(scale="logarithmic")


def ticks(figure):
    figure.draw_without_rendering()
    [bar] = figure.axes[0].child_axes
    return [label.get_text() for label in bar.get_xticklabels()]


def test_an_empty_query_counts_all_compositions(small_path, tmp_path):
    done = run("plot", "periodic-table", "--query", "", "-o", tmp_path / "all.png", "--db", small_path)
    assert done.exit_code == 0, done.stderr
    # Of all binaries and ternaries with factors to 4: 11 x 102 and 55 x C(102, 2) have each element.
    assert f"H {11 * 102 + 55 * 5151:,}" in (tmp_path / "all.txt").read_text()


def test_impossible_periodic_tables(small):
    for call, problem in (
        (lambda: periodic_table.draw(small, 4), "4 elements: not in this file"),
        (lambda: periodic_table.draw(small, 2, "alowed"), "no category 'alowed'; did you mean allowed"),
        (lambda: periodic_table.table(small, {"Zn": 0}, "things", 0, {}), "things: there are none to draw"),
    ):
        with pytest.raises(PlotError, match=problem):
            call()


def drawing(text="A line."):
    figure = Figure()
    figure.add_subplot().plot([0, 1])
    return Drawing(figure, Caption(text, {"file": "x.duckdb", "seed": "0"}))


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_figures_are_complete_and_have_a_caption(tmp_path, suffix, start):
    path = tmp_path / f"a{suffix}"
    save(drawing(), path)
    first = path.read_bytes()
    assert first.startswith(start)
    assert (tmp_path / "a.txt").read_text() == "A line.\n\nfile: x.duckdb\nseed: 0\n"
    save(drawing(), path)
    assert path.read_bytes() == first
    assert len(list(tmp_path.iterdir())) == 2


def test_targets_that_cannot_be_written(tmp_path):
    (tmp_path / "folder.png").mkdir()
    for name, problem in (
        ("a.jpg", "the name must end in one of .png, .svg, .pdf"),
        ("folder.png", "is a folder"),
        ("no/where.png", "does not exist"),
    ):
        with pytest.raises(PlotError, match=problem):
            check_target(tmp_path / name)
        with pytest.raises(PlotError, match=problem):
            save(drawing(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_a_figure_is_not_saved_without_its_caption(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(PlotError, match=r"a\.txt: cannot be written \(is a folder\)"):
        save(drawing(), path)
    assert path.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.txt"]


def test_matplotlib_settings_of_the_user_are_ignored(tmp_path):
    import matplotlib

    save(drawing(), tmp_path / "a.png")
    with matplotlib.rc_context({"savefig.dpi": 17, "figure.facecolor": "red"}):
        save(drawing(), tmp_path / "b.png")
        assert matplotlib.rcParams["savefig.dpi"] == 17
    assert len((tmp_path / "a.png").read_bytes()) > 1000


def test_a_backend_that_is_not_installed_does_not_matter(small_path, tmp_path):
    target = tmp_path / "t.png"
    for backend in ("module://ipympl.not_installed", "Qt4Agg"):
        subprocess.run(
            [sys.executable, "-m", "chemdb", "plot", "composition", "Zn-O", "-o", target, "--db", small_path],
            env=os.environ | {"MPLBACKEND": backend},
            check=True,
        )
        target.unlink()
