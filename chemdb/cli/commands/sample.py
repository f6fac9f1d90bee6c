"""chemdb sample."""

from typing import Annotated

import typer

from chemdb.chemistry.category import CATEGORIES
from chemdb.cli.app import app
from chemdb.cli.options import (
    Database,
    Format,
    MemoryLimit,
    OutputFormat,
    Seed,
    TempDirectory,
    Threads,
    nelements_range,
    only_with,
)
from chemdb.cli.row_output import RowsOutput
from chemdb.errors import counted


@app.command()
def sample(
    context: typer.Context,
    db: Database,
    per_category: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="Compositions per category and number of elements.",
        ),
    ] = 3000,
    nelements: Annotated[
        range | None,
        typer.Option(
            parser=nelements_range,
            metavar="N or N-M",
            show_default="all of the file",
            help="Numbers of elements.",
        ),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default="all four",
            help=f"{', '.join(CATEGORIES)}. Repeatable.",
        ),
    ] = None,
    seed: Seed = 0,
    format: OutputFormat = Format.TABLE,
    output: RowsOutput = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Sample compositions uniformly from each category, without replacement.

    Example: chemdb sample --per-category 5 --nelements 3 --category missing --seed 0
    """
    import chemdb
    from chemdb.cli.screen import confirm, show
    from chemdb.database.metadata import nelements_of
    from chemdb.errors import ChemdbError
    from chemdb.files.output.output_files import format_of, write_batches

    kind = format_of(output) if output else ""
    if output:
        only_with(context, "the screen; the file name determines the format", "format")
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        limits = opened.limits
        with opened.cursor() as con:
            sizes = nelements or nelements_of(con)
        drawn = opened.sample(category or CATEGORIES, sizes, per_category, seed)
    if not len(drawn):
        asked = " or ".join(category or CATEGORIES)
        raise ChemdbError(f"sample: this file has no {asked} compositions of that many elements")
    if output is None:
        show(drawn.column_names, zip(*(column.to_pylist() for column in drawn.columns), strict=True), format)
        return
    n = write_batches(drawn.to_reader(), output, kind, limits)
    confirm(f"{output}: {counted(n, 'row')}")
