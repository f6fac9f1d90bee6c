"""chemdb score."""

from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import (
    MANY_PROCESSES,
    Database,
    Finish,
    Format,
    MemoryLimit,
    Part,
    Scheduler,
    TempDirectory,
    Threads,
)
from chemdb.cli.row_output import RowFormat, RowsFormat, RowsOutput, check_table, row_format, write_rows
from chemdb.errors import counted


@app.command()
def score(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="As 'chemdb query' takes it.")],
    db: Database,
    model: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="FILE.py:NAME",
            help="A class (instantiated once per process), object or function. Its method predict gets the "
            "vectors, shape (n, d); without that method, it is called with the batch. It returns n numbers.",
        ),
    ],
    embedding: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", show_default="no vectors", help="Element representation, such as magpie."
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Rows to keep: those with the highest scores.")] = 1000,
    format: RowsFormat = None,
    output: RowsOutput = None,
    rows: Annotated[
        int,
        typer.Option(
            min=1,
            help="Maximum compositions per piece; each process scores one piece at a time.",
            rich_help_panel=MANY_PROCESSES,
        ),
    ] = 5_000_000,
    scheduler: Scheduler = None,
    part: Part = None,
    finish: Finish = False,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Score the compositions of a query with your own model, and keep the highest scores.

    Higher is better: return the negative of an energy. Compositions with an element that has no vector are
    left out, as are those with a score of NaN.

    With -o, finished pieces are kept in FILE.parts until all are done, so that the same command resumes.

    Example: chemdb score "ABO3 missing" --with model.py:Model --embedding magpie --top 20
    """
    import chemdb
    from chemdb.cli.screen import confirm, show, steps_on_screen
    from chemdb.executors.by_name import open_executor
    from chemdb.partition.kept_tops import KeptTops
    from chemdb.partition.models import ModelFile
    from chemdb.partition.score import Scoring, check_scoring, score_part, scores_of_parts
    from chemdb.partition.score import score as scores_of

    if part and finish:
        raise typer.BadParameter("give either --part or --finish")
    if (part or finish) and output is None:
        raise typer.BadParameter("--part and --finish go with --output, beside which the parts are kept")
    if finish and scheduler:
        raise typer.BadParameter("--finish only merges finished parts; leave out --scheduler")
    kind = row_format(format, output)
    if kind is RowFormat.TABLE:
        check_table(top)
    file = ModelFile.of(model)
    scoring = Scoring(file, embedding, top)
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, steps_on_screen() as steps:
        pieces = opened.partitions(query, rows)
        check_scoring(pieces, scoring)
        kept = None
        if output is not None:
            plan = {"file": opened.fingerprint, "query": query, "rows": rows, "model": file.identity}
            kept = KeptTops(output, plan | {"embedding": embedding, "top": top})
        if finish and kept:
            result = scores_of_parts(pieces, kept, top)
        else:
            with open_executor(scheduler) as executor:
                if part and kept:
                    chosen = part.of(pieces)
                    score_part(chosen, scoring, executor, steps, kept)
                    confirm(f"{kept.folder}: part {part}, {counted(len(chosen), 'piece')}")
                    return
                result = scores_of(pieces, scoring, executor, steps, kept)
        if kind is RowFormat.TABLE:
            title = f"{result}\nknown: {opened.known_sources()}"
            shown = [[f"{one:.6g}" if isinstance(one, float) else one for one in row] for row in result]
            show(result.columns, shown, Format.TABLE, output, title)
        else:
            write_rows(result, kind, output, opened, repr(result))
    if kept:
        kept.remove()
