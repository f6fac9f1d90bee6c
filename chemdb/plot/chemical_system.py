"""A chemist's view of one chemical system: line, triangle, or slices of a tetrahedron."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from chemdb.chemistry.category import CATEGORIES, KNOWN_CATEGORIES
from chemdb.database.metadata import chemsys_of
from chemdb.plot.drawing import about
from chemdb.plot.labels import spread, width_of
from chemdb.plot.style import (
    HEADING,
    SMALL,
    Caption,
    Drawing,
    bare,
    formula_markup,
    legend_of,
    new_figure,
    own_style,
    palette,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Corners of the triangle: left, right, top.
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
#: Upper ends of the slices of a tetrahedron, in atomic fraction; the first is the face at zero.
SLICES = (0.0, 0.2, 0.35, 0.5, 0.65, 1.0)
#: Drawn in this order, so that what is rare lies on top.
BOTTOM_UP = ("unlikely", "missing", "standard", "interesting")
#: From a name to its point.
LEADER = {"arrowstyle": "-", "linewidth": 0.3, "color": "0.4", "shrinkA": 1, "shrinkB": 1.5}
AREA = {"unlikely": 3.0, "missing": 7.0, "standard": 18.0, "interesting": 18.0}


@dataclass(frozen=True)
class SystemCompositions:
    """The compositions of a chemical system and of the smaller systems on its edges.

    Attributes
    ----------
    elements : list of str
        In order of electronegativity.
    formulas, categories : list of str
    nelements : ndarray of int, shape (n,)
    fractions : ndarray of float64, shape (n, k)
        Atomic fractions of the k elements.
    energies : list of float or None
        Energy above the convex hull in eV/atom, where a known source has one.
    """

    elements: list[str]
    formulas: list[str]
    categories: list[str]
    nelements: np.ndarray
    fractions: np.ndarray
    energies: list[float | None]


def compositions_of(con: duckdb.DuckDBPyConnection, system: str) -> SystemCompositions:
    """Return the compositions within a chemical system of two to four elements.

    Raises
    ------
    ChemdbError
        The text is not a chemical system, or not one of the file.
    """
    chemsys = chemsys_of(con, system)
    symbols = chemsys.split("-")
    [(elements,)] = con.execute(
        "select elements::varchar[] from chemical_system where chemsys = ?", [chemsys]
    ).fetchall()
    parts = ["-".join(part) for k in range(2, len(symbols) + 1) for part in combinations(symbols, k)]
    rows = con.execute(
        """
        select c.formula, c.category::varchar, c.nelements, c.elements::varchar[], c.factors::integer[],
            k.energy_above_hull
        from composition c
        left join known_composition k on k.chemsys = c.chemsys and k.formula = c.formula
        where c.chemsys in (select unnest($parts))
        order by c.nelements, c.chemsys, c.natoms, c.formula
        """,
        {"parts": parts},
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
    """Return the compositions of a chemical system by category, known ones by name.

    Two elements make a line, three a triangle whose edges are the binaries, four a series of
    triangles at rising fraction of the most electronegative element.

    Parameters
    ----------
    con : DuckDBPyConnection
    system : str
        Such as Li-Zn-O, elements in any order.
    hull_energies : bool
        Also name the energy above the hull of known compositions, in meV/atom.
    palette_name : str
    columns : int, optional
        Of print; 1 for two or three elements and 2 for four when not given.

    Raises
    ------
    ChemdbError
        As `compositions_of`, or an unknown palette.
    """
    colors = palette(palette_name)
    found = compositions_of(con, system)
    k = len(found.elements)
    columns = columns or (2 if k == 4 else 1)
    names = _names(found, hull_energies)
    with own_style():
        if k == 2:
            figure, unnamed = _line(found, names, colors, columns)
        elif k == 3:
            figure = new_figure(columns, 0.76)
            axes = figure.add_axes((0.0, 0.08, 1.0, 0.92))
            unnamed = _triangle(axes, found, np.arange(len(found.formulas)), (0, 1, 2), names, colors)
        else:
            figure, unnamed = _slices(found, names, colors, columns)
        if k > 2:
            present = [category for category in CATEGORIES if category in found.categories]
            legend_of(figure, colors, present, loc="lower center", ncols=len(present))
    return Drawing(figure, _caption(con, found, hull_energies, palette_name, unnamed))


def _names(found: SystemCompositions, hull_energies: bool) -> dict[int, str]:
    """Return what is written beside each known composition."""
    names = {}
    for i, category in enumerate(found.categories):
        if category in KNOWN_CATEGORIES:
            names[i] = formula_markup(found.formulas[i])
            energy = found.energies[i]
            if hull_energies and energy is not None:
                names[i] += f" {1000 * energy:.0f}"
    return names


def _line(
    found: SystemCompositions, names: Mapping[int, str], colors: Mapping[str, str], columns: int
) -> "tuple[Figure, int]":
    figure = new_figure(columns, 0.56)
    axes = figure.add_axes((0.19, 0.19, 0.77, 0.46))
    rows = {category: row for row, category in enumerate(("unlikely", "missing", "interesting", "standard"))}
    x = found.fractions[:, 1]
    for category in BOTTOM_UP:
        chosen = [i for i, own in enumerate(found.categories) if own == category]
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
    axes.set_xlabel(f"atomic fraction of {found.elements[1]} in {'–'.join(found.elements)}")
    line_height = 1.35 * SMALL / 72 / (figure.get_figwidth() * 0.77)
    room = int(1 / line_height)
    shown = sorted(
        sorted(names, key=lambda i: found.fractions[i].tolist().count(0))[:room], key=lambda i: x[i]
    )
    places = spread([x[i] for i in shown], line_height, 0.0, 1.0)
    for i, place in zip(shown, places, strict=True):
        axes.annotate(
            names[i],
            xy=(x[i], rows[found.categories[i]]),
            xytext=(place, 4.3),
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=SMALL,
            arrowprops=LEADER,
            annotation_clip=False,
        )
    return figure, len(names) - len(shown)


def _triangle(
    axes: "Axes",
    found: SystemCompositions,
    chosen: np.ndarray,
    corners: Sequence[int],
    names: Mapping[int, str],
    colors: Mapping[str, str],
) -> int:
    """Draw the chosen compositions between three elements; return how many names had no room."""
    from matplotlib.patches import Polygon

    bare(axes)
    # The triangle has the middle; names stand left and right of it.
    figure = axes.get_figure(root=True)
    assert figure is not None
    box = axes.get_position()
    width = figure.get_figwidth() * box.width * 72
    height = figure.get_figheight() * box.height * 72
    own = [names[i] for i in chosen.tolist() if i in names]
    room = max(width_of(figure, own, SMALL), 0.15 * width)
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
    for corner, (dx, dy), (ha, va) in zip(
        corners,
        ((-2, -2), (2, -2), (0, 2)),
        (("right", "top"), ("left", "top"), ("center", "bottom")),
        strict=True,
    ):
        axes.annotate(
            found.elements[corner],
            CORNERS[corners.index(corner)],
            xytext=(dx, dy),
            textcoords="offset points",
            ha=ha,
            va=va,
            fontsize=HEADING,
        )
    shares = found.fractions[np.ix_(chosen, np.array(corners))]
    points = shares / shares.sum(axis=1, keepdims=True) @ CORNERS
    categories = np.array(found.categories)[chosen]
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
    known = [(names[i], *points[row]) for row, i in enumerate(chosen.tolist()) if i in names]
    return _names_beside(axes, known, 1.3 * SMALL / side, room / side)


def _names_beside(
    axes: "Axes", known: Sequence[tuple[str, float, float]], line_height: float, width: float
) -> int:
    """Write names in two columns with lines to their points; return how many had no room.

    Names start at the inner edge of their column, so that no line crosses another's name.
    """
    left_end, right_end = axes.get_xlim()
    # Below the base are the symbols of the corners.
    low, high = 0.0, axes.get_ylim()[1]
    room = int((high - low) / line_height)
    shown = sorted(known[: 2 * room], key=lambda name: name[1])
    n_left = sum(x < 0.5 for _, x, _ in shown)
    if max(n_left, len(shown) - n_left) > room:
        n_left = len(shown) // 2
    edges = ((shown[:n_left], left_end + width, "right"), (shown[n_left:], right_end - width, "left"))
    for side, x, ha in edges:
        side = sorted(side, key=lambda name: name[2])
        places = spread([y for _, _, y in side], line_height, low, high)
        for (name, x_point, y_point), y in zip(side, places, strict=True):
            axes.annotate(
                name,
                xy=(x_point, y_point),
                xytext=(x, y),
                ha=ha,
                va="center",
                fontsize=SMALL,
                arrowprops={**LEADER, "relpos": (1.0, 0.5) if ha == "right" else (0.0, 0.5)},
                annotation_clip=False,
            )
    return len(known) - len(shown)


def _slices(
    found: SystemCompositions, names: Mapping[int, str], colors: Mapping[str, str], columns: int
) -> "tuple[Figure, int]":
    figure = new_figure(columns, 1.2)
    share = found.fractions[:, 3]
    symbol = found.elements[3]
    unnamed = 0
    for panel, upper in enumerate(SLICES):
        row, column = divmod(panel, 2)
        axes = figure.add_axes((column / 2 + 0.005, 0.68 - 0.322 * row, 1 / 2 - 0.01, 0.29))
        if panel == 0:
            chosen = share == 0
            title = f"no {symbol}"
        else:
            chosen = (share > SLICES[panel - 1]) & (share <= upper)
            title = f"{SLICES[panel - 1]:g} < x({symbol}) ≤ {upper:g}"
        unnamed += _triangle(axes, found, np.flatnonzero(chosen), (0, 1, 2), names, colors)
        axes.set_title(title, fontsize=HEADING, pad=2)
    return figure, unnamed


def _caption(
    con: duckdb.DuckDBPyConnection,
    found: SystemCompositions,
    hull_energies: bool,
    palette_name: str,
    unnamed: int,
) -> Caption:
    system = "–".join(found.elements)
    k = len(found.elements)
    shape = {
        2: f"on the line from {found.elements[0]} (0) to {found.elements[1]} (1)",
        3: "in the triangle of atomic fractions, with the binary systems on its edges",
        4: f"in slices of the tetrahedron of atomic fractions by the fraction x of {found.elements[-1]}; "
        f"each point shows the shares of {', '.join(found.elements[:3])} among themselves, and smaller "
        "systems lie on edges, at corners and in the first slice",
    }[k]
    text = f"Compositions of {system} by category, {shape}. Known ones are named."
    if hull_energies:
        text += " Numbers are energies above the convex hull in meV/atom, where a known source has one."
    if unnamed:
        text += f" There was no room for the names of {unnamed} known ones."
    tally = Counter(zip(found.nelements.tolist(), found.categories, strict=True))
    counts = {
        f"compositions of {n} elements": ", ".join(
            f"{category} {tally[n, category]:,}" for category in CATEGORIES
        )
        for n in range(2, k + 1)
        if n in found.nelements
    }
    return Caption(text, about(con) | counts | {"palette": palette_name})
