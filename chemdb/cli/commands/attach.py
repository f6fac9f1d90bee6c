"""chemdb attach."""

from pathlib import Path
from typing import Annotated

import typer

from chemdb.cli.app import app


@app.command()
def attach(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="A complete folder from 'chemdb export compositions'.")
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="A DuckDB file, new or made by this command."),
    ],
) -> None:
    """Make a small DuckDB file with views (missing, standard, ...) over exported Parquet files.

    SQL gives the same answers as on the database, for the exported compositions and columns. The file
    contains the absolute path of the folder: attach again after moving it.

    Example: chemdb attach missing -o views.duckdb
    """
    from chemdb.cli.screen import confirm
    from chemdb.dataset.views import attach as make_views

    confirm(f"{output}: views {', '.join(make_views(folder, output))}")
