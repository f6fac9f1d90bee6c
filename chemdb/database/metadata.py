"""The metadata of a file: build, elements, oxidation states, limits, known sources."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

import duckdb

from chemdb.chemistry.elements import N_ELEMENTS, Element
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.execution import execute
from chemdb.errors import ChemdbError, DatabaseError, counted

#: What messages call the sources with entries of the Materials Project.
MATERIALS_PROJECT = {"mp": "Materials Project", "mp-snapshot": "Materials Project"}


def build_info(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the properties of the build of a file, by name."""
    return dict(execute(con, "from build_info").fetchall())


def known_sources(con: duckdb.DuckDBPyConnection) -> str:
    """Return the known sources of a file with their age and size, in one line; "none" without any."""
    rows = execute(
        con,
        "select source, coalesce(version, retrieved::varchar), n_entries from known_source order by added_at",
    ).fetchall()
    sources = [
        f"{MATERIALS_PROJECT.get(source, source)}{f' {version}' if version else ''}, {counted(n, 'entry')}"
        for source, version, n in rows
    ]
    return "; ".join(sources) or "none"


def known_sources_with_advice(con: duckdb.DuckDBPyConnection) -> str:
    """Return `known_sources`, and how to get a complete list if the file has none."""
    sources = known_sources(con)
    names = execute(con, "select source from known_source").fetchall()
    if not names:
        return f"{sources}; 'chemdb known add mp' adds the Materials Project"
    if names == [("mp-snapshot",)]:
        # 22,816 of the 64,264 known formulas that Table 2 of Park et al. 2024 counts.
        return f"{sources}, about a third of what the paper had; 'chemdb known add mp' for all"
    return sources


def known_state(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Return a value that changes whenever a known source is added or removed."""
    rows: list[tuple] = con.execute("select source, added_at from known_source order by all").fetchall()
    return rows


def elements_of(con: duckdb.DuckDBPyConnection) -> list[Element]:
    """Return the elements of a file in order of atomic number.

    Raises
    ------
    DatabaseError
        The table is damaged: not the first 103 elements, or impossible values.
    """
    rows = con.execute(
        "select symbol::varchar, name, atomic_number, electronegativity, periodic_group, period, block, "
        "smact_metal, smact_mixed_valence, crustal_abundance, hhi_production, hhi_reserves "
        "from element order by atomic_number"
    ).fetchall()
    elements = [Element(*row) for row in rows]
    # Kernels index arrays by atomic number without bounds checks.
    if [element.atomic_number for element in elements] != list(range(1, N_ELEMENTS + 1)) or not all(
        re.fullmatch("[A-Z][a-z]?", element.symbol)
        and (element.electronegativity is None or 0 < element.electronegativity < 10)
        for element in elements
    ):
        raise DatabaseError("the elements of the file are damaged; build it again")
    return elements


def nelements_of(con: duckdb.DuckDBPyConnection) -> tuple[int, ...]:
    """Return the numbers of elements of a file's compositions, ascending."""
    return tuple(n for (n,) in con.execute("select nelements from order_summary order by 1").fetchall())


def system_ranges(con: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, int]]:
    """Return the first and last system_id by number of elements."""
    ranges = {}
    first = 0
    for nelements in space_limits_of(con).nelements:
        n_systems = comb(N_ELEMENTS, nelements)
        ranges[nelements] = first, first + n_systems - 1
        first += n_systems
    return ranges


