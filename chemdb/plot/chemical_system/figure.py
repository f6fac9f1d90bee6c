"""The figure of a chemical system: a line, a triangle, or slices of a tetrahedron."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.errors import PlotError
from chemdb.plot.chemical_system.compositions import SystemCompositions, compositions_of
from chemdb.plot.chemical_system.labels import slots_between, spread
from chemdb.plot.chemical_system.marks import (
    TIE_LINE,
    draw_marks,
    draw_rings,
    largest_number,
    size_keys,
    size_numbers,
)
from chemdb.plot.chemical_system.triangle import LINE, draw_triangle, in_triangle
from chemdb.plot.database_figures import DatabaseFigures, Target, drawn
from chemdb.plot.drawing import Caption, Drawing, file_details
from chemdb.plot.style import (
    DEFAULT_LOOK,
    DEFAULT_PALETTE,
    Look,
    StyleFile,
    add_legend,
    formula_markup,
    points,
    width_of,
)

if TYPE_CHECKING:
    from chemdb.plot.captioned_figure import CaptionedFigure

#: Upper limits of the slices of a tetrahedron, in atomic fraction; the first slice is the face at zero.
SLICES = (0.0, 0.2, 0.35, 0.5, 0.65, 1.0)
#: Rows of a line, bottom to top; with energies, the compounds on the convex hull are above.
ROWS = ("unlikely", "missing", "interesting", "standard")
STABLE = "stable"
#: Height in points of the leader lines above a line.
RISE = 14.0


def plot_composition(
    figures: DatabaseFigures,
    chemsys: str,
    *,
    hull_energies: bool = False,
    palette: str = DEFAULT_PALETTE,
    columns: int | None = None,
    style: StyleFile = None,
    output: Target = None,
) -> "CaptionedFigure":
    """Return a chemical system by category: a line, a triangle, or slices of a tetrahedron.

    Parameters
    ----------
    chemsys : str
        Such as Li-Zn-O.
    hull_energies : bool
        Write energies above the hull (meV/atom) after known formulas.
    palette : str
    columns : int, optional
        Print width; by default 1 for two or three elements, 2 for four.
    style : path-like, optional
        A style file of matplotlib.
    output : path-like, optional

    Raises
    ------
    ChemdbError
        Not a chemical system of the file, unknown palette, or no energies.
    """
    look = Look(palette, columns, style)
    return drawn(figures, output, lambda con: draw(con, chemsys, hull_energies, look))


def draw(
    con: duckdb.DuckDBPyConnection,
    system: str,
    hull_energies: bool = False,
    look: Look = DEFAULT_LOOK,
) -> Drawing:
    """Return the compositions of a chemical system by category; known ones are labelled.

    Two elements give a line, three a triangle with the binaries on its edges, four a series of
    triangles with increasing fraction of the last element.

    Parameters
    ----------
    con : DuckDBPyConnection
    system : str
        For example Li-Zn-O. The order of its elements is that of the corners: left, right, top, and the
        element whose fraction increases from slice to slice.
    hull_energies : bool
        Add the energy above the hull in meV/atom to the labels, rings around stable compounds, and the tie
        lines that are certain without formation energies: all of a line, some of a triangle.
    look : Look
        One column wide by default, two for four elements.

    Raises
    ------
    ChemdbError
        As `compositions_of`, or no energies to add.
    """
    compositions = compositions_of(con, system)
    if hull_energies and not any(energy is not None for energy in compositions.energies):
        raise PlotError(
            f"{system}: no known source of this file has an energy above the hull for any of its formulas; "
            "leave out --hull-energies"
        )
    k = len(compositions.elements)
    known = compositions.known()
    labels = {row: _label(compositions, row, hull_energies) for row in known}
    stable = compositions.stable() if hull_energies else None
    largest = 1
    if k == 4:
        places = np.column_stack([in_triangle(compositions.fractions), _slice_of(compositions.fractions)])
        largest = largest_number(places, compositions.categories)
    with look.applied():
        if k == 2:
            figure, without_label = _line(compositions, labels, stable, look)
        elif k == 3:
            figure = look.new_figure(1, 0.76)
            axes = figure.add_axes((0.0, 0.08, 1.0, 0.92))
            rows = np.arange(len(compositions.formulas))
            without_label, _ = draw_triangle(axes, compositions, rows, labels, look.colors, stable)
        else:
            figure, without_label = _slices(compositions, labels, stable, largest, look)
        if k > 2:
            present = [category for category in CATEGORIES if category in compositions.categories]
            add_legend(figure, look.colors, present, loc="lower center", ncols=len(present))
    return Drawing(figure, _caption(con, compositions, hull_energies, without_label, largest, look), look)


def _label(compositions: SystemCompositions, row: int, hull_energies: bool) -> str:
    energy = compositions.energies[row]
    text = formula_markup(compositions.formulas[row])
    return f"{text} {1000 * energy:.0f}" if hull_energies and energy is not None else text


def _line(
    compositions: SystemCompositions,
    labels: Mapping[int, str],
    stable: NDArray[np.float64] | None,
    look: Look,
) -> "tuple[CaptionedFigure, list[int]]":
    """Return the figure, and the known rows for whose names there was no room."""
    rows = ROWS if stable is None else (*ROWS, STABLE)
    figure = look.new_figure(1, 0.56 if stable is None else 0.62)
    small = points("xtick.labelsize")
    left, bottom, width = 0.19, 0.19, 0.77
    in_points = 72 * figure.get_figheight()
    above = width_of(figure, list(labels.values()), small) + RISE + small
    height = max(1 - bottom - above / in_points, 0.3)
    axes = figure.add_axes((left, bottom, width, height))
    heights = {row: height for height, row in enumerate(rows)}
    places = np.column_stack(
        [compositions.fractions[:, 1], [heights[category] for category in compositions.categories]]
    )
    for category in ROWS:
        axes.axhline(heights[category], color="0.85", linewidth=0.5, zorder=0)
    draw_marks(axes, places, compositions.categories, look.colors, unit=1.3)
    top = len(rows) - 0.4
    axes.set(xlim=(0, 1), ylim=(-0.6, top), yticks=list(heights.values()), yticklabels=list(heights))
    axes.set_xlabel(f"Atomic fraction of {compositions.elements[1]}")
    if stable is not None:
        # The elements at both ends are stable, too.
        for pair in pairwise(np.sort([0.0, *stable[:, 1], 1.0]).tolist()):
            axes.plot(pair, [heights[STABLE]] * 2, **TIE_LINE)
        axes.scatter(
            stable[:, 1], [heights[STABLE]] * len(stable), s=7, color="black", zorder=7, label=STABLE
        )
    gap = LINE * small / 72 / (figure.get_figwidth() * width)
    shown = list(labels)[: len(slots_between(0.0, 1.0, gap))]
    ordered = sorted(shown, key=lambda row: places[row, 0])
    starts = spread(places[ordered, 0].tolist(), gap, 0.0, 1.0)
    rise = RISE / in_points / height * (top + 0.6)
    for row, start in zip(ordered, starts.tolist(), strict=True):
        x, y = places[row].tolist()
        # Upright beside other marks, and in the order of the fractions above them: no two cross.
        axes.plot(
            [x, x, start], [y, top, top + rise], color="0.4", linewidth=0.3, clip_on=False, zorder=1,
            label="leader",
        )  # fmt: skip
        axes.annotate(
            labels[row],
            (start, top + rise),
            xytext=(0, 1.5),
            textcoords="offset points",
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=small,
            annotation_clip=False,
        )
    return figure, list(labels)[len(shown) :]


def _slice_of(fractions: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the slice of each composition of four elements, shape (n,)."""
    return np.digitize(fractions[:, 3], SLICES, right=True)


