"""Output of commands: tables in four formats on stdout or in a file, progress on stderr."""

import io
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from chemdb.cli.options import Format
from chemdb.errors import printable
from chemdb.files.text_files import json_text, write_csv, write_json
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.progress import Progress, Steps
from chemdb.runtime.standard_streams import stdout, write_stderr

DASH = "–"
UNLIMITED = 10_000
#: Characters that a column of texts keeps on a narrow terminal.
FEWEST = 10


def say(text: Any) -> None:
    """Print a text on stdout, without control characters.

    Raises
    ------
    FileError
        Stdout is closed or full.
    """
    with stdout() as stream:
        # One write: Ctrl-C cannot come between a line and its end.
        stream.write(printable(str(text)) + "\n")


def note(text: Any) -> None:
    """Print a text on stderr, without control characters."""
    write_stderr(printable(str(text)))


def show(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    format: Format,
    output: Path | None = None,
    title: str | None = None,
    footer: str | None = None,
) -> None:
    """Print a table, or write it to a file atomically.

    Parameters
    ----------
    columns : sequence of str
    rows : iterable of sequence
        Streamed to CSV and JSON. None is a dash in tables, empty in CSV, null in JSON.
    format : Format
        Tables escape control characters; CSV and JSON keep values unchanged.
    output : Path, optional
    title, footer : str, optional
        Shown around tables only.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    with _target(output) as stream:
        if format is Format.CSV:
            write_csv(stream, columns, rows)
        elif format is Format.JSON:
            write_json(stream, columns, rows)
        else:
            markdown = format is Format.MARKDOWN
            width = UNLIMITED if output or markdown else _screen_width()
            stream.write(_drawn(columns, list(rows), markdown, title, footer, width, stream.encoding))


def show_tables(
    tables: Sequence[tuple[Sequence[str], list[Any], str | None]], output: Path | None = None
) -> None:
    """Print tables, each given as columns, rows and title, or write them to a file atomically."""
    with _target(output) as stream:
        width = UNLIMITED if output else _screen_width()
        drawn = [
            _drawn(columns, rows, False, title, None, width, stream.encoding)
            for columns, rows, title in tables
        ]
        stream.write("\n".join(drawn))


def show_json(value: Any, output: Path | None = None) -> None:
    """Print a value as JSON, or write it to a file atomically."""
    with _target(output) as stream:
        stream.write(json_text(value) + "\n")


@contextmanager
def _target(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        with stdout() as stream:
            yield stream
        return
    with atomic_write(output) as [partial], partial.open("w", encoding="utf-8") as stream:
        yield stream


def _screen_width() -> int:
    """Return the width of the terminal, or ``$COLUMNS``; tables in pipes are not limited."""
    from rich.console import Console

    return Console().width if sys.stdout.isatty() or os.environ.get("COLUMNS") else UNLIMITED


def _drawn(
    columns: Sequence[str],
    rows: list[Sequence[Any]],
    markdown: bool,
    title: str | None,
    footer: str | None,
    width: int,
    encoding: str,
) -> str:
    """Return a table as text, wrapped to a width, in characters of an encoding."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # rich draws with the characters that the encoding of its file has.
    buffer = io.TextIOWrapper(io.BytesIO(), encoding, errors="backslashreplace", newline="\n")
    # Even $FORCE_COLOR must not put escape codes among the data.
    console = Console(
        file=buffer, width=width, force_terminal=False, color_system=None, highlight=False, emoji=False
    )
    dash = DASH if DASH.encode(encoding, "ignore") else "-"
    table = Table(box=box.MARKDOWN if markdown else box.SIMPLE_HEAD, padding=(0, 1))
    narrowest = 2
    for i, name in enumerate(columns):
        cells = [_cell(row[i], dash) for row in rows]
        right = all(_is_number(row[i]) for row in rows)
        table.add_column(
            Text(printable(name)),
            justify="right" if right else "left",
            overflow="fold",
            no_wrap=right or markdown,
        )
        longest = max(len(line) for cell in [name, *cells] for line in cell.split("\n"))
        narrowest += (longest if right else min(longest, FEWEST)) + 2
    for row in rows:
        table.add_row(*(Text(_cell(value, dash)) for value in row))
    # Wrap texts to the width of the terminal, but never numbers.
    console.width = max(width, narrowest)
    if title:
        console.print(Text(printable(title)), soft_wrap=width == UNLIMITED)
    console.print(table)
    if footer:
        console.print(Text(printable(footer)), soft_wrap=width == UNLIMITED)
    buffer.flush()
    lines = buffer.buffer.getvalue().decode(encoding).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _is_number(value: Any) -> bool:
    """Return whether a value is right-aligned: a number, or text that starts with a digit."""
    return value is None or isinstance(value, int | float) or (isinstance(value, str) and value[:1].isdigit())


def _cell(value: Any, dash: str) -> str:
    if value is None or value == "":
        return dash
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        value = ", ".join(dash if item is None else str(item) for item in value)
    return printable(str(value))


@contextmanager
def steps_on_screen() -> Iterator[Steps]:
    """Give `Steps` that show a progress bar for each step on a terminal, and otherwise a line at its end."""
    if not sys.stderr.isatty():
        yield _step_as_line
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    if not console.is_interactive:
        yield _step_as_line
        return
    bars = Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[figure]}", markup=False),
        console=console,
    )

    @contextmanager
    def step(name: str) -> Iterator[Progress]:
        task = bars.add_task(name, total=1.0, figure="")
        yield lambda done, figure="": bars.update(task, completed=done, figure=figure)
        bars.update(task, completed=1.0)

    with bars:
        yield step


@contextmanager
def _step_as_line(name: str) -> Iterator[Progress]:
    """Print what the step made, or else its time, when it ends."""
    made = ""

    def progress(done: float, figure: str = "") -> None:
        nonlocal made
        made = figure or made

    started = time.monotonic()
    yield progress
    note(f"{name}: {made or f'{time.monotonic() - started:.1f} s'}")
