"""One map; and axis labels, points and captions for every figure of maps."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.maps.reduction import TITLES, Value
from chemdb.maps.stored import PER_CATEGORY, Map, MapSpec, map_spec, read_map
from chemdb.plot.database_figures import DatabaseFigures, Target, add_maps, drawn
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing, file_details
from chemdb.plot.style import (
    DEFAULT_LOOK,
    DEFAULT_PALETTE,
    EMBEDDING_NAMES,
    Look,
    StyleFile,
    add_legend,
    mark_style,
    points,
)
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    from chemdb.plot.captioned_figure import CaptionedFigure

#: Axis labels of each method.
AXES = {"pca": "PC{}", "tsne": "t-SNE {}", "umap": "UMAP {}"}
#: Share of a panel that marks would cover if none overlapped, and the limits of their area in square points.
COVERED = 0.6
AREA_LIMITS = (0.3, 12.0)
#: Number of points from which marks are transparent, and their opacity.
MANY = 2000
OPACITY = 0.75
#: Points are drawn in so many rounds of all groups, so that no group hides another.
ROUNDS = 12
OVERLAP = (
    "Points are drawn in random order, and those of a rare {group} on top, so that no {group} hides another; "
    "marks of a {group} with less than 4% of the points are larger."
)
#: A group is rare if it has less than this share of the points of the largest one.
RARE = 0.1
#: Share of the points below which marks of a group are larger, at most so many times.
FEW, LARGEST = 0.04, 2.5


def plot_map(
    figures: DatabaseFigures,
    embedding: str = "magpie",
    method: str = "umap",
    nelements: int = 2,
    *,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    components: int = 2,
    standardize: bool = False,
    settings: Mapping[str, Value] | None = None,
    palette: str = DEFAULT_PALETTE,
    columns: int | None = None,
    style: StyleFile = None,
    output: Target = None,
    steps: Steps = no_steps,
) -> "CaptionedFigure":
    """Return one map, coloured by category; see `Database.map` for the parameters of maps.

    Raises
    ------
    ChemdbError
        Unknown embedding, method, parameter or palette.
    """
    look = Look(palette, columns, style)
    spec = map_spec(embedding, method, nelements, per_category, seed, components, standardize, settings)
    add_maps(figures, [spec], output, steps)
    return drawn(figures, output, lambda con: draw(con, spec, look))


def draw(con: duckdb.DuckDBPyConnection, spec: MapSpec, look: Look = DEFAULT_LOOK) -> Drawing:
    """Return a map of the file, coloured by category.

    Raises
    ------
    ChemdbError
        The map is not in the file.
    """
    map_ = read_map(con, spec)
    with look.applied():
        if map_.run["n_components"] == 3:
            figure = look.new_figure(1, 1.0)
            axes: Any = figure.add_axes((0.0, 0.07, 0.89, 0.96), projection="3d")
            _ticks_3d(axes, map_)
        else:
            figure = look.new_figure(1, 1.0)
            axes = figure.add_axes((0.15, 0.17, 0.82, 0.80))
            axes.set(xlabel=axis_label(map_, 0), ylabel=axis_label(map_, 1))
        scatter(axes, map_.coordinates, map_.categories, CATEGORIES, look.colors)
        present = [category for category in CATEGORIES if map_.run[f"n_{category}"]]
        add_legend(
            figure,
            look.colors,
            present,
            all_filled=True,
            all_circles=map_.run["n_components"] == 3,
            loc="lower center",
            ncols=len(present),
        )
    embedding = EMBEDDING_NAMES.get(spec.embedding, spec.embedding)
    text = (
        f"{TITLES[map_.run['method']]} map of {SIZE_NAMES[spec.nelements]} compositions by category; each is "
        f"the stoichiometry-weighted mean of the {embedding} vectors of its elements. "
    )
    if map_.run["n_components"] == 3:
        text += "Distant points are paler."
    else:
        text += OVERLAP.format(group="category")
    details = file_details(con) | map_details(map_) | look.details()
    return Drawing(figure, Caption(text, details), look)


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
    names: Sequence[str],
    colors: Mapping[str, str],
) -> None:
    """Draw points in random order, rasterized in vector formats; fewer points have larger marks.

    Parameters
    ----------
    axes : Axes
        Already at its place in the figure.
    coordinates : array of float32, shape (n, 2) or (n, 3)
    groups : array of str, shape (n,)
        The group of each point.
    names : sequence of str
        All groups.
    colors : mapping
        Colours by group.
    """
    n = len(coordinates)
    area = mark_area(axes, n)
    order = np.random.default_rng(0).permutation(n)
    if coordinates.shape[1] == 3:
        # Only points of one collection, which have one shape, are drawn from back to front.
        axes.scatter(
            *coordinates[order].T,
            s=area,
            c=[colors[group] for group in groups[order]],
            linewidths=0,
            rasterized=True,
            depthshade=True,
            depthshade_minalpha=0.15,
        )
        return
    sizes = {group: int((groups == group).sum()) for group in names}
    rare = np.isin(groups[order], [group for group in names if sizes[group] < RARE * max(sizes.values())])
    rounds = [*np.array_split(order[~rare], ROUNDS), order[rare]]
    for level, chosen in enumerate(rounds, start=1):
        is_rare = level == len(rounds)
        for group in names:
            of_group = coordinates[chosen[groups[chosen] == group]]
            if len(of_group):
                axes.scatter(
                    *of_group.T,
                    s=area * float(np.clip(FEW * n / sizes[group], 1, LARGEST)),
                    alpha=OPACITY if n > MANY and not is_rare else None,
                    rasterized=True,
                    zorder=level,
                    **mark_style(group, colors[group], all_filled=True),
                )


def mark_area(axes: Any, n: int) -> float:
    """Return the area in square points of each of n marks in a panel."""
    figure = axes.get_figure(root=True)
    box = axes.get_position()
    panel = 72 * 72 * figure.get_figwidth() * box.width * figure.get_figheight() * box.height
    return float(np.clip(COVERED * panel / max(n, 1), *AREA_LIMITS))


def _ticks_3d(axes: Any, map_: Map) -> None:
    """Label the axes of three dimensions, with few ticks: those of two axes meet in a corner."""
    from matplotlib.ticker import MaxNLocator

    for axis, name in enumerate("xyz"):
        getattr(axes, f"set_{name}label")(axis_label(map_, axis), labelpad=-4 if name == "z" else -7)
        getattr(axes, f"{name}axis").set_major_locator(MaxNLocator(4, prune="both"))
        axes.tick_params(axis=name, pad=-1 if name == "z" else -4, labelsize=points("xtick.labelsize"))


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