def _slices(
    compositions: SystemCompositions,
    labels: Mapping[int, str],
    stable: NDArray[np.float64] | None,
    largest: int,
    look: Look,
) -> "tuple[CaptionedFigure, list[int]]":
    """Return the figure, and the known rows for whose names there was no room."""
    # In one column the panels are below each other, where their labels are legible.
    across = look.columns or 2
    down = len(SLICES) // across
    figure = look.new_figure(2, 1.22 if across == 2 else 2.7)
    # Two lines of legend below the panels.
    foot = 3.4 * points("legend.fontsize") / (72 * figure.get_figheight())
    height = (1 - foot) / down
    symbol = compositions.elements[3]
    slices = _slice_of(compositions.fractions)
    without_label = []
    for panel, upper in enumerate(SLICES):
        row, column = divmod(panel, across)
        axes = figure.add_axes(
            (column / across + 0.005, 1 - (row + 1) * height, 1 / across - 0.01, 0.91 * height)
        )
        chosen = np.flatnonzero(slices == panel)
        missed, unit = draw_triangle(axes, compositions, chosen, labels, look.colors, largest=largest)
        if stable is not None:
            draw_rings(axes, in_triangle(stable[_slice_of(stable) == panel]))
        without_label += missed
        title = f"{SLICES[panel - 1]:g} < x({symbol}) ≤ {upper:g}" if panel else f"no {symbol}"
        letter = chr(ord("a") + panel)
        axes.set_title(f"({letter}) {title}", loc="left", fontsize=points("font.size"), pad=1)
    if largest > 1:
        handles, texts = zip(*size_keys(largest, look.colors["missing"], unit), strict=True)
        figure.legend(
            handles, texts, loc="lower center", ncols=len(texts), handletextpad=0.1, columnspacing=1.0,
            bbox_to_anchor=(0.5, 1.6 * points("legend.fontsize") / (72 * figure.get_figheight())),
        )  # fmt: skip
    return figure, without_label


