"""chemdb export."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.map_options import Embedding
from chemdb.cli.options import Database, MemoryLimit, TempDirectory, Threads

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
