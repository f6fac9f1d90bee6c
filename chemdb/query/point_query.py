"""Users' SQL that looks for formulas: the chemical systems that the formulas imply are added.

The views compute formulas, so ``where formula = 'LiFePO4'`` alone expands every chemical system;
``where chemsys = 'Fe-Li-O-P' and formula = 'LiFePO4'`` finds the row in milliseconds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.execution import identifier
from chemdb.database.metadata import in_system, nelements_of
from chemdb.database.rows import Values
from chemdb.errors import warn

#: Views that are expanded from chemical systems.
EXPANDED = frozenset({"composition", "allowed", "missing", "unlikely"})
#: Columns of these views, as far as they are those of store.composition, and what their rows meet.
CATEGORY_COLUMNS = "formula, chemsys, nelements, elements, factors, natoms, formula_anonymous"
AS_COMPOSITIONS = {
    "composition": (
        f"{CATEGORY_COLUMNS}, allowed, known, category, has_electronegativity",
        "true",
    ),
    "allowed": (CATEGORY_COLUMNS, "allowed"),
    "missing": (CATEGORY_COLUMNS, "category = 'missing'"),
    "unlikely": (f"{CATEGORY_COLUMNS}, has_electronegativity", "category = 'unlikely'"),
}
#: Most chemical systems of a view that are written out.
MAX_SYSTEMS = 100
#: Formulas whose spelling is checked.
MAX_CHECKED = 20
#: What DuckDB's parser reports about places in the text.
PLACES = frozenset({"query_location", "query_location_length"})

#: Joins that combine each row of one side with each row of the other.
JOINS = frozenset({"REGULAR", "CROSS", "NATURAL"})

#: A statement or a part of it, as DuckDB's parser gives it.
Tree = dict[str, Any]
#: Names of columns, in lower case: (table, column) or (column,).
Columns = set[tuple[str, ...]]


def with_chemical_systems(
    con: duckdb.DuckDBPyConnection, statement: str, parameters: Values | None = None
) -> str:
    """Return a statement with the same rows that does not expand systems its formulas cannot be in.

    It is the statement as written unless DuckDB parses the new one exactly as intended.

    Parameters
    ----------
    con : DuckDBPyConnection
    statement : str
    parameters : mapping or sequence, optional
        Values of its parameters.
    """
    words = set(re.findall(r"\w+", statement.lower()))
    if "formula" not in words or not words & EXPANDED:
        return statement
    try:
        return _with_chemical_systems(con, statement, parameters)
    except (duckdb.Error, RecursionError):
        # Nested too deeply, or wrong: then what is wrong is said when it runs as written.
        return statement


def chemsys_of(formula: str) -> str:
    """Return the chemical system of a formula as the views write it; empty if they have no such text.

    Examples
    --------
    >>> chemsys_of("LiFePO4"), chemsys_of("LiFePO4-x")
    ('Fe-Li-O-P', '')
    """
    if not re.fullmatch("(?:[A-Z][a-z]?[0-9]*)+", formula):
        return ""
    return "-".join(sorted(set(re.findall("[A-Z][a-z]?", formula))))


def _with_chemical_systems(con: duckdb.DuckDBPyConnection, statement: str, parameters: Values | None) -> str:
    import json

    tree = _parsed(con, statement)
    if tree["error"] or len(tree["statements"]) != 1:
        # Not SQL, not a SELECT, or several.
        return statement
    text = _Texts(con, parameters)
    by_signature = nelements_of(con)[-1] > MAX_LISTED_NELEMENTS
    views = EXPANDED - {entry["key"].lower() for entry in _ctes(tree)}
    found = [
        formulas for select in _selects(tree) for formulas in _add_to(con, select, views, text, by_signature)
    ]
    if not found:
        return statement
    names = _column_names(con, statement, parameters)
    _keep_names(tree["statements"][0]["node"], names)
    [(changed,)] = con.execute("select json_deserialize_sql($1)", [json.dumps(tree)]).fetchall()
    if (
        _without_places(_parsed(con, changed)) != _without_places(tree)
        or _column_names(con, changed, parameters) != names
    ):
        return statement
    _warn_of_spellings(con, set().union(*found))
    return str(changed)


def _warn_of_spellings(con: duckdb.DuckDBPyConnection, formulas: set[str]) -> None:
    """Warn of texts that no row of the views has as its formula."""
    rows = con.execute(
        "select text, reduced_formula(text) from unnest($1) formulas (text) "
        "where reduced_formula(text) is distinct from text limit 3",
        [sorted(formulas)[:MAX_CHECKED]],
    ).fetchall()
    for text, formula in rows:
        warn(f"sql: formula = '{text}': " + (f"the views write it {formula}" if formula else "not a formula"))


def _parsed(con: duckdb.DuckDBPyConnection, statement: str) -> Tree:
    import json

    [(text,)] = con.execute("select json_serialize_sql($1)", [statement]).fetchall()
    tree: Tree = json.loads(text)
    return tree


def _column_names(con: duckdb.DuckDBPyConnection, statement: str, parameters: Values | None) -> list[str]:
    return [row[0] for row in con.execute(f"describe {statement}", parameters or None).fetchall()]


def _keep_names(node: Tree, names: list[str]) -> None:
    """Name the subqueries that a SELECT lists: their default name is their text."""
    listed = node.get("select_list", [])
    if len(listed) == len(names):
        for expression, name in zip(listed, names, strict=True):
            if expression["class"] == "SUBQUERY":
                expression["alias"] = name


def _without_places(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _without_places(part) for name, part in tree.items() if name not in PLACES}
    return [_without_places(part) for part in tree] if isinstance(tree, list) else tree


def _parts(tree: Any) -> Iterator[Tree]:
    """Yield all parts of a tree, the outer ones first."""
    if isinstance(tree, dict):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _parts(part)


def _selects(tree: Tree) -> list[Tree]:
    return [part for part in _parts(tree) if part.get("type") == "SELECT_NODE"]


def _ctes(tree: Tree) -> Iterator[Tree]:
    for part in _parts(tree):
        yield from (part.get("cte_map") or {"map": []})["map"]


class _Texts:
    """Returns the text that an expression stands for, None if it is not a constant text."""

    def __init__(self, con: duckdb.DuckDBPyConnection, parameters: Values | None) -> None:
        self._con = con
        self._values: Mapping[str, Any] = (
            parameters
            if isinstance(parameters, Mapping)
            else {str(place): value for place, value in enumerate(parameters or (), start=1)}
        )

    def __call__(self, expression: Tree) -> str | None:
        match expression:
            case {"class": "CONSTANT", "literal": {"kind": "STRING", "text": str(value)}}:
                return value
            case {"class": "PARAMETER", "identifier": name}:
                given = self._values.get(name)
                return given if isinstance(given, str) else None
            case {"class": "FUNCTION", "function_name": "reduced_formula", "arguments": [argument]}:
                inner = self(argument["expression"])
                if inner is not None:
                    [(formula,)] = self._con.execute("select reduced_formula($1)", [inner]).fetchall()
                    return None if formula is None else str(formula)
        return None

    def of_list(self, expression: Tree) -> Sequence[str | None]:
        """Return the texts of a list, [None] if the expression is not one of texts."""
        match expression:
            case {"class": "PARAMETER", "identifier": name}:
                given = self._values.get(name)
                if isinstance(given, list) and all(isinstance(each, str) for each in given):
                    return given
            case {"class": "FUNCTION", "function_name": "list_value", "arguments": arguments}:
                return [self(argument["expression"]) for argument in arguments]
        return [None]

    def of_pattern(self, expression: Tree) -> str | None:
        """Return the only text that a pattern of LIKE matches, None if there are more."""
        pattern = self(expression)
        return None if pattern is None or set(pattern) & set("%_\\") else pattern


def _add_to(
    con: duckdb.DuckDBPyConnection, select: Tree, views: frozenset[str], text: _Texts, by_signature: bool
) -> list[set[str]]:
    """Add conditions on chemsys to a SELECT; return the formulas from which each follows.

    In a file with systems of five elements, `by_signature`, the view is replaced by its rows of these
    systems: only store.composition has the elements by which they are found.
    """
    tables, joins = _from(select["from_table"])
    kinds = {join["join_type"] if join["ref_type"] in JOINS else "OTHER" for join in joins}
    found = []
    for table in tables:
        if not _is_view(table, views):
            continue
        columns: Columns = {(_name(table), "formula")}
        if kinds <= {"INNER"} or (kinds <= {"INNER", "LEFT"} and table is tables[0]):
            # Without its table: another such column is either equal or ambiguous.
            columns.add(("formula",))
        if kinds <= {"INNER"}:
            columns |= _equal_columns(columns, tables, joins, select["where_clause"])
        for owner, place in ((select, "where_clause"), *((join, "condition") for join in joins)):
            condition = owner[place]
            formulas = _formulas(condition, columns, text)
            if formulas is None:
                continue
            found.append(formulas)
            systems = sorted(set(map(chemsys_of, formulas)) - {""})
            if by_signature and systems and len(systems) <= MAX_SYSTEMS and _is_view(table, views):
                _confine(con, table, systems)
            else:
                owner[place] = _both(_in_systems(_name(table), formulas), condition)
    return found


def _confine(con: duckdb.DuckDBPyConnection, table: Tree, systems: Sequence[str]) -> None:
    """Replace a view by the same rows of some chemical systems."""
    columns, condition = AS_COMPOSITIONS[table["table_name"].lower()]
    rows = " union all ".join(
        f"select {columns} from store.composition where {in_system(con, system)} and {condition}"
        for system in systems
    )
    name = table["alias"] or table["table_name"]
    confined = _parsed(con, f"select * from ({rows}) as {identifier(name)}")
    table_of = confined["statements"][0]["node"]["from_table"]
    table.clear()
    table.update(table_of)


def _from(table: Tree) -> tuple[list[Tree], list[Tree]]:
    """Return the tables of a FROM clause, from left to right, and its joins."""
    if table["type"] != "JOIN":
        return [table], []
    left, left_joins = _from(table["left"])
    right, right_joins = _from(table["right"])
    return left + right, [*left_joins, *right_joins, table]


def _is_view(table: Tree, views: frozenset[str]) -> bool:
    return (
        table["type"] == "BASE_TABLE"
        and table["table_name"].lower() in views
        and table["schema_name"].lower() in ("", "main")
        and not (table["catalog_name"] or table["column_name_alias"] or table["sample"] or table["at_clause"])
    )


def _name(table: Tree) -> str:
    return str(table["alias"] or table.get("table_name", "")).lower()


def _column(expression: Tree) -> tuple[str, ...] | None:
    if expression["class"] != "COLUMN_REF":
        return None
    return tuple(name.lower() for name in expression["column_names"])


def _equal_columns(columns: Columns, tables: list[Tree], joins: list[Tree], where: Tree | None) -> Columns:
    """Return the columns that inner joins make equal to those given."""
    if joins and all(
        join["ref_type"] == "NATURAL" or "formula" in map(str.lower, join["using_columns"]) for join in joins
    ):
        return {(_name(table), "formula") for table in tables}
    equal: Columns = set()
    for condition in (where, *(join["condition"] for join in joins)):
        for part in _conjuncts(condition):
            if part["type"] == "COMPARE_EQUAL":
                left, right = _column(part["left"]), _column(part["right"])
                if left and right and {left, right} & columns:
                    equal |= {left, right}
    return equal


def _conjuncts(condition: Tree | None) -> Iterator[Tree]:
    if condition is not None and condition["type"] == "CONJUNCTION_AND":
        for part in condition["children"]:
            yield from _conjuncts(part)
    elif condition is not None:
        yield condition


def _formulas(condition: Tree | None, columns: Columns, text: _Texts) -> set[str] | None:
    """Return the formulas that fulfil a condition, as far as it says; None for all."""
    if condition is None:
        return None
    match condition["type"]:
        case "CONJUNCTION_AND":
            each = [_formulas(part, columns, text) for part in condition["children"]]
            sets = [formulas for formulas in each if formulas is not None]
            return set.intersection(*sets) if sets else None
        case "CONJUNCTION_OR":
            each = [_formulas(part, columns, text) for part in condition["children"]]
            sets = [formulas for formulas in each if formulas is not None]
            return set.union(*sets) if len(sets) == len(each) else None
        case "COMPARE_EQUAL":
            column, *values = sorted(
                [condition["left"], condition["right"]], key=lambda side: _column(side) not in columns
            )
            texts: Sequence[str | None] = [text(value) for value in values]
        case "COMPARE_IN":
            column, *values = condition["children"]
            texts = [text(value) for value in values]
        case "FUNCTION" if len(condition["arguments"]) == 2:
            first, second = (argument["expression"] for argument in condition["arguments"])
            match condition["function_name"]:
                case "contains" | "list_contains":
                    # So DuckDB reads ``formula in $formulas``.
                    column, texts = second, text.of_list(first)
                case "~~":
                    column, texts = first, [text.of_pattern(second)]
                case _:
                    return None
        case _:
            return None
    if _column(column) not in columns:
        return None
    found = {each for each in texts if each is not None}
    return found if None not in texts else None


def _in_systems(table: str, formulas: set[str]) -> Tree:
    """Return the condition that chemsys is that of one of the formulas."""
    column = {"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": [table, "chemsys"]}
    systems = [
        {
            "class": "CONSTANT",
            "type": "VALUE_CONSTANT",
            "alias": "",
            "literal": {"kind": "STRING", "text": system},
        }
        for system in sorted(set(map(chemsys_of, formulas))) or [""]
    ]
    if len(systems) == 1:
        return {
            "class": "COMPARISON",
            "type": "COMPARE_EQUAL",
            "alias": "",
            "left": column,
            "right": systems[0],
        }
    return {"class": "OPERATOR", "type": "COMPARE_IN", "alias": "", "children": [column, *systems]}


def _both(added: Tree, condition: Tree) -> Tree:
    parts = condition["children"] if condition["type"] == "CONJUNCTION_AND" else [condition]
    return {"class": "CONJUNCTION", "type": "CONJUNCTION_AND", "alias": "", "children": [added, *parts]}
