"""SQL of the unknown compositions that meet a filter, for ranking: those with a score, and all, by system."""

from dataclasses import replace

from chemdb.database.sql_files import filled
from chemdb.query.filter import Filter
from chemdb.query.statement.common_tables import CommonTables
from chemdb.query.statement.parameters import Statement
from chemdb.query.statement.windows import Window

_UNKNOWN = Window(known=False)


def scored_statement(condition: Filter, n: int) -> Statement:
    """Return the query of the first `n` compositions by score: system_id, stoichiometry_id, score.

    The rows are in no order, and more if several have the last score. None has a score below 0.
    """
    return _statement(condition, "statements/query_scored", n)


def kinds_statement(condition: Filter, systems: tuple[int, int] | None = None) -> Statement:
    """Return the query of the systems, grouped by the stoichiometries that match, see ``query_kinds.sql``.

    Parameters
    ----------
    condition : Filter
    systems : tuple of int, optional
        First and last system_id; all systems by default.
    """
    return _statement(condition, "statements/query_kinds", None, systems)


def _statement(
    condition: Filter, name: str, limit: int | None, systems: tuple[int, int] | None = None
) -> Statement:
    tables = CommonTables(condition, replace(_UNKNOWN, systems=systems))
    parts = [*tables.system_parts(), tables.matching_part()]
    key = tables.columns.key
    slots = {"systems": tables.systems, "key": ", ".join(key), "a_key": ", ".join(f"a.{one}" for one in key)}
    if limit is not None:
        slots["limit"] = tables.parameters.bind("limit", limit)
        return tables.statement([*parts, filled(name, **slots)], "")
    return tables.statement(parts, "\n" + filled(name, **slots))
