"""Figure 1: the periodic table, coloured by how often an element occurs."""

from collections.abc import Callable, Mapping, Sequence

import duckdb

from chemdb.chemistry.category import CATEGORIES
from chemdb.errors import PlotError, one_of
from chemdb.plot.drawing import ORDERS, about
from chemdb.plot.style import SMALL, TEXT, Caption, Drawing, bare, new_figure, own_style
from chemdb.runtime.progress import Progress, no_progress

#: Columns of `element_frequency` that can be drawn.
COUNTED = ("allowed", "combinations", "known", *CATEGORIES)
#: First and last atomic number of each period.
PERIODS = ((1, 2), (3, 10), (11, 18), (19, 36), (37, 54), (55, 86), (87, 118))
#: Perceptually even and readable in grey; empty cells are white.
COLORMAP = "viridis"
WHITE = (1.0, 1.0, 1.0, 1.0)


def position(atomic_number: int) -> tuple[int, int, str]:
    """Return the row, the column and the block of an element.

    Group 3 is Sc, Y, Lu and Lr (IUPAC provisional report, 2021), so that the f-block is La to Yb
    and Ac to No, which stand below in rows 8 and 9.

    Examples
    --------
    >>> position(8), position(71), position(70)
    ((2, 16, 'p'), (6, 3, 'd'), (8, 16, 'f'))
    """
    period = next(n for n, (first, last) in enumerate(PERIODS, 1) if first <= atomic_number <= last)
    first, last = PERIODS[period - 1]
    if atomic_number == 2:
        return 1, 18, "s"
    after, before = atomic_number - first, last - atomic_number
    if after < 2:
        return period, after + 1, "s"
    if before < 6:
        return period, 18 - before, "p"
    if before < 16:
        return period, 18 - before, "d"
    return period + 2, after + 1, "f"


def frequencies(con: duckdb.DuckDBPyConnection, nelements: int, counted: str) -> dict[str, int]:
    """Return in how many compositions of an order, and of `counted`, each element occurs.

    Raises
    ------
    PlotError
        The file has no such order, or there is nothing of that name to count.
    """
    column = one_of(counted, COUNTED, "category", PlotError)
    rows = con.execute(
        f"select symbol::varchar, {column} from element_frequency where nelements = ?", [nelements]
    ).fetchall()
    if not rows:
        raise PlotError(f"{nelements} elements: not in this file; 'chemdb info' shows which are")
    return dict(rows)


def query_frequencies(
    count: Callable[[str], int], query: str, symbols: Sequence[str], progress: Progress = no_progress
) -> dict[str, int]:
    """Return in how many compositions that meet a query each element occurs.

    Parameters
    ----------
    count : callable
        Number of compositions that meet a query.
    query : str
        In chemdb's query language; empty for everything.
    symbols : sequence of str
    progress : Progress
    """
    counts = {}
    for done, symbol in enumerate(symbols, start=1):
        counts[symbol] = count(f"({query}) elements={symbol}" if query.strip() else f"elements={symbol}")
        progress(done / len(symbols))
    return counts


def draw(
    con: duckdb.DuckDBPyConnection,
    nelements: int = 2,
    counted: str = "allowed",
    f_block: bool = False,
    columns: int = 2,
) -> Drawing:
    """Return the periodic table of the elements in the compositions of an order.

    Parameters
    ----------
    con : DuckDBPyConnection
    nelements : int
    counted : str
        One of `COUNTED`.
    f_block : bool
        Also the f-block, below.
    columns : int
        Of print, 1 or 2.

    Raises
    ------
    PlotError
    """
    counts = frequencies(con, nelements, counted)
    what = f"{counted} {ORDERS[nelements]} compositions"
    if counted == "combinations":
        what = f"{ORDERS[nelements]} compositions"
    drawing = table(con, counts, what, f_block, columns)
    [(total,)] = con.execute(
        f"select {counted} from order_summary where nelements = ?", [nelements]
    ).fetchall()
    return Drawing(
        drawing.figure,
        Caption(
            drawing.caption.text,
            about(con) | {what: f"{total:,}"} | dict(drawing.caption.details),
        ),
    )


