"""The periodic table, coloured by how many compositions have an element (Figure 1), or what replaces one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb

from chemdb.chemistry.category import CATEGORIES
from chemdb.database.metadata import elements_of
from chemdb.errors import PlotError, one_of
from chemdb.plot.database_figures import DatabaseFigures, Target, drawn
from chemdb.plot.drawing import SIZE_NAMES, Caption, Drawing, file_details
from chemdb.plot.style import Look, StyleFile
from chemdb.plot.tiles import DEFAULT_OPTIONS, TableOptions, TableValues, colored_table

if TYPE_CHECKING:
    from chemdb.plot.captioned_figure import CaptionedFigure
    from chemdb.query.result import Result

#: Columns of `element_frequency`.
COUNTED = ("allowed", "combinations", "known", *CATEGORIES)
#: Smallest substitution weight that is shown.
SMALLEST = 0.005


def plot_periodic_table(
    figures: DatabaseFigures,
    nelements: int | None = None,
    category: str | None = None,
    *,
    query: str | None = None,
    replace: str | None = None,
    f_block: bool = False,
    scale: str = "auto",
    columns: int | None = None,
    style: StyleFile = None,
    output: Target = None,
) -> "CaptionedFigure":
    """Return the elements, coloured by the number of compositions that contain them (Figure 1).

    Parameters
    ----------
    nelements : int, optional
        Number of elements of the compositions; 2 by default.
    category : str, optional
        What to count: allowed (the default), known, combinations or one of the four categories.
    query : str, optional
        Count the compositions that match a query instead.
    replace : str, optional
        Show what may replace this element in known compounds instead.
    f_block : bool
        Include lanthanoids and actinoids.
    scale : str
        Of the colours: auto, linear or log.
    columns : int, optional
        Print width, 1 or 2 columns; 2 by default.
    style : path-like, optional
        A style file of matplotlib.
    output : path-like, optional

    Raises
    ------
    ChemdbError
        There is nothing to draw, or more than one of query, replace and counts is given.
    """
    options = TableOptions(f_block, scale, Look(columns=columns, style=style))
    if sum((query is not None, replace is not None, nelements is not None or category is not None)) > 1:
        raise PlotError("periodic_table: give nelements and category, or query, or replace")
    if replace is not None:
        return drawn(figures, output, lambda con: draw_replacements(con, replace, options))
    if query is not None:
        result = figures.database.query(query)
        return drawn(figures, output, lambda con: draw_query(con, result, query, options))
    size = 2 if nelements is None else nelements
    return drawn(figures, output, lambda con: draw(con, size, category or "allowed", options))


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
    options: TableOptions = DEFAULT_OPTIONS,
) -> Drawing:
    """Return Figure 1 for the compositions of one number of elements.

    Parameters
    ----------
    con : DuckDBPyConnection
    nelements : int
    counted : str
        One of `COUNTED`.
    options : TableOptions

    Raises
    ------
    PlotError
        As `frequencies`, or no element occurs.
    """
    counts = frequencies(con, nelements, counted)
    what = f"{counted} {SIZE_NAMES[nelements]} compositions"
    if counted == "combinations":
        what = f"{SIZE_NAMES[nelements]} compositions"
    [(total,)] = con.execute(
        f"select {counted} from order_summary where nelements = ?", [nelements]
    ).fetchall()
    return table(con, counts, what, total, {what: f"{total:,}"}, options)


def draw_query(
    con: duckdb.DuckDBPyConnection,
    result: "Result",
    query: str,
    options: TableOptions = DEFAULT_OPTIONS,
) -> Drawing:
    """Return Figure 1 for the compositions that match a query.

    Parameters
    ----------
    con : DuckDBPyConnection
    result : Result
        Of the query.
    query : str
        Its text.
    options : TableOptions

    Raises
    ------
    PlotError
        No composition matches the query.
    """
    what = f"compositions ({query.strip()})" if query.strip() else "compositions"
    total = result.count()
    about = {"query": query.strip() or "all compositions", "compositions": f"{total:,}"}
    return table(con, result.element_frequency(), what, total, about, options)


def table(
    con: duckdb.DuckDBPyConnection,
    counts: Mapping[str, int],
    what: str,
    total: int,
    details: dict[str, str],
    options: TableOptions = DEFAULT_OPTIONS,
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
    options : TableOptions

    Raises
    ------
    PlotError
        All counts are zero.
    """
    shown = options.shown(elements_of(con))
    symbols = [element.symbol for element in shown]
    if not any(counts.get(symbol, 0) for symbol in symbols):
        raise PlotError(f"{what}: there are none to draw")
    in_all = [symbol for symbol in symbols if counts.get(symbol, 0) == total]
    values = TableValues(counts, what, short, in_all, "in all of them")
    figure, scale = colored_table(shown, values, options)
    blocks = "s-, p-, d- and f-block" if options.f_block else "s-, p- and d-block"
    rest = [symbol for symbol in symbols if counts.get(symbol, 0) and symbol not in in_all]
    most_frequent = sorted(rest, key=lambda symbol: -counts[symbol])[:5]
    caption = (
        f"Elements of the {blocks}, coloured by the number of {what} that contain each; the "
        "number is below the symbol, and elements in none of them are white."
    )
    if in_all:
        are = "is" if len(in_all) == 1 else "are"
        caption += f" {_listed(in_all)} {are} in all of them, outlined and not in the scale."
    if scale == "log":
        caption += " The scale is logarithmic."
    added = {
        "most frequent": ", ".join(f"{symbol} {counts[symbol]:,}" for symbol in most_frequent) or "–",
        "in none": ", ".join(symbol for symbol in symbols if not counts.get(symbol, 0)) or "–",
    }
    details = file_details(con) | details | added | options.look.details(colored=False)
    return Drawing(figure, Caption(caption, details), options.look)


