"""chemdb build."""

from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import (
    Database,
    EnergyColumn,
    FormulaColumn,
    IdColumn,
    MaxStoichiometry,
    MemoryLimit,
    MpApiKey,
    NElements,
    OxidationStateSet,
    TempDirectory,
    Threads,
)
from chemdb.files.file_columns import FileColumns
from chemdb.known import registry

Known = Annotated[
    list[str],
    typer.Option(
        "--known",
        metavar="SOURCE",
        help=f"{registry.HELP}, {registry.NONE}. Repeatable.",
    ),
]


@app.command()
def build(
    db: Database,
    nelements: NElements = "2-4",  # type: ignore[assignment]  # parsed like what a user types
    max_stoichiometry: MaxStoichiometry = 8,
    oxidation_states: OxidationStateSet = "smact14",
    known: Known = ["mp-snapshot"],  # noqa: B006 - Typer copies it
    formula_column: FormulaColumn = None,
    id_column: IdColumn = None,
    energy_column: EnergyColumn = None,
    mp_api_key: MpApiKey = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Build the database and replace the old file.

    Example: chemdb build --known mp-snapshot --known icsd=my-icsd.csv
    """
    from chemdb.builder.pipeline import BuildOptions
    from chemdb.builder.pipeline import build as build_database
    from chemdb.cli.screen import confirm, steps_on_screen
    from chemdb.runtime.limits import Limits

    options = BuildOptions(
        nelements,
        max_stoichiometry,
        oxidation_states,
        tuple(known),
        FileColumns(formula_column, id_column, energy_column),
        mp_api_key,
    )
    with steps_on_screen() as steps:
        loaded = build_database(db, options, Limits.of(threads, memory_limit, temp_directory), steps)
    for source in loaded:
        confirm(source)
    confirm(f"{db}: {db.stat().st_size / 1e6:.1f} MB")
