"""The figures of the paper, in one go."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from chemdb.database.connection import OpenFile
from chemdb.database.metadata import nelements_of
from chemdb.errors import PlotError, one_of
from chemdb.maps.make import add_maps
from chemdb.maps.stored import PER_CATEGORY
from chemdb.plot import anions, map_grid, periodic_table
from chemdb.plot.style import FORMATS, Drawing, caption_path, check_target, palette, save
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Steps, no_steps

#: Figures of maps of each order.
GRIDS = {2: "figure-2", 3: "figure-3", 4: "figure-4"}


def draw_all(
    path: Path,
    folder: Path,
    format: str = "png",
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    palette_name: str = "paper",
    limits: Limits | None = None,
    steps: Steps = no_steps,
) -> list[tuple[Path, bool]]:
    """Draw Figures 1 to 5 for a file into a folder; return each and whether it was drawn anew.

    Maps are computed as far as the file lacks them, and kept in it. A figure that is in the
    folder with the caption that it would get is kept. Orders that the file does not have are left
    out.

    Parameters
    ----------
    path : Path
        Of the database.
    folder : Path
    format : str
        png, svg or pdf.
    per_category, seed : int
    palette_name : str
    limits : Limits, optional
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        Unknown format or palette, a folder that does not exist or cannot be written.
    """
    suffix = "." + one_of(format, [known[1:] for known in FORMATS], "format", PlotError)
    palette(palette_name)
    if not folder.is_dir():
        raise PlotError(f"{folder}: no such folder; make it first")
    limits = limits or Limits()
    with OpenFile(path, limits) as file, file.cursor() as con:
        orders = nelements_of(con)
    figures: dict[str, Callable[[duckdb.DuckDBPyConnection], Drawing]] = {}
    if 2 in orders:
        figures["figure-1"] = lambda con: periodic_table.draw(con, 2)
    for order in orders:
        figures[GRIDS[order]] = lambda con, order=order: map_grid.draw(  # type: ignore[misc]
            con, order, per_category, seed, palette_name
        )
    if 2 in orders:
        figures["figure-5"] = lambda con: anions.draw(con, per_category, seed, palette_name)
    targets = {name: folder / f"{name}{suffix}" for name in figures}
    for target in targets.values():
        check_target(target)
    add_maps(
        path, [spec for order in orders for spec in map_grid.specs(order, per_category, seed)], limits, steps
    )
    results = []
    with OpenFile(path, limits) as file, file.cursor() as con:
        for name, draw in figures.items():
            with steps(f"Figure {name[-1]}"):
                drawing = draw(con)
                fresh = _is_fresh(targets[name], drawing)
                if not fresh:
                    save(drawing, targets[name])
            results.append((targets[name], not fresh))
    return results


def _is_fresh(target: Path, drawing: Drawing) -> bool:
    """Say whether the folder has the figure, with the same caption."""
    caption = caption_path(target)
    try:
        return target.is_file() and caption.read_text(encoding="utf-8") == str(drawing.caption)
    except OSError:
        return False
