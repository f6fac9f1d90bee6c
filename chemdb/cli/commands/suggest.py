"""chemdb suggest."""

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
from chemdb.errors import ChemdbError

if TYPE_CHECKING:
    from chemdb.lookup.explanation import Explanation

#: What a score means.
MEANING = (
    "score: sum of substitution weights over the known analogues, not a probability; share_found: precision "
    "at such scores, with a fifth of the known list hidden"
)

#: Fields of an explanation that --for shows as JSON.
EVIDENCE = ("formula", "category", "known", "witnesses", "score", "share_found", "analogues")


@app.command()
def suggest(
    context: typer.Context,
    db: Database,
    text: Annotated[
        str,
        typer.Argument(metavar="QUERY", help="What to suggest; everything by default."),
    ] = "",
    formula: Annotated[
        str | None,
        typer.Option("--for", metavar="FORMULA", help="Show the score of one formula and its analogues."),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default="missing, unless QUERY restricts what is allowed",
            help="missing or unlikely (forbidden by the rule, such as intermetallics and mixed valence).",
        ),
    ] = None,
    limit: RowLimit = 20,
    offset: RowOffset = 0,
    columns: Annotated[
        str,
        typer.Option(
            metavar="COLUMNS",
            show_default="those that fit the format",
            help="rank, formula, chemsys, nelements, natoms, formula_anonymous, category, score, "
            "share_found, species, n_analogues, analogues, analogue_ids, n_known.",
        ),
    ] = "",
    format: RowsFormat = None,
    output: RowsOutput = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Suggest which missing compositions to try first, by their known analogues.

    The analogues of a composition are the known compositions that differ from it by one element. Its score is
    the sum of their substitution weights, which are learned from the known list. Compositions without a
    positive score follow, ranked by an expected number of known compounds. See docs/suggest.md.

    Example: chemdb suggest "elements=Li,S exclude=radioactive nelements=3-4" --limit 10
    """
    import chemdb
    from chemdb.cli.screen import show, steps_on_screen

    kind = row_format(format, output)
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        known = opened.known_sources()
        if formula is not None:
            if text:
                raise typer.BadParameter("give either QUERY or --for")
            only_with(context, "QUERY", "category", "limit", "offset", "columns")
            if kind not in (RowFormat.TABLE, RowFormat.JSON):
                raise typer.BadParameter("--for: choose the format table or json")
            [explanation] = opened.explain(formula)
            _show_evidence(explanation, kind, output, known)
            return
        with steps_on_screen() as steps:
            result = opened.suggest(
                text, limit or None, offset=offset, columns=names_in(columns), category=category, steps=steps
            )
            title = f"{result}\nknown: {known}\n{MEANING}"
            if kind is RowFormat.TABLE:
                check_table(len(result))
            result.arrow()
        if kind is RowFormat.TABLE:
            show(
                result.columns,
                _rounded(list(result)),
                Format.TABLE,
                output,
                title,
                rows_shown(result, offset),
            )
        else:
            write_rows(result, kind, output, opened, title)


def _rounded(rows: list[tuple]) -> list[list]:
    return [[f"{value:.3f}" if isinstance(value, float) else value for value in row] for row in rows]


def _show_evidence(explanation: "Explanation", kind: RowFormat, output: Path | None, known: str) -> None:
    from chemdb.cli.screen import show_json, show_tables
    from chemdb.lookup.explanation import analogue_table

    if explanation.outside_because:
        raise ChemdbError(
            f"{explanation.formula}: outside the space of this file ({explanation.outside_because}), so it "
            f"has no score; 'chemdb explain {explanation.formula}' says what is known"
        )
    if kind is RowFormat.JSON:
        about = explanation.as_dict()
        show_json({name: about[name] for name in EVIDENCE}, output)
        return
    columns, rows, title = analogue_table(explanation)
    species = f", {explanation.witnesses[0]}" if explanation.witnesses else ""
    first = f"{explanation.formula}: {explanation.category}{species}\nknown: {known}\n{title}"
    show_tables([(columns, rows, first)], output)
