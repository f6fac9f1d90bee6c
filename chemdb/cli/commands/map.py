"""chemdb map."""

from pathlib import Path
from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.map_options import (
    Components,
    Embedding,
    Method,
    NumberOfElements,
    PerCategory,
    Seed,
    Settings,
    Standardize,
    parsed_settings,
)
from chemdb.cli.options import Database, MemoryLimit, TempDirectory, Threads, only_with


@app.command("map")
def make_map(
    context: typer.Context,
    db: Database,
    embedding: Embedding = "magpie",
    method: Method = "umap",
    nelements: NumberOfElements = 2,
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    components: Components = 2,
    standardize: Standardize = False,
    settings: Settings = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="With --method pca: print the exact components of all compositions; nothing is stored.",
        ),
    ] = False,
    category: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="With --all: all, allowed, known, or one of the four categories.",
        ),
    ] = "all",
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Make a map of a sample of each category and store it in the file.

    The points go to the table projection, the parameters to projection_run. Existing maps are
    reused; a change of the known sources removes them, as it changes the categories.

    Example: chemdb map --embedding magpie --method pca --nelements 2
    """
    from chemdb.maps.reduction import check_method

    if everything:
        if check_method(method) != "pca":
            raise typer.BadParameter("--all goes with --method pca: the others need a sample")
        only_with(context, "a map of a sample, not --all", "per_category", "seed", "standardize", "settings")
        _show_exact(db, embedding, nelements, category, components, threads, memory_limit, temp_directory)
        return
    only_with(context, "--all", "category")
    import chemdb
    from chemdb.cli.screen import confirm, steps_on_screen

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, steps_on_screen() as steps:
        found = opened.map(
            embedding,
            method,
            nelements,
            per_category=per_category,
            seed=seed,
            components=components,
            standardize=standardize,
            settings=parsed_settings(settings),
            steps=steps,
        )
    confirm(found)


def _show_exact(
    db: Path,
    embedding: str,
    nelements: int,
    category: str,
    components: int,
    threads: int | None,
    memory_limit: str | None,
    temp_directory: Path | None,
) -> None:
    """Print the principal components of all compositions with a number of elements."""
    import chemdb
    from chemdb.cli.options import Format
    from chemdb.cli.screen import show, steps_on_screen

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, steps_on_screen() as steps:
        found = opened.map_all(embedding, nelements, category=category, components=components, steps=steps)
    columns, rows = found.table()
    which = "" if category == "all" else f"{category} "
    title = f"Exact PCA of {embedding}: {found.n:,} {which}compositions of {nelements} elements"
    show(columns, rows, Format.TABLE, None, title, found.left_out())