def max_stoichiometry_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return the largest stoichiometric factor of a file.

    Raises
    ------
    DatabaseError
        The file has no stoichiometries.
    """
    [(largest,)] = con.execute("select max(max_factor) from store.stoichiometry").fetchall()
    if not largest:
        raise DatabaseError("the stoichiometries of the file are missing; build it again")
    return int(largest)


@dataclass(frozen=True)
class SpaceLimits:
    """Limits of the compositions that a file enumerates.

    Attributes
    ----------
    nelements : tuple of int
        Numbers of elements, ascending.
    max_stoichiometry : int
        Largest stoichiometric factor.
    """

    nelements: tuple[int, ...]
    max_stoichiometry: int

    def outside_because(self, nelements: int, largest_factor: int) -> str | None:
        """Return why a composition is outside the space, None if it is inside.

        Examples
        --------
        >>> limits = SpaceLimits((2, 3, 4), 8)
        >>> limits.outside_because(5, 1), limits.outside_because(1, 1), limits.outside_because(2, 9)
        ('5 elements', '1 element', 'factor 9')
        >>> limits.outside_because(2, 8) is None
        True
        """
        if nelements not in self.nelements:
            return counted(nelements, "element")
        return f"factor {largest_factor}" if largest_factor > self.max_stoichiometry else None


def space_limits_of(con: duckdb.DuckDBPyConnection) -> SpaceLimits:
    """Return the limits of a file, also while it is being built.

    Raises
    ------
    DatabaseError
        It has no stoichiometry.
    """
    # Views and summaries come after the known sources, which need the limits.
    rows = con.execute("select distinct nelements from store.stoichiometry order by nelements").fetchall()
    return SpaceLimits(tuple(n for (n,) in rows), max_stoichiometry_of(con))


def electronegativities_of(elements: Iterable[Element]) -> dict[str, float | None]:
    """Return Pauling electronegativities by symbol."""
    return {element.symbol: element.electronegativity for element in elements}


def states_of(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, ...]]:
    """Return the oxidation states (in e) that the file was built from, by symbol."""
    rows = con.execute(
        "select symbol::varchar, list(oxidation_state order by oxidation_state) from species "
        "where used group by symbol"
    ).fetchall()
    return {symbol: tuple(states) for symbol, states in rows}


def state_occurrences(con: duckdb.DuckDBPyConnection) -> dict[str, dict[int, int]]:
    """Return, by symbol, the oxidation states (in e) that the file was built from and their ``n_icsd``."""
    rows = con.execute(
        "select symbol::varchar, oxidation_state, n_icsd from species where used order by all"
    ).fetchall()
    by_symbol: dict[str, dict[int, int]] = {}
    for symbol, state, n_icsd in rows:
        by_symbol.setdefault(symbol, {})[state] = n_icsd
    return by_symbol


def chemsys_of(con: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return the chemsys in the file for elements in any order, joined by hyphens.

    Raises
    ------
    ChemdbError
        A part is not an element, an element occurs twice, or the system is not in the file.
    """
    symbols = [part.strip() for part in text.split("-")]
    known = {symbol for (symbol,) in con.execute("select symbol::varchar from element").fetchall()}
    for symbol in symbols:
        if symbol not in known:
            raise ChemdbError(
                f"chemical system {text!r}: {symbol!r} is not an element; write it like Li-Zn-O"
            )
    if len(set(symbols)) < len(symbols):
        raise ChemdbError(f"chemical system {text!r}: an element occurs twice")
    chemsys = "-".join(sorted(symbols))
    nelements = nelements_of(con)
    if len(symbols) not in nelements:
        raise ChemdbError(
            f"chemical system {text!r}: this file has systems of {nelements[0]} to {nelements[-1]} elements"
        )
    return chemsys


def in_system(con: duckdb.DuckDBPyConnection, chemsys: str) -> str:
    """Return the SQL condition that a row of store.composition is in a chemical system.

    Systems of five elements are found by their elements: the file does not list them.

    Parameters
    ----------
    con : DuckDBPyConnection
    chemsys : str
        Element symbols in alphabetical order, joined by hyphens.
    """
    symbols = chemsys.split("-")
    if len(symbols) <= MAX_LISTED_NELEMENTS:
        text = chemsys.replace("'", "''")
        return f"(nelements = {len(symbols)} and chemsys = '{text}')"
    ordered = [element.symbol for element in sorted(elements_of(con), key=lambda element: element.rank)]
    if not set(symbols) <= set(ordered):
        return "false"
    places = [f"element{i} = '{symbol}'" for i, symbol in enumerate(sorted(symbols, key=ordered.index), 1)]
    return f"(nelements = {len(symbols)} and {' and '.join(places)})"
