"""Checksums of the tables of a file, kept in it."""

from typing import NamedTuple

import duckdb
import pyarrow as pa

from chemdb.database.execution import execute
from chemdb.database.sql_files import run_file, sql_text


class Checksum(NamedTuple):
    """What tells one content of a table from another, see the table `store.checksum`.

    Attributes
    ----------
    n_rows : int
    checksum : str
        Sum of the first 64 bits of the MD5 of each row, a whole number.
    """

    n_rows: int
    checksum: str

    def __str__(self) -> str:
        return f"{self.n_rows} rows, {self.checksum}"


def statements(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the query that computes the `Checksum` of each table of a file, by the table's name."""
    return dict(execute(con, sql_text("statements/checksum_statement")).fetchall())


def compute(con: duckdb.DuckDBPyConnection, statement: str) -> Checksum:
    """Return what a query of `statements` finds."""
    [(n_rows, checksum)] = execute(con, statement).fetchall()
    return Checksum(n_rows, checksum)


def renew_checksums(con: duckdb.DuckDBPyConnection, prefix: str = "") -> None:
    """Write the checksums of all tables, or of those whose name, with the schema, starts so.

    The tables of the schema ``store`` stay the same from the build on, those of ``main`` do not.
    """
    rows = [
        {"table_name": name, **compute(con, statement)._asdict(), "statement": statement}
        for name, statement in statements(con).items()
        if name.startswith(prefix)
    ]
    run_file(con, "statements/renew_checksum", {"new_checksum": pa.Table.from_pylist(rows)})
