"""Chemical systems: every composition has its mark, every known one its name, and nothing overlaps."""

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from helpers.figures import texts
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Annotation, Text

import chemdb
from chemdb.errors import ChemdbError
from chemdb.plot import chemical_system
from chemdb.plot.chemical_system.hull import certain_tie_lines
from chemdb.plot.chemical_system.labels import assigned, crosses, spread, touched
from chemdb.plot.chemical_system.marks import AREA
from chemdb.plot.style import Look, formula_markup


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


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), min_size=1, max_size=12))
def test_shortest_leader_lines_do_not_cross(places):
    slots = np.array([(x, y + 0.37) for x in (-20.0, 80.0) for y in np.linspace(0, 60, 7)])
    ends = np.array(places, float)
    assert not crosses(slots[assigned(ends, slots)], ends)


def test_lines_that_cross():
    assert crosses([(0, 0), (1, 0)], [(1, 1), (0, 1)])
    assert not crosses([(0, 0), (1, 0)], [(0, 1), (1, 1)])
    # They share an end.
    assert not crosses([(0, 0), (1, 0)], [(1, 1), (1, 1)])


def test_tie_lines_that_no_energy_can_change():
    corners = [(0, 0), (1, 0), (0, 1)]
    assert len(certain_tie_lines(corners)) == 3
    # Two compounds inside, each nearer to one side: the quadrilaterals between them can be cut both ways.
    two = certain_tie_lines([*corners, (0.2, 0.2), (0.4, 0.4)])
    assert (3, 4) in two
    assert (0, 3) in two
    # Of the diagonals of a square of compounds, neither is certain.
    square = certain_tie_lines([(0, 0), (1, 0), (1, 1), (0, 1)])
    assert square == [(0, 1), (0, 3), (1, 2), (2, 3)]
    # A compound on an edge divides it.
    assert (0, 1) not in certain_tie_lines([*corners, (0.5, 0)])


def marks(axes):
    """Return the places of the marks of an axes, and their areas, by category."""
    return {
        collection.get_label(): (np.asarray(collection.get_offsets()), np.asarray(collection.get_sizes()))
        for collection in axes.collections
        if collection.get_label() in AREA
    }


def names(figure):
    """Return the names of compositions in a figure."""
    return [text for text in texts(figure) if text.startswith("$")]


def test_triangle_of_a_ternary(full):
    drawing = chemical_system.draw(full, "Li-Zn-O")
    found = marks(drawing.figure.axes[0])
    # Those of Table 1 and of the three binaries on the edges.
    assert {category: len(places) for category, (places, _) in found.items()} == {
        "standard": 2 + 4, "missing": 66 + 1, "interesting": 3, "unlikely": 371 + 121,
    }  # fmt: skip
    # LiZnO2: a quarter each of Li (left) and Zn (right), half O (top).
    place = [0.25 * 0 + 0.25 * 1 + 0.5 * 0.5, 0.5 * np.sqrt(3) / 2]
    assert np.isclose(found["standard"][0], place).all(axis=1).any()
    assert formula_markup("Li6ZnO4") in texts(drawing.figure)
    assert "compositions of 3 elements: standard 2, missing 66, interesting 0, unlikely 371" in str(
        drawing.caption
    )


@pytest.mark.parametrize("system", ["Li-Zn-O", "O-Li-Zn", "Zn-O-Li"])
def test_corners_are_in_the_order_asked_for(full, system):
    figure = chemical_system.draw(full, system).figure
    corners = {
        text.get_text(): text.xy for text in figure.axes[0].texts if text.get_text() in ("Li", "Zn", "O")
    }
    assert [corners[symbol] for symbol in system.split("-")] == [
        pytest.approx(c) for c in chemical_system.CORNERS
    ]
    # Li2O is on the edge between Li and O, two thirds of the way to Li.
    places = marks(figure.axes[0])["standard"][0]
    expected = (2 * np.array(corners["Li"]) + np.array(corners["O"])) / 3
    assert np.isclose(places, expected).all(axis=1).any()


