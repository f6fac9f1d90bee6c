"""Read a query and what to show of it, and return its result."""

from collections.abc import Sequence

from chemdb.database.open_file import OpenFile
from chemdb.errors import QueryError
from chemdb.query.parse.language import read_query
from chemdb.query.parse.vocabulary import vocabulary
from chemdb.query.result import Result
from chemdb.query.statement.columns import DEFAULT_COLUMNS, DEFAULT_ORDER, read_columns, read_order


def ask(
    file: OpenFile,
    text: str = "",
    limit: int | None = None,
    offset: int = 0,
    sort: Sequence[str] = (),
    columns: Sequence[str] = (),
    optimade: bool = False,
) -> Result:
    """Return the compositions that match a query, read on demand; see `chemdb.api.Database.query`.

    Raises
    ------
    QueryError
        The query cannot be parsed, or a value in it is impossible.
    """
    if (limit is not None and limit < 0) or offset < 0:
        raise QueryError(f"query: limit {limit} and offset {offset}: neither may be below 0")
    words = file.remember(vocabulary)
    if optimade:
        # optimade's parser takes a quarter of a second to import.
        from chemdb.query.parse.optimade_filter import read_optimade

        query = read_optimade(text, words)
    else:
        query = read_query(text, words)
    return Result(
        file,
        words,
        query,
        read_columns(columns, words) or DEFAULT_COLUMNS,
        read_order(sort, words) or DEFAULT_ORDER,
        limit,
        offset,
    )
