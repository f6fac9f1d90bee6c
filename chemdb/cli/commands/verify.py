"""chemdb verify."""

from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, Output, OutputFormat, TempDirectory, Threads


@app.command()
def verify(
    db: Database,
    folder: Annotated[
        str | None,
        typer.Argument(
            metavar="DIR",
            show_default=False,
            help="A folder from 'chemdb export compositions', to check instead of the database.",
        ),
    ] = None,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Enumerate again and compare every composition (under a minute). With DIR: read all keys.",
        ),
    ] = False,
    format: OutputFormat = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Check the integrity of a file: counts, checksums, sources, views. Exit code 1 if a check fails.

    With DIR, check that an exported folder is complete and unchanged.

    Example: chemdb verify
    """
    import chemdb
    from chemdb.cli.screen import show, steps_on_screen
    from chemdb.errors import DatabaseError

    with steps_on_screen() as steps:
        if folder is None:
            with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
                checks = opened.verify(deep, steps)
        else:
            from chemdb.dataset.checking import checks_of_folder

            with steps("Files") as progress:
                checks = list(checks_of_folder(folder, deep, progress))
    place, remedy = (db, "build it again") if folder is None else (folder, "export it again")
    wrong = [check for check in checks if not check.ok]
    title = f"{place}: {len(checks) - len(wrong)} of {len(checks)} checks passed"
    show(["check", "expected", "found", "ok"], checks, format, output, title)
    if wrong:
        first = f"{wrong[0].name}: {wrong[0].found} instead of {wrong[0].expected}"
        more = f"; and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise DatabaseError(f"{place}: failed its checks ({first}{more}); {remedy}")
