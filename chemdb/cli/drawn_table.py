"""Tables drawn as text, in the characters and the width of what shows them."""

import io
import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chemdb.errors import printable

if TYPE_CHECKING:
    from rich.table import Table

DASH = "–"
UNLIMITED = 10_000
#: Characters that a column of texts, or the name of a column, has at least.
FEWEST = 12
#: Numbers, also with units of a thousand and with shares, which are not wrapped.
_NUMBERS = re.compile(r"(-?[\d,.]+%?\s*)+")


def drawn(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    title: str | None = None,
    footer: str | None = None,
    markdown: bool = False,
    width: int = UNLIMITED,
    encoding: str = "utf-8",
) -> str:
    """Return a table as text.

    Parameters
    ----------
    columns : sequence of str
    rows : sequence of sequence
        None is a dash. Control characters are escaped.
    title, footer : str, optional
    markdown : bool
    width : int
        Texts are wrapped to it, numbers are not: if they do not fit side by side, each row is shown
        as a list of its values.
    encoding : str
        Characters that it lacks are replaced or escaped.
    """
    from rich.console import Console
    from rich.text import Text

    # rich draws with the characters that the encoding of its file has.
    buffer = io.TextIOWrapper(io.BytesIO(), encoding, errors="backslashreplace", newline="\n")
    # Not even $FORCE_COLOR may put escape codes among data.
    console = Console(file=buffer, width=width, force_terminal=False, color_system=None, highlight=False)
    dash = DASH if DASH.encode(encoding, "ignore") else "-"
    cells = [[_cell(value, dash) for value in row] for row in rows]
    right = [all(_is_number(row[i]) for row in rows) for i in range(len(columns))]
    names = [printable(name) for name in columns]
    table = _side_by_side(names, cells, right, markdown, dash)
    if _narrowest(table) > width:
        wrapped = [
            textwrap.fill(name, max(FEWEST, _longest([row[i] for row in cells])))
            for i, name in enumerate(names)
        ]
        table = _side_by_side(wrapped, cells, right, markdown, dash)
    if _narrowest(table) > width:
        table = _as_lists(names, cells)
    if title:
        console.print(Text(printable(title)), soft_wrap=width == UNLIMITED)
    console.print(table)
    if footer:
        console.print(Text(printable(footer)), soft_wrap=width == UNLIMITED)
    buffer.seek(0)
    return "\n".join(line.rstrip() for line in buffer.read().splitlines()).strip("\n") + "\n"


def _side_by_side(
    names: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool], markdown: bool, dash: str
) -> "Table":
    """Return a table in which only texts can be wrapped."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.MARKDOWN if markdown else box.SIMPLE_HEAD, padding=(0, 1))
    for i, name in enumerate(names):
        whole = markdown or all(row[i] == dash or _NUMBERS.fullmatch(row[i]) for row in cells)
        table.add_column(Text(name), justify="right" if right[i] else "left", overflow="fold", no_wrap=whole)
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _narrowest(table: "Table") -> int:
    """Return the width at which a table still has its numbers whole and some of each text."""
    widths = []
    for column in table.columns:
        longest = _longest([str(cell) for cell in (column.header, *column.cells)])
        widths.append(longest if column.no_wrap else min(longest, FEWEST))
    return sum(widths) + 3 * len(widths) + 1


def _as_lists(names: Sequence[str], cells: Sequence[Sequence[str]]) -> "Table":
    """Return a table with a line for each value instead of a column."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_header=False)
    for _ in range(2):
        table.add_column(overflow="fold")
    for row in cells:
        for name, value in zip(names, row, strict=True):
            table.add_row(Text(name), Text(" ".join(value.split("\n"))))
        table.add_section()
    return table


def _longest(texts: Sequence[str]) -> int:
    return max((len(line) for text in texts for line in text.split("\n")), default=0)


def _is_number(value: Any) -> bool:
    """Return whether a value is right-aligned: a number, or text that starts like one."""
    if isinstance(value, str):
        return value.removeprefix("-")[:1].isdigit()
    return value is None or isinstance(value, int | float)


def _cell(value: Any, dash: str) -> str:
    if value is None or value == "":
        return dash
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        # As DuckDB prints it.
        value = f"[{', '.join('NULL' if item is None else str(item) for item in value)}]"
    return printable(str(value))
