"""chemdb known add, list, remove."""

from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import (
    Database,
    EnergyColumn,
    Format,
    FormulaColumn,
    IdColumn,
    MemoryLimit,
    MpApiKey,
    Output,
    OutputFormat,
    TempDirectory,
    Threads,
)
from chemdb.files.file_columns import FileColumns
from chemdb.known import registry

known = typer.Typer(no_args_is_help=True, help="Change the known sources of a file without rebuilding it.")
app.add_typer(known, name="known")


@known.command()
def add(
    source: Annotated[str, typer.Argument(help=f"{registry.HELP}.")],
    db: Database,
    formula_column: FormulaColumn = None,
    id_column: IdColumn = None,
    energy_column: EnergyColumn = None,
    mp_api_key: MpApiKey = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Add a source of known materials.

    Example: chemdb known add icsd=my-icsd.csv
    """
    import chemdb
    from chemdb.cli.screen import confirm, steps_on_screen

    # Mistyped sources are rejected before anything is opened.
    registry.source_reader(source, FileColumns(formula_column, id_column, energy_column), mp_api_key)
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, steps_on_screen() as steps:
        loaded = opened.known.add(
            source,
            formula_column=formula_column,
            id_column=id_column,
            energy_column=energy_column,
            mp_api_key=mp_api_key,
            steps=steps,
        )
    confirm(loaded)


@known.command("list")
def list_sources(
    db: Database,
    format: OutputFormat = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """List the sources of a file.

    Example: chemdb known list --format csv
    """
    import chemdb
    from chemdb.cli.screen import show

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        show(*opened.known.list().read(), format, output)


@known.command()
def remove(
    source: Annotated[str, typer.Argument(help="Name of the source, see 'chemdb known list'.")],
    db: Database,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Remove a source of known materials.

    Example: chemdb known remove mp-snapshot
    """
    import chemdb

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        opened.known.remove(source)
