"""A triangle of atomic fractions with marks, labels and tie lines."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chemdb.plot.chemical_system.compositions import SystemCompositions
from chemdb.plot.chemical_system.hull import certain_tie_lines
from chemdb.plot.chemical_system.labels import TOLERANCE, assigned, crosses, improved, slots_between, spread
from chemdb.plot.chemical_system.marks import AREA, TIE_LINE, draw_marks, draw_rings
from chemdb.plot.style import points, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Corners of the triangle: left, right, top.
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
#: Line from a label to its point.
LEADER: dict[str, Any] = {"arrowstyle": "-", "linewidth": 0.3, "color": "0.4", "shrinkA": 1, "shrinkB": 1.5}
#: Radius in points of the mark of one standard composition, with a little room.
MARK_RADIUS = 2.3
#: A mark is at most this share of the side across.
WIDEST_MARK = 0.065
#: Heights of a line of text and of the space below the triangle, in sizes of small text.
LINE, BASE = 1.3, 2.0


def draw_triangle(
    axes: "Axes",
    compositions: SystemCompositions,
    chosen: NDArray[np.intp],
    labels: Mapping[int, str],
    colors: Mapping[str, str],
    stable: NDArray[np.float64] | None = None,
    largest: int = 1,
) -> tuple[list[int], float]:
    """Draw the chosen rows by the shares of their first three elements.

    Returns the known rows for whose names there was no room, and the unit of the mark areas.

    Parameters
    ----------
    axes : Axes
        Already at its place in the figure.
    compositions : SystemCompositions
    chosen : array of int
        Rows.
    labels : mapping of int to str
        Names by row, the most important first.
    colors : mapping
    stable : array of float64, shape (m, 3), optional
        Atomic fractions of the stable compounds, to be circled and joined by the certain tie lines.
    largest : int
        Largest number of compositions that one mark of the figure stands for.
    """
    from matplotlib.patches import Polygon

    axes.set_axis_off()
    figure = axes.get_figure(root=True)
    assert figure is not None
    small = points("xtick.labelsize")
    box = axes.get_position()
    width = figure.get_figwidth() * box.width * 72
    height = figure.get_figheight() * box.height * 72
    # The triangle is centred, with labels on its left and right.
    named = [row for row in labels if row in set(chosen.tolist())]
    # A third of the small text stays free at the edges of the figure.
    room = max(width_of(figure, [labels[row] for row in named], small) + small / 3, 0.12 * width)
    base = BASE * small
    side = min(width - 2 * room - 2.7 * small, (height - base - 1.7 * small) / CORNERS[2, 1])
    axes.set(
        xlim=(0.5 - width / side / 2, 0.5 + width / side / 2), ylim=(-base / side, (height - base) / side)
    )
    _draw_grid(axes)
    axes.add_patch(Polygon(CORNERS, closed=True, fill=False, linewidth=0.6))
    for symbol, corner, (dx, dy), (ha, va) in zip(
        compositions.elements[:3],
        CORNERS,
        ((-3, -3), (3, -3), (0, 4)),
        (("right", "top"), ("left", "top"), ("center", "bottom")),
        strict=True,
    ):
        axes.annotate(
            symbol, corner, xytext=(dx, dy), textcoords="offset points", ha=ha, va=va,
            fontsize=points("axes.titlesize"),
        )  # fmt: skip
    places = in_triangle(compositions.fractions)
    if stable is not None:
        ends = np.vstack([CORNERS, in_triangle(stable)])
        for pair in certain_tie_lines(ends):
            axes.plot(*ends[list(pair)].T, **TIE_LINE)
        draw_rings(axes, ends[3:])
    unit = min(1.0 if largest == 1 else 0.7, (WIDEST_MARK * side) ** 2 / (largest * AREA["missing"]))
    categories = [compositions.categories[row] for row in chosen]
    draw_marks(axes, places[chosen], categories, colors, unit)
    n_shown = _label_beside(
        axes, [(labels[row], *places[row]) for row in named], LINE * small / side, room / side
    )
    return named[n_shown:], unit


def in_triangle(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the place of each composition by the shares of its first three elements, shape (n, 2).

    It is NaN where there are none of them.
    """
    shares = fractions[:, :3]
    total = shares.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(shares, total, out=np.full_like(shares, np.nan), where=total > 0) @ CORNERS)


def _draw_grid(axes: "Axes") -> None:
    for share in (0.2, 0.4, 0.6, 0.8):
        for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            ends = (1 - share) * CORNERS[a] + share * CORNERS[[b, c]]
            axes.plot(*ends.T, color="0.92", linewidth=0.4, zorder=0)


def _label_beside(
    axes: "Axes", labelled: Sequence[tuple[str, float, float]], line_height: float, width: float
) -> int:
    """Write the first labels that fit into two columns, with lines to their points; return how many.

    Labels are aligned at the inner edge of their column, so that no line crosses a label.
    """
    left_end, right_end = axes.get_xlim()
    # The symbols of the corners are below the base.
    low, high = 0.0, axes.get_ylim()[1]
    levels = slots_between(low, high, line_height)
    edges = (left_end + width, right_end - width)
    slots = np.array([(x, y) for x in edges for y in levels]).reshape(-1, 2)
    shown = labelled[: len(slots)]
    ends = np.array([place for _, *place in shown]).reshape(-1, 2)

    def starts_of(on_right: NDArray[np.bool_], heights: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return places as near as possible to some heights, or None if they do not fit on their sides."""
        places = np.column_stack([np.where(on_right, edges[1], edges[0]), heights])
        for side in (False, True):
            column = np.flatnonzero(on_right == side)
            if len(column) > len(levels):
                return None
            column = column[np.argsort(heights[column], kind="stable")]
            places[column, 1] = spread(heights[column].tolist(), line_height, low, high)
        return places

    clearance = MARK_RADIUS * line_height / LINE / points("xtick.labelsize")
    starts = improved(ends, starts_of, ends[:, 0] > 0.5 - TOLERANCE, clearance, line_height)
    if starts is None or crosses(starts, ends):
        # The shortest lines do not cross, but may touch other marks.
        shortest = slots[assigned(ends, slots)]
        spaced = starts_of(shortest[:, 0] == edges[1], shortest[:, 1])
        starts = shortest if spaced is None or crosses(spaced, ends) else spaced
    for (text, *_), (x, y), end in zip(shown, starts, ends, strict=True):
        is_left = x == edges[0]
        axes.annotate(
            text,
            xy=tuple(end),
            xytext=(x, y),
            ha="right" if is_left else "left",
            va="center",
            fontsize=points("xtick.labelsize"),
            arrowprops={**LEADER, "relpos": (1.0, 0.5) if is_left else (0.0, 0.5)},
            annotation_clip=False,
            zorder=8,
        )
    return len(shown)
