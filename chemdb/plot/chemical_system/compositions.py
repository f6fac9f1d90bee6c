"""The compositions of a chemical system and of its subsystems."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import KNOWN_CATEGORIES
from chemdb.database.metadata import chemsys_of
from chemdb.errors import PlotError

#: Numbers of elements that can be drawn.
DRAWN = range(2, 5)


@dataclass(frozen=True)
class SystemCompositions:
    """The n compositions of a chemical system of k elements and of its subsystems.

    Attributes
    ----------
    elements : list of str
        The k symbols in the order asked for.
    formulas, categories : list of str
    nelements, natoms, n_entries : array of int, shape (n,)
        Number of elements and atoms of each composition, and of its entries in the known sources.
    fractions : array of float64, shape (n, k)
        Atomic fractions.
    energies : list of float or None
        Energy above the convex hull in eV/atom, if a known source has it.
    """

    elements: list[str]
    formulas: list[str]
    categories: list[str]
    nelements: NDArray[np.int64]
    natoms: NDArray[np.int64]
    n_entries: NDArray[np.int64]
    fractions: NDArray[np.float64]
    energies: list[float | None]

    def known(self) -> list[int]:
        """Return the rows of the known compositions, the most important ones first.

        First those of the most elements, then those of the fewest atoms, then those of the most entries.
        """
        rows = [row for row, category in enumerate(self.categories) if category in KNOWN_CATEGORIES]
        return sorted(rows, key=lambda row: (-self.nelements[row], self.natoms[row], -self.n_entries[row]))

    def stable(self, rows: Iterable[int]) -> list[int]:
        """Return those of some rows that are on the convex hull."""
        return [row for row in rows if self.energies[row] is not None and self.energies[row] <= 0]  # type: ignore[operator]


def compositions_of(con: duckdb.DuckDBPyConnection, system: str) -> SystemCompositions:
    """Return the compositions of a chemical system of two to four elements and of its subsystems.

    Parameters
    ----------
    con : DuckDBPyConnection
    system : str
        For example Li-Zn-O; its elements keep this order.

    Raises
    ------
    ChemdbError
        `system` is not a chemical system of the file, or has more elements.
    """
    chemsys_of(con, system)
    elements = [part.strip() for part in system.split("-")]
    if len(elements) not in DRAWN:
        raise PlotError(f"chemical system {system!r}: systems of 2 to 4 elements can be drawn")
    subsystems = ["-".join(sorted(part)) for k in DRAWN for part in combinations(elements, k)]
    rows = con.execute(
        """
        select c.formula, c.category::varchar, c.nelements, c.natoms, coalesce(k.n_entries, 0),
            k.energy_above_hull, c.elements::varchar[], c.factors::integer[]
        from composition c
        left join known_composition k on k.chemsys = c.chemsys and k.formula = c.formula
        where c.chemsys in (select unnest($subsystems))
        order by c.nelements, c.chemsys, c.natoms, c.formula
        """,
        {"subsystems": subsystems},
    ).fetchall()
    amounts = np.zeros((len(rows), len(elements)))
    for i, (*_, symbols, factors) in enumerate(rows):
        for symbol, factor in zip(symbols, factors, strict=True):
            amounts[i, elements.index(symbol)] = factor
    formulas, categories, nelements, natoms, n_entries, energies, _, _ = zip(*rows, strict=True)
    return SystemCompositions(
        elements,
        list(formulas),
        list(categories),
        np.array(nelements),
        np.array(natoms),
        np.array(n_entries),
        amounts / amounts.sum(axis=1, keepdims=True),
        list(energies),
    )
