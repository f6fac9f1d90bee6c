"""Figure 5: the maps of the binaries by anion class."""

from typing import TYPE_CHECKING

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.anion_class import ANION_CLASSES, RULE, anion_class
from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.database.arrays import as_array
from chemdb.database.metadata import elements_of
from chemdb.maps.reduction import METHODS
from chemdb.maps.stored import PER_CATEGORY, read_map
from chemdb.plot.database_figures import DatabaseFigures, Target, add_maps, drawn
from chemdb.plot.drawing import Caption, Drawing, file_details
from chemdb.plot.embedding_map import OVERLAP
from chemdb.plot.map_grid import grid, grid_details, specs
from chemdb.plot.style import DEFAULT_LOOK, DEFAULT_PALETTE, Look, StyleFile
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    from chemdb.plot.captioned_figure import CaptionedFigure


def plot_anions(
    figures: DatabaseFigures,
    *,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    palette: str = DEFAULT_PALETTE,
    columns: int | None = None,
    style: StyleFile = None,
    output: Target = None,
    steps: Steps = no_steps,
) -> "CaptionedFigure":
    """Return Figure 5: the maps of the binaries by anion class."""
    look = Look(palette, columns, style)
    add_maps(figures, specs(2, per_category, seed), output, steps)
    return drawn(figures, output, lambda con: draw(con, per_category, seed, look))


def anion_classes(con: duckdb.DuckDBPyConnection, system_ids: NDArray[np.int32]) -> NDArray[np.str_]:
    """Return the anion class of the compounds of each chemical system, shape (n,)."""
    by_symbol = {element.symbol: element for element in elements_of(con)}
    rows = con.execute(
        "select system_id, elements::varchar[] from chemical_system "
        "where nelements = 2 and system_id in (select unnest($ids))",
        {"ids": np.unique(system_ids).tolist()},
    ).fetchall()
    class_of_system = {
        system_id: anion_class([by_symbol[symbol] for symbol in symbols]) for system_id, symbols in rows
    }
    return np.array([class_of_system[system_id] for system_id in system_ids.tolist()], str)


def draw(
    con: duckdb.DuckDBPyConnection,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    look: Look = DEFAULT_LOOK,
) -> Drawing:
    """Return Figure 5: the maps of the binaries, coloured by anion class.

    Raises
    ------
    ChemdbError
        A map is not in the file.
    """
    maps = [read_map(con, spec) for spec in specs(2, per_category, seed)]
    classes = [anion_classes(con, as_array(map_.points["system_id"])) for map_ in maps]
    figure = grid(maps, classes, ANION_CLASSES, look)
    text = (
        f"Binary compositions of all categories by anion class, in {len(PAPER_EMBEDDINGS)} element "
        f"representations (rows) and {len(METHODS)} reductions (columns). {RULE} "
        f"{OVERLAP.format(group='class')}"
    )
    counts = {
        f"points of {map_.run['embedding']}": ", ".join(
            f"{name} {int((of_points == name).sum()):,}" for name in ANION_CLASSES
        )
        for map_, of_points in zip(maps, classes, strict=True)
    }
    details = file_details(con) | counts | grid_details(maps) | look.details()
    return Drawing(figure, Caption(text, details), look)
