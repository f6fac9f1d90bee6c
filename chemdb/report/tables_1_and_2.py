"""Tables 1 and 2 of the paper for a file: the numbers, not their looks."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from chemdb.chemistry.category import CATEGORIES, KNOWN_CATEGORIES
from chemdb.database.metadata import build_info, chemsys_of, known_sources
from chemdb.report import paper_values

#: Examples shown of the categories that are too large to list.
N_EXAMPLES = 5


@dataclass(frozen=True)
class Table2:
    """Table 2 of a file.

    Attributes
    ----------
    rows : list of dict
        A row per order, columns of the view `table2`.
    paper : list of dict
        The paper's rows, where the file has the paper's rule and limits; else empty.
    known : str
        The known sources behind the rows.
    """

    rows: list[dict[str, int]]
    paper: list[dict[str, int]]
    known: str


@dataclass(frozen=True)
class Table1Cell:
    """One category of one chemical system.

    Attributes
    ----------
    chemsys : str
        As asked for.
    category : str
    n : int
        Compositions of the category.
    formulas : list of str
        All known ones, or the examples with the fewest atoms.
    """

    chemsys: str
    category: str
    n: int
    formulas: list[str]


def table_2(con: duckdb.DuckDBPyConnection) -> Table2:
    """Return Table 2 of a file."""
    cursor = con.execute("from table2 order by nelements")
    columns = [column[0] for column in cursor.description]
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    comparable = paper_values.as_in_paper(build_info(con))
    printed = [
        {"nelements": row["nelements"], **paper_values.TABLE_2[row["nelements"]]}
        for row in rows
        if comparable
    ]
    return Table2(rows, printed, known_sources(con))


def table_1(con: duckdb.DuckDBPyConnection, systems: Sequence[str]) -> list[Table1Cell]:
    """Return the four categories of each chemical system.

    Parameters
    ----------
    con : DuckDBPyConnection
    systems : sequence of str
        Such as Li-Zn-O, elements in any order.

    Raises
    ------
    ChemdbError
        A text is not a chemical system, or not one of this file.
    """
    cells = []
    for system in systems:
        chemsys = chemsys_of(con, system)
        for category in CATEGORIES:
            found = con.execute(
                f"select formula from {category} where chemsys = ? order by natoms, formula", [chemsys]
            ).fetchall()
            shown = found if category in KNOWN_CATEGORIES else found[:N_EXAMPLES]
            cells.append(Table1Cell(system, category, len(found), [formula for (formula,) in shown]))
    return cells
