"""chemdb compare."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.compare_options import FirstSide, SecondSide, opened_and_compared
from chemdb.cli.options import (
    Database,
    Format,
    MemoryLimit,
    OutputFormat,
    TempDirectory,
    Threads,
    stored_nelements,
)
from chemdb.errors import counted


class By(StrEnum):
    """Rows of the table."""

    NELEMENTS = "nelements"
    ELEMENT = "element"


@app.command()
def compare(
    first: FirstSide,
    second: SecondSide,
    db: Database,
    by: Annotated[By, typer.Option(help="Count by number of elements, or by element.")] = By.NELEMENTS,
    nelements: Annotated[range | None, stored_nelements("Numbers of elements to compare.")] = None,
    format: OutputFormat = Format.TABLE,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default="none",
            help="Also write the formulas whose category differs to a .csv, .tsv, .json, .jsonl or .parquet "
            "file.",
        ),
    ] = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Show what differs between two files, oxidation-state sets or known sources.

    Two files must have the same limits. Sets (smact14, icsd16, icsd24, wiki, pymatgen_sp, or a file like
    that of chemdb build) and sources are compared within the file --db: sets with its known compositions,
    sources with its allowed ones.

    Example: chemdb compare smact14 icsd24
    """
    import chemdb
    from chemdb.cli.screen import confirm, show, steps_on_screen
    from chemdb.files.output.output_files import format_of, write_batches
    from chemdb.runtime.atomic_write import check_target

    kind = ""
    if output:
        kind = format_of(output)
        check_target(output)
    path, compared = opened_and_compared(first, second, db)
    with chemdb.open(path, threads, memory_limit, temp_directory) as opened:
        with steps_on_screen() as steps:
            found = opened.compare(*compared, nelements=nelements, steps=steps)
            n = found.n_changed
        table = found.arrow() if by is By.NELEMENTS else found.by_element()
        show(table.column_names, [tuple(row.values()) for row in table.to_pylist()], format, None, str(found))
        if output:
            with steps_on_screen() as steps, steps("Formulas") as progress:
                written = write_batches(found.changed(), output, kind, opened.limits, n, progress)
                progress(1, f"{written:,}")
            confirm(f"{output}: {counted(written, 'formula')}")
