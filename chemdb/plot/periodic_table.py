"""The periodic table, coloured by how many compositions have an element (Figure 1), or what replaces one."""

from collections.abc import Callable, Collection, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.elements import Element
from chemdb.database.metadata import elements_of
from chemdb.errors import PlotError, one_of
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing, file_details
from chemdb.plot.style import DEFAULT_LOOK, Look, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure

    from chemdb.query.result import Result

#: Columns of `element_frequency`.
COUNTED = ("allowed", "combinations", "known", *CATEGORIES)
#: Smallest substitution weight that is shown.
SMALLEST = 0.005
#: Atomic numbers of La and Ac, the first elements of the f block, by period.
F_BLOCK_START = {6: 57, 7: 89}
#: Scales of the colours. "auto" is logarithmic where few elements have far more than the others.
SCALES = ("auto", "linear", "log")
#: Largest ratio of the largest value and the median on a linear scale, if the data decide.
LINEAR_RATIO = 10.0
WHITE = (1.0, 1.0, 1.0, 1.0)


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


def frequencies(con: duckdb.DuckDBPyConnection, nelements: int, counted: str) -> dict[str, int]:
    """Return the number of compositions with each element, by symbol.

    Parameters
    ----------
    con : DuckDBPyConnection
    nelements : int
    counted : str
        One of `COUNTED`.

    Raises
    ------
    PlotError
        The file has no compositions of `nelements` elements, or unknown `counted`.
    """
    column = one_of(counted, COUNTED, "category", PlotError)
    rows = con.execute(
        f"select symbol::varchar, {column} from element_frequency where nelements = ?", [nelements]
    ).fetchall()
    if not rows:
        raise PlotError(f"{nelements} elements: not in this file; 'chemdb info' shows what is")
    return dict(rows)


def draw(
    con: duckdb.DuckDBPyConnection,
    nelements: int = 2,
    counted: str = "allowed",
    f_block: bool = False,
    scale: str = "auto",
    look: Look = DEFAULT_LOOK,
) -> Drawing:
    """Return Figure 1 for the compositions of one number of elements.

    Parameters
    ----------
    con : DuckDBPyConnection
    nelements : int
    counted : str
        One of `COUNTED`.
    f_block : bool
        Also draw the f block.
    scale : str
        One of `SCALES`.
    look : Look

    Raises
    ------
    PlotError
        As `frequencies`, unknown scale, or no element occurs.
    """
    one_of(scale, SCALES, "scale", PlotError)
    counts = frequencies(con, nelements, counted)
    what = f"{counted} {SIZE_NAMES[nelements]} compositions"
    if counted == "combinations":
        what = f"{SIZE_NAMES[nelements]} compositions"
    [(total,)] = con.execute(
        f"select {counted} from order_summary where nelements = ?", [nelements]
    ).fetchall()
    return table(con, counts, what, total, {what: f"{total:,}"}, f_block, scale, look)


def draw_query(
    con: duckdb.DuckDBPyConnection,
    result: "Result",
    query: str,
    f_block: bool = False,
    scale: str = "auto",
    look: Look = DEFAULT_LOOK,
) -> Drawing:
    """Return Figure 1 for the compositions that match a query.

    Parameters
    ----------
    con : DuckDBPyConnection
    result : Result
        Of the query.
    query : str
        Its text.
    f_block : bool
    scale : str
        One of `SCALES`.
    look : Look

    Raises
    ------
    PlotError
        Unknown scale, or no composition matches the query.
    """
    one_of(scale, SCALES, "scale", PlotError)
    what = f"compositions ({query.strip()})" if query.strip() else "compositions"
    total = result.count()
    about = {"query": query.strip() or "all compositions", "compositions": f"{total:,}"}
    return table(con, result.element_frequency(), what, total, about, f_block, scale, look)


