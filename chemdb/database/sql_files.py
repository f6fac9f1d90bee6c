"""Run the files of sql/ by their names."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from chemdb.database.execution import execute, registered

#: Folders whose files make a database, in this order.
STAGES = ("1_tables", "2_known", "3_views")


def sql_text(name: str) -> str:
    """Return the text of a file of sql/, named by folder and file without ``.sql``."""
    return (_folder() / f"{name}.sql").read_text(encoding="utf-8")


def filled(name: str, /, **slots: object) -> str:
    """Return the SQL of a file with text in its ``{slots}``, without the comment at its top.

    Parameters
    ----------
    name : str
        As `sql_text` takes it; a blank line ends the comment, which says what each slot is.
    **slots
        Text of each slot.
    """
    return _template(name).format(**slots)


def sql_part(name: str) -> str:
    """Return the SQL of a file that has no slots, without the comment at its top."""
    return _template(name)


def files_in(stage: str) -> list[str]:
    """Return the names of the files of a stage, in the order in which they run."""
    return sorted(f"{stage}/{path.stem}" for path in (_folder() / stage).glob("*.sql"))


def run_file(
    con: duckdb.DuckDBPyConnection,
    name: str,
    inputs: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Run a file of sql/.

    Parameters
    ----------
    con : DuckDBPyConnection
    name : str
        As `sql_text` takes it.
    inputs : mapping of str to Arrow data, optional
        What the statements read by name.
    parameters : mapping of str to value, optional
        Values of ``$name`` in the statements.
    """
    inputs, parameters = inputs or {}, parameters or {}
    with registered(con, inputs):
        for statement in con.extract_statements(sql_text(name)):
            needed = {key: value for key, value in parameters.items() if key in statement.named_parameters}
            execute(con, statement, needed or None)


@cache
def _template(name: str) -> str:
    return sql_text(name).partition("\n\n")[2].rstrip("\n")


@cache
def _folder() -> Path:
    """Return sql/ of the wheel, or of the checkout."""
    packaged = Path(__file__).parents[1] / "sql"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "sql"
