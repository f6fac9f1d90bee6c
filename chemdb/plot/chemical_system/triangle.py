"""A triangle of atomic fractions with marks, labels and tie lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chemdb.plot.chemical_system.compositions import SystemCompositions
from chemdb.plot.chemical_system.hull import certain_tie_lines
from chemdb.plot.chemical_system.labels import assigned, crosses, slots_between, spread, width_of
from chemdb.plot.chemical_system.marks import draw_marks
from chemdb.plot.style import points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Corners of the triangle: left, right, top.
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
#: Line from a label to its point.
LEADER: dict[str, Any] = {"arrowstyle": "-", "linewidth": 0.3, "color": "0.4", "shrinkA": 1, "shrinkB": 1.5}
#: Heights of a line of text and of the space below the triangle, in sizes of small text.
LINE, BASE = 1.3, 2.0


@dataclass(frozen=True)
class Drawn:
    """What a panel shows.

    Attributes
    ----------
    without_label : list of int
        Rows of the known compositions for whose names there was no room.
    largest : int
        Largest number of compositions that one mark stands for.
    """

    without_label: list[int]
    largest: int


def draw_triangle(
    axes: "Axes",
    compositions: SystemCompositions,
    chosen: NDArray[np.intp],
    labels: Mapping[int, str],
    colors: Mapping[str, str],
    stable: Sequence[int] = (),
) -> Drawn:
    """Draw the chosen rows by the shares of their first three elements.

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
    stable : sequence of int
        Rows of the stable compounds, to be joined by tie lines.
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
    room = max(width_of(figure, [labels[row] for row in named], small), 0.12 * width)
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
        ((-2, -2), (2, -2), (0, 2)),
        (("right", "top"), ("left", "top"), ("center", "bottom")),
        strict=True,
    ):
        axes.annotate(
            symbol, corner, xytext=(dx, dy), textcoords="offset points", ha=ha, va=va,
            fontsize=points("axes.titlesize"),
        )  # fmt: skip
    shares = compositions.fractions[:, :3]
    places = np.full((len(shares), 2), np.nan)
    places[chosen] = shares[chosen] / shares[chosen].sum(axis=1, keepdims=True) @ CORNERS
    if stable:
        _draw_tie_lines(axes, np.vstack([CORNERS, places[list(stable)]]))
    largest = draw_marks(axes, places[chosen], [compositions.categories[row] for row in chosen], colors)
    n_shown = _label_beside(
        axes, [(labels[row], *places[row]) for row in named], LINE * small / side, room / side
    )
    return Drawn(named[n_shown:], largest)


def _draw_grid(axes: "Axes") -> None:
    for share in (0.2, 0.4, 0.6, 0.8):
        for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            ends = (1 - share) * CORNERS[a] + share * CORNERS[[b, c]]
            axes.plot(*ends.T, color="0.92", linewidth=0.4, zorder=0)


def _draw_tie_lines(axes: "Axes", stable: NDArray[np.float64]) -> None:
    """Draw the certain tie lines, and a ring around each stable compound."""
    for pair in certain_tie_lines(stable):
        axes.plot(*stable[list(pair)].T, color="0.25", linewidth=0.7, zorder=1, label="tie line")
    axes.scatter(
        stable[3:, 0],
        stable[3:, 1],
        s=34,
        facecolor="none",
        edgecolor="black",
        linewidths=0.6,
        zorder=7,
        label="stable",
        clip_on=False,
    )


def _label_beside(
    axes: "Axes", labelled: Sequence[tuple[str, float, float]], line_height: float, width: float
) -> int:
    """Write the first labels that fit into two columns, with lines to their points; return how many.

    Labels are aligned at the inner edge of their column, so that no line crosses a label.
    """
    left_end, right_end = axes.get_xlim()
    # The symbols of the corners are below the base.
    low, high = 0.0, axes.get_ylim()[1]
    heights = slots_between(low, high, line_height)
    edges = (left_end + width, right_end - width)
    slots = np.array([(x, y) for x in edges for y in heights]).reshape(-1, 2)
    shown = labelled[: len(slots)]
    ends = np.array([place for _, *place in shown]).reshape(-1, 2)
    starts = slots[assigned(ends, slots)]
    # Labels move to the height of their points where that makes no lines cross.
    moved = starts.copy()
    for edge in edges:
        column = np.flatnonzero(starts[:, 0] == edge)
        column = column[np.argsort(starts[column, 1])]
        moved[column, 1] = spread(ends[column, 1].tolist(), line_height, low, high)
    if not crosses(moved, ends):
        starts = moved
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