def draw_replacements(
    con: duckdb.DuckDBPyConnection,
    symbol: str,
    options: TableOptions = DEFAULT_OPTIONS,
) -> Drawing:
    """Return the periodic table coloured by what may replace an element in known compounds.

    Parameters
    ----------
    con : DuckDBPyConnection
    symbol : str
        The element, which is outlined.
    options : TableOptions

    Raises
    ------
    PlotError
        No such element, or the known compositions say nothing about the element.
    """
    elements = elements_of(con)
    if symbol not in {element.symbol for element in elements}:
        raise PlotError(f"no element {symbol!r}; write a symbol like Li")
    weights: dict[str, float] = dict(
        con.execute(
            "select replaced_by::varchar, weight from substitution where element = ? and weight >= ?",
            [symbol, SMALLEST],
        ).fetchall()
    )
    shown = options.shown(elements)
    if not any(element.symbol in weights for element in shown):
        raise PlotError(f"{symbol}: the known compositions say nothing about what may replace it")
    values = TableValues(
        weights,
        f"weight of {symbol} replaced by the element",
        lambda weight: f"{weight:.3f}" if weight else "",
        [symbol],
        f"{symbol} itself",
    )
    figure, scale = colored_table(shown, values, options)
    caption = (
        f"Elements that may replace {symbol} (outlined) in known compounds: the weight, below the symbol, is "
        f"how strongly a known compound of {symbol} suggests the same compound of the element, learned from "
        f"the known compositions. Elements with a weight below {SMALLEST} are white."
    )
    if scale == "log":
        caption += " The scale is logarithmic."
    largest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:5]
    details = {"largest": ", ".join(f"{name} {weight:.3f}" for name, weight in largest)}
    details = file_details(con) | details | options.look.details(colored=False)
    return Drawing(figure, Caption(caption, details), options.look)


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


def _listed(symbols: Sequence[str]) -> str:
    """Return symbols as an enumeration: Li, Na and K."""
    return " and ".join(filter(None, (", ".join(symbols[:-1]), symbols[-1])))
