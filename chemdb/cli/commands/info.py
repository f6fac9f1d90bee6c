"""chemdb info."""

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, Output, OutputFormat, TempDirectory, Threads


@app.command()
def info(
    db: Database,
    format: OutputFormat = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Show how a file was built, its known sources, and its tables and views.

    Example: chemdb info --format json
    """
    import chemdb
    from chemdb.cli.screen import show, show_json

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        description = opened.info()
    if format is Format.JSON:
        show_json(description, output)
        return
    rows = [("build", *row) for row in description["build_info"].items()]
    rows += [(kind, name, comment) for kind, name, comment in description["relations"]]
    show(["", "name", "value"], rows, format, output, f"{db}: {db.stat().st_size / 1e6:.1f} MB")
