"""chemdb plot: figures."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import chemdb
from chemdb.cli.app import app
from chemdb.cli.map_options import (
    Components,
    Embedding,
    Method,
    NumberOfElements,
    PerCategory,
    Seed,
    Settings,
    Standardize,
    spec_of,
)
from chemdb.cli.options import Database, MemoryLimit, TempDirectory, Threads
from chemdb.runtime.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb

    from chemdb.maps.stored import MapSpec

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
COLUMNS_HELP = "Width in print columns: 1 is 8.3 cm, 2 is 17.1 cm."
OneColumn = Annotated[int | None, typer.Option(min=1, max=2, show_default="1", help=COLUMNS_HELP)]
TwoColumns = Annotated[int | None, typer.Option(min=1, max=2, show_default="2", help=COLUMNS_HELP)]


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
    f_block: Annotated[bool, typer.Option("--f-block", help="Include lanthanides and actinides.")] = False,
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
    from chemdb.cli.screen import confirm
    from chemdb.plot.drawing import check_target, save
    from chemdb.plot.periodic_table import draw, draw_query, draw_replacements
    from chemdb.plot.style import Look

    if query is not None and (nelements or category):
        raise typer.BadParameter("--query replaces --nelements and --category: give one or the other")
    if replace is not None and (nelements or category or query is not None):
        raise typer.BadParameter("--replace goes without --nelements, --category and --query")
    check_target(output)
    look = Look(columns=columns, style=style)
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, opened.cursor() as con:
        if replace is not None:
            drawing = draw_replacements(con, replace, f_block, scale, look)
        elif query is not None:
            drawing = draw_query(con, opened.query(query), query, f_block, scale, look)
        else:
            size = 2 if nelements is None else nelements
            drawing = draw(con, size, category or "allowed", f_block, scale, look)
        save(drawing, output)
    confirm(output)


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
    from chemdb.cli.screen import confirm
    from chemdb.plot.drawing import check_target, save
    from chemdb.plot.style import Look
    from chemdb.plot.substitution_matrix import draw

    check_target(output)
    look = Look(columns=columns, style=style)
    with _opened(db, threads, memory_limit, temp_directory) as con:
        save(draw(con, look), output)
    confirm(output)


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
    columns: Annotated[
        int | None,
        typer.Option(min=1, max=2, show_default="1 for two or three elements, 2 for four", help=COLUMNS_HELP),
    ] = None,
    style: Style = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw a chemical system by category: a line, a triangle, or slices of a tetrahedron.

    Slices are by the fraction of the last element.

    Example: chemdb plot composition Li-Zn-O -o li-zn-o.svg
    """
    from chemdb.cli.screen import confirm
    from chemdb.plot.chemical_system import draw
    from chemdb.plot.drawing import check_target, save
    from chemdb.plot.style import Look

    check_target(output)
    look = Look(palette, columns, style)
    with _opened(db, threads, memory_limit, temp_directory) as con:
        save(draw(con, chemsys, hull_energies, look), output)
    confirm(output)


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
    from chemdb.cli.screen import confirm
    from chemdb.plot.drawing import check_target
    from chemdb.plot.style import Look

    if html and (style is not None or columns):
        raise typer.BadParameter("--style and --columns are for print: leave them out with --html")
    check_target(output, *([(".html",)] if html else []))
    look = Look(palette, columns, style)
    spec = spec_of(embedding, method, nelements, per_category, seed, components, standardize, settings)
    _have(db, [spec], Limits.of(threads, memory_limit, temp_directory))
    with _opened(db, threads, memory_limit, temp_directory) as con:
        if html:
            from chemdb.plot.map_page import write

            write(con, spec, output, look)
        else:
            from chemdb.plot.drawing import save
            from chemdb.plot.embedding_map import draw

            save(draw(con, spec, look), output)
    confirm(output)


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
    from chemdb.cli.screen import confirm
    from chemdb.plot.drawing import check_target, save
    from chemdb.plot.map_grid import draw, specs
    from chemdb.plot.style import Look

    check_target(output)
    look = Look(palette, columns, style)
    _have(db, specs(nelements, per_category, seed), Limits.of(threads, memory_limit, temp_directory))
    with _opened(db, threads, memory_limit, temp_directory) as con:
        save(draw(con, nelements, per_category, seed, look), output)
    confirm(output)


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
    from chemdb.cli.screen import confirm
    from chemdb.plot.anions import draw
    from chemdb.plot.drawing import check_target, save
    from chemdb.plot.map_grid import specs
    from chemdb.plot.style import Look

    check_target(output)
    look = Look(palette, columns, style)
    _have(db, specs(2, per_category, seed), Limits.of(threads, memory_limit, temp_directory))
    with _opened(db, threads, memory_limit, temp_directory) as con:
        save(draw(con, per_category, seed, look), output)
    confirm(output)


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
    from chemdb.cli.screen import confirm, steps_on_screen
    from chemdb.maps.exact_pca.density import density as count
    from chemdb.plot.density_map import draw
    from chemdb.plot.drawing import check_target, save
    from chemdb.plot.style import Look
    from chemdb.query.sample import check_nelements

    check_target(output)
    look = Look(columns=columns, style=style)
    with _opened(db, threads, memory_limit, temp_directory) as con:
        check_nelements(con, nelements)
        with steps_on_screen() as steps:
            found = count(con, embedding, nelements, bins, steps=steps)
        save(draw(con, found, look), output)
    confirm(output)


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
    from chemdb.plot.paper_figures import draw_all
    from chemdb.plot.style import Look

    look = Look(palette, style=style)
    with steps_on_screen() as steps:
        results = draw_all(
            db,
            folder,
            format,
            per_category,
            seed,
            look,
            Limits.of(threads, memory_limit, temp_directory),
            steps,
        )
    for path, drawn in results:
        confirm(f"{path}{'' if drawn else ': up to date'}")


@contextmanager
def _opened(
    db: Path, threads: int | None, memory_limit: str | None, temp_directory: Path | None
) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Give a cursor of the database."""
    with chemdb.open(db, threads, memory_limit, temp_directory) as opened, opened.cursor() as con:
        yield con


def _have(db: Path, specs: "Iterable[MapSpec]", limits: Limits) -> None:
    """Make missing maps."""
    from chemdb.cli.screen import steps_on_screen
    from chemdb.maps.make import add_maps

    with steps_on_screen() as steps:
        add_maps(db, specs, limits, steps)
