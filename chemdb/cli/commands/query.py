"""chemdb query."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, TempDirectory, Threads, only_with
from chemdb.cli.row_output import (
    RowFormat,
    RowLimit,
    RowOffset,
    RowsFormat,
    RowsOutput,
    check_table,
    names_in,
    row_format,
    rows_shown,
    write_rows,
)

if TYPE_CHECKING:
    from chemdb.query.result import Result


@app.command()
def query(
    context: typer.Context,
    db: Database,
    text: Annotated[str, typer.Argument(metavar="QUERY", help="What to find; everything by default.")] = "",
    optimade: Annotated[
        str | None, typer.Option(metavar="FILTER", help="An OPTIMADE filter instead of QUERY.")
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Print only the number of matches.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the query as SQL.")] = False,
    limit: RowLimit = 20,
    offset: RowOffset = 0,
    sort: Annotated[
        str,
        typer.Option(
            metavar="COLUMNS",
            show_default="known first, then fewest atoms",
            help="Such as natoms,-x(O); a leading - sorts in descending order.",
        ),
    ] = "",
    columns: Annotated[
        str,
        typer.Option(
            metavar="COLUMNS",
            show_default="those that fit the format",
            help="Columns of the view composition; species, known_in, material_id, energy_above_hull; "
            "score (see chemdb suggest); O (amount) or x(O) (atomic fraction) of any element.",
        ),
    ] = "",
    format: RowsFormat = None,
    output: RowsOutput = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Find compositions: exact counts by category, then rows.

    Terms separated by spaces must all match; combine them with AND, OR, NOT and parentheses:

    [bold]elements[/]=Li,Zn,O contains all; [bold]any[/]=, [bold]only[/]=, [bold]exclude[/]=Pb,Cd

    [bold]chemsys[/]=Li-Zn-O or Ti-O-*; [bold]within[/]=Li-Zn-Sn-O includes subsystems

    [bold]formula[/]=LiZnO2; [bold]anonymous[/]=ABC3; or bare: LiZnO2, ABO3, Li-Zn-O, Ti-O-*

    [bold]category[/]=missing,interesting; or bare: missing, allowed, known, NOT known

    [bold]nelements[/]=3, [bold]natoms[/]<=10, [bold]max_factor[/]<=4, O>=2, 0.3<x(O)<0.6 (atomic fraction)

    [bold]species[/]=Fe3+,O2-; [bold]known_in[/]=mp; [bold]energy_above_hull[/]<0.05

    A group (alkali, halogen, chalcogen, lanthanoid, transition_metal, ...) can replace an element.

    Example: chemdb query "elements=alkali,O missing natoms<=6 x(O)>=1/2"
    """
    import chemdb
    from chemdb.cli.screen import say

    if text and optimade is not None:
        raise typer.BadParameter("give either QUERY or --optimade")
    if count and sql:
        raise typer.BadParameter("give either --count or --sql")
    if count or sql:
        only_with(context, "rows, which --count and --sql do not print", "format", "output")
    kind = row_format(format, output)
    shown = names_in(columns)
    if kind is RowFormat.TABLE and not shown:
        from chemdb.query.statement.columns import TABLE_COLUMNS

        shown = list(TABLE_COLUMNS)
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        result = opened.query(
            text if optimade is None else optimade,
            limit=limit or None,
            offset=offset,
            sort=names_in(sort),
            columns=shown,
            optimade=optimade is not None,
        )
        if count:
            say(result.count())
        elif sql:
            say(result.sql + ";")
        elif kind is RowFormat.TABLE:
            _show_table(result, offset, output, opened.known_sources())
        else:
            title = f"{result}\nknown: {opened.known_sources()}"
            write_rows(result, kind, output, opened, title)


def _show_table(result: "Result", offset: int, output: Path | None, known: str) -> None:
    from chemdb.cli.screen import show

    check_table(len(result))
    rows = list(result)
    title = f"{result}\nknown: {known}"
    if without := result.without_electronegativity(rows):
        from chemdb.lookup.broken_rule import no_electronegativity

        it = "it" if len(without) == 1 else "them"
        title += f"\n{no_electronegativity(without)}, so the rule allows nothing with {it}"
    show(result.columns, rows, Format.TABLE, output, title, rows_shown(result, offset))
