"""The first rows of a SQL query as plain data."""

import json
from typing import Any

from chemdb.api import Database
from chemdb.files.text_files import relation_objects


def sql_rows(db: Database, statement: str, limit: int) -> dict[str, Any]:
    """Return columns, the first rows, and whether there are more.

    Raises
    ------
    ChemdbError
        The statement fails, or would change something.
    """
    with db.sql(statement).relation() as (con, relation):
        if relation is None:
            return {"columns": [], "rows": [], "more": False}
        found = [json.loads(text) for text in relation_objects(con, relation.limit(limit + 1))]
        return {"columns": relation.columns, "rows": found[:limit], "more": len(found) > limit}
