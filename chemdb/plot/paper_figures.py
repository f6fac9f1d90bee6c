"""Figures 1 to 5 of the paper, together."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from chemdb.database.metadata import nelements_of
from chemdb.database.open_file import OpenFile
from chemdb.errors import PlotError, one_of
from chemdb.maps.make import add_maps
from chemdb.maps.stored import PER_CATEGORY
from chemdb.plot import anions, map_grid, periodic_table
from chemdb.plot.drawing import FORMATS, Drawing, caption_path, check_target, save
from chemdb.plot.style import DEFAULT_LOOK, Look
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Steps, no_steps

#: Map grids by number of elements.
GRIDS = {2: "figure-2", 3: "figure-3", 4: "figure-4"}


def draw_all(
    path: Path,
    folder: Path,
    format: str = "png",
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    look: Look = DEFAULT_LOOK,
    limits: Limits | None = None,
    steps: Steps = no_steps,
) -> list[tuple[Path, bool]]:
    """Save Figures 1 to 5 of a file in a folder; return their paths and whether each was redrawn.

    Maps that are not in the file are made and stored in it. Figures that the folder already has with the
    same caption are not saved again. Figures of numbers of elements that the file does not have are
    left out.

    Parameters
    ----------
    path : Path
        The database.
    folder : Path
    format : str
        png, svg or pdf.
    per_category, seed : int
    look : Look
        Each figure keeps its own width.
    limits : Limits, optional
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        Unknown format, or a folder that does not exist or cannot be written.
    """
    suffix = "." + one_of(format, [suffix[1:] for suffix in FORMATS], "format", PlotError)
    if not folder.is_dir():
        raise PlotError(f"{folder}: no such folder; make it first")
    limits = limits or Limits()
    with OpenFile(path, limits) as file, file.cursor() as con:
        sizes = nelements_of(con)
    figures: dict[str, Callable[[duckdb.DuckDBPyConnection], Drawing]] = {}
    if 2 in sizes:
        figures["figure-1"] = lambda con: periodic_table.draw(con, 2, look=look)
    for nelements in sizes:
        figures[GRIDS[nelements]] = lambda con, nelements=nelements: map_grid.draw(  # type: ignore[misc]
            con, nelements, per_category, seed, look
        )
    if 2 in sizes:
        figures["figure-5"] = lambda con: anions.draw(con, per_category, seed, look)
    targets = {name: folder / f"{name}{suffix}" for name in figures}
    for target in targets.values():
        check_target(target)
    specs = [spec for nelements in sizes for spec in map_grid.specs(nelements, per_category, seed)]
    add_maps(path, specs, limits, steps)
    results = []
    with OpenFile(path, limits) as file, file.cursor() as con:
        for name, draw in figures.items():
            with steps(f"Figure {name[-1]}"):
                drawing = draw(con)
                up_to_date = _is_up_to_date(targets[name], drawing)
                if not up_to_date:
                    save(drawing, targets[name])
            results.append((targets[name], not up_to_date))
    return results


def _is_up_to_date(target: Path, drawing: Drawing) -> bool:
    """Return whether the figure exists with the same caption."""
    caption = caption_path(target)
    try:
        return target.is_file() and caption.read_text(encoding="utf-8") == str(drawing.caption)
    except OSError:
        return False
