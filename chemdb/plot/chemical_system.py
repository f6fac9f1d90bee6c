"""One chemical system: a line, a triangle, or slices of a tetrahedron of atomic fractions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from chemdb.chemistry.category import CATEGORIES, KNOWN_CATEGORIES
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.metadata import chemsys_of
from chemdb.errors import PlotError
from chemdb.plot.drawing import Caption, Drawing, file_details
from chemdb.plot.labels import spread, width_of
from chemdb.plot.style import (
    HEADING,
    SMALL,
    add_legend,
    chemdb_style,
    formula_markup,
    new_figure,
    palette,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Corners of the triangle: left, right, top.
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
#: Upper limits of the slices of a tetrahedron, in atomic fraction; the first slice is the face at zero.
SLICES = (0.0, 0.2, 0.35, 0.5, 0.65, 1.0)
#: Drawing order, the rarest on top.
BOTTOM_UP = ("unlikely", "missing", "standard", "interesting")
#: Line from a label to its point.
LEADER = {"arrowstyle": "-", "linewidth": 0.3, "color": "0.4", "shrinkA": 1, "shrinkB": 1.5}
#: Marker areas in square points.
AREA = {"unlikely": 3.0, "missing": 7.0, "standard": 18.0, "interesting": 18.0}


@dataclass(frozen=True)
class SystemCompositions:
    """The n compositions of a chemical system of k elements and of its subsystems.

    Attributes
    ----------
    elements : list of str
        The k symbols in order of electronegativity.
    formulas, categories : list of str
    nelements : ndarray of int, shape (n,)
        Number of elements of each composition.
    fractions : ndarray of float64, shape (n, k)
        Atomic fractions.
    energies : list of float or None
        Energy above the convex hull in eV/atom, if a known source has it.
    """

    elements: list[str]
    formulas: list[str]
    categories: list[str]
    nelements: np.ndarray
    fractions: np.ndarray
    energies: list[float | None]


def compositions_of(con: duckdb.DuckDBPyConnection, system: str) -> SystemCompositions:
    """Return the compositions of a chemical system of two to four elements and of its subsystems.

    Raises
    ------
    ChemdbError
        `system` is not a chemical system of the file.
    """
    chemsys = chemsys_of(con, system)
    symbols = chemsys.split("-")
    if len(symbols) > MAX_LISTED_NELEMENTS:
        raise PlotError(
            f"chemical system {system!r}: {len(symbols)} elements; "
            f"at most {MAX_LISTED_NELEMENTS} can be drawn"
        )
    [(elements,)] = con.execute(
        "select elements::varchar[] from chemical_system where nelements <= 4 and chemsys = ?", [chemsys]
    ).fetchall()
    subsystems = ["-".join(part) for k in range(2, len(symbols) + 1) for part in combinations(symbols, k)]
    rows = con.execute(
        """
        select c.formula, c.category::varchar, c.nelements, c.elements::varchar[], c.factors::integer[],
            k.energy_above_hull
        from composition c
        left join known_composition k on k.chemsys = c.chemsys and k.formula = c.formula
        where c.nelements <= 4 and c.chemsys in (select unnest($subsystems))
        order by c.nelements, c.chemsys, c.natoms, c.formula
        """,
        {"subsystems": subsystems},
    ).fetchall()
    amounts = np.zeros((len(rows), len(elements)))
    for i, row in enumerate(rows):
        for symbol, factor in zip(row[3], row[4], strict=True):
            amounts[i, elements.index(symbol)] = factor
    return SystemCompositions(
        elements,
        [row[0] for row in rows],
        [row[1] for row in rows],
        np.array([row[2] for row in rows]),
        amounts / amounts.sum(axis=1, keepdims=True),
        [row[5] for row in rows],
    )


def draw(
    con: duckdb.DuckDBPyConnection,
    system: str,
    hull_energies: bool = False,
    palette_name: str = "paper",
    columns: int | None = None,
) -> Drawing:
    """Return the compositions of a chemical system by category; known ones are labelled.

    Two elements give a line, three a triangle with the binaries on its edges, four a series of
    triangles with increasing fraction of the most electronegative element.

    Parameters
    ----------
    con : DuckDBPyConnection
    system : str
        For example Li-Zn-O, elements in any order.
    hull_energies : bool
        Add the energy above the hull in meV/atom to the labels.
    palette_name : str
    columns : int, optional
        Print width, 1 or 2 columns; default 1 for two or three elements, 2 for four.

    Raises
    ------
    ChemdbError
        As `compositions_of`, unknown palette, or no energies to add.
    """
    colors = palette(palette_name)
    compositions = compositions_of(con, system)
    if hull_energies and not any(energy is not None for energy in compositions.energies):
        raise PlotError(
            f"{system}: no known source of this file has an energy above the hull for any of its formulas; "
            "leave out --hull-energies"
        )
    k = len(compositions.elements)
    columns = columns or (2 if k == 4 else 1)
    labels = _labels(compositions, hull_energies)
    with chemdb_style():
        if k == 2:
            figure, n_unlabelled = _line(compositions, labels, colors, columns)
        elif k == 3:
            figure = new_figure(columns, 0.76)
            axes = figure.add_axes((0.0, 0.08, 1.0, 0.92))
            n_unlabelled = _triangle(
                axes, compositions, np.arange(len(compositions.formulas)), labels, colors
            )
        else:
            figure, n_unlabelled = _slices(compositions, labels, colors, columns)
        if k > 2:
            present = [category for category in CATEGORIES if category in compositions.categories]
            add_legend(figure, colors, present, loc="lower center", ncols=len(present))
    return Drawing(figure, _caption(con, compositions, hull_energies, palette_name, n_unlabelled))


def _labels(compositions: SystemCompositions, hull_energies: bool) -> dict[int, str]:
    """Return the labels of the known compositions, by row."""
    labels = {}
    for i, category in enumerate(compositions.categories):
        if category in KNOWN_CATEGORIES:
            labels[i] = formula_markup(compositions.formulas[i])
            energy = compositions.energies[i]
            if hull_energies and energy is not None:
                labels[i] += f" {1000 * energy:.0f}"
    return labels


def _line(
    compositions: SystemCompositions, labels: Mapping[int, str], colors: Mapping[str, str], columns: int
) -> "tuple[Figure, int]":
    figure = new_figure(columns, 0.56)
    axes = figure.add_axes((0.19, 0.19, 0.77, 0.46))
    rows = {category: row for row, category in enumerate(("unlikely", "missing", "interesting", "standard"))}
    x = compositions.fractions[:, 1]
    for category in BOTTOM_UP:
        chosen = [i for i, name in enumerate(compositions.categories) if name == category]
        axes.axhline(rows[category], color="0.85", linewidth=0.5, zorder=0)
        axes.scatter(
            x[chosen],
            np.full(len(chosen), rows[category]),
            s=12,
            color=colors[category],
            linewidths=0,
            zorder=2,
        )
    axes.set(xlim=(0, 1), ylim=(-0.6, 3.6), yticks=list(rows.values()), yticklabels=list(rows))
    axes.set_xlabel(f"atomic fraction of {compositions.elements[1]} in {'–'.join(compositions.elements)}")
    line_height = 1.35 * SMALL / 72 / (figure.get_figwidth() * 0.77)
    room = int(1 / line_height)
    shown = sorted(
        sorted(labels, key=lambda i: compositions.fractions[i].tolist().count(0))[:room], key=lambda i: x[i]
    )
    places = spread([x[i] for i in shown], line_height, 0.0, 1.0)
    for i, place in zip(shown, places, strict=True):
        axes.annotate(
            labels[i],
            xy=(x[i], rows[compositions.categories[i]]),
            xytext=(place, 4.3),
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=SMALL,
            arrowprops=LEADER,
            annotation_clip=False,
        )
    return figure, len(labels) - len(shown)


def _triangle(
    axes: "Axes",
    compositions: SystemCompositions,
    chosen: np.ndarray,
    labels: Mapping[int, str],
    colors: Mapping[str, str],
) -> int:
    """Draw the chosen rows by their first three elements; return how many labels did not fit."""
    from matplotlib.patches import Polygon

    axes.set_axis_off()
    # The triangle is centred, with labels on its left and right.
    figure = axes.get_figure(root=True)
    assert figure is not None
    box = axes.get_position()
    width = figure.get_figwidth() * box.width * 72
    height = figure.get_figheight() * box.height * 72
    texts = [labels[i] for i in chosen.tolist() if i in labels]
    room = max(width_of(figure, texts, SMALL), 0.15 * width)
    side = min(width - 2 * room - 16, (height - 22) / CORNERS[2, 1])
    axes.set(
        xlim=(0.5 - width / side / 2, 0.5 + width / side / 2), ylim=(-12 / side, height / side - 12 / side)
    )
    for share in (0.2, 0.4, 0.6, 0.8):
        for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            ends = np.array(
                [(1 - share) * CORNERS[a] + share * CORNERS[b], (1 - share) * CORNERS[a] + share * CORNERS[c]]
            )
            axes.plot(*ends.T, color="0.9", linewidth=0.4, zorder=0)
    axes.add_patch(Polygon(CORNERS, closed=True, fill=False, linewidth=0.6))
    for symbol, corner, (dx, dy), (ha, va) in zip(
        compositions.elements[:3],
        CORNERS,
        ((-2, -2), (2, -2), (0, 2)),
        (("right", "top"), ("left", "top"), ("center", "bottom")),
        strict=True,
    ):
        axes.annotate(
            symbol,
            corner,
            xytext=(dx, dy),
            textcoords="offset points",
            ha=ha,
            va=va,
            fontsize=HEADING,
        )
    shares = compositions.fractions[chosen, :3]
    points = shares / shares.sum(axis=1, keepdims=True) @ CORNERS
    categories = np.array(compositions.categories)[chosen]
    for category in BOTTOM_UP:
        of_category = categories == category
        x, y = points[of_category].T
        axes.scatter(
            x,
            y,
            s=AREA[category],
            color=colors[category],
            linewidths=0,
            zorder=2,
            clip_on=False,
        )
    labelled = [(labels[i], *points[row]) for row, i in enumerate(chosen.tolist()) if i in labels]
    return _label_beside(axes, labelled, 1.3 * SMALL / side, room / side)


def _label_beside(
    axes: "Axes", labelled: Sequence[tuple[str, float, float]], line_height: float, width: float
) -> int:
    """Write labels in two columns with lines to their points; return how many did not fit.

    Labels are aligned at the inner edge of their column, so that no line crosses another label.
    """
    left_end, right_end = axes.get_xlim()
    # The symbols of the corners are below the base.
    low, high = 0.0, axes.get_ylim()[1]
    room = int((high - low) / line_height)
    shown = sorted(labelled[: 2 * room], key=lambda label: label[1])
    n_left = sum(x < 0.5 for _, x, _ in shown)
    if max(n_left, len(shown) - n_left) > room:
        n_left = len(shown) // 2
    edges = ((shown[:n_left], left_end + width, "right"), (shown[n_left:], right_end - width, "left"))
    for side, x, ha in edges:
        side = sorted(side, key=lambda label: label[2])
        places = spread([y for _, _, y in side], line_height, low, high)
        for (text, x_point, y_point), y in zip(side, places, strict=True):
            axes.annotate(
                text,
                xy=(x_point, y_point),
                xytext=(x, y),
                ha=ha,
                va="center",
                fontsize=SMALL,
                arrowprops={**LEADER, "relpos": (1.0, 0.5) if ha == "right" else (0.0, 0.5)},
                annotation_clip=False,
            )
    return len(labelled) - len(shown)


def _slices(
    compositions: SystemCompositions, labels: Mapping[int, str], colors: Mapping[str, str], columns: int
) -> "tuple[Figure, int]":
    figure = new_figure(columns, 1.2)
    share = compositions.fractions[:, 3]
    symbol = compositions.elements[3]
    n_unlabelled = 0
    for panel, upper in enumerate(SLICES):
        row, column = divmod(panel, 2)
        axes = figure.add_axes((column / 2 + 0.005, 0.68 - 0.322 * row, 1 / 2 - 0.01, 0.29))
        if panel == 0:
            chosen = share == 0
            title = f"no {symbol}"
        else:
            chosen = (share > SLICES[panel - 1]) & (share <= upper)
            title = f"{SLICES[panel - 1]:g} < x({symbol}) ≤ {upper:g}"
        n_unlabelled += _triangle(axes, compositions, np.flatnonzero(chosen), labels, colors)
        axes.set_title(title, fontsize=HEADING, pad=2)
    return figure, n_unlabelled


def _caption(
    con: duckdb.DuckDBPyConnection,
    compositions: SystemCompositions,
    hull_energies: bool,
    palette_name: str,
    n_unlabelled: int,
) -> Caption:
    elements = compositions.elements
    system = "–".join(elements)
    k = len(elements)
    shape = {
        2: f"on the line from {elements[0]} (0) to {elements[1]} (1)",
        3: "in the triangle of atomic fractions, with the binary systems on its edges",
        4: f"in slices of the tetrahedron of atomic fractions by the fraction x of {elements[-1]}; points "
        f"show the relative amounts of {', '.join(elements[:3])}; smaller systems are on the edges, at the "
        "corners and in the first slice",
    }[k]
    text = f"Compositions of {system} by category, {shape}. Known compositions are labelled."
    if hull_energies:
        text += " Numbers are energies above the convex hull in meV/atom, where a known source has them."
    if n_unlabelled:
        text += f" Known compositions without a label, for lack of space: {n_unlabelled}."
    counts = Counter(zip(compositions.nelements.tolist(), compositions.categories, strict=True))
    details = {
        f"compositions of {n} elements": ", ".join(
            f"{category} {counts[n, category]:,}" for category in CATEGORIES
        )
        for n in range(2, k + 1)
        if n in compositions.nelements
    }
    return Caption(text, file_details(con) | details | {"palette": palette_name})
