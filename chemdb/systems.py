"""Chemical systems as users type them."""

import duckdb

from chemdb.errors import ChemdbError


def chemsys_of(con: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return the chemsys of the file that `text` means: elements in any order, by hyphens.

    Raises
    ------
    ChemdbError
        A part is not an element, or an element comes twice.
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
    return "-".join(sorted(symbols))
