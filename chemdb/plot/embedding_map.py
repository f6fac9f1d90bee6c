"""One map; and axis labels, points and captions for every figure of maps."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.maps.reduction import TITLES
from chemdb.maps.stored import Map, MapSpec, read_map
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing, file_details
from chemdb.plot.style import add_legend, chemdb_style, new_figure, palette

#: Axis labels of each method.
AXES = {"pca": "PC{}", "tsne": "t-SNE {}", "umap": "UMAP {}"}


def draw(
    con: duckdb.DuckDBPyConnection, spec: MapSpec, palette_name: str = "paper", columns: int = 1
) -> Drawing:
    """Return a map of the file, coloured by category.

    Raises
    ------
    ChemdbError
        The map is not in the file, or unknown palette.
    """
    colors = palette(palette_name)
    map_ = read_map(con, spec)
    with chemdb_style():
        figure = new_figure(columns, 1.0)
        if map_.run["n_components"] == 3:
            axes: Any = figure.add_axes((0.02, 0.08, 0.86, 0.90), projection="3d")
            for axis, name in enumerate("xyz"):
                # Tick labels along three edges would overlap.
                getattr(axes, f"set_{name}ticklabels")([])
                getattr(axes, f"set_{name}label")(axis_label(map_, axis), labelpad=-12)
        else:
            axes = figure.add_axes((0.15, 0.17, 0.82, 0.80))
            axes.set(xlabel=axis_label(map_, 0), ylabel=axis_label(map_, 1))
        bottom_up = most_common_first(con, spec.nelements)
        scatter(axes, map_.coordinates, map_.categories, bottom_up, colors, 3.0)
        present = [category for category in CATEGORIES if map_.run[f"n_{category}"]]
        add_legend(figure, colors, present, loc="lower center", ncols=len(present))
    text = (
        f"{TITLES[map_.run['method']]} map of {SIZE_NAMES[spec.nelements]} compositions by category; each is "
        f"the stoichiometry-weighted mean of the {spec.embedding} vectors of its elements."
    )
    details = file_details(con) | map_details(map_) | {"palette": palette_name}
    return Drawing(figure, Caption(text, details))


def axis_label(map_: Map, axis: int) -> str:
    """Return the label of an axis; of PCA with its share of the variance."""
    label = AXES[map_.run["method"]].format(axis + 1)
    explained = map_.run["explained"]
    return f"{label} ({100 * explained[axis]:.1f}%)" if explained else label


def most_common_first(con: duckdb.DuckDBPyConnection, nelements: int) -> list[str]:
    """Return the categories by their number of compositions of `nelements` elements, largest first."""
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
    """Draw points group by group, rasterized at 300 dpi in vector formats.

    Parameters
    ----------
    axes : Axes
    coordinates : array of float32, shape (n, 2) or (n, 3)
    groups : array of str, shape (n,)
        The group of each point.
    bottom_up : sequence of str
        Groups in drawing order.
    colors : mapping
        Colours by group.
    area : float
        Marker area in square points.
    """
    for level, group in enumerate(bottom_up, start=1):
        points = coordinates[groups == group]
        # 3D axes fade distant points by default.
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


def map_details(map_: Map) -> dict[str, str]:
    """Return the caption details of a map."""
    run = map_.run
    return {
        "points": point_counts(run),
        "without a vector": f"{run['n_not_covered']:,} (an element is not in the representation)",
        "sample": f"{run['per_category']:,} of each category (or all, if fewer); seed {run['seed']}",
        "parameters": ("standardized first; " if run["standardize"] else "") + run["parameters"],
        "made with": f"{run['versions']} in {run['seconds']:.0f} s",
    }


def point_counts(run: Mapping) -> str:
    """Return the number of points of each category as text."""
    return ", ".join(f"{category} {run[f'n_{category}']:,}" for category in CATEGORIES)
