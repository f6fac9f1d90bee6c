"""Tables 1 and 2 of the paper for a file, as data."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from chemdb.chemistry.category import CATEGORIES, KNOWN_CATEGORIES
from chemdb.database.metadata import build_info, chemsys_of, in_system, known_sources_with_advice
from chemdb.report import paper_values

#: Formulas given of categories that are too large to list.
N_EXAMPLES = 5


@dataclass(frozen=True)
class Table2:
    """Table 2 of a file.

    Attributes
    ----------
    rows : list of dict
        A row per number of elements, with the columns of the view `table2`.
    paper : list of dict
        The same rows of the paper; empty if the file has other species or factors.
    known : str
        The known sources of the file.
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
        As given, such as Li-Zn-O.
    category : str
    n : int
        Number of compositions.
    formulas : list of str
        All compositions of a known category; of the others the `N_EXAMPLES` with the fewest atoms.
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
    paper = []
    if paper_values.as_in_paper(build_info(con)):
        paper = [
            {"nelements": row["nelements"], **paper_values.TABLE_2[row["nelements"]]}
            for row in rows
            if row["nelements"] in paper_values.TABLE_2
        ]
    return Table2(rows, paper, known_sources_with_advice(con))


def table_1(con: duckdb.DuckDBPyConnection, systems: Sequence[str]) -> list[Table1Cell]:
    """Return the four categories of each chemical system.

    Parameters
    ----------
    con : DuckDBPyConnection
    systems : sequence of str
        Such as Li-Zn-O, with the elements in any order.

    Raises
    ------
    ChemdbError
        A text is not a chemical system of this file.
    """
    cells = []
    for system in systems:
        chemsys = chemsys_of(con, system)
        for category in CATEGORIES:
            rows = con.execute(
                f"select formula from store.composition where {in_system(con, chemsys)} and category = ? "
                "order by natoms, formula",
                [category],
            ).fetchall()
            formulas = [formula for (formula,) in rows]
            listed = formulas if category in KNOWN_CATEGORIES else formulas[:N_EXAMPLES]
            cells.append(Table1Cell(system, category, len(formulas), listed))
    return cells
