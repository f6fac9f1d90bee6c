"""The periodic table as coloured tiles, with a colour bar."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from chemdb.chemistry.elements import Element
from chemdb.errors import PlotError, one_of
from chemdb.plot.style import DEFAULT_LOOK, Look, in_lines, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize

    from chemdb.plot.captioned_figure import CaptionedFigure

#: Atomic numbers of La and Ac, the first elements of the f block, by period.
F_BLOCK_START = {6: 57, 7: 89}
#: Rows of the table without and with the f block, which stands a little below.
N_ROWS, N_ROWS_F_BLOCK, F_BLOCK_GAP = 7.0, 9.4, 0.4
#: Width of the table, and of the space between H and He for the label of the colour bar, in columns.
N_COLUMNS, LABEL_WIDTH = 18.2, 11.4
#: Side of a tile, in columns.
SIDE = 0.94
#: Scales of the colours. "auto" is logarithmic where few elements have far more than the others.
SCALES = ("auto", "linear", "log")
#: Largest ratio of the largest value and the median on a linear scale, if the data decide.
LINEAR_RATIO = 10.0
WHITE = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True)
class TableOptions:
    """What the user may choose of every periodic table; checked when it is made.

    Parameters
    ----------
    f_block : bool
        Also draw the f block.
    scale : str
        Of the colours, one of `SCALES`.
    look : Look

    Raises
    ------
    PlotError
        Unknown scale.
    """

    f_block: bool = False
    scale: str = "auto"
    look: Look = DEFAULT_LOOK

    def __post_init__(self) -> None:
        one_of(self.scale, SCALES, "scale", PlotError)

    def shown(self, elements: Sequence[Element]) -> list[Element]:
        """Return the elements that are drawn."""
        return [element for element in elements if self.f_block or element.block != "f"]


DEFAULT_OPTIONS = TableOptions()


@dataclass(frozen=True)
class TableValues:
    """What a periodic table shows.

    Parameters
    ----------
    by_symbol : mapping of str to float
        Values of the elements; none are zero.
    label : str
        Of the colour bar.
    text_of : callable
        Returns the text below a symbol.
    apart : collection of str
        Symbols of elements that are outlined and have no colour.
    apart_label : str
        Says what these have in common.
    """

    by_symbol: Mapping[str, float]
    label: str
    text_of: Callable[[float], str]
    apart: Collection[str]
    apart_label: str


def position(element: Element) -> tuple[int, int]:
    """Return the row and the column of an element.

    The f block, La to Yb and Ac to No, is drawn below the table: in rows 8 and 9, columns 3 to 16.
    Group 3 is Sc, Y, Lu and Lr (IUPAC provisional report, 2021).

    Examples
    --------
    >>> from chemdb.chemistry.elements import elements
    >>> [position(elements()[z - 1]) for z in (8, 71, 70)]
    [(2, 16), (6, 3), (8, 16)]
    """
    if element.block == "f":
        return element.period + 2, 3 + element.atomic_number - F_BLOCK_START[element.period]
    return element.period, element.periodic_group


def center(element: Element) -> tuple[float, float]:
    """Return the center of the tile of an element: column and row, with the gap above the f block."""
    row, column = position(element)
    return column, row + F_BLOCK_GAP if element.block == "f" else row


def add_table(figure: "CaptionedFigure", n_rows: float, height: float = 1.0) -> "Axes":
    """Return axes at the bottom of a figure, in columns and rows of the periodic table.

    Parameters
    ----------
    figure : CaptionedFigure
    n_rows : float
        `N_ROWS` or `N_ROWS_F_BLOCK`.
    height : float
        Share of the height of the figure.
    """
    axes = figure.add_axes((0.0, 0.0, 1.0, height))
    axes.set(xlim=(0.4, 18.6), ylim=(n_rows + 0.58, 0.42))
    axes.set_axis_off()
    return axes


def scale_of(values: Collection[float], scale: str = "auto") -> str:
    """Return the scale for positive values, linear or log, if the data may decide.

    Examples
    --------
    >>> scale_of([7, 300, 900]), scale_of([1, 20, 3_000]), scale_of([5, 5, 5], "log")
    ('linear', 'log', 'linear')
    """
    if not values or min(values) == max(values):
        return "linear"
    if scale == "auto":
        return "log" if max(values) > LINEAR_RATIO * median(values) else "linear"
    return scale


def colored_table(
    elements: Sequence[Element], values: TableValues, options: TableOptions
) -> "tuple[CaptionedFigure, str]":
    """Return the periodic table with each element coloured by its value, and the scale: linear or log.

    Parameters
    ----------
    elements : sequence of Element
        Those that are drawn, as `TableOptions.shown` returns them.
    values : TableValues
    options : TableOptions
    """
    from matplotlib import colormaps, rcParams
    from matplotlib.colors import LogNorm, Normalize

    symbols = [element.symbol for element in elements]
    in_scale = [
        values.by_symbol[symbol]
        for symbol in symbols
        if values.by_symbol.get(symbol, 0) > 0 and symbol not in values.apart
    ]
    scale = scale_of(in_scale, options.scale)
    norm: Normalize = (
        LogNorm(min(in_scale), max(in_scale)) if scale == "log" else Normalize(0, max(in_scale, default=1))
    )
    n_rows = N_ROWS_F_BLOCK if any(element.block == "f" for element in elements) else N_ROWS
    with options.look.applied():
        figure = options.look.new_figure(2, (n_rows + 0.15) / 18.15)
        axes = add_table(figure, n_rows)
        colormap = colormaps[rcParams["image.cmap"]]
        is_wide = options.look.columns != 1
        for element in elements:
            value = values.by_symbol.get(element.symbol, 0)
            is_apart = element.symbol in values.apart
            color = colormap(norm(value)) if value > 0 and not is_apart else WHITE
            is_pale = not value and not is_apart
            add_tile(axes, element, values.text_of(value), color, is_apart, is_pale, is_wide)
        if in_scale:
            _add_color_bar(axes, norm, colormap, values, 2 if is_wide else 1)
        if any(symbol in values.apart for symbol in symbols):
            _add_key(axes, values.apart_label, is_wide)
    return figure, scale


def add_tile(
    axes: "Axes",
    element: Element,
    text: str,
    color: tuple[float, ...],
    is_apart: bool = False,
    is_pale: bool = False,
    is_wide: bool = True,
) -> None:
    """Draw one element with a text below; only a table of two columns has room for atomic numbers."""
    from matplotlib.patches import Rectangle

    x, y = center(element)
    axes.add_patch(
        Rectangle(
            (x - SIDE / 2, y - SIDE / 2),
            SIDE,
            SIDE,
            facecolor=color,
            edgecolor="black" if is_apart else "0.75",
            linewidth=1.2 if is_apart else 0.3,
            zorder=2 if is_apart else 1,
        )
    )
    small = points("xtick.labelsize")
    # Smaller than 4 points is illegible in print.
    symbol_size, text_size = points("font.size") + (1.5 if is_wide else -1), small - (0.5 if is_wide else 1.7)
    ink = "0.45" if is_pale else _ink(color)
    centered: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
    weight = "bold" if is_apart else "normal"
    axes.text(
        x, y - (0.03 if is_wide else 0.13), element.symbol, **centered, fontsize=symbol_size, weight=weight
    )
    axes.text(x, y + (0.32 if is_wide else 0.28), text, **centered, fontsize=text_size)
    if is_wide:
        number = str(element.atomic_number)
        axes.text(x - 0.42, y - 0.43, number, ha="left", va="top", color=ink, fontsize=small - 1.5)


def _add_key(axes: "Axes", apart_label: str, is_wide: bool) -> None:
    """Draw the key of the outlined elements, below the colour bar."""
    from matplotlib.patches import Rectangle

    x = 9.45 if is_wide else 8.05
    axes.add_patch(Rectangle((x, 2.82), 0.4, 0.4, facecolor=WHITE, edgecolor="black", linewidth=1.2))
    axes.text(x + 0.55, 3.02, apart_label, va="center", fontsize=points("xtick.labelsize"))


def _add_color_bar(
    axes: "Axes", norm: "Normalize", colormap: "Colormap", values: TableValues, max_lines: int
) -> None:
    """Draw the colour bar in the gap above the d block, with a label of so many lines."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import Locator, LogLocator, MaxNLocator, NullLocator

    bar = axes.inset_axes((3.0, 1.55, 8.6, 0.34), transform=axes.transData)
    figure = axes.get_figure(root=True)
    assert figure is not None
    scale = figure.colorbar(ScalarMappable(norm, colormap), cax=bar, orientation="horizontal")
    smallest, largest = float(norm.vmin or 0), float(norm.vmax or 1)
    if isinstance(norm, LogNorm):
        decades = np.log10(largest / smallest)
        subs = (1.0, 2.0, 5.0) if decades < 2 else (1.0, 3.0) if decades < 3 else (1.0,)
        ticks: Locator = LogLocator(subs=subs, numticks=9)
        scale.ax.xaxis.set_minor_locator(NullLocator())
    else:
        # Counts are whole numbers.
        ticks = MaxNLocator(5, steps=[1, 2, 5, 10], integer=largest > 2)
    scale.set_ticks([tick for tick in ticks.tick_values(smallest, largest) if smallest <= tick <= largest])
    scale.ax.xaxis.set_major_formatter(lambda value, _: plain(value))
    label = values.label[0].upper() + values.label[1:]
    width = LABEL_WIDTH / N_COLUMNS * 72 * figure.get_figwidth()
    scale.set_label(in_lines(figure, label, points("axes.labelsize"), width, max_lines), labelpad=4)
    scale.ax.xaxis.set_label_position("top")
    scale.outline.set_linewidth(0.4)


def plain(value: float) -> str:
    """Return the text of a tick, without digits that say nothing.

    Examples
    --------
    >>> [plain(n) for n in (0, 0.05, 200, 1_000, 150_000_000)]
    ['0', '0.05', '200', '1k', '150M']
    """
    for factor, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.4g}{unit}"
    return f"{value:.4g}"


def _ink(color: tuple[float, ...]) -> str:
    """Return black or white, which has the higher contrast with a colour (WCAG 2)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.179 else "black"
