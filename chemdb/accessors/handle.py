"""What the accessors need of the database that they belong to."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chemdb.database.rows import Rows
from chemdb.runtime.limits import Limits

if TYPE_CHECKING:
    import duckdb

    from chemdb.partition.piece import Partition
    from chemdb.query.result import Result


class Handle(Protocol):
    """A `chemdb.api.Database`."""

    @property
    def path(self) -> Path: ...  # noqa: D102

    @property
    def limits(self) -> Limits: ...  # noqa: D102

    def cursor(self) -> AbstractContextManager["duckdb.DuckDBPyConnection"]: ...  # noqa: D102

    def query(self, text: str = "") -> "Result": ...  # noqa: D102

    def sql(self, statement: str) -> Rows: ...  # noqa: D102

    def known_sources(self) -> str: ...  # noqa: D102

    def info(self) -> dict[str, Any]: ...  # noqa: D102

    def partitions(self, query: str, rows: int) -> "list[Partition]": ...  # noqa: D102

    def reopen(self) -> None: ...  # noqa: D102
