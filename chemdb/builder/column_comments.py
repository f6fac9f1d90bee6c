"""Comments of columns that other tables and views share."""

import duckdb

from chemdb.database.execution import execute
from chemdb.database.sql_files import sql_text


def inherit_comments(con: duckdb.DuckDBPyConnection) -> None:
    """Give columns without a comment that of the parent in ``sql/statements/inherited_comments.sql``."""
    for (statement,) in execute(con, sql_text("statements/inherited_comments")).fetchall():
        execute(con, statement)
