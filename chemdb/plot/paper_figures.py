"""Figures 1 to 5 of the paper, together."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import duckdb

from chemdb.database.metadata import nelements_of
from chemdb.errors import PlotError, one_of
from chemdb.maps.stored import PER_CATEGORY
from chemdb.plot import anions, map_grid, periodic_table
from chemdb.plot.database_figures import DatabaseFigures
from chemdb.plot.drawing import FORMATS, Drawing, caption_path, check_target, save
from chemdb.plot.style import DEFAULT_PALETTE, Look, StyleFile
from chemdb.plot.tiles import TableOptions
from chemdb.runtime.progress import Steps, no_steps

#: Map grids by number of elements.
GRIDS = {2: "figure-2", 3: "figure-3", 4: "figure-4"}


def plot_paper(
    figures: DatabaseFigures,
    folder: str | os.PathLike[str],
    *,
    format: str = "png",
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    palette: str = DEFAULT_PALETTE,
    style: StyleFile = None,
    steps: Steps = no_steps,
) -> list[tuple[Path, bool]]:
    """Save Figures 1 to 5 in a folder; return their paths and whether each was drawn anew.

    Maps that are not in the file are made and stored in it. Figures that the folder already has with the
    same caption are not saved again. Figures of numbers of elements that the file does not have are
    left out.

    Raises
    ------
    ChemdbError
        Unknown format or palette, or a folder that does not exist or cannot be written.
    """
    look = Look(palette, style=style)
    suffix = "." + one_of(format, [suffix[1:] for suffix in FORMATS], "format", PlotError)
    folder = Path(folder)
    if not folder.is_dir():
        raise PlotError(f"{folder}: no such folder; make it first")
    with figures.database.cursor() as con:
        sizes = nelements_of(con)
    draws = _draws(sizes, per_category, seed, look)
    targets = {name: folder / f"{name}{suffix}" for name in draws}
    for target in targets.values():
        check_target(target)
    specs = [spec for nelements in sizes for spec in map_grid.specs(nelements, per_category, seed)]
    figures.database.add_maps(specs, steps)
    results = []
    with figures.database.cursor() as con:
        for name, draw in draws.items():
            with steps(f"Figure {name[-1]}"):
                drawing = draw(con)
                up_to_date = _is_up_to_date(targets[name], drawing)
                if not up_to_date:
                    save(drawing, targets[name])
            results.append((targets[name], not up_to_date))
    return results


def _draws(
    sizes: Sequence[int], per_category: int, seed: int, look: Look
) -> dict[str, Callable[[duckdb.DuckDBPyConnection], Drawing]]:
    """Return a function that draws each figure, by its name."""
    draws: dict[str, Callable[[duckdb.DuckDBPyConnection], Drawing]] = {}
    if 2 in sizes:
        draws["figure-1"] = lambda con: periodic_table.draw(con, 2, options=TableOptions(look=look))
    for nelements in sizes:
        draws[GRIDS[nelements]] = partial(
            map_grid.draw, nelements=nelements, per_category=per_category, seed=seed, look=look
        )
    if 2 in sizes:
        draws["figure-5"] = partial(anions.draw, per_category=per_category, seed=seed, look=look)
    return draws


def _is_up_to_date(target: Path, drawing: Drawing) -> bool:
    """Return whether the figure exists with the same caption."""
    caption = caption_path(target)
    try:
        return target.is_file() and caption.read_text(encoding="utf-8") == str(drawing.caption)
    except OSError:
        return False
