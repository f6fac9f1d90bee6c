"""What a file holds, as the objects that the rule and the formula reader take."""

import re
from collections.abc import Iterable, Mapping

import duckdb

from chemdb.chemistry.species import N_ELEMENTS, Element
from chemdb.errors import DatabaseError

#: Whether the compositions of each category are allowed, and known.
ALLOWED_AND_KNOWN: Mapping[str, tuple[bool, bool]] = {
    "standard": (True, True),
    "missing": (True, False),
    "interesting": (False, True),
    "unlikely": (False, False),
}
#: In this order everywhere.
CATEGORIES = tuple(ALLOWED_AND_KNOWN)


def category_of(allowed: bool, known: bool) -> str:
    """Return the category of a composition."""
    return next(name for name, both in ALLOWED_AND_KNOWN.items() if both == (allowed, known))


def elements_of(con: duckdb.DuckDBPyConnection) -> list[Element]:
    """Return the elements of a file, by atomic number.

    Raises
    ------
    DatabaseError
        They are not the first 103.
    """
    rows = con.execute(
        "select symbol::varchar, name, atomic_number, electronegativity from element order by atomic_number"
    ).fetchall()
    found = [Element(*row) for row in rows]
    # Compiled loops look up atomic numbers without asking whether they are there.
    if [element.atomic_number for element in found] != list(range(1, N_ELEMENTS + 1)) or not all(
        re.fullmatch("[A-Z][a-z]?", element.symbol)
        and (element.electronegativity is None or 0 < element.electronegativity < 10)
        for element in found
    ):
        raise DatabaseError("the elements of the file are damaged; build it again")
    return found


def nelements_of(con: duckdb.DuckDBPyConnection) -> tuple[int, ...]:
    """Return the numbers of elements of a file's compositions, its orders, ascending."""
    return tuple(n for (n,) in con.execute("select nelements from order_summary order by 1").fetchall())


def max_stoichiometry_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return the largest factor of a file.

    Raises
    ------
    DatabaseError
        It has no stoichiometry.
    """
    [(largest,)] = con.execute("select max(max_factor) from stoichiometry").fetchall()
    if not largest:
        raise DatabaseError("the stoichiometries of the file are missing; build it again")
    return int(largest)


def electronegativities_of(elements: Iterable[Element]) -> dict[str, float | None]:
    """Return Pauling electronegativities by symbol."""
    return {element.symbol: element.electronegativity for element in elements}


def states_of(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, ...]]:
    """Return the oxidation states in e, by symbol, that decided a file."""
    rows = con.execute(
        "select symbol::varchar, list(oxidation_state order by oxidation_state) from species "
        "where used group by symbol"
    ).fetchall()
    return {symbol: tuple(states) for symbol, states in rows}


def state_occurrences(con: duckdb.DuckDBPyConnection) -> dict[str, dict[int, int]]:
    """Return, by symbol, the oxidation states in e that decided a file and how usual each is."""
    rows = con.execute(
        "select symbol::varchar, oxidation_state, n_icsd from species where used order by all"
    ).fetchall()
    found: dict[str, dict[int, int]] = {}
    for symbol, state, occurrences in rows:
        found.setdefault(symbol, {})[state] = occurrences
    return found
