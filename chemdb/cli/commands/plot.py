"""chemdb plot: figures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import chemdb
from chemdb.cli.app import app
from chemdb.cli.compare_options import FirstSide, SecondSide, opened_and_compared
from chemdb.cli.map_options import (
    Components,
    Embedding,
    Method,
    NumberOfElements,
    PerCategory,
    Seed,
    Settings,
    Standardize,
    parsed_settings,
)
from chemdb.cli.options import Database, MemoryLimit, TempDirectory, Threads

if TYPE_CHECKING:
    from chemdb.accessors.plots import Plots

plot = typer.Typer(
    no_args_is_help=True,
    help="Draw figures for print: PNG, SVG or PDF, with a caption in a text file.",
)
app.add_typer(plot, name="plot")

#: As `chemdb.plot.style.DEFAULT_PALETTE`, which help texts need not import.
DEFAULT_PALETTE = "okabe-ito"

Picture = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="A .png, .svg or .pdf file; the caption goes to a .txt file beside it.",
    ),
]
Palette = Annotated[
    str, typer.Option(metavar="NAME", help="Colours: okabe-ito (colour-blind safe), or paper.")
]
Style = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Style file of matplotlib (.mplstyle): fonts, sizes, line widths."),
]
Scale = Annotated[str, typer.Option(metavar="NAME", help="Scale of the colours: auto, linear or log.")]


def _columns(default: str) -> Any:
    help = "Width in print columns: 1 is 8.3 cm, 2 is 17.1 cm."
    return typer.Option(min=1, max=2, show_default=default, help=help)


OneColumn = Annotated[int | None, _columns("1")]
TwoColumns = Annotated[int | None, _columns("2")]
ColumnsBySize = Annotated[int | None, _columns("1 for two or three elements, 2 for four")]


@contextmanager
def saving(
    output: Path,
    db: Path,
    threads: int | None,
    memory_limit: str | None,
    temp_directory: Path | None,
    suffixes: Sequence[str] | None = None,
) -> "Iterator[Plots]":
    """Give the figures of a database to a command that saves one of them, and confirm it at the end.

    Raises
    ------
    ChemdbError
        Nothing can be saved to `output`, or the database cannot be opened.
    """
    from chemdb.cli.screen import confirm
    from chemdb.plot.drawing import FORMATS, check_target

    check_target(output, suffixes or FORMATS)
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        yield opened.plot
    confirm(output)


@plot.command("periodic-table")
def periodic_table(
    db: Database,
    output: Picture,
    nelements: Annotated[
        int | None, typer.Option(show_default="2", help="Number of elements of the compositions.")
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default="allowed",
            help="What to count: allowed, known, combinations, or one of the four categories.",
        ),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(metavar="QUERY", help="Count the compositions that match a query, see 'chemdb query'."),
    ] = None,
    replace: Annotated[
        str | None,
        typer.Option(metavar="ELEMENT", help="Show what may replace an element in known compounds instead."),
    ] = None,
    f_block: Annotated[bool, typer.Option("--f-block", help="Include lanthanoids and actinoids.")] = False,
    scale: Scale = "auto",
    columns: TwoColumns = None,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw Figure 1: elements coloured by the number of compositions that contain them.

    Elements in all of them are outlined and not in the scale. --replace Li colours the elements by how
    readily they take the place of Li, as chemdb suggest has learned.

    Example: chemdb plot periodic-table --query "nelements=2 known" -o known-binaries.png
    """
    if query is not None and (nelements or category):
        raise typer.BadParameter("--query replaces --nelements and --category: give one or the other")
    if replace is not None and (nelements or category or query is not None):
        raise typer.BadParameter("--replace goes without --nelements, --category and --query")
    with saving(output, db, threads, memory_limit, temp_directory) as plots:
        plots.periodic_table(
            nelements,
            category,
            query=query,
            replace=replace,
            f_block=f_block,
            scale=scale,
            columns=columns,
            style=style,
            output=output,
        )


