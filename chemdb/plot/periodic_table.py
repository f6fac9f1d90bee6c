"""The periodic table, coloured by how many compositions have an element (Figure 1), or what replaces one."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.elements import Element
from chemdb.database.metadata import elements_of
from chemdb.errors import PlotError, one_of
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing, file_details
from chemdb.plot.style import SMALL, TEXT, chemdb_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chemdb.query.result import Result

#: Columns of `element_frequency`.
COUNTED = ("allowed", "combinations", "known", *CATEGORIES)
#: Smallest substitution weight that is shown.
SMALLEST = 0.005
#: Atomic numbers of La and Ac, the first elements of the f block, by period.
F_BLOCK_START = {6: 57, 7: 89}
#: Perceptually uniform and readable in grey print; elements in no composition are white.
COLORMAP = "viridis"
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
    columns: int = 2,
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
    columns : int
        Print width, 1 or 2 columns.

    Raises
    ------
    PlotError
        As `frequencies`, or no element occurs.
    """
    counts = frequencies(con, nelements, counted)
    what = f"{counted} {SIZE_NAMES[nelements]} compositions"
    if counted == "combinations":
        what = f"{SIZE_NAMES[nelements]} compositions"
    drawing = table(con, counts, what, f_block, columns)
    [(total,)] = con.execute(
        f"select {counted} from order_summary where nelements = ?", [nelements]
    ).fetchall()
    return Drawing(
        drawing.figure,
        Caption(
            drawing.caption.text,
            file_details(con) | {what: f"{total:,}"} | dict(drawing.caption.details),
        ),
    )


def draw_query(
    con: duckdb.DuckDBPyConnection, result: "Result", query: str, f_block: bool = False, columns: int = 2
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
    columns : int

    Raises
    ------
    PlotError
        No composition matches it.
    """
    what = f"compositions ({query})" if query.strip() else "compositions"
    drawing = table(con, result.element_frequency(), what, f_block, columns)
    about = {"query": query.strip() or "all compositions", "compositions": f"{result.count():,}"}
    details = file_details(con) | about | dict(drawing.caption.details)
    return Drawing(drawing.figure, Caption(drawing.caption.text, details))


def table(
    con: duckdb.DuckDBPyConnection,
    counts: Mapping[str, int],
    what: str,
    f_block: bool = False,
    columns: int = 2,
) -> Drawing:
    """Return the periodic table coloured by counts of any kind.

    Parameters
    ----------
    con : DuckDBPyConnection
    counts : mapping of str to int
        By element symbol.
    what : str
        What is counted, for the colour bar and the caption.
    f_block : bool
        Also draw the f block.
    columns : int
        Print width, 1 or 2 columns.

    Raises
    ------
    PlotError
        All counts are zero.
    """
    shown = [element for element in elements_of(con) if f_block or element.block != "f"]
    if not any(counts.get(element.symbol, 0) for element in shown):
        raise PlotError(f"{what}: there are none to draw")
    figure = _coloured(shown, counts, what, short, columns)
    blocks = "s-, p-, d- and f-block" if f_block else "s-, p- and d-block"
    symbols = [element.symbol for element in shown]
    most_frequent = sorted(filter(counts.get, symbols), key=lambda symbol: -counts[symbol])[:5]
    caption = (
        f"Elements of the {blocks}, coloured by the number of {what} that contain each; the "
        "number is below the symbol, and elements in none of them are white."
    )
    details = {
        "most frequent": ", ".join(f"{symbol} {counts[symbol]:,}" for symbol in most_frequent),
        "in none": ", ".join(symbol for symbol in symbols if not counts.get(symbol, 0)) or "–",
    }
    return Drawing(figure, Caption(caption, details))


def draw_replacements(
    con: duckdb.DuckDBPyConnection, symbol: str, f_block: bool = False, columns: int = 2
) -> Drawing:
    """Return the periodic table coloured by what may replace an element in known compounds.

    Parameters
    ----------
    con : DuckDBPyConnection
    symbol : str
        The element.
    f_block : bool
        Also draw the f block.
    columns : int
        Print width, 1 or 2 columns.

    Raises
    ------
    PlotError
        No such element, or the known compositions say nothing about it.
    """
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
    label = f"weight of {symbol} replaced by the element"
    figure = _coloured(shown, weights, label, lambda weight: f"{weight:.2f}" if weight else "", columns)
    caption = (
        f"Elements that may replace {symbol} in known compounds: the weight, below the symbol, is how much a "
        f"known compound of {symbol} speaks for the same compound of the element, learned from the known "
        f"compositions. Elements with a weight below {SMALLEST} are white."
    )
    largest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:5]
    details = file_details(con) | {"largest": ", ".join(f"{name} {weight:.3f}" for name, weight in largest)}
    return Drawing(figure, Caption(caption, details))


def _coloured(
    shown: Sequence[Element],
    values: Mapping[str, float],
    label: str,
    text_of: Callable[[float], str],
    columns: int,
) -> "Figure":
    """Return the periodic table with each element coloured by its value, and the value as text."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.patches import Rectangle

    largest = max(values.get(element.symbol, 0) for element in shown)
    n_rows = 9.4 if any(element.block == "f" for element in shown) else 7
    with chemdb_style():
        figure = new_figure(columns, (n_rows + 0.15) / 18.15)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0.4, 18.6), ylim=(n_rows + 0.58, 0.42))
        axes.set_axis_off()
        norm = Normalize(0, largest)
        colormap = colormaps[COLORMAP]
        text, small = (TEXT + 1, SMALL - 0.5) if columns == 2 else (SMALL, SMALL - 2)
        for element in shown:
            row, column = position(element)
            value = values.get(element.symbol, 0)
            y = row + 0.4 if element.block == "f" else row
            color = colormap(norm(value)) if value > 0 else WHITE
            ink = "white" if _luminance(color) < 0.4 else "black"
            axes.add_patch(
                Rectangle(
                    (column - 0.47, y - 0.47), 0.94, 0.94, facecolor=color, edgecolor="0.6", linewidth=0.4
                )
            )
            axes.text(column, y - 0.13, element.symbol, ha="center", va="center", color=ink, fontsize=text)
            axes.text(column, y + 0.27, text_of(value), ha="center", va="center", color=ink, fontsize=small)
        bar = axes.inset_axes((3.0, 1.55, 8.6, 0.34), transform=axes.transData)
        scale = figure.colorbar(ScalarMappable(norm, colormap), cax=bar, orientation="horizontal")
        scale.ax.xaxis.set_major_formatter(lambda value, _: text_of(value))
        scale.ax.locator_params(nbins=5)
        scale.set_label(label[0].upper() + label[1:], labelpad=4)
        scale.ax.xaxis.set_label_position("top")
        scale.outline.set_linewidth(0.4)
    return figure


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


def _luminance(color: tuple[float, ...]) -> float:
    return 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
