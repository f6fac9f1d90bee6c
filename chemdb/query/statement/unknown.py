"""SQL of the unknown compositions that meet a filter, for ranking: those with a score, and all, by system."""

from collections.abc import Sequence

from chemdb.database.sql_files import filled
from chemdb.query.filter import Filter
from chemdb.query.statement.columns import LISTED, POSITIONS
from chemdb.query.statement.common_tables import CommonTables
from chemdb.query.statement.parameters import Statement
from chemdb.query.statement.windows import Window

#: All unknown compositions.
UNKNOWN = Window(known=False)


def scored_statement(condition: Filter, nelements: Sequence[int], n: int) -> Statement:
    """Return the query of the first `n` compositions by score: system_id, stoichiometry_id, score.

    The rows are in no order, and more if several have the last score. None has a score below 0.
    """
    tables = CommonTables(condition, UNKNOWN, nelements, ids="candidate")
    slots = {"systems": tables.systems, "key": ", ".join(tables.columns.key)}
    parts = [*tables.system_parts(), tables.matching_part()]
    slots["limit"] = tables.parameters.bind("limit", n)
    return tables.statement([*parts, filled("statements/query_scored", **slots)], "")


def buckets_statement(condition: Filter, nelements: Sequence[int], width: int, window: Window) -> Statement:
    """Return the query of the systems in which a filter may hold, per `width` system_ids: bucket, n."""
    tables = CommonTables(condition, window, nelements)
    query = (
        f"\nselect system_id // {width} as bucket, count(*) as n from {tables.systems}\n"
        "group by all order by all"
    )
    return tables.statement(tables.system_parts(), query)


def kinds_statement(condition: Filter, nelements: Sequence[int], window: Window = UNKNOWN) -> Statement:
    """Return the query of the systems, grouped by the stoichiometries that match, see ``query_kinds.sql``.

    The numbers of elements are those of the file.
    """
    tables = CommonTables(condition, window, nelements)
    key = tables.columns.key
    # Systems by signature come with their elements.
    owner, places, join = "s", POSITIONS, ""
    if not tables.signatures:
        owner, places, join = "e", LISTED, "\n    join store.chemical_system e using (system_id)"
    # Arrow has elements as numbers, which cannot be null.
    lists = [f"list(coalesce({owner}.element{i}, 'H'::element_symbol)) as element{i}" for i in places]
    query = filled(
        "statements/query_kinds",
        systems=tables.systems,
        key=", ".join(key),
        s_key=", ".join(f"s.{one}" for one in key),
        element_lists=",\n        ".join(lists),
        element_join=join,
    )
    return tables.statement([*tables.system_parts(), tables.matching_part()], "\n" + query)
