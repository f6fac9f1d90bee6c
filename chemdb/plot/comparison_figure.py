"""What differs between two files, sets or known sources: by number of elements, and by element."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from chemdb.database.metadata import elements_of
from chemdb.errors import PlotError
from chemdb.plot.database_figures import DatabaseFigures, Target, drawn
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing
from chemdb.plot.style import DEFAULT_LOOK, Look, StyleFile, points
from chemdb.plot.tiles import N_ROWS_F_BLOCK, WHITE, add_table, add_tile
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from chemdb.compare.comparison import Comparison
    from chemdb.plot.captioned_figure import CaptionedFigure

#: Colours of what only A has, both have, only B has: blue, grey and vermillion of Okabe and Ito (2008).
ONLY_A, BOTH, ONLY_B = "#0072B2", "#D9D9D9", "#D55E00"
#: Diverging, equally light at both ends; blue where A has more.
COLORMAP = "RdBu_r"


def plot_compare(
    figures: DatabaseFigures,
    first: Any,
    second: str | None = None,
    *,
    style: StyleFile = None,
    output: Target = None,
    steps: Steps = no_steps,
) -> "CaptionedFigure":
    """Return what differs between two files, sets or sources, by number of elements and by element.

    Parameters
    ----------
    first, second
        As in `Database.compare`.
    output : path-like, optional

    Raises
    ------
    ChemdbError
        As `Database.compare`, or nothing differs.
    """
    look = Look(style=style)
    comparison = figures.database.compare(first, second, steps=steps)
    return drawn(figures, output, lambda con: draw(con, comparison, look))


def draw(con: duckdb.DuckDBPyConnection, comparison: "Comparison", look: Look = DEFAULT_LOOK) -> Drawing:
    """Return the counts of a comparison by number of elements, and the change of each element.

    The upper part shows which allowed and known compositions A and B share; the lower part colours the
    periodic table by the relative change of the allowed compositions, or of the known ones where the allowed
    are the same.

    Parameters
    ----------
    con : DuckDBPyConnection
        Connection to the file that says what the elements are.
    comparison : Comparison
    look : Look

    Raises
    ------
    PlotError
        Nothing differs.
    """
    if not comparison.n_changed:
        raise PlotError(f"{comparison.a.name} and {comparison.b.name}: no composition differs")
    by_element = comparison.by_element().to_pylist()
    counted = next(
        name for name in ("allowed", "known") if any(row["category"] == name for row in by_element)
    )
    change = {
        row["element"]: (row["in_b"] - row["in_a"]) / max(row["in_a"] + row["in_b"], 1)
        for row in by_element
        if row["category"] == counted
    }
    with look.applied():
        figure = look.new_figure(2, 0.86)
        _bars(figure.add_axes((0.33, 0.75, 0.52, 0.19)), comparison.arrow())
        _legend(figure, comparison)
        _elements(figure, con, change, counted)
    text = (
        f"Compositions that only A ({comparison.a.name}), both, and only B ({comparison.b.name}) have, as "
        f"shares of those that either has; and elements coloured by the change of their {counted} "
        "compositions, (B − A) / (B + A): blue where A has more, red where B has more, white with a dash "
        "where none differ."
    )
    largest = sorted(change, key=lambda symbol: -abs(change[symbol]))[:5]
    details = {
        "A": f"{comparison.a.name} ({comparison.a.about})",
        "B": f"{comparison.b.name} ({comparison.b.about})",
        "compositions that differ in their category": f"{comparison.n_changed:,}",
        "largest changes": ", ".join(f"{symbol} {signed(change[symbol])}" for symbol in largest),
    }
    return Drawing(figure, Caption(text, details | look.details(colored=False)), look)


def _bars(axes: "Axes", table: "pa.Table") -> None:
    """Draw a bar for the allowed and the known compositions of each number of elements that differ."""
    rows = [
        row
        for row in table.to_pylist()
        if row["category"] in ("allowed", "known") and row["only_in_a"] + row["only_in_b"]
    ]
    for place, row in enumerate(rows):
        parts = row["only_in_a"], row["in_both"], row["only_in_b"]
        left, middle = 0.0, 0.5
        for n, color in zip(parts, (ONLY_A, BOTH, ONLY_B), strict=True):
            share = n / sum(parts)
            if color == BOTH:
                middle = left + share / 2
            axes.barh(place, share, left=left, color=color, height=0.7, linewidth=0)
            left += share
        labels = (-0.01, parts[0], "right"), (middle, parts[1], "center"), (1.01, parts[2], "left")
        for x, n, side in labels:
            # White behind the numbers that are wider than their part of the bar.
            behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75}
            box = behind if side == "center" else None
            axes.text(
                x, place, f"{n:,}", ha=side, va="center", fontsize=points("xtick.labelsize") - 1, bbox=box
            )
        name = f"{SIZE_NAMES[row['nelements']]}, {row['category']}"
        axes.text(-0.24, place, name, ha="right", va="center", fontsize=points("xtick.labelsize"))
    axes.set(xlim=(0, 1), ylim=(max(len(rows), 3) - 0.5, -0.5))
    axes.set_axis_off()


def _legend(figure: "Figure", comparison: "Comparison") -> None:
    from matplotlib.patches import Patch

    names = (f"only A: {comparison.a.name}", "both", f"only B: {comparison.b.name}")
    handles = [Patch(color=color) for color in (ONLY_A, BOTH, ONLY_B)]
    figure.legend(handles, names, loc="upper center", ncols=3, handlelength=1.0)


def _elements(
    figure: "CaptionedFigure", con: duckdb.DuckDBPyConnection, change: Mapping[str, float], counted: str
) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    axes = add_table(figure, N_ROWS_F_BLOCK, height=0.7)
    largest = max(map(abs, change.values()))
    norm = Normalize(-largest, largest)
    colormap = colormaps[COLORMAP]
    for element in elements_of(con):
        value = change.get(element.symbol)
        color = WHITE if value is None else colormap(norm(value))
        add_tile(axes, element, "–" if value is None else signed(value), color, is_pale=value is None)
    bar = figure.colorbar(
        ScalarMappable(norm, colormap),
        cax=axes.inset_axes((3.2, 1.7, 8.2, 0.28), transform=axes.transData),
        orientation="horizontal",
    )
    bar.set_ticks([-largest, 0, largest], labels=[signed(-largest), "0", signed(largest)])
    bar.set_label(f"Change of {counted} compositions, (B − A) / (B + A)", labelpad=4)
    bar.ax.xaxis.set_label_position("top")
    bar.outline.set_linewidth(0.4)


def signed(change: float) -> str:
    """Return a change with its sign, the minus as wide as the plus.

    Examples
    --------
    >>> signed(-0.214), signed(0.5), signed(-0.001)
    ('−0.21', '+0.50', '0.00')
    """
    text = f"{change:+.2f}"
    return "0.00" if text[1:] == "0.00" else text.replace("-", "−")
