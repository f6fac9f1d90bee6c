"""The substitution weights of all pairs of elements as a matrix."""

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from chemdb.database.metadata import elements_of
from chemdb.errors import PlotError
from chemdb.plot.database_figures import DatabaseFigures, Target, drawn
from chemdb.plot.drawing import Caption, Drawing, file_details
from chemdb.plot.style import DEFAULT_LOOK, Look, StyleFile, points

if TYPE_CHECKING:
    from chemdb.plot.captioned_figure import CaptionedFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Weights beyond this have the darkest colour.
DARKEST = 0.3
#: Diverging, readable with all kinds of colour vision.
COLORMAP = "PuOr_r"


def plot_substitution(
    figures: DatabaseFigures, *, columns: int | None = None, style: StyleFile = None, output: Target = None
) -> "CaptionedFigure":
    """Return the matrix of substitution weights, from which `Database.suggest` adds up its scores."""
    look = Look(columns=columns, style=style)
    return drawn(figures, output, lambda con: draw(con, look))


def draw(con: duckdb.DuckDBPyConnection, look: Look = DEFAULT_LOOK) -> Drawing:
    """Return the matrix of substitution weights, elements by group of the periodic table.

    Raises
    ------
    PlotError
        The file has no weights.
    """
    weights = {
        (element, replaced_by): weight
        for element, replaced_by, weight in con.execute(
            "select element::varchar, replaced_by::varchar, weight from substitution"
        ).fetchall()
    }
    used = {symbol for pair in weights for symbol in pair}
    elements = [element for element in elements_of(con) if element.symbol in used]
    if not elements:
        raise PlotError(
            "the known compositions say nothing about substitutions: add a list with 'chemdb known add'"
        )
    # Group 3 has the lanthanoids and actinoids.
    elements.sort(key=lambda element: (element.periodic_group, element.period, element.atomic_number))
    symbols = [element.symbol for element in elements]
    matrix = np.array([[weights.get((a, b), 0.0) for b in symbols] for a in symbols])
    with look.applied():
        wide = look.columns != 1
        figure = look.new_figure(2, 0.935 if wide else 0.88)
        axes = figure.add_axes((0.07, 0.035, 0.825, 0.90) if wide else (0.19, 0.06, 0.64, 0.73))
        image = axes.imshow(matrix, cmap=COLORMAP, vmin=-DARKEST, vmax=DARKEST, interpolation="nearest")
        _label(axes, symbols)
        axes.set_xlabel("Element in its place")
        groups = [element.periodic_group for element in elements]
        for place in range(1, len(symbols)):
            if groups[place] != groups[place - 1]:
                axes.axhline(place - 0.5, color="0.8", linewidth=0.3)
                axes.axvline(place - 0.5, color="0.8", linewidth=0.3)
        bar = figure.add_axes((0.905, 0.3, 0.018, 0.37) if wide else (0.835, 0.3, 0.02, 0.37))
        scale = figure.colorbar(image, cax=bar, extend="both")
        scale.set_label("Weight")
        scale.outline.set_linewidth(0.4)
    largest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:5]
    text = (
        "Weights of substitutions, learned from the known compositions: how strongly a known compound with "
        "the element of the row suggests one with the element of the column in its place. Elements are in "
        "order of group, then period; group 3 has the lanthanoids and actinoids. Elements without a weight "
        "are left out."
    )
    details = file_details(con) | {
        "elements": f"{len(symbols)}",
        "largest": ", ".join(f"{a} by {b} {weight:.2f}" for (a, b), weight in largest),
    }
    return Drawing(figure, Caption(text, details | look.details(colored=False)), look)


def _label(axes: "Axes", symbols: Sequence[str]) -> None:
    """Write the symbols above and to the left, in as many rows as legible ones need."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    size = points("xtick.labelsize") - 1
    pitch = 72 * figure.get_figwidth() * axes.get_position().width / len(symbols)
    n_rows = ceil(size / pitch)
    row_height = 1.9 * size
    line: dict[str, Any] = {"arrowstyle": "-", "linewidth": 0.3, "color": "0.6", "shrinkA": 0, "shrinkB": 0}
    axes.set(xticks=[], yticks=[])
    axes.set_ylabel("Element of the known compound", labelpad=2 + n_rows * row_height)
    for place, symbol in enumerate(symbols):
        aside = 1 + row_height * (place % n_rows)
        shared: dict[str, Any] = {
            "textcoords": "offset points",
            "fontsize": size,
            "arrowprops": line if place % n_rows else None,
        }
        axes.annotate(symbol, (place, -0.5), (0, aside), rotation=90, ha="center", va="bottom", **shared)
        axes.annotate(symbol, (-0.5, place), (-aside, 0), ha="right", va="center", **shared)
