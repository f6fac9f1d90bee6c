"""The map of a whole order: every composition, counted, by category."""

from typing import TYPE_CHECKING

import duckdb
import numpy as np

from chemdb.chemistry.category import CATEGORIES
from chemdb.maps.exact_pca.density import Density
from chemdb.plot.drawing import ORDERS, about
from chemdb.plot.style import Caption, Drawing, new_figure, own_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Told apart by all kinds of colour vision, and in grey print.
COLORMAP = "viridis"
#: Empty cells.
EMPTY = "#FFFFFF"


def draw(con: duckdb.DuckDBPyConnection, found: Density, columns: int = 2) -> Drawing:
    """Return a panel for each category, with one colour scale for all.

    Parameters
    ----------
    con : DuckDBPyConnection
        The file that `found` is of.
    found : Density
    columns : int
        Of print.
    """
    with own_style():
        figure = _panels(found, columns)
    bins = len(found.x_edges) - 1
    pca = found.pca
    text = (
        f"All {pca.n:,} {ORDERS[found.nelements]} compositions that have a {pca.embedding} vector, on the "
        "first two principal components of all of them, by category. The colour is the number of "
        f"compositions in each of {bins} by {bins} cells, on a logarithmic scale; white cells have none."
    )
    details = {
        "compositions": ", ".join(f"{name} {found.counts[name].sum():,}" for name in CATEGORIES),
        "without a vector": f"{pca.n_left_out:,}"
        + (f" (with {', '.join(pca.missing)})" if pca.n_left_out else ""),
        "principal components": "exact, of every composition; vectors as they are",
    }
    return Drawing(figure, Caption(text, about(con) | details))


def _panels(found: Density, columns: int) -> "Figure":
    from matplotlib.colors import LogNorm

    figure = new_figure(columns, 0.86)
    places = {"left": 0.095, "right": 0.86, "bottom": 0.08, "top": 0.955, "wspace": 0.06, "hspace": 0.14}
    panels = figure.subplots(2, 2, sharex=True, sharey=True, gridspec_kw=places)
    largest = max(int(counts.max()) for counts in found.counts.values())
    scale = LogNorm(1, max(largest, 2))
    for axes, category in zip(panels.flat, CATEGORIES, strict=True):
        counts = np.ma.masked_equal(found.counts[category], 0)
        image = axes.pcolormesh(
            found.x_edges, found.y_edges, counts, norm=scale, cmap=COLORMAP, rasterized=True, linewidth=0
        )
        axes.set_title(f"{category}, {int(counts.sum() or 0):,}", pad=3)
        axes.set_facecolor(EMPTY)
    for axis, label in ((0, figure.supxlabel), (1, figure.supylabel)):
        share = 100 * found.pca.explained_variance_ratio[axis]
        label(f"PC{axis + 1} ({share:.1f}%)", fontsize="medium")
    bar = figure.colorbar(image, cax=figure.add_axes((0.88, 0.08, 0.02, 0.875)))
    bar.set_label("compositions in a cell")
    return figure
