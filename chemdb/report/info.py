"""How a file was built, and its tables, views and macros."""

from typing import Any

import duckdb

from chemdb.database.metadata import build_info


def describe(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return how a file was built, and its public tables, views and macros.

    Returns
    -------
    dict
        ``build_info``: values by property; ``relations``: (kind, name, comment) of every view, table
        and table macro of the schema main.
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
