"""What a file holds, as the objects that the rule and the formula reader take."""

from collections.abc import Iterable

import duckdb

from chemdb.species import Element

#: Allowed and known, allowed, known, neither: in this order everywhere.
CATEGORIES = ("standard", "missing", "interesting", "unlikely")


def elements_of(con: duckdb.DuckDBPyConnection) -> list[Element]:
    """Return the elements of a file, by atomic number."""
    rows = con.execute(
        "select symbol::varchar, name, atomic_number, electronegativity from element order by atomic_number"
    ).fetchall()
    return [Element(*row) for row in rows]


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
