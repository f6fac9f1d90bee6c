"""Tables as HTML: subscripts in formulas, charges as superscripts, thousands separators."""

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import isfinite
from typing import Any

#: Columns with formulas inside other text: RbAsO3 (K for Rb).
WITH_FORMULAS = ("analogues",)
#: Columns with species: Li+ Zn2+ O2-.
WITH_SPECIES = ("species", "by substitution", "oxidation states")
NOTHING = "–"


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def formula_html(text: str) -> Html:
    """Return a formula, or a text with formulas, with subscripts.

    Examples
    --------
    >>> formula_html("Ca(OH)2"), formula_html("RbAsO3 (K for Rb)")
    ('Ca(OH)<sub>2</sub>', 'RbAsO<sub>3</sub> (K for Rb)')
    """
    return Html(re.sub(r"(?<=[A-Za-z)\]])(\d+(?:\.\d+)?)", r"<sub>\1</sub>", escape(text)))


def species_html(text: str) -> Html:
    """Return species with their charges as superscripts.

    Examples
    --------
    >>> species_html("Fe2+ 2Fe3+ 4O2-")
    'Fe<sup>2+</sup> 2Fe<sup>3+</sup> 4O<sup>2−</sup>'
    >>> species_html("Fe0 O0")
    'Fe<sup>0</sup> O<sup>0</sup>'
    """
    marked = re.sub(
        r"\b(\d*[A-Z][a-z]?)(\d*[+-]|0)(?![\w-])",
        lambda match: f"{match[1]}<sup>{match[2].replace('-', '−')}</sup>",
        escape(text),
    )
    return Html(marked)


def table_html(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "", note: str = "") -> str:
    """Return rows as an HTML table.

    Columns whose values are all equal are left out, and named with their value below the table.

    Parameters
    ----------
    columns : sequence of str
        A name says what its values are: formulas, species, or other.
    rows : iterable of sequence
        `Html` is shown as it is, other text escaped.
    title, note : str
        Plain text above and below the table; a line each.

    Examples
    --------
    >>> table_html(["formula", "natoms"], [("LiZnO2", 4), ("LiZnO", 3)])
    '<table><thead><tr><th style="text-align:left">formula</th><th>natoms</th></tr></thead><tbody><tr><td \
style="text-align:left">LiZnO<sub>2</sub></td><td>4</td></tr><tr><td style="text-align:left">LiZnO</td>\
<td>3</td></tr></tbody></table>'
    """
    listed = [tuple(row) for row in rows]
    values = list(zip(*listed, strict=True)) if listed else [()] * len(columns)
    shown = [i for i, column in enumerate(values) if len(listed) < 2 or not _all_equal(column)]
    shown = shown or list(range(len(columns)))
    formats = [_format_of(name) for name in columns]
    left = [any(isinstance(value, str | list | tuple) for value in column) for column in values]
    style = [' style="text-align:left"' if is_left else "" for is_left in left]
    heading = "".join(f"<th{style[i]}>{_plain(columns[i])}</th>" for i in shown)
    body = "".join(
        "<tr>" + "".join(f"<td{style[i]}>{formats[i](row[i])}</td>" for i in shown) + "</tr>"
        for row in listed
    )
    table = f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"
    equal = [
        f"{_plain(columns[i])} {formats[i](values[i][0])}"
        for i in range(len(columns))
        if i not in shown and values[i][0] is not None
    ]
    below = [f"in all rows: {', '.join(equal)}"] if equal else []
    below += [escape(line) for line in note.splitlines()]
    above = "".join(f"<p>{'<br>'.join(map(escape, title.splitlines()))}</p>" if title else "")
    return above + table + (f"<p>{'<br>'.join(below)}</p>" if below else "")


def first_rows_html(columns: Sequence[str], rows: Sequence[Sequence[Any]], n: int, title: str = "") -> str:
    """Return the first `n` of more rows as an HTML table that says so."""
    note = f"the first {n:,} rows" if len(rows) > n else ""
    return table_html(columns, rows[:n], title, note)


def _all_equal(column: Sequence[Any]) -> bool:
    return all(value == column[0] for value in column[1:])


def _format_of(name: str) -> Callable[[Any], str]:
    """Return what writes a value of a column."""
    words = name.lower()
    if ("formula" in words and "has_" not in words) or words in WITH_FORMULAS:
        return lambda value: formula_html(value) if isinstance(value, str) else _plain(value)
    if words in WITH_SPECIES:
        return lambda value: species_html(value) if isinstance(value, str) else _plain(value)
    return _plain


def _plain(value: Any) -> str:
    if isinstance(value, Html):
        return value
    if value is None or (isinstance(value, float) and value != value):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 or not isfinite(value) else f"{value:,.0f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return escape(str(value))
