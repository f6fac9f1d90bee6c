"""chemdb label."""

import sys
from pathlib import Path
from typing import Annotated

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

    with chemdb.open(db) as opened:
        if str(file) == "-":
            n = opened.label_lines(sys.stdin, output)
        else:
            n = opened.label_file(file, output, formula_column)
    if output:
        say(f"{output}: {n:,} rows")