def table(
    con: duckdb.DuckDBPyConnection,
    counts: Mapping[str, int],
    what: str,
    total: int,
    details: dict[str, str],
    f_block: bool = False,
    scale: str = "auto",
    look: Look = DEFAULT_LOOK,
) -> Drawing:
    """Return the periodic table coloured by counts of any kind.

    Parameters
    ----------
    con : DuckDBPyConnection
    counts : mapping of str to int
        By element symbol.
    what : str
        What is counted, for the colour bar and the caption.
    total : int
        How many there are: elements in all of them are outlined and left out of the scale.
    details : dict of str to str
        Further details of the caption.
    f_block : bool
        Also draw the f block.
    scale : str
        One of `SCALES`.
    look : Look

    Raises
    ------
    PlotError
        All counts are zero.
    """
    shown = [element for element in elements_of(con) if f_block or element.block != "f"]
    symbols = [element.symbol for element in shown]
    if not any(counts.get(symbol, 0) for symbol in symbols):
        raise PlotError(f"{what}: there are none to draw")
    in_all = [symbol for symbol in symbols if counts.get(symbol, 0) == total]
    figure, drawn_scale = _coloured(shown, counts, in_all, what, "in all of them", short, scale, look)
    blocks = "s-, p-, d- and f-block" if f_block else "s-, p- and d-block"
    rest = [symbol for symbol in symbols if counts.get(symbol, 0) and symbol not in in_all]
    most_frequent = sorted(rest, key=lambda symbol: -counts[symbol])[:5]
    caption = (
        f"Elements of the {blocks}, coloured by the number of {what} that contain each; the "
        "number is below the symbol, and elements in none of them are white."
    )
    if in_all:
        are = "is" if len(in_all) == 1 else "are"
        caption += f" {_listed(in_all)} {are} in all of them, outlined and not in the scale."
    if drawn_scale == "log":
        caption += " The scale is logarithmic."
    added = {
        "most frequent": ", ".join(f"{symbol} {counts[symbol]:,}" for symbol in most_frequent) or "–",
        "in none": ", ".join(symbol for symbol in symbols if not counts.get(symbol, 0)) or "–",
    }
    return Drawing(
        figure, Caption(caption, file_details(con) | details | added | look.details(colored=False)), look
    )


def draw_replacements(
    con: duckdb.DuckDBPyConnection,
    symbol: str,
    f_block: bool = False,
    scale: str = "auto",
    look: Look = DEFAULT_LOOK,
) -> Drawing:
    """Return the periodic table coloured by what may replace an element in known compounds.

    Parameters
    ----------
    con : DuckDBPyConnection
    symbol : str
        The element, which is outlined.
    f_block : bool
        Also draw the f block.
    scale : str
        One of `SCALES`.
    look : Look

    Raises
    ------
    PlotError
        No such element or scale, or the known compositions say nothing about the element.
    """
    one_of(scale, SCALES, "scale", PlotError)
    elements = elements_of(con)
    one_of(symbol, (element.symbol for element in elements), "element", PlotError)
    weights: dict[str, float] = dict(
        con.execute(
            "select replaced_by::varchar, weight from substitution where element = ? and weight >= ?",
            [symbol, SMALLEST],
        ).fetchall()
    )
    shown = [element for element in elements if f_block or element.block != "f"]
    if not any(element.symbol in weights for element in shown):
        raise PlotError(f"{symbol}: the known compositions say nothing about what may replace it")
    figure, drawn_scale = _coloured(
        shown,
        weights,
        [symbol],
        f"weight of {symbol} replaced by the element",
        f"{symbol} itself",
        lambda weight: f"{weight:.3f}" if weight else "",
        scale,
        look,
    )
    caption = (
        f"Elements that may replace {symbol} (outlined) in known compounds: the weight, below the symbol, is "
        f"how strongly a known compound of {symbol} suggests the same compound of the element, learned from "
        f"the known compositions. Elements with a weight below {SMALLEST} are white."
    )
    if drawn_scale == "log":
        caption += " The scale is logarithmic."
    largest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:5]
    details = {"largest": ", ".join(f"{name} {weight:.3f}" for name, weight in largest)}
    return Drawing(figure, Caption(caption, file_details(con) | details | look.details(colored=False)), look)


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


