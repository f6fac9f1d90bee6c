"""chemdb label."""

import io
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, FormulaColumn, MemoryLimit, TempDirectory, Threads
from chemdb.cli.row_output import RowsOutput
from chemdb.errors import counted


@app.command()
def label(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, TSV, JSON, JSON lines, Parquet or text file; - reads stdin, one formula per line."
        ),
    ],
    db: Database,
    output: RowsOutput = None,
    formula_column: FormulaColumn = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Let the output replace the file that is read.")
    ] = False,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Label formulas: reduced formula, chemsys, allowed, known, category, species, and reasons.

    Formulas may have any number of elements and any amounts; in_space says whether the database enumerates
    the composition. Other columns and the order of rows are kept.

    Example: chemdb label my-formulas.csv -o labelled.csv
    """
    import chemdb
    from chemdb.cli.screen import confirm, note

    from_stdin = str(file) == "-"
    if from_stdin and formula_column:
        raise typer.BadParameter("--formula-column needs a file; stdin has one formula per line")
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        if from_stdin:
            n = opened.label_lines(_stdin(), output)
        else:
            n = opened.label_file(file, output, formula_column, overwrite)
        known = opened.known_sources()
    if output:
        confirm(f"{output}: {counted(n, 'row')}")
    note(f"known: {known}")


def _stdin() -> TextIO:
    """Return stdin decoded as UTF-8, like files, whatever the locale."""
    if sys.stdin is None:
        raise typer.BadParameter("stdin is closed")
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig")
