"""Figure 5: maps of the binaries by the class of their anion."""

from collections.abc import Mapping

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
from chemdb.database.arrow import as_array
from chemdb.maps.reduction import METHODS
from chemdb.maps.stored import PER_CATEGORY, read_map
from chemdb.plot.drawing import about
from chemdb.plot.map_grid import about_maps, grid, specs
from chemdb.plot.style import ANION_CLASSES, Caption, Drawing, palette

#: Elements of each class; all others make "other".
MEMBERS = {
    "pnictide": ("N", "P", "As", "Sb", "Bi"),
    "halide": ("F", "Cl", "Br", "I", "At"),
    "chalcogenide": ("S", "Se", "Te", "Po"),
    "oxide": ("O",),
}
#: Classes in the order in which they are drawn.
BOTTOM_UP = ("other", "chalcogenide", "pnictide", "halide", "oxide")
RULE = (
    "The most electronegative element (Pauling) decides the class of a compound, so that OF2 is a halide "
    "and SO2 an oxide; of two equal ones (C and Se, H and At) that which has a class. An element without "
    "an electronegativity is never the anion. Where the most electronegative element is hydrogen, carbon, "
    "another non-metal or a metal, the class is other."
)


def anion_class(electronegativity: Mapping[str, float | None]) -> str:
    """Return the anion class of a compound: its most electronegative element decides.

    Parameters
    ----------
    electronegativity : mapping of str to float or None
        Of each of its elements, Pauling scale.

    Returns
    -------
    str
        One of `ANION_CLASSES`; `RULE` says how.

    Examples
    --------
    >>> anion_class({"O": 3.44, "F": 3.98}), anion_class({"Fe": 1.83, "C": 2.55})
    ('halide', 'other')
    """
    values = {symbol: value for symbol, value in electronegativity.items() if value is not None}
    anions = [symbol for symbol, value in values.items() if value == max(values.values())]
    return next((name for name, members in MEMBERS.items() if set(anions) & set(members)), "other")


def classes_of(con: duckdb.DuckDBPyConnection, system_ids: NDArray[np.int32]) -> NDArray[np.str_]:
    """Return the anion class of the compounds of chemical systems, shape (n,)."""
    rows = con.execute(
        """
        select system_id, map_from_entries(list((symbol::varchar, electronegativity)))
        from (
            select system_id, unnest(elements) as symbol
            from chemical_system where system_id in (select unnest($ids))
        )
        join element using (symbol)
        group by system_id
        """,
        {"ids": np.unique(system_ids).tolist()},
    ).fetchall()
    by_system = {system: anion_class(values) for system, values in rows}
    return np.array([by_system[system] for system in system_ids.tolist()], str)


def draw(
    con: duckdb.DuckDBPyConnection,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    palette_name: str = "paper",
    columns: int = 2,
) -> Drawing:
    """Return the maps of the binaries, coloured by anion class.

    Raises
    ------
    ChemdbError
        The file lacks a map, or there is no such palette.
    """
    colors = palette(palette_name)
    maps = [read_map(con, spec) for spec in specs(2, per_category, seed)]
    groups = [classes_of(con, as_array(found.points["system_id"])) for found in maps]
    figure = grid(maps, groups, BOTTOM_UP, ANION_CLASSES, colors, columns)
    text = (
        f"Binary compositions of all categories by anion class, in {len(PAPER_EMBEDDINGS)} element "
        f"representations (rows) and {len(METHODS)} reductions (columns). {RULE}"
    )
    counts = {
        f"points of {found.run['embedding']}": ", ".join(
            f"{name} {int((own == name).sum()):,}" for name in ANION_CLASSES
        )
        for found, own in zip(maps, groups, strict=True)
    }
    return Drawing(figure, Caption(text, about(con) | counts | about_maps(maps) | {"palette": palette_name}))
