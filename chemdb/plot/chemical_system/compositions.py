"""The compositions of a chemical system and of its subsystems."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
    stable_outside : mapping of str to array of float64, shape (k,)
        Atomic fractions by formula of the stable compounds that are not compositions of the file.
    """

    elements: list[str]
    formulas: list[str]
    categories: list[str]
    nelements: NDArray[np.int64]
    natoms: NDArray[np.int64]
    n_entries: NDArray[np.int64]
    fractions: NDArray[np.float64]
    energies: list[float | None]
    stable_outside: Mapping[str, NDArray[np.float64]]

    def known(self) -> list[int]:
        """Return the rows of the known compositions, the most important ones first.

        First those of the most elements, then those of the fewest atoms, then those of the most entries.
        """
        rows = [row for row, category in enumerate(self.categories) if category in KNOWN_CATEGORIES]
        return sorted(rows, key=lambda row: (-self.nelements[row], self.natoms[row], -self.n_entries[row]))

    def stable(self) -> NDArray[np.float64]:
        """Return the atomic fractions of the compounds on the convex hull, shape (m, k).

        Those outside the limits of the file are included: they decide, too, which compounds coexist.
        """
        inside = [energy is not None and energy <= 0 for energy in self.energies]
        outside = np.array(list(self.stable_outside.values())).reshape(-1, len(self.elements))
        return np.vstack([self.fractions[inside], outside])


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
        where c.nelements <= 4 and c.chemsys in (select unnest($subsystems))
        order by c.nelements, c.chemsys, c.natoms, c.formula
        """,
        {"subsystems": subsystems},
    ).fetchall()
    formulas, categories, nelements, natoms, n_entries, energies, symbols, factors = zip(*rows, strict=True)
    outside = con.execute(
        """
        select formula from store.known_formula
        where not in_space and energy_above_hull <= 0 and chemsys in (select unnest($subsystems))
        order by formula
        """,
        {"subsystems": subsystems},
    ).fetchall()
    return SystemCompositions(
        elements,
        list(formulas),
        list(categories),
        np.array(nelements),
        np.array(natoms),
        np.array(n_entries),
        np.array(list(map(partial(_fractions, elements), symbols, factors))),
        list(energies),
        {formula: _fractions(elements, *_parts(formula)) for (formula,) in outside},
    )


def _fractions(
    elements: Sequence[str], symbols: Sequence[str], factors: Sequence[int]
) -> NDArray[np.float64]:
    """Return the atomic fractions of a composition in the order of `elements`."""
    amounts = dict(zip(symbols, factors, strict=True))
    return np.array([amounts.get(symbol, 0) for symbol in elements]) / sum(factors)


def _parts(formula: str) -> tuple[list[str], list[int]]:
    """Return the symbols and factors of a reduced formula without brackets."""
    parts = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    return [symbol for symbol, _ in parts], [int(factor or 1) for _, factor in parts]
