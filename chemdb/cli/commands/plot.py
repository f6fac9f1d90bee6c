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
    str, typer.Option(metavar="NAME", help="Colours: paper, or okabe-ito (colour-blind safe).")
]
Columns = Annotated[
    int, typer.Option(min=1, max=2, help="Width in print columns: 1 is 8.3 cm, 2 is 17.1 cm.")
]


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
    columns: Columns = 2,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw Figure 1: elements coloured by the number of compositions that contain them.

    --replace Li colours them by how readily they take the place of Li, as chemdb suggest has learned.

    Example: chemdb plot periodic-table --query "nelements=2 known" -o known-binaries.png
    """
    from chemdb.cli.screen import confirm
    from chemdb.plot.drawing import check_target, save
    from chemdb.plot.periodic_table import draw, draw_query, draw_replacements

    if query is not None and (nelements or category):
        raise typer.BadParameter("--query replaces --nelements and --category: give one or the other")
    if replace is not None and (nelements or category or query is not None):
        raise typer.BadParameter("--replace goes without --nelements, --category and --query")
    check_target(output)
    if replace is not None:
        with _opened(db, threads, memory_limit, temp_directory) as con:
            save(draw_replacements(con, replace, f_block, columns), output)
    elif query is None:
        with _opened(db, threads, memory_limit, temp_directory) as con:
            save(
                draw(con, 2 if nelements is None else nelements, category or "allowed", f_block, columns),
                output,
            )
    else:
        with chemdb.open(db, threads, memory_limit, temp_directory) as opened, opened.cursor() as con:
            save(draw_query(con, opened.query(query), query, f_block, columns), output)
    confirm(output)


@plot.command()
def substitution(
    db: Database,
    output: Picture,
    columns: Columns = 2,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw the matrix of substitution weights, from which chemdb suggest adds up its scores.

    Example: chemdb plot substitution -o substitution.png
    """
    from chemdb.cli.screen import confirm
    from chemdb.plot.drawing import check_target, save
    from chemdb.plot.substitution_matrix import draw

    check_target(output)
    with _opened(db, threads, memory_limit, temp_directory) as con:
        save(draw(con, columns), output)
    confirm(output)


@plot.command()
def composition(
    chemsys: Annotated[str, typer.Argument(metavar="SYSTEM", help="Chemical system, such as Li-Zn-O.")],
    db: Database,
    output: Picture,
    hull_energies: Annotated[
        bool,
        typer.Option(
            "--hull-energies", help="Write energies above the hull (meV/atom) after known formulas."
        ),
    ] = False,
    palette: Palette = "paper",
    columns: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=2,
            show_default="1 for two or three elements, 2 for four",
            help="Width in print columns: 1 is 8.3 cm, 2 is 17.1 cm.",
        ),
    ] = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw a chemical system by category: a line, a triangle, or slices of a tetrahedron.

    Example: chemdb plot composition Li-Zn-O -o li-zn-o.svg
    """
    from chemdb.cli.screen import confirm
    from chemdb.plot.chemical_system import draw
    from chemdb.plot.drawing import check_target, save

    check_target(output)
    with _opened(db, threads, memory_limit, temp_directory) as con:
        save(draw(con, chemsys, hull_energies, palette, columns), output)
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
    palette: Palette = "paper",
    columns: Columns = 1,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Draw one map, which is made first if the file does not have it.

    Example: chemdb plot map --method pca --nelements 2 -o map.png
    """
    from chemdb.cli.screen import confirm
    from chemdb.plot.drawing import check_target

    check_target(output, *([(".html",)] if html else []))
    spec = spec_of(embedding, method, nelements, per_category, seed, components, standardize, settings)
    _have(db, [spec], palette, Limits.of(threads, memory_limit, temp_directory))
    with _opened(db, threads, memory_limit, temp_directory) as con:
        if html:
            from chemdb.plot.map_page import write

            write(con, spec, output, palette)
        else:
            from chemdb.plot.drawing import save
            from chemdb.plot.embedding_map import draw

            save(draw(con, spec, palette, columns), output)
    confirm(output)


@plot.command("map-grid")
def map_grid(
    db: Database,
    output: Picture,
    nelements: NumberOfElements = 2,
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    palette: Palette = "paper",
    columns: Columns = 2,
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

    check_target(output)
    _have(db, specs(nelements, per_category, seed), palette, Limits.of(threads, memory_limit, temp_directory))
    with _opened(db, threads, memory_limit, temp_directory) as con:
        save(draw(con, nelements, per_category, seed, palette, columns), output)
    confirm(output)


@plot.command()
def anions(
    db: Database,
    output: Picture,
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    palette: Palette = "paper",
    columns: Columns = 2,
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

    check_target(output)
    _have(db, specs(2, per_category, seed), palette, Limits.of(threads, memory_limit, temp_directory))
    with _opened(db, threads, memory_limit, temp_directory) as con:
        save(draw(con, per_category, seed, palette, columns), output)
    confirm(output)


@plot.command()
def density(
    db: Database,
    output: Picture,
    embedding: Embedding = "magpie",
    nelements: NumberOfElements = 4,
    bins: Annotated[int, typer.Option(min=2, max=4096, help="Cells along each side.")] = 256,
    columns: Columns = 2,
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
    from chemdb.query.sample import check_nelements

    check_target(output)
    with _opened(db, threads, memory_limit, temp_directory) as con:
        check_nelements(con, nelements)
        with steps_on_screen() as steps:
            found = count(con, embedding, nelements, bins, steps=steps)
        save(draw(con, found, columns), output)
    confirm(output)


@plot.command()
def paper(
    db: Database,
    folder: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="An existing folder.")],
    format: Annotated[str, typer.Option("--format", "-f", metavar="NAME", help="png, svg or pdf.")] = "png",
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    palette: Palette = "paper",
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

    with steps_on_screen() as steps:
        results = draw_all(
            db,
            folder,
            format,
            per_category,
            seed,
            palette,
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


def _have(db: Path, specs: "Iterable[MapSpec]", palette: str, limits: Limits) -> None:
    """Make missing maps, once it is clear that they can be drawn."""
    from chemdb.cli.screen import steps_on_screen
    from chemdb.maps.make import add_maps
    from chemdb.plot.style import palette as check_palette

    check_palette(palette)
    with steps_on_screen() as steps:
        add_maps(db, specs, limits, steps)
