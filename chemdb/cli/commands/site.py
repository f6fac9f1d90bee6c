"""chemdb site."""

from pathlib import Path
from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, MemoryLimit, TempDirectory, Threads


@app.command()
def site(
    db: Database,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="Folder for a web server, such as GitHub Pages.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default="chemdb.html, without a folder",
            help="One .html file that opens without a server.",
        ),
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Compress in a second instead of fifteen; half as large again.")
    ] = False,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Write the explorer: a page that counts and lists all compositions without a server.

    It contains the allowed compositions, known entries, maps and substitution weights of the file.

    Example: chemdb site -o chemdb.html --fast
    """
    import chemdb
    from chemdb.cli.screen import confirm, note, steps_on_screen
    from chemdb.database.metadata import nelements_of
    from chemdb.explorer.contents import packed_nelements

    if folder and output:
        raise typer.BadParameter("name a folder or --output, not both")
    if output and output.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter(f"--output {output}: the name must end in .html; a folder needs no option")
    target = folder or output or Path("chemdb.html")
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, steps_on_screen() as steps:
        size = opened.site(target, fast, steps)
        with opened.cursor() as con:
            left_out = sorted(set(nelements_of(con)) - set(packed_nelements(con)))
    confirm(f"{target}: {size / 1e6:.1f} MB")
    if left_out:
        note(f"the page leaves out the compositions of {left_out[0]} elements")
