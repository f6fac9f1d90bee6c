"""Rows of a result, in the format that the user asks for, and the options that say which."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from chemdb.errors import counted

if TYPE_CHECKING:
    import pyarrow as pa

    from chemdb.api import Database

#: Longest table on the screen.
MAX_ROWS = 10_000


class RowFormat(StrEnum):
    """Formats of rows."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"


RowsFormat = Annotated[
    RowFormat | None,
    typer.Option("--format", "-f", show_default="table, or by the file name", help="Format of the rows."),
]
RowsOutput = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        show_default="the screen",
        help="Write the rows to a .csv, .tsv, .json, .jsonl or .parquet file.",
    ),
]
RowLimit = Annotated[int, typer.Option(min=0, help="Maximum number of rows; 0 for all.")]
RowOffset = Annotated[int, typer.Option(min=0, help="Rows to skip.")]


class RowResult(Protocol):
    """What `Database.query` and `Database.suggest` return."""

    columns: list[str]

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...

    def count(self) -> int: ...  # noqa: D102

    def batches(self) -> "pa.RecordBatchReader": ...  # noqa: D102


def names_in(text: str) -> list[str]:
    """Return the names in a list separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def row_format(format: RowFormat | None, output: Path | None) -> RowFormat:
    """Return the format of the rows: the one given, or by the name of the file.

    Raises
    ------
    typer.BadParameter
        The name says none.
    """
    if format is not None or output is None:
        return format or RowFormat.TABLE
    try:
        return RowFormat(output.suffix.lower().removeprefix("."))
    except ValueError:
        known = ", ".join(f".{kind}" for kind in RowFormat if kind is not RowFormat.TABLE)
        raise typer.BadParameter(f"{output}: the name must end in {known}, or give --format") from None


def check_table(n: int) -> None:
    """Raise `typer.BadParameter` if so many rows are too many for a table."""
    if n > MAX_ROWS:
        raise typer.BadParameter(
            f"{n:,} rows are too many for a table: use --format csv or a smaller --limit"
        )


def rows_shown(result: RowResult, offset: int) -> str | None:
    """Return which rows a table shows, None if it shows all."""
    n = len(result)
    more = n < result.count()
    return f"rows {offset + 1:,} to {offset + n:,}; --limit 0 for all" if more and n else None


def write_rows(
    result: RowResult, kind: RowFormat, output: Path | None, opened: "Database", title: str
) -> None:
    """Write the rows to a file or stdout, and the title to stderr."""
    from chemdb.cli.screen import confirm, note, steps_on_screen
    from chemdb.files.output.output_files import write_batches

    note(title)
    with steps_on_screen() as steps, steps("Rows") as progress:
        n = write_batches(result.batches(), output, kind.value, opened.limits, len(result), progress)
        progress(1, f"{n:,}")
    if n < result.count():
        note(f"{counted(n, 'row')}; --limit 0 for all")
    if output:
        confirm(f"{output}: {counted(n, 'row')}")
