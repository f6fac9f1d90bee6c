"""The columns of an export: their names, their types and comments in SQL, and which are alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from chemdb.chemistry.category import CATEGORIES
from chemdb.database.execution import execute
from chemdb.database.sql_files import sql_text
from chemdb.errors import QueryError

#: Number a composition in its database file; always the first columns.
KEY = ("system_id", "stoichiometry_id")
#: In the names of folders instead of the files.
IN_FOLDERS = "nelements"
#: Those of the view composition, and what is known of the known ones.
DEFAULT_COLUMNS = (
    "formula", "chemsys", "elements", "factors", "natoms", "formula_anonymous", "allowed", "known",
    "category", "has_electronegativity", "known_in", "material_id", "energy_above_hull",
)  # fmt: skip
#: Categories of which the public views of compositions consist.
VIEWS: Mapping[str, tuple[str, ...]] = {
    "composition": CATEGORIES,
    "allowed": ("standard", "missing"),
} | {name: (name,) for name in CATEGORIES}
#: Where the types and comments of columns come from; the first that has a column counts.
_RELATIONS = ("composition", "known_composition", "stoichiometry")
#: Columns of which neighbours differ in their last digits only. In the order of systems, chemsys repeats:
#: readers find one soonest in a dictionary.
ALIKE = (*KEY, "formula")


@dataclass(frozen=True)
class Column:
    """A column, with its type and comment in DuckDB."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class View:
    """A view of compositions, and the comments of its columns by their names."""

    comment: str
    columns: Mapping[str, str]


#: Of columns in no relation.
_OTHERS = {"known_in": Column("known_in", "VARCHAR", "Sources that have the formula, separated by spaces.")}


def column_names(names: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the columns of the files: the key, then the requested or default ones.

    Examples
    --------
    >>> column_names(["nelements", "formula"])
    ('system_id', 'stoichiometry_id', 'formula')

    Raises
    ------
    QueryError
        A column is repeated.
    """
    shown = [name for name in names if name not in (*KEY, IN_FOLDERS)] if names else list(DEFAULT_COLUMNS)
    if repeated := [name for i, name in enumerate(shown) if name in shown[:i]]:
        raise QueryError(f"column {repeated[0]!r} is repeated")
    return (*KEY, *shown)


def described(
    con: duckdb.DuckDBPyConnection, names: Iterable[str]
) -> tuple[tuple[Column, ...], dict[str, View]]:
    """Return nelements and other columns, and the views of compositions, as a file describes them."""
    of_relations: dict[str, list[Column]] = {}
    comments: dict[str, str] = {}
    for relation, comment, *column in execute(con, sql_text("statements/view_columns")).fetchall():
        of_relations.setdefault(relation, []).append(Column(*column))
        comments[relation] = comment
    known = _OTHERS | {
        column.name: column for relation in reversed(_RELATIONS) for column in of_relations[relation]
    }
    views = {
        name: View(comments[name], {column.name: column.comment for column in of_relations[name]})
        for name in VIEWS
    }
    return tuple(known[name] for name in (IN_FOLDERS, *names)), views
