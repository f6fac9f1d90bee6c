"""Figures 2 to 4: all embeddings times all methods for an order."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.maps.reduction import METHODS, TITLES
from chemdb.maps.stored import PER_CATEGORY, Map, MapSpec, read_map
from chemdb.plot.drawing import ORDERS, about
from chemdb.plot.embedding_map import about_points, by_rarity, scatter
from chemdb.plot.style import HEADING, Caption, Drawing, legend_of, new_figure, own_style, palette

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def specs(nelements: int, per_category: int = PER_CATEGORY, seed: int = 0) -> list[MapSpec]:
    """Return the maps that the figure of an order shows, row by row."""
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
    palette_name: str = "paper",
    columns: int = 2,
) -> Drawing:
    """Return the maps of an order, a row for each embedding and a column for each method.

    Raises
    ------
    ChemdbError
        The file lacks a map, or there is no such palette.
    """
    colors = palette(palette_name)
    maps = [read_map(con, spec) for spec in specs(nelements, per_category, seed)]
    bottom_up = by_rarity(con, nelements)
    present = [category for category in CATEGORIES if any(found.run[f"n_{category}"] for found in maps)]
    figure = grid(maps, [found.categories for found in maps], bottom_up, present, colors, columns)
    text = (
        f"{ORDERS[nelements].capitalize()} compositions by category, in {len(PAPER_EMBEDDINGS)} element "
        f"representations (rows) and {len(METHODS)} reductions (columns). Each composition is the "
        "stoichiometry-weighted mean of the vectors of its elements. What is rarer in the whole order lies "
        f"on top: {', '.join(reversed(bottom_up))}."
    )
    counts = {f"points of {found.run['embedding']}": about_points(found.run) for found in maps}
    return Drawing(figure, Caption(text, about(con) | counts | about_maps(maps) | {"palette": palette_name}))


def grid(
    maps: Sequence[Map],
    groups: Sequence[NDArray[np.str_]],
    bottom_up: Sequence[str],
    legend: Sequence[str],
    colors: Mapping[str, str],
    columns: int,
) -> "Figure":
    """Return a figure of the maps of `specs`, each point coloured by its group.

    Parameters
    ----------
    maps : sequence of Map
    groups : sequence of array of str
        Of the points of each map.
    bottom_up : sequence of str
        Groups in the order in which they are drawn.
    legend : sequence of str
        Groups that the legend names.
    colors : mapping
    columns : int
        Of print.
    """
    with own_style():
        figure = new_figure(columns, 1.38)
        places = {"left": 0.05, "right": 0.995, "bottom": 0.035, "top": 0.975, "wspace": 0.04, "hspace": 0.05}
        panels = figure.subplots(len(PAPER_EMBEDDINGS), len(METHODS), gridspec_kw=places)
        for axes, found, own in zip(panels.flat, maps, groups, strict=True):
            scatter(axes, found.coordinates, own, bottom_up, colors, 0.35 * columns)
            axes.set(xticks=[], yticks=[])
        for axes, method in zip(panels[0], METHODS, strict=True):
            axes.set_title(TITLES[method], pad=3)
        for axes, embedding in zip(panels[:, 0], PAPER_EMBEDDINGS, strict=True):
            axes.set_ylabel(embedding, fontsize=HEADING)
        legend_of(figure, colors, legend, loc="lower center", ncols=len(legend), borderaxespad=0.2)
    return figure


def about_maps(maps: Sequence[Map]) -> dict[str, str]:
    """Return what a caption says of maps that share a sample."""
    run = maps[0].run
    versions = dict.fromkeys(part for found in maps for part in found.run["versions"].split(", "))
    return {
        "sample": f"{run['per_category']:,} of each category, all where there are fewer; seed {run['seed']}; "
        "compositions with an element that a representation lacks are left out of its maps",
        **{f"parameters of {found.run['method']}": found.run["parameters"] for found in maps},
        "made with": ", ".join(versions),
    }
