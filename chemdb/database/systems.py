"""Chemical systems as users type them."""

import duckdb

from chemdb.database.metadata import nelements_of
from chemdb.errors import ChemdbError


def chemsys_of(con: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return the chemsys of the file that `text` means: elements in any order, by hyphens.

    Raises
    ------
    ChemdbError
        A part is not an element, an element comes twice, or the file has no such system.
    """
    symbols = [part.strip() for part in text.split("-")]
    known = {symbol for (symbol,) in con.execute("select symbol::varchar from element").fetchall()}
    for symbol in symbols:
        if symbol not in known:
            raise ChemdbError(
                f"chemical system {text!r}: {symbol!r} is not an element; write it like Li-Zn-O"
            )
    if len(set(symbols)) < len(symbols):
        raise ChemdbError(f"chemical system {text!r}: an element comes twice")
    chemsys = "-".join(sorted(symbols))
    if not con.execute("from chemical_system where chemsys = ?", [chemsys]).fetchall():
        orders = nelements_of(con)
        raise ChemdbError(
            f"chemical system {text!r}: this file has systems of {orders[0]} to {orders[-1]} elements"
        )
    return chemsys
