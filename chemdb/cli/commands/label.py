"""chemdb label."""

import io
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, FormulaColumn, MemoryLimit, Threads


@app.command()
def label(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, TSV, JSON, JSON lines, Parquet or text file; - reads a formula a line from stdin."
        ),
    ],
    db: Database,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default="CSV on the screen",
            help="A .csv, .tsv, .jsonl or .parquet file.",
        ),
    ] = None,
    formula_column: FormulaColumn = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
) -> None:
    """Label formulas: canonical formula, chemsys, allowed, known, category, and why not.

    Any number of elements and any factors get a verdict; in_space tells whether the database
    enumerates the composition. Rows, their order and other columns are kept.

    Example: chemdb label my-formulas.csv -o labelled.csv
    """
    import chemdb
    from chemdb.cli.screen import say

    from_stdin = str(file) == "-"
    if from_stdin and formula_column:
        raise typer.BadParameter("--formula-column goes with a file; stdin has a formula a line")
    with chemdb.open(db, threads, memory_limit) as opened:
        if from_stdin:
            n = opened.label_lines(_stdin(), output)
        else:
            n = opened.label_file(file, output, formula_column)
    if output:
        say(f"{output}: {n:,} rows")


def _stdin() -> TextIO:
    """Return stdin as UTF-8, whatever the locale says, as files are read."""
    if sys.stdin is None:
        raise typer.BadParameter("stdin is closed")
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
