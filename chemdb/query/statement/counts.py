"""SQL of counts: how many compositions meet a filter, by category, by number of atoms, by system."""

from collections.abc import Sequence

from chemdb.database.sql_files import filled
from chemdb.query.filter import NOTHING, Filter, decided_by_stoichiometry, if_unknown, necessary
from chemdb.query.statement.common_tables import CommonTables, bitmap
from chemdb.query.statement.conditions import Conditions, SystemColumns
from chemdb.query.statement.parameters import Parameters, Statement
from chemdb.query.statement.windows import WHOLE_SPACE, Window

_UNKNOWN_COUNTS = """\
select coalesce(sum(n_systems * bit_count(when_allowed)), 0)::bigint as allowed,
        coalesce(sum(n_systems * bit_count(when_forbidden)), 0)::bigint as forbidden
    from answer"""


def count_statement(condition: Filter, nelements: Sequence[int], window: Window = WHOLE_SPACE) -> Statement:
    """Return the query of one row: standard, missing, interesting, unlikely.

    As below, `nelements` are the numbers of elements of the file.
    """
    tables = CommonTables(condition, window, nelements, counted=True)
    unknown = "select 0 as allowed, 0 as forbidden"
    whole_sets = None if tables.if_unknown == NOTHING else tables.whole_sets_part()
    by_set = whole_sets is None and tables.can_count_by_set
    parts = [*tables.system_parts(by_set), tables.known_part()]
    if tables.if_unknown != NOTHING:
        if whole_sets is None:
            parts.append(tables.matching_part())
        by_kind = (
            filled("statements/query_by_set_counts", kinds=_UNKNOWN_COUNTS) if by_set else _UNKNOWN_COUNTS
        )
        unknown = whole_sets or by_kind
    return tables.statement(parts, "\n" + filled("statements/query_counts", unknown=unknown))


def system_counts_statement(
    condition: Filter, nelements: Sequence[int], width: int, window: Window = WHOLE_SPACE
) -> Statement:
    """Return the query of compositions, as if none were known, per `width` system_ids: bucket, n."""
    tables = CommonTables(condition, window, nelements)
    parts = [*tables.system_parts(), tables.matching_part(once=bool(tables.signatures))]
    query = filled(
        "statements/query_system_counts",
        width=width,
        systems=tables.systems,
        key=", ".join(tables.columns.key),
    )
    return tables.statement(parts, "\n" + query)


def element_frequency_statement(condition: Filter, nelements: Sequence[int]) -> Statement:
    """Return the query of the number of compositions with each element: symbol, n."""
    tables = CommonTables(condition, WHOLE_SPACE, nelements)
    parts = [*tables.system_parts(), tables.known_part(), tables.matching_part(once=bool(tables.signatures))]
    key = ", ".join(tables.columns.key)
    # Where systems are made from heads and tails, the part with them has their elements.
    elements = "s" if tables.signatures else "e"
    query = filled(
        "statements/query_element_frequency",
        systems=tables.systems,
        key=key,
        elements=elements,
        element_join=""
        if tables.signatures
        else "\n    join store.listed_system e on e.system_id = s.system_id",
        element5="s.element5" if tables.signatures else "null::element_symbol as element5",
    )
    return tables.statement([*parts, query], "")


def natoms_counts_statement(condition: Filter, nelements: Sequence[int]) -> Statement:
    """Return the query of unknown compositions by number of atoms: natoms, n."""
    tables = CommonTables(condition, WHOLE_SPACE, nelements, counted=True)
    parts = [*tables.system_parts(), tables.known_part(), tables.matching_part()]
    query = filled("statements/query_natoms_counts", natoms_mask=bitmap("t.natoms = d.natoms"))
    return tables.statement(parts, "\n" + query)


def stoichiometries_statement(condition: Filter) -> Statement:
    """Return the query of what unknown compositions can be: natoms, nelements, number of stoichiometries."""
    parameters = Parameters()
    conditions = Conditions(SystemColumns(condition), parameters)
    where = conditions.on_composition(necessary(if_unknown(condition), decided_by_stoichiometry))
    text = f"select natoms, nelements, count(*) from store.stoichiometry t where {where}"
    return Statement(f"{text} group by all order by all", parameters.values)


def known_counts_statement(condition: Filter, nelements: Sequence[int], width: int) -> Statement:
    """Return by how many known compositions change the counts of `system_counts_statement`: bucket, n."""
    tables = CommonTables(condition, WHOLE_SPACE, nelements)
    parts = [*tables.system_parts(), tables.known_part()]
    return tables.statement(parts, "\n" + filled("statements/partition_known_counts", width=width))
