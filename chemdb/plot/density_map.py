"""Density of all compositions of a number of elements, by category."""

from typing import TYPE_CHECKING

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.plot.database_figures import DatabaseFigures, Target, drawn
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing, file_details
from chemdb.plot.style import DEFAULT_LOOK, EMBEDDING_NAMES, Look, StyleFile, panel_letter
from chemdb.runtime.forks import no_fork
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    from chemdb.maps.exact_pca.density import Density
    from chemdb.plot.captioned_figure import CaptionedFigure

#: Colour of empty cells.
EMPTY = "#FFFFFF"
#: Rare categories are drawn in larger cells, until there are so many compositions for each cell of the grid.
PER_CELL = 0.1
#: Fewest cells along each side.
FEWEST_CELLS = 16


def plot_density(
    figures: DatabaseFigures,
    embedding: str = "magpie",
    nelements: int = 4,
    *,
    bins: int = 256,
    columns: int | None = None,
    style: StyleFile = None,
    output: Target = None,
    steps: Steps = no_steps,
) -> "CaptionedFigure":
    """Return the density of all compositions with a number of elements, by category; no sampling.

    Raises
    ------
    ChemdbError
        The file has no such representation or number of elements.
    """
    # Other figures do not wait for numba.
    with no_fork():
        from chemdb.maps.exact_pca.density import density
        from chemdb.query.sample import check_nelements

    look = Look(columns=columns, style=style)

    def draw_density(con: duckdb.DuckDBPyConnection) -> Drawing:
        check_nelements(con, nelements)
        return draw(con, density(con, embedding, nelements, bins, steps=steps), look)

    return drawn(figures, output, draw_density)


def draw(con: duckdb.DuckDBPyConnection, density: "Density", look: Look = DEFAULT_LOOK) -> Drawing:
    """Return the density by category: four panels, each with a colour scale and cells of its own.

    Parameters
    ----------
    con : DuckDBPyConnection
        Connection to the file that `density` was computed from.
    density : Density
    look : Look
    """
    cells = {name: merged(density, name) for name in CATEGORIES}
    with look.applied():
        figure = _panels(density, cells, look)
    pca = density.pca
    name = EMBEDDING_NAMES.get(pca.embedding, pca.embedding)
    text = (
        f"All {pca.n:,} {SIZE_NAMES[density.nelements]} compositions that have a {name} vector, on "
        "the first two principal components of all of them, by category. Colour: number of compositions in a "
        "cell, on a logarithmic scale of its own for each category; empty cells are white. Rarer categories "
        "have larger cells."
    )
    details = {
        "compositions": ", ".join(f"{name} {density.counts[name].sum():,}" for name in CATEGORIES),
        "cells": ", ".join(
            f"{name} {len(counts)} by {len(counts)}" for name, (counts, _, _) in cells.items()
        ),
        "without a vector": f"{pca.n_left_out:,}"
        + (f" (with {', '.join(pca.missing)})" if pca.n_left_out else ""),
        "principal components": "exact, of all compositions; vectors not standardized",
    }
    return Drawing(figure, Caption(text, file_details(con) | details | look.details(colored=False)), look)


def merged(
    density: "Density", category: str
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the counts of a category and the edges of their cells, merged until rare ones are visible.

    Cells are merged two by two in both directions.
    """
    counts, x_edges, y_edges = density.counts[category], density.x_edges, density.y_edges
    total = counts.sum()
    while total < PER_CELL * counts.size and len(counts) >= 2 * FEWEST_CELLS:
        counts = np.add.reduceat(
            np.add.reduceat(counts, range(0, len(counts), 2), 0), range(0, len(counts), 2), 1
        )
        x_edges, y_edges = (np.append(edges[:-1:2], edges[-1]) for edges in (x_edges, y_edges))
    return counts, x_edges, y_edges


def _panels(density: "Density", cells: dict, look: Look) -> "CaptionedFigure":
    from matplotlib import rcParams
    from matplotlib.colors import LogNorm

    figure = look.new_figure(2, 0.80)
    narrow = (look.columns or 2) == 1
    places = {
        "left": 0.145 if narrow else 0.08,
        "right": 0.835 if narrow else 0.915,
        "bottom": 0.13 if narrow else 0.08,
        "top": 0.93 if narrow else 0.955,
        "wspace": 0.5 if narrow else 0.28,
        "hspace": 0.25 if narrow else 0.16,
    }
    panels = figure.subplots(2, 2, sharex=True, sharey=True, gridspec_kw=places)
    for number, (axes, category) in enumerate(zip(panels.flat, CATEGORIES, strict=True)):
        counts, x_edges, y_edges = cells[category]
        total = int(counts.sum())
        image = axes.pcolormesh(
            x_edges,
            y_edges,
            np.ma.masked_equal(counts, 0),
            norm=LogNorm(1, max(int(counts.max()), 2)),
            cmap=rcParams["image.cmap"],
            rasterized=True,
            linewidth=0,
        )
        axes.set_title(f"{category}, {total:,}", pad=3)
        panel_letter(axes, number)
        axes.set_facecolor(EMPTY)
        box = axes.get_position()
        bar = figure.colorbar(image, cax=figure.add_axes((box.x1 + 0.008, box.y0, 0.012, box.height)))
        bar.outline.set_linewidth(0.4)
        bar.ax.tick_params(which="minor", length=1)
        largest = int(counts.max())
        if largest < 100:
            ticks = [tick for tick in (1, 2, 5, 10, 20, 50) if tick <= max(largest, 2)]
            bar.set_ticks(ticks, labels=[str(tick) for tick in ticks])
            bar.ax.minorticks_off()
    figure.text(
        0.995, (places["bottom"] + places["top"]) / 2, "Compositions in a cell", rotation=90, ha="right",
        va="center",
    )  # fmt: skip
    for axis, label in ((0, figure.supxlabel), (1, figure.supylabel)):
        share = 100 * density.pca.explained_variance_ratio[axis]
        label(
            f"PC{axis + 1} ({share:.1f}%)", fontsize="medium", **({"y": 0.005} if axis == 0 else {"x": 0.005})
        )
    return figure
