"""One map, and the points of maps as every figure draws them."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.maps.reduction import TITLES
from chemdb.maps.stored import Map, MapSpec, read_map
from chemdb.plot.drawing import ORDERS, about
from chemdb.plot.style import (
    Caption,
    Drawing,
    legend_of,
    new_figure,
    own_style,
    palette,
)

#: Coordinates of each method, as axes name them.
AXES = {"pca": "PC{}", "tsne": "t-SNE {}", "umap": "UMAP {}"}


def draw(
    con: duckdb.DuckDBPyConnection, spec: MapSpec, palette_name: str = "paper", columns: int = 1
) -> Drawing:
    """Return one map of the file, coloured by category.

    Raises
    ------
    ChemdbError
        The file does not have the map, or there is no such palette.
    """
    colors = palette(palette_name)
    found = read_map(con, spec)
    with own_style():
        figure = new_figure(columns, 1.0)
        if found.run["n_components"] == 3:
            axes: Any = figure.add_axes((0.02, 0.08, 0.86, 0.90), projection="3d")
            for axis, name in enumerate("xyz"):
                # Numbers along three edges would overlap, and mean nothing but distance.
                getattr(axes, f"set_{name}ticklabels")([])
                getattr(axes, f"set_{name}label")(axis_label(found, axis), labelpad=-12)
        else:
            axes = figure.add_axes((0.15, 0.17, 0.82, 0.80))
            axes.set(xlabel=axis_label(found, 0), ylabel=axis_label(found, 1))
        scatter(axes, found.coordinates, found.categories, by_rarity(con, spec.nelements), colors, 3.0)
        present = [category for category in CATEGORIES if found.run[f"n_{category}"]]
        legend_of(figure, colors, present, loc="lower center", ncols=len(present))
    text = (
        f"{TITLES[found.run['method']]} map of {ORDERS[spec.nelements]} compositions by category; each is "
        f"the stoichiometry-weighted mean of the {spec.embedding} vectors of its elements."
    )
    return Drawing(figure, Caption(text, about(con) | about_map(found) | {"palette": palette_name}))


def axis_label(found: Map, axis: int) -> str:
    """Return the name of a coordinate, with its share of the variance where the method knows it."""
    label = AXES[found.run["method"]].format(axis + 1)
    explained = found.run["explained"]
    return f"{label} ({100 * explained[axis]:.1f}%)" if explained else label


def by_rarity(con: duckdb.DuckDBPyConnection, nelements: int) -> list[str]:
    """Return the categories of an order, that with the most compositions first."""
    [counts] = con.execute(
        f"select {', '.join(CATEGORIES)} from order_summary where nelements = ?", [nelements]
    ).fetchall()
    return [name for _, name in sorted(zip(counts, CATEGORIES, strict=True), reverse=True)]


def scatter(
    axes: Any,
    coordinates: NDArray[np.float32],
    groups: NDArray[np.str_],
    bottom_up: Sequence[str],
    colors: Mapping[str, str],
    area: float,
) -> None:
    """Draw points group by group; in vector formats they are an image of 300 dpi.

    Parameters
    ----------
    axes : Axes
    coordinates : array of float32, shape (n, 2) or (n, 3)
    groups : array of str, shape (n,)
    bottom_up : sequence of str
        Groups in the order in which they are drawn.
    colors : mapping
        Of each group.
    area : float
        Of a point, in square points.
    """
    for level, group in enumerate(bottom_up, start=1):
        points = coordinates[groups == group]
        # A 3D axes shades distant points unless told not to.
        flat: dict[str, Any] = {"depthshade": False} if points.shape[1] == 3 else {}
        axes.scatter(
            *points.T,
            s=area,
            color=colors[group],
            linewidths=0,
            rasterized=True,
            zorder=level,
            label=group,
            **flat,
        )


def about_map(found: Map) -> dict[str, str]:
    """Return what a caption says of one map."""
    run = found.run
    return {
        "points": about_points(run),
        "without a vector": f"{run['n_not_covered']:,} (the representation lacks an element)",
        "sample": f"{run['per_category']:,} of each category, all where there are fewer; seed {run['seed']}",
        "parameters": ("standardized first; " if run["standardize"] else "") + run["parameters"],
        "made with": f"{run['versions']} in {run['seconds']:.0f} s",
    }


def about_points(run: Mapping) -> str:
    """Return the number of points of each category."""
    return ", ".join(f"{category} {run[f'n_{category}']:,}" for category in CATEGORIES)
