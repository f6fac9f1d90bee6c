"""Checksums of the tables of a file, stored in the file."""

from typing import NamedTuple

import duckdb
import pyarrow as pa

from chemdb.database.execution import execute
from chemdb.database.sql_files import run_file, sql_text


class Checksum(NamedTuple):
    """Number of rows and checksum of a table, see the table `store.checksum`.

    Attributes
    ----------
    n_rows : int
    checksum : str
        Sum over all rows of the first 64 bits of their MD5, as a decimal integer.
    """

    n_rows: int
    checksum: str

    def __str__(self) -> str:
        return f"{self.n_rows} rows, {self.checksum}"


def statements(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the queries that compute the `Checksum` of each table of a file, by table name."""
    return dict(execute(con, sql_text("statements/checksum_statement")).fetchall())


def compute(con: duckdb.DuckDBPyConnection, statement: str) -> Checksum:
    """Return the result of a query from `statements`."""
    [(n_rows, checksum)] = execute(con, statement).fetchall()
    return Checksum(n_rows, checksum)


def renew_checksums(con: duckdb.DuckDBPyConnection, prefix: str = "") -> None:
    """Recompute and store the checksums of the tables whose qualified name starts with `prefix`.

    The tables of the schema ``store`` never change after the build, those of ``main`` do.
    """
    rows = [
        {"table_name": name, **compute(con, statement)._asdict(), "statement": statement}
        for name, statement in statements(con).items()
        if name.startswith(prefix)
    ]
    run_file(con, "statements/renew_checksum", {"new_checksum": pa.Table.from_pylist(rows)})
