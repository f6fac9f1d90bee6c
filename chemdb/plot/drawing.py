"""What captions say of the file behind a figure."""

from pathlib import Path

import duckdb

from chemdb.database.metadata import build_info, known_sources

#: What compositions of each number of elements are called.
ORDERS = {2: "binary", 3: "ternary", 4: "quaternary"}


def about(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the file, its rule and limits, and its known sources, for a `Caption`."""
    [(path,)] = con.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    info = build_info(con)
    return {
        "file": f"{Path(path).name} (chemdb {info['chemdb_version']}, {info['oxidation_state_set']}, "
        f"{info['nelements']} elements, factors to {info['max_stoichiometry']})",
        "known": known_sources(con),
    }
