"""Read a query and what to show of it, and return its result."""

from collections.abc import Sequence

from chemdb.database.open_file import OpenFile
from chemdb.errors import QueryError, warn
from chemdb.query.filter import EnergyAboveHull, terms_of
from chemdb.query.neutral_function import decidable
from chemdb.query.parse.language import read_query
from chemdb.query.parse.vocabulary import vocabulary
from chemdb.query.result import Result
from chemdb.query.statement.columns import DEFAULT_COLUMNS, DEFAULT_ORDER, read_columns, read_order

#: The column, and the key of queries.
ENERGY = "energy_above_hull"


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
    query = decidable(file, query)
    order = read_order(sort, words) or DEFAULT_ORDER
    if any(isinstance(term, EnergyAboveHull) for term in terms_of(query)) or ENERGY in {
        one.column for one in order
    }:
        _warn_without_energies(file)
    return Result(file, words, query, read_columns(columns, words) or DEFAULT_COLUMNS, order, limit, offset)


def _warn_without_energies(file: OpenFile) -> None:
    with file.cursor() as con:
        [(some,)] = con.execute(f"select count({ENERGY}) > 0 from known_composition").fetchall()
    if not some:
        warn(f"query: no known source of this file has energies, so no composition has {ENERGY}")
