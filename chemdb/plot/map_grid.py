"""Figures 2 to 4: maps of the binaries, ternaries or quaternaries, one for each embedding and method."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.maps.reduction import METHODS, TITLES
from chemdb.maps.stored import PER_CATEGORY, Map, MapSpec, read_map
from chemdb.plot.database_figures import DatabaseFigures, Target, add_maps, drawn
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing, file_details
from chemdb.plot.embedding_map import OVERLAP, point_counts, scatter
from chemdb.plot.style import (
    DEFAULT_LOOK,
    DEFAULT_PALETTE,
    EMBEDDING_NAMES,
    Look,
    StyleFile,
    add_legend,
    panel_letter,
    points,
)
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    from chemdb.plot.captioned_figure import CaptionedFigure


def plot_map_grid(
    figures: DatabaseFigures,
    nelements: int = 2,
    *,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    palette: str = DEFAULT_PALETTE,
    columns: int | None = None,
    style: StyleFile = None,
    output: Target = None,
    steps: Steps = no_steps,
) -> "CaptionedFigure":
    """Return Figure 2, 3 or 4: six representations by three reductions for a number of elements."""
    look = Look(palette, columns, style)
    add_maps(figures, specs(nelements, per_category, seed), output, steps)
    return drawn(figures, output, lambda con: draw(con, nelements, per_category, seed, look))


def specs(nelements: int, per_category: int = PER_CATEGORY, seed: int = 0) -> list[MapSpec]:
    """Return the maps in the figure of a number of elements, row by row."""
    return [
        MapSpec(embedding, method, nelements, per_category, seed)
        for embedding in PAPER_EMBEDDINGS
        for method in METHODS
    ]


def draw(
    con: duckdb.DuckDBPyConnection,
    nelements: int,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    look: Look = DEFAULT_LOOK,
) -> Drawing:
    """Return maps of one number of elements: embeddings in rows, methods in columns.

    Raises
    ------
    ChemdbError
        A map is not in the file.
    """
    maps = [read_map(con, spec) for spec in specs(nelements, per_category, seed)]
    present = [category for category in CATEGORIES if any(map_.run[f"n_{category}"] for map_ in maps)]
    figure = grid(maps, [map_.categories for map_ in maps], present, look)
    text = (
        f"{SIZE_NAMES[nelements].capitalize()} compositions by category, in {len(PAPER_EMBEDDINGS)} element "
        f"representations (rows) and {len(METHODS)} reductions (columns). Each composition is the "
        f"stoichiometry-weighted mean of the vectors of its elements. {OVERLAP.format(group='category')}"
    )
    counts = {f"points of {map_.run['embedding']}": point_counts(map_.run) for map_ in maps}
    details = file_details(con) | counts | grid_details(maps) | look.details()
    return Drawing(figure, Caption(text, details), look)


def grid(
    maps: Sequence[Map],
    groups: Sequence[NDArray[np.str_]],
    names: Sequence[str],
    look: Look,
) -> "CaptionedFigure":
    """Return a figure of the maps of `specs`, each point coloured by its group.

    Parameters
    ----------
    maps : sequence of Map
    groups : sequence of array of str
        The group of each point, for each map.
    names : sequence of str
        All groups, in the order of the legend.
    look : Look
    """
    with look.applied():
        figure = look.new_figure(2, 1.38)
        # Margins for one line of names above and on the left, and the legend below.
        line = points("axes.titlesize") / 72
        width, height = figure.get_size_inches()
        places = {
            "left": 2.0 * line / width,
            "right": 0.995,
            "bottom": 2.3 * points("legend.fontsize") / 72 / height,
            "top": 1 - 1.8 * line / height,
            "wspace": 0.04,
            "hspace": 0.05,
        }
        panels = figure.subplots(len(PAPER_EMBEDDINGS), len(METHODS), gridspec_kw=places)
        for number, axes in enumerate(panels.flat):
            scatter(axes, maps[number].coordinates, groups[number], names, look.colors)
            axes.set(xticks=[], yticks=[])
            panel_letter(axes, number)
        for axes, method in zip(panels[0], METHODS, strict=True):
            axes.set_title(TITLES[method], pad=3)
        for axes, embedding in zip(panels[:, 0], PAPER_EMBEDDINGS, strict=True):
            axes.set_ylabel(EMBEDDING_NAMES[embedding], fontsize=points("axes.titlesize"))
        add_legend(figure, look.colors, names, True, loc="lower center", ncols=len(names), borderaxespad=0.2)
    return figure


def grid_details(maps: Sequence[Map]) -> dict[str, str]:
    """Return the caption details of maps of the same sample."""
    run = maps[0].run
    versions = dict.fromkeys(part for map_ in maps for part in map_.run["versions"].split(", "))
    return {
        "sample": f"{run['per_category']:,} of each category (or all, if fewer); seed {run['seed']}; "
        "compositions with an element that is not in a representation are left out of its maps",
        **{f"parameters of {map_.run['method']}": map_.run["parameters"] for map_ in maps},
        "made with": ", ".join(versions),
    }