def test_line_of_a_binary(small):
    drawing = chemical_system.draw(small, "Zn-O")
    found = marks(drawing.figure.axes[0])
    assert found["standard"][0][:, 0].tolist() == [0.5]
    assert sorted(found["interesting"][0][:, 0]) == [0.25, 0.75]
    assert set(texts(drawing.figure)) == {formula_markup(f) for f in ("ZnO", "ZnO3", "Zn3O")}
    assert drawing.figure.axes[0].get_xlabel() == "Atomic fraction of O"
    assert chemical_system.draw(small, "O-Zn").figure.axes[0].get_xlabel() == "Atomic fraction of Zn"


def test_hull_energies_follow_formulas(small):
    drawing = chemical_system.draw(small, "Zn-O", hull_energies=True)
    assert {formula_markup("ZnO") + " 0", formula_markup("ZnO3") + " 100", formula_markup("Zn3O")} == set(
        texts(drawing.figure)
    )


def test_stable_compounds_are_joined_where_it_is_certain(small):
    drawing = chemical_system.draw(small, "Li-Zn-O", hull_energies=True)
    axes = drawing.figure.axes[0]
    lines = [line.get_xydata().tolist() for line in axes.lines if line.get_label() == "tie line"]
    li, zn, o = chemical_system.CORNERS
    # ZnO is the only stable compound, in the middle of an edge.
    zno = ((zn + o) / 2).tolist()
    assert len(lines) == 5
    assert [li.tolist(), zno] in lines
    [rings] = [collection for collection in axes.collections if collection.get_label() == "stable"]
    assert rings.get_offsets().tolist() == [zno]
    assert "other tie lines are not drawn" in str(drawing.caption)
    plain = chemical_system.draw(small, "Li-Zn-O")
    assert not [line for line in plain.figure.axes[0].lines if line.get_label() == "tie line"]


def test_neighbours_on_the_hull_of_a_binary_coexist(small):
    drawing = chemical_system.draw(small, "Zn-O", hull_energies=True)
    axes = drawing.figure.axes[0]
    # The elements at the ends and ZnO are stable.
    assert [line.get_xdata().tolist() for line in axes.lines if line.get_label() == "tie line"] == [
        [0.0, 0.5],
        [0.5, 1.0],
    ]
    [dots] = [collection for collection in axes.collections if collection.get_label() == "stable"]
    assert dots.get_offsets().tolist() == [[0.5, 4.0]]
    assert "tie lines join neighbours, which coexist" in str(drawing.caption)


def test_stable_compounds_outside_the_file_are_on_the_hull(copy, tmp_path):
    source = tmp_path / "mine.csv"
    # A factor of 17 is outside the file.
    source.write_text("formula,energy_above_hull\nMg17Al12,0\nMg2Al3,0\nMg17Al5,0.1\n")
    with chemdb.open(copy) as db:
        db.known.add(f"mine={source}")
        figure = db.plot.composition("Mg-Al", hull_energies=True)
    ends = [line.get_xdata().tolist() for line in figure.axes[0].lines if line.get_label() == "tie line"]
    assert sorted(ends) == [[0.0, 12 / 29], [12 / 29, 0.6], [0.6, 1.0]]
    assert "stable, outside the file: Mg17Al12\n" in figure.caption


@pytest.mark.parametrize("look", [Look(), Look(columns=1)])
def test_areas_of_marks_are_numbers_of_compositions(full, look):
    drawing = chemical_system.draw(full, "Li-Zn-Sn-O", look=look)
    figure = drawing.figure
    assert len(figure.axes) == 6
    total, largest = Counter(), 0
    for axes in figure.axes:
        found = marks(axes)
        # The areas of the categories above a mark are taken off: what is left is a ring.
        above = Counter()
        unit = min(sizes.min() / AREA[category] for category, (_, sizes) in found.items())
        for category in ("interesting", "standard", "missing", "unlikely"):
            for place, size in zip(*found.get(category, ([], [])), strict=True):
                key = tuple(np.round(place, 6))
                n = (size - above[key]) / (unit * AREA[category])
                assert n == pytest.approx(round(n), abs=1e-6)
                total[category] += round(n)
                largest = max(largest, round(n))
                above[key] = size
    assert total.total() == 3_823 + 4 * 439 + 6 * 43
    assert total["standard"] == 6 + 7 + 1
    [sizes] = [legend for legend in figure.legends if "compositions" in legend.get_texts()[0].get_text()]
    assert sizes.get_texts()[-1].get_text() == str(largest)
    assert "A mark stands for all compositions of a category at its place" in str(drawing.caption)
    assert formula_markup("Li2ZnSn3O8") in texts(figure)