def _coloured(
    shown: Sequence[Element],
    values: Mapping[str, float],
    apart: Collection[str],
    label: str,
    apart_label: str,
    text_of: Callable[[float], str],
    scale: str,
    look: Look,
) -> "tuple[Figure, str]":
    """Return the periodic table with each element coloured by its value, and the scale: linear or log.

    Elements set `apart` are outlined, and have no colour.
    """
    from matplotlib import colormaps, rcParams
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.patches import Rectangle

    in_scale = [
        values[element.symbol]
        for element in shown
        if values.get(element.symbol, 0) > 0 and element.symbol not in apart
    ]
    scale = scale_of(in_scale, scale)
    norm: Normalize = (
        LogNorm(min(in_scale), max(in_scale)) if scale == "log" else Normalize(0, max(in_scale, default=1))
    )
    n_rows = 9.4 if any(element.block == "f" for element in shown) else 7
    with look.applied():
        figure = look.new_figure(2, (n_rows + 0.15) / 18.15)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0.4, 18.6), ylim=(n_rows + 0.58, 0.42))
        axes.set_axis_off()
        colormap = colormaps[rcParams["image.cmap"]]
        wide = (look.columns or 2) == 2
        # Smaller than 4 points is illegible in print: one column has no room for atomic numbers.
        symbol_size = points("font.size") + (1.5 if wide else -1)
        value_size, number_size = (
            points("xtick.labelsize") - (0.5 if wide else 1.7),
            points("xtick.labelsize") - 1.5,
        )
        for element in shown:
            row, column = position(element)
            value = values.get(element.symbol, 0)
            y = row + 0.4 if element.block == "f" else row
            is_apart = element.symbol in apart
            color = colormap(norm(value)) if value > 0 and not is_apart else WHITE
            ink = "0.45" if not value and not is_apart else _ink(color)
            axes.add_patch(
                Rectangle(
                    (column - 0.47, y - 0.47),
                    0.94,
                    0.94,
                    facecolor=color,
                    edgecolor="black" if is_apart else "0.75",
                    linewidth=1.2 if is_apart else 0.3,
                    zorder=2 if is_apart else 1,
                )
            )
            center: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
            axes.text(
                column,
                y - (0.03 if wide else 0.13),
                element.symbol,
                **center,
                fontsize=symbol_size,
                weight="bold" if is_apart else "normal",
            )
            axes.text(column, y + (0.32 if wide else 0.28), text_of(value), **center, fontsize=value_size)
            if wide:
                axes.text(
                    column - 0.42,
                    y - 0.43,
                    str(element.atomic_number),
                    ha="left",
                    va="top",
                    color=ink,
                    fontsize=number_size,
                )
        if in_scale:
            _bar(axes, norm, colormap, label, text_of)
        if any(element.symbol in apart for element in shown):
            axes.add_patch(
                Rectangle((9.45, 2.82), 0.4, 0.4, facecolor=WHITE, edgecolor="black", linewidth=1.2)
            )
            axes.text(10.0, 3.02, apart_label, va="center", fontsize=points("xtick.labelsize"))
    return figure, scale


def _bar(
    axes: "Axes", norm: "Normalize", colormap: "Colormap", label: str, text_of: Callable[[float], str]
) -> None:
    """Draw the colour bar in the gap above the d block."""
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
    scale.set_label(label[0].upper() + label[1:], labelpad=4)
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


def short(count: float) -> str:
    """Return a count in at most four characters.

    Examples
    --------
    >>> [short(n) for n in (345, 1234, 56789, 999_999, 123_456_789, 2_909_434_982)]
    ['345', '1.2k', '57k', '1.0M', '123M', '2.9G']
    """
    if count < 1000:
        return str(round(count))
    value = float(count)
    for unit in ("k", "M", "G"):
        value /= 1000
        if value < 9.95:
            return f"{value:.1f}{unit}"
        if value < 999.5:
            return f"{value:.0f}{unit}"
    return f"{value / 1000:.1f}T"


def _ink(color: tuple[float, ...]) -> str:
    """Return black or white, which has the higher contrast with a colour (WCAG 2)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.179 else "black"


def _listed(symbols: Sequence[str]) -> str:
    """Return symbols as an enumeration: Li, Na and K."""
    return " and ".join(filter(None, (", ".join(symbols[:-1]), symbols[-1])))
