"""chemdb report."""

import math
from typing import Annotated, Any

import typer

from chemdb.cli.app import app
from chemdb.cli.map_options import Seed
from chemdb.cli.options import (
    Database,
    Format,
    MemoryLimit,
    Output,
    OutputFormat,
    TempDirectory,
    Threads,
    only_with,
    stored_nelements,
)


@app.command()
def report(
    context: typer.Context,
    db: Database,
    table1: Annotated[
        bool, typer.Option("--table1", help="Formulas of chemical systems by category.")
    ] = False,
    table2: Annotated[
        bool, typer.Option("--table2", help="Counts by number of elements and category.")
    ] = False,
    separation: Annotated[
        bool, typer.Option("--separation", help="How well the categories separate as vectors and in maps.")
    ] = False,
    suggestions: Annotated[
        bool,
        typer.Option("--suggestions", help="How many hidden known compositions chemdb suggest finds."),
    ] = False,
    claims: Annotated[
        bool, typer.Option("--claims", help="Whether the paper's statements about its figures hold.")
    ] = False,
    chemsys: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SYSTEM", show_default="Zn-O, Li-Zn-O, Li-Zn-Sn-O", help="System of Table 1. Repeatable."
        ),
    ] = None,
    nelements: Annotated[range | None, stored_nelements("Numbers of elements of --separation.")] = None,
    embedding: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default="the paper's six",
            help="Element representation of --separation. Repeatable.",
        ),
    ] = None,
    per_category: Annotated[
        int | None,
        typer.Option(
            min=1,
            show_default="3000, of --claims 1000",
            help="Sample size per category of --separation and --claims.",
        ),
    ] = None,
    seed: Seed = 0,
    format: OutputFormat = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Print tables or claims of the paper for this file, or how well categories separate or suggestions work.

    --separation scores the vectors of a sample and the stored maps of that sample: the balanced
    accuracy of 15 nearest neighbours in 5-fold cross-validation, its excess over the random_200
    vectors, which contain no chemistry, and the silhouette coefficient.

    --suggestions hides a random fifth of the known compositions, learns from the rest, ranks the compositions
    that are then missing, and counts the hidden ones among the first 100, 1,000 and 10,000. The control is
    popularity: the product of the frequencies of the elements and of the stoichiometry.

    --claims tests eight statements of the paper about its figures: whether each holds, by which measures, and
    what shuffled labels, random vectors and stoichiometries alone give. CSV and JSON have every number.

    Example: chemdb report --table1 --chemsys Na-Fe-O
    """
    if table1 + table2 + separation + suggestions + claims != 1:
        raise typer.BadParameter("choose one of --table1, --table2, --separation, --suggestions and --claims")
    if not table1:
        only_with(context, "--table1", "chemsys")
    if not separation:
        only_with(context, "--separation", "nelements", "embedding")
    if not separation and not claims:
        only_with(context, "--separation and --claims", "per_category")
        if not suggestions:
            only_with(context, "--separation, --suggestions and --claims", "seed")
    import chemdb

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        if separation:
            _show_separation(opened, nelements, embedding, per_category or 3000, seed, format, output)
            return
        if claims:
            _show_claims(opened, per_category or 1000, seed, format, output)
            return
        if suggestions:
            _show_suggestions(opened, seed, format, output)
            return
        (_show_table_1 if table1 else _show_table_2)(opened, chemsys, format, output)


def _show_suggestions(db: Any, seed: int, format: Format, output: Any) -> None:
    from dataclasses import astuple, fields

    from chemdb.cli.screen import show, steps_on_screen
    from chemdb.report.suggestion_quality import SuggestionQuality

    with steps_on_screen() as steps:
        rows = [list(astuple(row)) for row in db.suggestion_quality(seed, steps)]
    digits = 4 if format in (Format.TABLE, Format.MARKDOWN) else 9
    rounded = [[round(value, digits) if isinstance(value, float) else value for value in row] for row in rows]
    columns = [field.name for field in fields(SuggestionQuality)]
    title = (
        f"Hidden known compositions found by chemdb suggest; a random fifth is hidden; seed {seed}\n"
        f"known: {db.known_sources()}"
    )
    show(columns, rounded, format, output, title)


def _show_separation(
    db: Any,
    nelements: range | None,
    embeddings: list[str] | None,
    per_category: int,
    seed: int,
    format: Format,
    output: Any,
) -> None:
    from dataclasses import fields

    from chemdb.cli.screen import show, steps_on_screen
    from chemdb.report.separation import Separation

    with steps_on_screen() as steps:
        scores = db.separation(nelements, embeddings, per_category, seed, steps)
    columns = [field.name for field in fields(Separation)]
    rows = [[getattr(row, name) for name in columns] for row in scores]
    rounded = [[round(value, 3) if isinstance(value, float) else value for value in row] for row in rows]
    title = f"Separation of the categories; up to {per_category:,} compositions of each; seed {seed}"
    footer = "space full: the vectors themselves; others: maps stored in the file by 'chemdb map'"
    show(columns, rounded, format, output, title, footer)


def _show_claims(db: Any, per_category: int, seed: int, format: Format, output: Any) -> None:
    from chemdb.cli.screen import show, steps_on_screen
    from chemdb.report.claims.table import COLUMNS, SUMMARY_COLUMNS, records, summary

    with steps_on_screen() as steps:
        claims = db.claims(per_category, seed, steps)
    if format is Format.JSON or format is Format.CSV:
        show(COLUMNS, records(claims), format, output)
        return
    title = (
        f"Claims of the paper; 5 samples of up to {per_category:,} compositions per category; seed {seed}\n"
        f"known: {db.known_sources()}"
    )
    footer = (
        "±: half of a 95% confidence interval; full: vectors, pca: their first two principal components; "
        "balanced accuracy: of 15 nearest neighbours in 5-fold cross-validation; "
        "CSV and JSON have all numbers, also of what the claim does not name"
    )
    show(SUMMARY_COLUMNS, summary(claims), format, output, title, footer)


def _show_table_1(db: Any, systems: list[str] | None, format: Format, output: Any) -> None:
    from chemdb.chemistry.category import CATEGORIES
    from chemdb.cli.screen import show
    from chemdb.report.paper_values import TABLE_1_SYSTEMS

    systems = systems or list(TABLE_1_SYSTEMS)
    cells = db.table_1(systems)
    if format is Format.JSON or format is Format.CSV:
        joined = (lambda formulas: formulas) if format is Format.JSON else " ".join
        rows: list[Any] = [(cell.chemsys, cell.category, cell.n, joined(cell.formulas)) for cell in cells]
        show(["chemsys", "category", "n", "formulas"], rows, format, output)
        return
    by_place = {(cell.chemsys, cell.category): cell for cell in cells}
    rows = []
    for category in CATEGORIES:
        row = [category]
        for system in systems:
            cell = by_place[system, category]
            more = cell.n - len(cell.formulas)
            row.append(", ".join(cell.formulas) + (f" … ({cell.n:,})" if more else ""))
        rows.append(row)
    title = f"Table 1. Compositions by category\nknown: {db.known_sources()}"
    show(["", *systems], rows, format, output, title)


def _show_table_2(db: Any, _: Any, format: Format, output: Any) -> None:
    from chemdb.cli.screen import show
    from chemdb.report import paper_values

    table = db.table_2()
    columns = list(table.rows[0])
    if format is Format.JSON or format is Format.CSV:
        show(columns, [list(row.values()) for row in table.rows], format, output)
        return
    below = " " if format is Format.MARKDOWN else "\n"
    rows = []
    for row in table.rows:
        rows.append([str(row["nelements"]), *_with_shares(row, below)])
        rows += [
            ["paper", *_with_shares(printed, below)]
            for printed in table.paper
            if printed["nelements"] == row["nelements"]
        ]
    title = f"Table 2. Compositions by number of elements and category\nknown: {table.known}"
    footer = (
        f"paper: {paper_values.CITATION}; known from Materials Project v2023.11.1" if table.paper else None
    )
    show(["elements", *columns[1:]], rows, format, output, title, footer)


def _with_shares(row: dict[str, int], below: str) -> list[str]:
    """Return counts with their percentage of the combinations."""
    total = row["combinations"]
    return [f"{total:,}"] + [
        f"{n:,}{below}{_percent(n / total)}"
        for name, n in row.items()
        if name not in ("nelements", "combinations")
    ]


def _percent(share: float) -> str:
    """Return a percentage with three digits, however small."""
    if share == 0:
        return "0%"
    decimals = max(0, 2 - math.floor(math.log10(100 * share)))
    return f"{100 * share:.{decimals}f}%"
