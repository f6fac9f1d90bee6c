"""Output of commands: tables in four formats on stdout or in a file, progress on stderr."""

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from chemdb.cli.options import Format
from chemdb.errors import printable
from chemdb.files.text_files import json_text, write_csv, write_json
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.progress import Progress, Steps
from chemdb.runtime.stdout import stdout

DASH = "–"
UNLIMITED = 10_000


def say(text: Any, stream: TextIO | None = None) -> None:
    """Print a text, without control characters, on stdout or another stream."""
    # One write: Ctrl-C cannot come between a line and its end.
    print(printable(str(text)) + "\n", end="", file=stream)


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
            stream.write(_drawn(columns, list(rows), format is Format.MARKDOWN, title, footer))


def show_tables(
    tables: Sequence[tuple[Sequence[str], list[Any], str | None]], output: Path | None = None
) -> None:
    """Print tables, each given as columns, rows and title, or write them to a file atomically."""
    with _target(output) as stream:
        drawn = [_drawn(columns, rows, False, title, None) for columns, rows, title in tables]
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


def _drawn(
    columns: Sequence[str], rows: list[Sequence[Any]], markdown: bool, title: str | None, footer: str | None
) -> str:
    from rich import box
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    buffer = io.StringIO()
    # Tables in files and pipes are not limited to the width of a terminal.
    console = Console(file=buffer, width=UNLIMITED, no_color=True, highlight=False, emoji=False)
    table = Table(box=box.MARKDOWN if markdown else box.SIMPLE_HEAD, padding=(0, 1))
    numeric = [all(_is_number(row[i]) for row in rows) for i in range(len(columns))]
    for name, right in zip(columns, numeric, strict=True):
        table.add_column(
            Text(printable(name)),
            justify="right" if right else "left",
            overflow="fold",
            no_wrap=right or markdown,
        )
    for row in rows:
        table.add_row(*map(_cell, row))
    if sys.stdout.isatty() and not markdown:
        # Wrap texts to the width of the terminal, but never numbers.
        narrowest = Measurement.get(console, console.options, table).minimum
        console.width = max(Console().width, narrowest)
    if title:
        console.print(printable(title), markup=False, soft_wrap=True)
    console.print(table, markup=False)
    if footer:
        console.print(printable(footer), markup=False, soft_wrap=True)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()).strip("\n") + "\n"


def _is_number(value: Any) -> bool:
    """Return whether a value is right-aligned: a number, or text that starts with a digit."""
    return value is None or isinstance(value, int | float) or (isinstance(value, str) and value[:1].isdigit())


def _cell(value: Any) -> Any:
    from rich.text import Text

    if value is None or value == "":
        return DASH
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        value = ", ".join(DASH if item is None else str(item) for item in value)
    return Text(printable(str(value)))


@contextmanager
def steps_on_screen() -> Iterator[Steps]:
    """Give `Steps` that show each step on stderr with a progress bar and its time."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )

    @contextmanager
    def step(name: str) -> Iterator[Progress]:
        if not console.is_terminal:
            console.print(name, markup=False, highlight=False)
        task = bars.add_task(name, total=1.0)
        yield lambda done: bars.update(task, completed=done)
        bars.update(task, completed=1.0)

    with bars:
        yield step
