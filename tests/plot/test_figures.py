"""Figures show the numbers of the file in the right colours, without overlaps."""

import os
import subprocess
import sys
from itertools import combinations, pairwise

import numpy as np
import pytest
from helpers.cli import run
from helpers.figures import texts
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from chemdb.chemistry.elements import elements
from chemdb.errors import ChemdbError, PlotError
from chemdb.plot import chemical_system, periodic_table
from chemdb.plot.drawing import Caption, Drawing, check_target, save
from chemdb.plot.labels import spread
from chemdb.plot.style import formula_markup, palette


def test_palettes():
    paper = palette("paper")
    assert [paper[c] for c in ("standard", "missing", "interesting", "unlikely")] == [
        "#002FFF", "#FF1201", "#22E000", "#D9D9D9",
    ]  # fmt: skip
    assert set(palette("okabe-ito")) == set(paper)
    with pytest.raises(PlotError, match="no palette 'okabe'; did you mean okabe-ito"):
        palette("okabe")


def test_formulas_have_subscripts():
    assert formula_markup("Li6ZnO4") == r"$\mathregular{Li_{6}ZnO_{4}}$"


@given(
    st.lists(st.floats(0, 1), max_size=20).map(sorted),
    st.floats(0.001, 0.05),
)
def test_spread_keeps_order_room_and_distance(targets, gap):
    places = spread(targets, gap, 0.0, 1.0)
    assert len(places) == len(targets)
    assert all(b - a >= gap - 1e-9 for a, b in pairwise(places))
    assert all(0 <= place <= 1 for place in places)
    if all(b - a >= gap for a, b in pairwise(targets)) and all(gap < w < 1 - gap for w in targets):
        np.testing.assert_allclose(places, targets)


@pytest.mark.parametrize(
    ("z", "place"),
    [(1, (1, 1, "s")), (2, (1, 18, "s")), (5, (2, 13, "p")), (21, (4, 3, "d")), (26, (4, 8, "d")),
     (57, (8, 3, "f")), (70, (8, 16, "f")), (71, (6, 3, "d")), (72, (6, 4, "d")), (86, (6, 18, "p")),
     (89, (9, 3, "f")), (103, (7, 3, "d"))],
)  # fmt: skip
def test_positions_in_the_periodic_table(z, place):
    element = elements()[z - 1]
    assert (*periodic_table.position(element), element.block) == place


def test_positions_are_distinct():
    assert len({periodic_table.position(element) for element in elements()}) == 103


def test_figure_1_shows_the_frequencies_of_the_file(full):
    counts = periodic_table.frequencies(full, 2, "allowed")
    # Each allowed binary has two elements.
    assert sum(counts.values()) == 2 * 13_464
    drawing = periodic_table.draw(full)
    shown = texts(drawing.figure)
    assert dict(zip(shown[::2], shown[1::2], strict=True)) == {
        symbol: str(counts[symbol]) for symbol in shown[::2]
    }
    assert len(shown) == 2 * (103 - 28)
    assert "La" not in shown
    assert "allowed binary compositions: 13,464" in str(drawing.caption)
    assert "most frequent: C 938" in str(drawing.caption)
    assert "known: Materials Project 2017, 47,737 entries\n" in str(drawing.caption)
    f_block = texts(periodic_table.draw(full, 4, "missing", f_block=True, columns=1).figure)
    assert len(f_block) == 2 * 103
    assert f_block[f_block.index("C") + 1] == "308M"


def test_figure_1_colours_by_frequency(full):
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    drawing = periodic_table.draw(full)
    axes = drawing.figure.axes[0]
    symbols = texts(drawing.figure)[::2]
    cells = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    colors = dict(zip(symbols, (to_hex(cell.get_facecolor()) for cell in cells), strict=True))
    assert colors["He"] == "#ffffff"
    assert colors["C"] == to_hex(colormaps["viridis"](1.0))
    assert colors["O"] == to_hex(colormaps["viridis"](563 / 938))


def test_an_empty_query_counts_all_compositions(small_path, tmp_path):
    done = run("plot", "periodic-table", "--query", "", "-o", tmp_path / "all.png", "--db", small_path)
    assert done.exit_code == 0, done.stderr
    # Of all binaries and ternaries with factors to 4: 11 x 102 and 55 x C(102, 2) have each element.
    assert f"H {11 * 102 + 55 * 5151:,}" in (tmp_path / "all.txt").read_text()


