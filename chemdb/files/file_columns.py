"""The columns of user files: found by their names, or named by the user."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from chemdb.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

#: Names of the formula column, the preferred first.
FORMULA_COLUMNS = (
    "formula", "formula_given", "formula_pretty", "pretty_formula", "reduced_formula", "composition",
    "chemical_formula", "chemical_formula_reduced", "full_formula", "composition_reduced", "sum_formula",
    "chemical_formula_sum", "structured_formula",
)  # fmt: skip


@dataclass(frozen=True)
class FileColumns:
    """Columns that the user names; by default those with a usual name.

    Attributes
    ----------
    formula, material_id, energy_above_hull : str or None
    """

    formula: str | None = None
    material_id: str | None = None
    energy_above_hull: str | None = None


#: Rows of a batch: labels of several are made at a time, and kept until they are written.
BATCH = 25_000
#: See `UserTable.read`.
Form = Literal["text", "json", "typed"]


class UserTable(Protocol):
    """A user file that has been opened: its columns are known, its rows are read on demand."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def columns(self) -> list[str]:
        """Names of the columns, each once whatever the case."""

    def type_of(self, column: str) -> str | None:
        """Return what a column holds if it is not text or single values, such as lists; else None."""

    def read(
        self, columns: Sequence[str], texts: Collection[str] = (), form: Form = "text"
    ) -> "pa.RecordBatchReader":
        """Return columns of all rows, in order.

        Parameters
        ----------
        columns : sequence of str
        texts : collection of str
            Columns that are read as text.
        form : str
            Form of the values of JSON files: all as text; as JSON, where no other type writes them as
            they were; or typed, numbers and lists of numbers too.
        """

    def place(self, row: int) -> str:
        """Return where a row is, counted from 0: ``line 5``."""


def formula_column_of(table: UserTable, name: str | None = None) -> str:
    """Return the formula column of a file: the one called `name` if given, else found by its name.

    Raises
    ------
    FileError
        There is no such column, or it is not text.
    """
    texts = [column for column in table.columns if not table.type_of(column)]
    column = None if name else first_column(texts, FORMULA_COLUMNS)
    found = column or formula_column(table.columns, table.path, name)
    if kind := table.type_of(found):
        raise FileError(
            f"{table.path}: column {found!r} is {kind}, not text; choose another with --formula-column"
        )
    return found


def formula_column(columns: Sequence[str], path: Path, name: str | None = None) -> str:
    """Return the formula column: the one called `name` if given, else the first of `FORMULA_COLUMNS`.

    Raises
    ------
    FileError
        There is no such column.
    """
    if name:
        return column_called(name, columns, path, "--formula-column")
    column = first_column(columns, FORMULA_COLUMNS)
    if column is None:
        raise FileError(f"{path}: no formula column among {_some(columns)}; name it with --formula-column")
    return column


def column_called(name: str, columns: Sequence[str], path: Path, option: str) -> str:
    """Return the column of this name, or of one that differs only in case and separators.

    Raises
    ------
    FileError
        There is no such column; the message names the `option`.
    """
    column = name if name in columns else first_column(columns, [name])
    if column is None:
        raise FileError(f"{path}: no column {name!r} among {_some(columns)}; see {option}")
    return column


def first_column(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column of the first name that there is, ignoring case and separators; else None."""
    by_name = {plain_name(column): column for column in reversed(columns)}
    return next((by_name[plain_name(name)] for name in names if plain_name(name) in by_name), None)


def distinct_names(names: Sequence[str]) -> list[str]:
    """Return names that differ whatever the case, as DuckDB makes them: column0 for none, a, A_1.

    Examples
    --------
    >>> distinct_names(["", "a", "A", "a_1"])
    ['column0', 'a', 'A_1', 'a_1_1']
    """
    used: dict[str, str] = {}
    for place, name in enumerate(names):
        base = name or f"column{place}"
        numbered = (f"{base}_{number}" for number in count(1))
        unused = base if base.lower() not in used else next(n for n in numbered if n.lower() not in used)
        used[unused.lower()] = unused
    return list(used.values())


def plain_name(column: str) -> str:
    """Return the name of a column without case and separators.

    Examples
    --------
    >>> plain_name("Sum_Formula "), plain_name("SumFormula")
    ('sumformula', 'sumformula')
    """
    return re.sub(r"[\W_]", "", column.lower())


def _some(columns: Sequence[str]) -> str:
    return ", ".join(columns[:12]) + (", ..." if len(columns) > 12 else "")
