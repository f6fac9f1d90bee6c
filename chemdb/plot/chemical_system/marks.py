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
#: Places closer than this are the same.
DIGITS = 9


def draw_marks(
    axes: "Axes", places: NDArray[np.float64], categories: Sequence[str], colors: Mapping[str, str]
) -> int:
    """Draw compositions; return the largest number of compositions that one mark stands for.

    A mark stands for all compositions of a category at a place, and its area is proportional to their
    number. Where there are several categories, those below are so much larger that they show as rings.

    Parameters
    ----------
    axes : Axes
    places : array of float64, shape (n, 2)
    categories : sequence of str
    colors : mapping
    """
    at = [tuple(place) for place in np.round(places, DIGITS).tolist()]
    counts = Counter(zip(at, categories, strict=True))
    covered: dict[tuple, float] = {}
    areas: dict[tuple, float] = {}
    for category in reversed(BOTTOM_UP):
        for place in dict.fromkeys(at):
            if n := counts[place, category]:
                covered[place] = areas[place, category] = covered.get(place, 0.0) + n * AREA[category]
    for level, category in enumerate(BOTTOM_UP, start=2):
        chosen = [place for place, name in counts if name == category]
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
    return max(counts.values(), default=0)


def size_keys(largest: int, color: str) -> list[tuple[Any, str]]:
    """Return handles and texts for the legend: marks of one and of several compositions."""
    from matplotlib.lines import Line2D

    numbers = sorted({1, max(2, largest // 2), largest})
    return [
        (
            Line2D(
                [],
                [],
                linestyle="",
                marker="o",
                markersize=float(np.sqrt(n * AREA["missing"])),
                markerfacecolor="white",
                markeredgecolor=color,
                markeredgewidth=0.6,
            ),
            str(n),
        )
        for n in numbers
    ]
