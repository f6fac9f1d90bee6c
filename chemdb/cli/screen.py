"""Output of commands: tables in four formats on stdout or in a file, progress on stderr."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from chemdb.cli.drawn_table import UNLIMITED, drawn
from chemdb.cli.options import Format
from chemdb.errors import printable
from chemdb.runtime.progress import Progress, Steps
from chemdb.runtime.standard_streams import stdout, write_stderr


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


def confirm(text: Any) -> None:
    """Print on stdout, if there is one, what a command has changed."""
    if sys.stdout is not None:
        say(text)


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
        None is a dash in tables, empty in CSV, null in JSON.
    format : Format
        Tables escape control characters; CSV and JSON have the values as DuckDB writes them.
    output : Path, optional
    title, footer : str, optional
        Shown around tables only.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    if format in (Format.CSV, Format.JSON):
        from chemdb.files.text_files import row_lines, row_objects

        show_texts(columns, row_lines(rows), row_objects(columns, rows), format, output)
        return
    with _target(output) as stream:
        markdown = format is Format.MARKDOWN
        width = UNLIMITED if output or markdown else _screen_width()
        stream.write(drawn(columns, list(rows), title, footer, markdown, width, stream.encoding))


def show_tables(
    tables: Sequence[tuple[Sequence[str], list[Any], str | None]], output: Path | None = None
) -> None:
    """Print tables, each given as columns, rows and title, or write them to a file atomically."""
    with _target(output) as stream:
        width = UNLIMITED if output else _screen_width()
        texts = [
            drawn(columns, rows, title, width=width, encoding=stream.encoding)
            for columns, rows, title in tables
        ]
        stream.write("\n".join(texts))


def show_texts(
    columns: Sequence[str],
    lines: Iterable[str],
    objects: Iterable[str],
    format: Format,
    output: Path | None = None,
) -> None:
    """Print rows as CSV or JSON, or write them to a file atomically, as they come.

    Parameters
    ----------
    columns : sequence of str
    lines, objects : iterable of str
        The rows as CSV and as JSON, of which one is read.
    format : Format
    output : Path, optional

    Raises
    ------
    FileError
        The file cannot be written.
    """
    from chemdb.files.output.output_files import text_target
    from chemdb.files.text_files import write_csv, write_json

    with text_target(output) as stream:
        if format is Format.JSON:
            write_json(stream, objects)
        else:
            write_csv(stream, columns, lines)


def show_json(value: Any, output: Path | None = None) -> None:
    """Print a value as JSON, or write it to a file atomically."""
    from chemdb.files.output.output_files import text_target
    from chemdb.files.text_files import json_text

    with text_target(output) as stream:
        stream.write(json_text(value) + "\n")


@contextmanager
def _target(output: Path | None) -> Iterator[TextIO]:
    """Give a file, or stdout in the encoding of the terminal."""
    if output is None:
        with stdout() as stream:
            yield stream
        return
    from chemdb.files.output.output_files import text_target

    with text_target(output) as stream:
        yield stream


def _screen_width() -> int:
    """Return the width of the terminal; tables in pipes are not limited."""
    if not sys.stdout.isatty():
        return UNLIMITED
    from rich.console import Console

    return Console().width


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
        console=console,
    )

    @contextmanager
    def step(name: str) -> Iterator[Progress]:
        task = bars.add_task(name, total=1.0)
        yield lambda done, figure="": bars.update(task, completed=done)
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