def draw_query(
    con: duckdb.DuckDBPyConnection,
    count: Callable[[str], int],
    query: str,
    f_block: bool = False,
    columns: int = 2,
    progress: Progress = no_progress,
) -> Drawing:
    """Return the periodic table of the elements in the compositions that meet a query.

    Parameters
    ----------
    con : DuckDBPyConnection
    count : callable
        Number of compositions that meet a query.
    query : str
    f_block : bool
    columns : int
    progress : Progress

    Raises
    ------
    ChemdbError
        The query is wrong, or nothing meets it.
    """
    total = count(query)
    symbols = [
        s for (s,) in con.execute("select symbol::varchar from element order by atomic_number").fetchall()
    ]
    counts = query_frequencies(count, query, symbols, progress)
    what = f"compositions ({query})" if query.strip() else "compositions"
    drawing = table(con, counts, what, f_block, columns)
    asked = {"query": query.strip() or "everything", "compositions": f"{total:,}"}
    details = about(con) | asked | dict(drawing.caption.details)
    return Drawing(drawing.figure, Caption(drawing.caption.text, details))


def table(
    con: duckdb.DuckDBPyConnection,
    counts: Mapping[str, int],
    what: str,
    f_block: bool = False,
    columns: int = 2,
) -> Drawing:
    """Return the periodic table of any counts by element symbol.

    Raises
    ------
    PlotError
        All counts are zero.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.patches import Rectangle

    elements = con.execute("select symbol::varchar, atomic_number from element order by 2").fetchall()
    places = {symbol: position(z) for symbol, z in elements}
    shown = {symbol: place for symbol, place in places.items() if f_block or place[2] != "f"}
    largest = max((counts.get(symbol, 0) for symbol in shown), default=0)
    if not largest:
        raise PlotError(f"{what}: there are none to draw")
    n_rows = 9.4 if f_block else 7
    with own_style():
        figure = new_figure(columns, (n_rows + 0.15) / 18.15)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0.4, 18.6), ylim=(n_rows + 0.58, 0.42))
        bare(axes)
        norm = Normalize(0, largest)
        colormap = colormaps[COLORMAP]
        text, small = (TEXT + 1, SMALL - 0.5) if columns == 2 else (SMALL, SMALL - 2)
        for symbol, (row, column, block) in shown.items():
            count = counts.get(symbol, 0)
            y = row + 0.4 if block == "f" else row
            color = colormap(norm(count)) if count else WHITE
            ink = "white" if _luminance(color) < 0.4 else "black"
            axes.add_patch(
                Rectangle(
                    (column - 0.47, y - 0.47), 0.94, 0.94, facecolor=color, edgecolor="0.6", linewidth=0.4
                )
            )
            axes.text(column, y - 0.13, symbol, ha="center", va="center", color=ink, fontsize=text)
            axes.text(column, y + 0.27, short(count), ha="center", va="center", color=ink, fontsize=small)
        bar = axes.inset_axes((3.0, 1.55, 8.6, 0.34), transform=axes.transData)
        scale = figure.colorbar(ScalarMappable(norm, colormap), cax=bar, orientation="horizontal")
        scale.ax.xaxis.set_major_formatter(lambda value, _: short(round(value)))
        scale.ax.locator_params(nbins=5)
        scale.set_label(what[0].upper() + what[1:], labelpad=4)
        scale.ax.xaxis.set_label_position("top")
        scale.outline.set_linewidth(0.4)
    blocks = "s-, p-, d- and f-block" if f_block else "s-, p- and d-block"
    top = sorted(shown, key=lambda symbol: -counts.get(symbol, 0))[:5]
    caption = (
        f"Elements of the {blocks}, coloured by the number of {what} in which each occurs; "
        "the number stands under the symbol, and elements that occur in none are white."
    )
    details = {
        "most frequent": ", ".join(f"{symbol} {counts[symbol]:,}" for symbol in top),
        "in none": ", ".join(symbol for symbol in shown if not counts.get(symbol, 0)) or "–",
    }
    return Drawing(figure, Caption(caption, details))


def short(count: int) -> str:
    """Return a count in at most four characters.

    Examples
    --------
    >>> [short(n) for n in (345, 1234, 56789, 999_999, 123_456_789, 2_909_434_982)]
    ['345', '1.2k', '57k', '1.0M', '123M', '2.9G']
    """
    if count < 1000:
        return str(count)
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
