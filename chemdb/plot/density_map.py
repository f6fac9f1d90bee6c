"""Density of all compositions of a number of elements, by category."""

from typing import TYPE_CHECKING

import duckdb
import numpy as np

from chemdb.chemistry.category import CATEGORIES
from chemdb.maps.exact_pca.density import Density
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing, file_details
from chemdb.plot.style import chemdb_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Colour-blind safe, and readable in grey print.
COLORMAP = "viridis"
#: Colour of empty cells.
EMPTY = "#FFFFFF"


def draw(con: duckdb.DuckDBPyConnection, density: Density, columns: int = 2) -> Drawing:
    """Return the density by category: four panels with one colour scale.

    Parameters
    ----------
    con : DuckDBPyConnection
        Connection to the file that `density` was computed from.
    density : Density
    columns : int
        Print width, 1 or 2 columns.
    """
    with chemdb_style():
        figure = _panels(density, columns)
    bins = len(density.x_edges) - 1
    pca = density.pca
    text = (
        f"All {pca.n:,} {SIZE_NAMES[density.nelements]} compositions that have a {pca.embedding} vector, on "
        "the first two principal components of all of them, by category. Colour: number of compositions in "
        f"each of {bins} by {bins} cells, on a logarithmic scale; empty cells are white."
    )
    details = {
        "compositions": ", ".join(f"{name} {density.counts[name].sum():,}" for name in CATEGORIES),
        "without a vector": f"{pca.n_left_out:,}"
        + (f" (with {', '.join(pca.missing)})" if pca.n_left_out else ""),
        "principal components": "exact, of all compositions; vectors not standardized",
    }
    return Drawing(figure, Caption(text, file_details(con) | details))


def _panels(density: Density, columns: int) -> "Figure":
    from matplotlib.colors import LogNorm

    figure = new_figure(columns, 0.86)
    places = {"left": 0.095, "right": 0.86, "bottom": 0.08, "top": 0.955, "wspace": 0.06, "hspace": 0.14}
    panels = figure.subplots(2, 2, sharex=True, sharey=True, gridspec_kw=places)
    largest = max(int(counts.max()) for counts in density.counts.values())
    scale = LogNorm(1, max(largest, 2))
    for axes, category in zip(panels.flat, CATEGORIES, strict=True):
        counts = np.ma.masked_equal(density.counts[category], 0)
        image = axes.pcolormesh(
            density.x_edges, density.y_edges, counts, norm=scale, cmap=COLORMAP, rasterized=True, linewidth=0
        )
        axes.set_title(f"{category}, {int(counts.sum() or 0):,}", pad=3)
        axes.set_facecolor(EMPTY)
    for axis, label in ((0, figure.supxlabel), (1, figure.supylabel)):
        share = 100 * density.pca.explained_variance_ratio[axis]
        label(f"PC{axis + 1} ({share:.1f}%)", fontsize="medium")
    bar = figure.colorbar(image, cax=figure.add_axes((0.88, 0.08, 0.02, 0.875)))
    bar.set_label("compositions in a cell")
    return figure
