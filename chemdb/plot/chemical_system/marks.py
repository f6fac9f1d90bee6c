"""Marks of compositions: one for each place and category, its area by how many are there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chemdb.plot.style import mark_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Drawing order, the rarest on top.
BOTTOM_UP = ("unlikely", "missing", "standard", "interesting")
#: Mark areas in square points of one composition; diamonds look larger than circles of the same area.
AREA = {"unlikely": 2.0, "missing": 6.0, "standard": 13.0, "interesting": 10.0}
#: Line between two stable compounds that coexist.
TIE_LINE: dict[str, Any] = {"color": "0.25", "linewidth": 0.7, "zorder": 1, "label": "tie line"}
#: Decimals in which places that are the same agree.
DIGITS = 9


def draw_marks(
    axes: "Axes",
    places: NDArray[np.float64],
    categories: Sequence[str],
    colors: Mapping[str, str],
    unit: float = 1.0,
) -> None:
    """Draw compositions.

    A mark stands for all compositions of a category at a place, and its area is proportional to their
    number. Where there are several categories, those below are so much larger that they show as rings.

    Parameters
    ----------
    axes : Axes
    places : array of float64, shape (n, 2)
    categories : sequence of str
    colors : mapping
    unit : float
        Factor of `AREA`.
    """
    at = [tuple(place) for place in np.round(places, DIGITS).tolist()]
    counts = Counter(zip(at, categories, strict=True))
    covered: dict[tuple, float] = {}
    areas: dict[tuple, float] = {}
    for category in reversed(BOTTOM_UP):
        for place in dict.fromkeys(at):
            if n := counts[place, category]:
                covered[place] = areas[place, category] = covered.get(place, 0.0) + unit * n * AREA[category]
    for level, category in enumerate(BOTTOM_UP, start=2):
        # The smallest on top.
        chosen = sorted(
            (place for place, name in counts if name == category),
            key=lambda place: -areas[place, category],
        )
        if chosen:
            collection = axes.scatter(
                [x for x, _ in chosen],
                [y for _, y in chosen],
                s=[areas[place, category] for place in chosen],
                zorder=level,
                clip_on=False,
                label=category,
                **mark_style(category, colors[category]),
            )
            if category == "unlikely":
                collection.set_linewidth(0.35)


def draw_rings(axes: "Axes", places: NDArray[np.float64]) -> None:
    """Draw a ring around each stable compound; places have the shape (n, 2)."""
    axes.scatter(
        places[:, 0],
        places[:, 1],
        s=34,
        facecolor="none",
        edgecolor="black",
        linewidths=0.6,
        zorder=7,
        label="stable",
        clip_on=False,
    )


def largest_number(places: NDArray[np.float64], categories: Sequence[str]) -> int:
    """Return the largest number of compositions that one mark stands for."""
    at = map(tuple, np.round(places, DIGITS).tolist())
    return max(Counter(zip(at, categories, strict=True)).values(), default=0)


def size_numbers(largest: int) -> list[int]:
    """Return the numbers of compositions whose marks the legend shows."""
    return sorted({1, max(2, largest // 2), largest})


def size_keys(largest: int, color: str, unit: float) -> list[tuple[Any, str]]:
    """Return handles and texts for the legend: marks of one and of several missing compositions."""
    from matplotlib.lines import Line2D

    keys = [(Line2D([], [], linestyle=""), "compositions at one place:")]
    return keys + [
        (
            Line2D(
                [],
                [],
                linestyle="",
                marker="o",
                markersize=float(np.sqrt(unit * n * AREA["missing"])),
                markerfacecolor="white",
                markeredgecolor=color,
                markeredgewidth=0.6,
            ),
            str(n),
        )
        for n in size_numbers(largest)
    ]