def test_impossible_periodic_tables(small):
    for call, problem in (
        (lambda: periodic_table.draw(small, 4), "4 elements: not in this file"),
        (lambda: periodic_table.draw(small, 2, "alowed"), "no category 'alowed'; did you mean allowed"),
        (lambda: periodic_table.table(small, {"Zn": 0}, "things"), "things: there are none to draw"),
    ):
        with pytest.raises(PlotError, match=problem):
            call()


def offsets(axes):
    """Return the points of an axes by colour."""
    return {
        to_hex(collection.get_facecolor()[0]).upper(): np.asarray(collection.get_offsets())
        for collection in axes.collections
        if len(collection.get_offsets())
    }


def test_triangle_of_a_ternary(full):
    drawing = chemical_system.draw(full, "Li-Zn-O")
    points = offsets(drawing.figure.axes[0])
    # Those of Table 1 and of the three binaries on the edges.
    assert {color: len(found) for color, found in points.items()} == {
        "#002FFF": 2 + 4, "#FF1201": 66 + 1, "#22E000": 3, "#D9D9D9": 371 + 121,
    }  # fmt: skip
    # LiZnO2: a quarter each of Li (left) and Zn (right), half O (top).
    assert (
        np.isclose(points["#002FFF"], [0.25 * 0 + 0.25 * 1 + 0.5 * 0.5, 0.5 * np.sqrt(3) / 2])
        .all(axis=1)
        .any()
    )
    shown = texts(drawing.figure)
    assert formula_markup("Li6ZnO4") in shown
    assert {"Li", "Zn", "O"} <= set(shown)
    assert "compositions of 3 elements: standard 2, missing 66, interesting 0, unlikely 371" in str(
        drawing.caption
    )


def test_line_of_a_binary(small):
    drawing = chemical_system.draw(small, "O-Zn", palette_name="okabe-ito")
    points = offsets(drawing.figure.axes[0])
    assert points["#0072B2"][:, 0].tolist() == [0.5]
    assert sorted(points["#000000"][:, 0]) == [0.25, 0.75]
    assert set(texts(drawing.figure)) == {formula_markup(f) for f in ("ZnO", "ZnO3", "Zn3O")}


def test_hull_energies_follow_formulas(small):
    shown = texts(chemical_system.draw(small, "Zn-O", hull_energies=True).figure)
    assert {formula_markup("ZnO") + " 0", formula_markup("ZnO3") + " 100", formula_markup("Zn3O")} == set(
        shown
    )


def test_slices_show_every_composition_once(full):
    figure = chemical_system.draw(full, "Li-Zn-Sn-O").figure
    assert len(figure.axes) == 6
    drawn = sum(len(found) for axes in figure.axes for found in offsets(axes).values())
    assert drawn == 3_823 + 4 * 439 + 6 * 43
    assert formula_markup("Li2ZnSn3O8") in texts(figure)


@pytest.mark.parametrize("system", ["Ti-O", "Co-Li-O", "Li-Co-Mn-O"])
def test_no_two_labels_overlap(full, system):
    figure = chemical_system.draw(full, system).figure
    figure.draw_without_rendering()
    for axes in figure.axes:
        names = [text for text in axes.texts if isinstance(text, Annotation) and text.get_text()]
        boxes = [Text.get_window_extent(name) for name in names]
        clashes = [
            (names[a].get_text(), names[b].get_text())
            for a, b in combinations(range(len(names)), 2)
            if boxes[a].overlaps(boxes[b])
        ]
        assert clashes == []


def test_every_known_composition_is_labelled_or_counted(full, monkeypatch):
    known = {"standard", "interesting"}
    found = chemical_system.compositions_of(full, "Li-Co-O")
    n_known = sum(category in known for category in found.categories)
    named = [text for text in texts(chemical_system.draw(full, "Li-Co-O").figure) if text.startswith("$")]
    assert len(named) == n_known == 4 + 3 + 13 + 8
    # Larger type leaves room for fewer.
    monkeypatch.setattr(chemical_system, "SMALL", 20.0)
    crowded = chemical_system.draw(full, "Li-Co-O")
    n_named = sum(text.startswith("$") for text in texts(crowded.figure))
    assert 0 < n_named < n_known
    assert f"without a label, for lack of space: {n_known - n_named}." in str(crowded.caption)


def test_impossible_systems_are_not_drawn(small):
    for system, problem in (
        ("Li-Xx", "not an element"),
        ("Li-Na-K-O", "systems of 2 to 3"),
        ("Li", "2 to 3"),
    ):
        with pytest.raises(ChemdbError, match=problem):
            chemical_system.draw(small, system)


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
