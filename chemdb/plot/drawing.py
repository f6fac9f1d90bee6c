"""What captions say of the file behind a figure."""

from pathlib import Path

import duckdb

from chemdb.report.tables_1_and_2 import known_sources

#: What compositions of each number of elements are called.
ORDERS = {2: "binary", 3: "ternary", 4: "quaternary"}


def about(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the file, its rule and limits, and its known sources, for a `Caption`."""
    [(path,)] = con.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    info = dict(con.execute("from build_info").fetchall())
    return {
        "file": f"{Path(path).name} (chemdb {info['chemdb_version']}, {info['oxidation_state_set']}, "
        f"{info['nelements']} elements, factors to {info['max_stoichiometry']})",
        "known": known_sources(con),
    }
