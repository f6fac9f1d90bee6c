"""chemdb export."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.map_options import Embedding
from chemdb.cli.options import (
    Database,
    Finish,
    MemoryLimit,
    Part,
    Scheduler,
    TempDirectory,
    Threads,
)
from chemdb.cli.row_output import names_in

export = typer.Typer(no_args_is_help=True, help="Write compositions for other programs.")
app.add_typer(export, name="export")


class Layout(StrEnum):
    """Column layout of vectors."""

    LIST = "list"
    WIDE = "wide"


@export.command()
def embeddings(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="As 'chemdb query' takes it.")],
    db: Database,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .parquet, .csv or .npz file; or a folder for Parquet files, where an interrupted "
            "export resumes.",
        ),
    ],
    embedding: Embedding = "magpie",
    columns: Annotated[
        Layout | None,
        typer.Option(
            show_default="list; wide for .csv",
            help="One column of fixed-size lists, or one column per dimension.",
        ),
    ] = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Write the vectors of the compositions that match a query.

    A vector is the stoichiometry-weighted mean of the element vectors. Compositions with an
    element that the representation does not cover are skipped, and counted.

    Example: chemdb export embeddings "missing elements=Li,O nelements=3 natoms<=6" -o missing.parquet
    """
    import chemdb
    from chemdb.cli.screen import confirm, note, steps_on_screen
    from chemdb.errors import counted

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, steps_on_screen() as steps:
        written = opened.export.embeddings(
            query, output, embedding=embedding, columns=columns and columns.value, steps=steps
        )
    confirm(f"{output}: {counted(written.n, 'vector')} of {written.vectors.values.shape[1]}")
    if written.n_left_out:
        note(written)


@export.command()
def compositions(
    db: Database,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="A folder, new or with the same export, or s3://BUCKET/PREFIX.",
        ),
    ],
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="QUERY", show_default=False, help="As 'chemdb query' takes it; not needed with --finish."
        ),
    ] = None,
    columns: Annotated[
        str,
        typer.Option(
            metavar="COLUMNS",
            show_default="those of the view composition, and of known entries",
            help="Such as formula,category; system_id and stoichiometry_id are always included.",
        ),
    ] = "",
    rows_per_file: Annotated[
        int, typer.Option(min=1, help="Maximum rows per file; each process writes one file at a time.")
    ] = 20_000_000,
    scheduler: Scheduler = None,
    part: Part = None,
    finish: Finish = False,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Write all compositions of a query to a folder of Parquet files.

    Each file has compositions with the same number of elements, sorted by chemical system. An interrupted
    export resumes when the same command runs again. The folder is complete once it has _manifest.json;
    'chemdb attach' makes SQL views over it.

    Example: chemdb export compositions "missing nelements=2" -o missing
    """
    import chemdb
    from chemdb.cli.screen import confirm, steps_on_screen
    from chemdb.dataset.exporting import export as export_compositions
    from chemdb.dataset.exporting import finish as finish_export
    from chemdb.errors import counted
    from chemdb.executors.by_name import open_executor

    if part and finish:
        raise typer.BadParameter("give either --part or --finish")
    if query is None and not finish:
        raise typer.BadParameter("give a QUERY, or '' for everything")
    with open_executor(scheduler) as executor, steps_on_screen() as steps:
        if finish:
            with steps("Files") as progress:
                manifest = finish_export(output, query, executor, progress)
        else:
            with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
                pieces = opened.partitions(query or "", rows_per_file)
            with steps("Files") as progress:
                share = slice(part.number - 1, None, part.n) if part else None
                manifest, _ = export_compositions(
                    pieces, output, names_in(columns), executor, share, progress
                )
    size = f"{manifest.n_bytes / 1e6:,.1f} MB"
    files = counted(len(manifest.parts), "file")
    of_part = f", part {part}; --finish completes the folder" if part else ""
    confirm(f"{output}: {counted(manifest.n_rows, 'composition')} in {files}, {size}{of_part}")
