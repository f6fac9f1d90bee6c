"""chemdb sql."""

from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, Output, OutputFormat, Threads

#: Rows that a table or a JSON list has; CSV has them all.
MAX_ROWS = 1000


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A SQL query; the views are listed by 'chemdb info'.")],
    db: Database,
    format: OutputFormat = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
) -> None:
    """Run a SQL query against a file, read-only: it can reach no other file and no network.

    Example: chemdb sql "select * from missing where chemsys = 'Li-O-Zn' order by natoms limit 5"
    """
    import duckdb

    from chemdb.cli.screen import show
    from chemdb.database import all_rows, connect_to_read, execute, translate_errors
    from chemdb.errors import ChemdbError

    with connect_to_read(db, threads, memory_limit) as con, translate_errors(db):
        try:
            result = execute(con, query)
        except (duckdb.IOException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            raise ChemdbError(f"sql: {error}") from None
        if not result.description:
            return
        columns = [column[0] for column in result.description]
        if format is Format.CSV:
            show(columns, all_rows(result), format, output)
            return
        rows = result.fetchmany(MAX_ROWS + 1)
        footer = f"the first {MAX_ROWS:,} rows; --format csv gives all" if len(rows) > MAX_ROWS else None
        show(columns, rows[:MAX_ROWS], format, output, footer=footer)
