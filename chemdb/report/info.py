"""What a file says of itself."""

from typing import Any

import duckdb

from chemdb.database.metadata import build_info


def describe(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return how a file was made and what it offers.

    Returns
    -------
    dict
        ``build_info``: property to value; ``relations``: (kind, name, comment) of every public
        view, table and table macro.
    """
    relations = con.execute("""
        select 'view', view_name, comment from duckdb_views() where schema_name = 'main' and not internal
        union all
        select 'table', table_name, comment from duckdb_tables() where schema_name = 'main' and not internal
        union all
        select 'macro', function_name, comment from duckdb_functions()
        where schema_name = 'main' and not internal and function_type = 'table_macro'
        order by all
    """).fetchall()
    return {"build_info": build_info(con), "relations": relations}