def test_leader_lines_touch_no_other_mark(full):
    axes = chemical_system.draw(full, "Li-Zn-O").figure.axes[0]
    found = [text for text in axes.texts if isinstance(text, Annotation) and text.arrow_patch]
    assert len(found) == 9
    # A hundredth of the side: LiZnO2 is between LiO and ZnO, all at the same height.
    places = np.array([text.get_position() for text in found]), np.array([text.xy for text in found])
    assert not touched(*places, 0.01).any()
    # The line from the left, at the same height, would touch LiO.
    assert touched([(0, 0.5), (0, 0.4)], [(0.5, 0.5), (0.25, 0.5)], 0.01).tolist() == [
        [False, True],
        [False, False],
    ]


SYSTEMS = ["Ti-O", "Co-Li-O", "Li-Co-Mn-O", "Li-Fe-P-O"]


@pytest.mark.parametrize("columns", [None, 1])
@pytest.mark.parametrize("system", SYSTEMS)
def test_no_two_labels_overlap_and_no_leader_lines_cross(full, system, columns):
    figure = chemical_system.draw(full, system, look=Look(columns=columns)).figure
    figure.draw_without_rendering()
    for axes in figure.axes:
        found = [text for text in axes.texts if isinstance(text, Annotation) and text.get_text()]
        boxes = [Text.get_window_extent(text) for text in found]
        clashes = [
            (found[a].get_text(), found[b].get_text())
            for a, b in combinations(range(len(found)), 2)
            if boxes[a].overlaps(boxes[b])
        ]
        assert clashes == []
        assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)
        lines = [
            axes.transData.transform([text.get_position(), text.xy]) / figure.bbox.width
            for text in found
            if text.arrow_patch
        ]
        assert not crosses([start for start, _ in lines], [end for _, end in lines])
        # The lines of a binary system have a bend.
        bent = [line.get_xydata() for line in axes.lines if line.get_label() == "leader"]
        pieces = [piece for line in bent for piece in pairwise(line)]
        assert not crosses([start for start, _ in pieces], [end for _, end in pieces])


def test_text_of_one_column_is_legible(full):
    figure = chemical_system.draw(full, "Li-Fe-P-O", look=Look(columns=1)).figure
    assert figure.get_figwidth() == pytest.approx(8.3 / 2.54)
    # No higher than the page.
    assert figure.get_figheight() < 23.3 / 2.54
    assert min(text.get_fontsize() for axes in figure.axes for text in axes.texts) >= 6


def test_every_known_composition_is_labelled_or_counted(full, tmp_path):
    known = {"standard", "interesting"}
    found = chemical_system.compositions_of(full, "Li-Co-O")
    n_known = sum(category in known for category in found.categories)
    assert len(names(chemical_system.draw(full, "Li-Co-O").figure)) == n_known == 4 + 3 + 13 + 8
    # Larger type leaves room for fewer.
    style = tmp_path / "large.mplstyle"
    style.write_text("xtick.labelsize: 20")
    crowded = chemical_system.draw(full, "Li-Co-O", look=Look(style=style))
    n_named = len(names(crowded.figure))
    assert 0 < n_named < n_known
    assert f"without a label, for lack of space: {n_known - n_named}." in str(crowded.caption)
    assert "without a label: " in str(crowded.caption)


def test_names_are_by_importance(full):
    found = chemical_system.compositions_of(full, "Li-Fe-P-O")
    formulas = [found.formulas[row] for row in found.known()]
    # Both have seven atoms.
    assert formulas.index("LiFePO4") < formulas.index("Li3FeO3") < formulas.index("FeO")
    assert formulas[0] == "LiFePO4"
    assert formulas.index("Fe2O3") < formulas.index("Fe5O8")


def test_impossible_systems_are_not_drawn(small):
    for system, problem in (
        ("Li-Xx", "not an element"),
        ("Li-Na-K-O", "systems of 2 to 3"),
        ("Li", "2 to 3"),
    ):
        with pytest.raises(ChemdbError, match=problem):
            chemical_system.draw(small, system)
