"""SQL of the rows: the compositions that meet a filter, sorted, with the columns to show."""

from collections.abc import Sequence

from chemdb.database.execution import identifier
from chemdb.database.sql_files import filled, sql_text
from chemdb.query.filter import NOTHING, Filter
from chemdb.query.statement.columns import KEYS, POSITIONS, SCORE, SHOWN, Order
from chemdb.query.statement.common_tables import CommonTables
from chemdb.query.statement.parameters import Parameters, Statement
from chemdb.query.statement.systems import BY_SIGNATURE
from chemdb.query.statement.windows import WHOLE_SPACE, Window

#: Factors of the elements in the parts of WITH; 0 where there are fewer elements.
_FACTORS = tuple(f"t.f{i}" for i in POSITIONS)
#: The chemsys of a system that has no text.
_CHEMSYS = (
    "array_to_string(list_sort(list_filter(["
    + ", ".join(f"s.element{i}::varchar" for i in POSITIONS)
    + "], lambda symbol: symbol is not null)), '-')"
)

_MEMBER_JOIN = "join member t on t.nelements = s.nelements"
_CANDIDATE_JOIN = """join candidate c on c.system_id = s.system_id
    join amount t on t.nelements = s.nelements and t.stoichiometry_id = c.stoichiometry_id"""
_SCORE_JOIN = (
    "\n    left join candidate c on c.system_id = {0}.system_id and c.stoichiometry_id = {0}.stoichiometry_id"
)


def rows_statement(
    condition: Filter,
    nelements: Sequence[int],
    columns: Sequence[str],
    order: Sequence[Order],
    limit: int | None = None,
    offset: int = 0,
    window: Window = WHOLE_SPACE,
    plain: bool = False,
) -> Statement:
    """Return the query of the compositions that meet a filter.

    Parameters
    ----------
    condition : Filter
    nelements : sequence of int
        Numbers of elements of the file.
    columns : sequence of str
        Names that `chemdb.query.statement.columns` knows.
    order : sequence of Order
    limit : int, optional
        All rows if not given.
    offset : int
    window : Window
    plain : bool
        Whether the query is for any DuckDB client, see `CommonTables`.
    """
    tables = CommonTables(condition, window, nelements, plain=plain)
    parts = tables.system_parts()
    matches = []
    if tables.if_known != NOTHING:
        parts.append(tables.known_part())
        matches.append(_known_rows(tables, order))
    if tables.if_unknown != NOTHING:
        parts += [tables.matching_part(), tables.member_part()]
        matches.append(_unknown_rows(tables, order))
    by = [f"key{i}{' desc' if one.descending else ''} nulls last" for i, one in enumerate(order)]
    by += ["nelements", "system_id", "stoichiometry_id"]
    bind = tables.parameters.bind
    cut = "" if limit is None else f"\n    limit {bind('limit', limit)}"
    cut += f"\n    offset {bind('offset', offset)}" if offset else ""
    query = filled(
        "statements/query_rows",
        systems="store.systems_in('hit')" if BY_SIGNATURE in nelements else "store.system_elements",
        matches="\n    union all by name\n    ".join(matches) or _no_rows(order),
        order=", ".join(by),
        h_order=", ".join(f"h.{one}" for one in by),
        limit=cut,
        score_join=_SCORE_JOIN.format("h") if SCORE in columns else "",
        columns=",\n    ".join(
            f"{_shown(column, tables.parameters)} as {identifier(column)}" for column in columns
        ),
    )
    return tables.statement([*parts, query], "")


def known_rows_statement(condition: Filter, nelements: Sequence[int], systems: tuple[int, int]) -> Statement:
    """Return the query of known compositions of a range of systems, see ``partition_known.sql``.

    They are those that a filter finds, and those that it would find if they were unknown.
    """
    tables = CommonTables(condition, Window(systems=systems), nelements)
    parts = [*tables.system_parts(), tables.known_part()]
    return tables.statement(parts, "\n" + sql_text("statements/partition_known"))


def _known_rows(tables: CommonTables, order: Sequence[Order]) -> str:
    keys = [
        KEYS[one.column].known
        if one.column in KEYS
        else _amount(one.column, [f"t.elements[{i}]" for i in POSITIONS], _FACTORS, tables.parameters)
        for one in order
    ]
    score_join = _SCORE_JOIN.format("t") if any(one.column == SCORE for one in order) else ""
    return (
        f"select t.system_id, t.stoichiometry_id, t.nelements, true as known, t.allowed{_keys(keys)}\n"
        f"    from known t{score_join}\n    where t.meets_known"
    )


def _unknown_rows(tables: CommonTables, order: Sequence[Order]) -> str:
    keys = _keys(
        [
            KEYS[one.column].unknown
            if one.column in KEYS
            else _amount(one.column, [f"e.element{i}" for i in POSITIONS], _FACTORS, tables.parameters)
            for one in order
        ]
    )
    join = _MEMBER_JOIN + "".join(f" and t.{column} = s.{column}" for column in tables.columns.names)
    score_join = _SCORE_JOIN.format("t").replace("c.system_id = t.", "c.system_id = s.")
    if tables.window.scored:
        join, score_join = _CANDIDATE_JOIN, ""
    elif all(one.column != SCORE for one in order):
        score_join = ""
    reads_elements = "e.element" in keys or "e.chemsys" in keys
    if tables.signatures:
        # Systems that are made from heads and tails have no other columns.
        keys = keys.replace("e.element", "s.element").replace("e.chemsys", _CHEMSYS)
        reads_elements = False
    return filled(
        "statements/query_unknown_rows",
        keys=keys,
        systems=tables.systems,
        key=", ".join(tables.columns.key),
        element_join="\n    join store.chemical_system e using (system_id)" if reads_elements else "",
        stoichiometry_join=join,
        score_join=score_join,
    )


def _no_rows(order: Sequence[Order]) -> str:
    return (
        "select 0 as system_id, 0 as stoichiometry_id, 0 as nelements, true as known, true as allowed"
        f"{''.join(f', 0 as key{i}' for i in range(len(order)))}\n    where false"
    )


def _keys(expressions: Sequence[str]) -> str:
    """Return the columns to sort by, each after a comma."""
    return "".join(f",\n        {expression} as key{i}" for i, expression in enumerate(expressions))


def _shown(column: str, parameters: Parameters) -> str:
    """Return the SQL of a column to show."""
    if column in SHOWN:
        return SHOWN[column]
    elements = [f"s.element{i}" for i in POSITIONS]
    factors = [f"coalesce(t.factors[{i}], 0)" for i in POSITIONS]
    return _amount(column, elements, factors, parameters)


def _amount(column: str, elements: Sequence[str], factors: Sequence[str], parameters: Parameters) -> str:
    """Return the atoms of an element in the formula, or its atomic fraction if the column is ``x(O)``."""
    symbol = column.removeprefix("x(").removesuffix(")")
    bound = f"{parameters.bind('element', symbol)}::element_symbol"
    amount = " + ".join(
        f"case when {element} = {bound} then {factor} else 0 end"
        for element, factor in zip(elements, factors, strict=True)
    )
    return f"({amount})" if symbol == column else f"({amount}) / t.natoms"
