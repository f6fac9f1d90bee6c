"""chemdb verify."""

from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, Output, OutputFormat, TempDirectory, Threads


@app.command()
def verify(
    db: Database,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Enumerate again and compare every composition; a minute or two."),
    ] = False,
    format: OutputFormat = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Check the integrity of a file: counts, checksums, sources, views. Exit code 1 if a check fails.

    Example: chemdb verify
    """
    import chemdb
    from chemdb.cli.screen import show, steps_on_screen
    from chemdb.errors import DatabaseError

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, steps_on_screen() as steps:
        checks = opened.verify(deep, steps)
    wrong = [check for check in checks if not check.ok]
    title = f"{db}: {len(checks) - len(wrong)} of {len(checks)} checks passed"
    show(["check", "expected", "found", "ok"], checks, format, output, title)
    if wrong:
        first = f"{wrong[0].name}: {wrong[0].found} instead of {wrong[0].expected}"
        more = f"; and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise DatabaseError(f"{db}: failed its checks ({first}{more}); build it again")
