"""chemdb sql."""

from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, Output, OutputFormat, TempDirectory, Threads

#: Longest table on the screen; CSV and JSON have all rows.
MAX_ROWS = 1000


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A SQL query; 'chemdb info' lists the views.")],
    db: Database,
    format: OutputFormat = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Run a SQL query, read-only and without access to other files or the network.

    Example: chemdb sql "select * from missing where chemsys = 'Li-O-Zn' order by natoms limit 5"
    """
    import chemdb
    from chemdb.cli.screen import show, show_texts
    from chemdb.files.text_files import relation_lines, relation_objects, screen_rows

    with (
        chemdb.open(db, threads, memory_limit, temp_directory) as opened,
        opened.sql(query).relation() as (con, relation),
    ):
        if relation is None:
            return
        if format in (Format.CSV, Format.JSON):
            lines, objects = relation_lines(con, relation), relation_objects(con, relation)
            show_texts(relation.columns, lines, objects, format, output)
            return
        first = screen_rows(con, relation, MAX_ROWS + 1)
        footer = f"the first {MAX_ROWS:,} rows; --format csv for all" if len(first) > MAX_ROWS else None
        show(relation.columns, first[:MAX_ROWS], format, output, footer=footer)