def _caption(
    con: duckdb.DuckDBPyConnection,
    compositions: SystemCompositions,
    hull_energies: bool,
    without_label: Sequence[int],
    largest: int,
    look: Look,
) -> Caption:
    elements = compositions.elements
    system = "–".join(elements)
    k = len(elements)
    shape = {
        2: f"on the line from {elements[0]} (0) to {elements[1]} (1)",
        3: "in the triangle of atomic fractions, with the binary systems on its edges",
        4: f"in slices of the tetrahedron of atomic fractions by the fraction x of {elements[-1]}; places "
        f"are the relative amounts of {', '.join(elements[:3])}; smaller systems are on the edges, at the "
        "corners and in the first slice",
    }[k]
    text = [f"Compositions of {system} by category, {shape}."]
    if largest > 1:
        numbers = ", ".join(map(str, size_numbers(largest)))
        text.append(
            "A mark stands for all compositions of a category at its place: its area grows with their "
            f"number (the legend has those of {numbers}), and a ring around it is another category at the "
            "same place."
        )
    text.append("Known compositions are labelled.")
    if hull_energies:
        text.append("Numbers are energies above the convex hull in meV/atom, where a known source has them.")
        stable = "Circled compounds are stable."
        text += {
            2: ["Dots in the row stable are on the hull; tie lines join neighbours, which coexist."],
            3: [
                stable,
                "Lines join those that coexist whatever their formation energies, which the file does not "
                "have; other tie lines are not drawn.",
            ],
            4: [stable, "Tie lines are not drawn, as they leave the slices."],
        }[k]
        if compositions.stable_outside:
            text.append("Stable compounds outside the limits of the file have no other mark.")
    if without_label:
        text.append(f"Known compositions without a label, for lack of space: {len(without_label)}.")
    counts = Counter(zip(compositions.nelements.tolist(), compositions.categories, strict=True))
    details = {
        f"compositions of {n} elements": ", ".join(
            f"{category} {counts[n, category]:,}" for category in CATEGORIES
        )
        for n in range(2, k + 1)
        if n in compositions.nelements
    }
    if without_label:
        details["without a label"] = ", ".join(compositions.formulas[row] for row in without_label)
    if hull_energies and compositions.stable_outside:
        details["stable, outside the file"] = ", ".join(compositions.stable_outside)
    return Caption(" ".join(text), file_details(con) | details | look.details())