@plot.command()
def substitution(
    db: Database,
    output: Picture,
    columns: TwoColumns = None,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw the matrix of substitution weights, from which chemdb suggest adds up its scores.

    Example: chemdb plot substitution -o substitution.png
    """
    with saving(output, db, threads, memory_limit, temp_directory) as plots:
        plots.substitution(columns=columns, style=style, output=output)


@plot.command()
def composition(
    chemsys: Annotated[
        str,
        typer.Argument(
            metavar="SYSTEM",
            help="Chemical system, such as Li-Zn-O: left, right and top corner in this order.",
        ),
    ],
    db: Database,
    output: Picture,
    hull_energies: Annotated[
        bool,
        typer.Option(
            "--hull-energies",
            help="Write energies above the hull (meV/atom) after known formulas, circle stable ones, draw "
            "tie lines.",
        ),
    ] = False,
    palette: Palette = DEFAULT_PALETTE,
    columns: ColumnsBySize = None,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw a chemical system by category: a line, a triangle, or slices of a tetrahedron.

    Slices are by the fraction of the last element.

    Example: chemdb plot composition Li-Zn-O -o li-zn-o.svg
    """
    with saving(output, db, threads, memory_limit, temp_directory) as plots:
        plots.composition(
            chemsys, hull_energies=hull_energies, palette=palette, columns=columns, style=style, output=output
        )


@plot.command("map")
def one_map(
    db: Database,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .png, .svg or .pdf file with its caption beside it; with --html a .html file.",
        ),
    ],
    html: Annotated[
        bool, typer.Option("--html", help="Write a self-contained interactive page that works offline.")
    ] = False,
    embedding: Embedding = "magpie",
    method: Method = "umap",
    nelements: NumberOfElements = 2,
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    components: Components = 2,
    standardize: Standardize = False,
    settings: Settings = None,
    palette: Palette = DEFAULT_PALETTE,
    columns: OneColumn = None,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw one map, which is made first if the file does not have it.

    Example: chemdb plot map --method pca --nelements 2 -o map.png
    """
    from chemdb.cli.screen import steps_on_screen

    if html and (style is not None or columns):
        raise typer.BadParameter("--style and --columns are for print: leave them out with --html")
    of_map: dict[str, Any] = {
        "per_category": per_category,
        "seed": seed,
        "components": components,
        "standardize": standardize,
        "settings": parsed_settings(settings),
        "palette": palette,
    }
    with (
        saving(output, db, threads, memory_limit, temp_directory, (".html",) if html else None) as plots,
        steps_on_screen() as steps,
    ):
        if html:
            plots.map_page(output, embedding, method, nelements, **of_map, steps=steps)
        else:
            plots.map(
                embedding,
                method,
                nelements,
                **of_map,
                columns=columns,
                style=style,
                output=output,
                steps=steps,
            )


@plot.command("map-grid")
def map_grid(
    db: Database,
    output: Picture,
    nelements: NumberOfElements = 2,
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    palette: Palette = DEFAULT_PALETTE,
    columns: TwoColumns = None,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw Figure 2, 3 or 4: six representations by three reductions for a number of elements.

    Missing maps are made first, which takes many minutes at full size.

    Example: chemdb plot map-grid --nelements 2 --per-category 60 -o figure-2.png
    """
    from chemdb.cli.screen import steps_on_screen

    with saving(output, db, threads, memory_limit, temp_directory) as plots, steps_on_screen() as steps:
        plots.map_grid(
            nelements,
            per_category=per_category,
            seed=seed,
            palette=palette,
            columns=columns,
            style=style,
            output=output,
            steps=steps,
        )


@plot.command()
def anions(
    db: Database,
    output: Picture,
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    palette: Palette = DEFAULT_PALETTE,
    columns: TwoColumns = None,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw Figure 5: the maps of the binaries by anion class.

    Example: chemdb plot anions --per-category 60 -o figure-5.png
    """
    from chemdb.cli.screen import steps_on_screen

    with saving(output, db, threads, memory_limit, temp_directory) as plots, steps_on_screen() as steps:
        plots.anions(
            per_category=per_category,
            seed=seed,
            palette=palette,
            columns=columns,
            style=style,
            output=output,
            steps=steps,
        )


@plot.command()
def density(
    db: Database,
    output: Picture,
    embedding: Embedding = "magpie",
    nelements: NumberOfElements = 4,
    bins: Annotated[int, typer.Option(min=2, max=4096, help="Cells along each side.")] = 256,
    columns: TwoColumns = None,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw the density of all compositions with a number of elements, by category; no sampling.

    The axes are the exact principal components. All 16.9 billion quaternaries take about a minute
    on two processors.

    Example: chemdb plot density --nelements 3 -o density.png
    """
    from chemdb.cli.screen import steps_on_screen

    with saving(output, db, threads, memory_limit, temp_directory) as plots, steps_on_screen() as steps:
        plots.density(
            embedding, nelements, bins=bins, columns=columns, style=style, output=output, steps=steps
        )


@plot.command("compare")
def comparison(
    first: FirstSide,
    second: SecondSide,
    db: Database,
    output: Picture,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw what differs between two files, oxidation-state sets or known sources, see chemdb compare.

    Example: chemdb plot compare smact14 icsd24 -o compare.png
    """
    from chemdb.cli.screen import steps_on_screen

    path, compared = opened_and_compared(first, second, db)
    with saving(output, path, threads, memory_limit, temp_directory) as plots, steps_on_screen() as steps:
        plots.compare(*compared, style=style, output=output, steps=steps)


@plot.command()
def paper(
    db: Database,
    folder: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="An existing folder.")],
    format: Annotated[str, typer.Option("--format", "-f", metavar="NAME", help="png, svg or pdf.")] = "png",
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    palette: Palette = DEFAULT_PALETTE,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw Figures 1 to 5 of the paper for this file.

    Interrupted runs resume: existing maps and up-to-date figures are reused.

    Example: chemdb plot paper --per-category 60 -o .
    """
    from chemdb.cli.screen import confirm, steps_on_screen

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, steps_on_screen() as steps:
        results = opened.plot.paper(
            folder,
            format=format,
            per_category=per_category,
            seed=seed,
            palette=palette,
            style=style,
            steps=steps,
        )
    for path, drawn in results:
        confirm(f"{path}{'' if drawn else ': up to date'}")
