"""Formulas as users of Python have them: texts, pymatgen Compositions, amounts, columns, tables."""

import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chemdb.errors import FileError, FormulaError
from chemdb.files.file_columns import formula_column

if TYPE_CHECKING:
    import pyarrow as pa

#: Difference from a whole number that pymatgen ignores, too.
TOLERANCE = 1e-8


def formula_texts(formulas: Any, asked: str) -> list[str | None]:
    """Return the text of each formula, None where one is missing.

    Parameters
    ----------
    formulas : str, mapping, table or iterable of str or mapping
        A mapping has amounts by element, as pymatgen's Composition; a table has a formula column.
    asked : str
        What asks, for messages.

    Raises
    ------
    ChemdbError
        There is something else, or no formula column.

    Examples
    --------
    >>> formula_texts([{"Fe": 2.0, "O": 3.0}, "NaCl", None], "label")
    ['Fe2O3', 'NaCl', None]
    """
    if isinstance(formulas, str | Mapping):
        return [_text(formulas, asked)]
    if is_table(formulas):
        table, column = read_table(formulas, asked)
        texts: list[str | None] = table[column].cast("string").to_pylist()
        return texts
    if isinstance(formulas, bytes) or not isinstance(formulas, Iterable):
        raise _not_formulas(formulas, asked)
    # Arrow's own values are not those of Python.
    values = formulas.to_pylist() if hasattr(formulas, "to_pylist") else formulas
    return [_text(value, asked) for value in values]


def formula_array(formulas: Any, asked: str) -> "pa.Array | pa.ChunkedArray":
    """Return `formula_texts` as an Arrow array.

    Raises
    ------
    ChemdbError
        As `formula_texts`.
    """
    import pyarrow as pa

    if isinstance(formulas, pa.Array | pa.ChunkedArray) and not pa.types.is_nested(formulas.type):
        return formulas.cast(pa.string())
    if not isinstance(formulas, str | Mapping) and not is_table(formulas):
        try:
            return pa.array(formulas, pa.string(), from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError):
            pass
    return pa.array(formula_texts(formulas, asked), pa.string())


def is_table(formulas: Any) -> bool:
    """Return whether an object is an Arrow, pandas or polars table."""
    return hasattr(formulas, "columns")


def read_table(frame: Any, asked: str) -> "tuple[pa.Table, str]":
    """Return a table as Arrow, and the name of its formula column.

    Values that Arrow has no type for, such as numbers and texts in one column, become texts.

    Raises
    ------
    ChemdbError
        There is no formula column, it has something else than formulas, or two columns have one name.
    """
    import pyarrow as pa

    names = frame.column_names if hasattr(frame, "column_names") else list(frame.columns)
    column = formula_column([str(name) for name in names], Path("the table"))
    table = None
    if not _has_objects(frame):
        # It may have values that Arrow has no type for.
        with suppress(pa.ArrowException, TypeError, ValueError):
            table = pa.table(frame)
    if table is not None and not pa.types.is_nested(kind := table.schema.field(column).type):
        return table, column
    if isinstance(frame, pa.Table | pa.RecordBatch):
        raise FileError(f"{asked}: column {column!r} is {kind}, not text")
    try:
        return pa.table(_with_texts(frame, column, asked)), column
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise FileError(f"{asked}: the table cannot be read ({error})") from None


def _has_objects(frame: Any) -> bool:
    """Return whether a polars table has Python objects, which it hands over as addresses."""
    return type(frame).__module__.startswith("polars") and "Object" in map(str, frame.dtypes)


def _with_texts(frame: Any, column: str, asked: str) -> Any:
    """Return the table with texts in its formula column and in columns of mixed objects."""
    texts: dict[Any, list[str | None]] = {}
    for name in frame.columns:
        values = list(frame[name])
        if str(name) == column:
            texts[name] = formula_texts(values, asked)
        elif not _is_arrow(values):
            texts[name] = [None if _is_missing(value) else str(value) for value in values]
    if hasattr(frame, "with_columns"):
        import polars

        return frame.with_columns(*(polars.Series(name, values) for name, values in texts.items()))
    frame = frame.copy(deep=False)
    for name, column_texts in texts.items():
        frame[name] = column_texts
    return frame


def _text(formula: Any, asked: str) -> str | None:
    if isinstance(formula, str):
        return formula
    if isinstance(formula, Mapping):
        return "".join(_atoms(element, amount, asked) for element, amount in formula.items())
    if _is_missing(formula):
        return None
    raise _not_formulas(formula, asked)


def _atoms(element: Any, amount: Any, asked: str) -> str:
    """Return an element, or a species of pymatgen, and its amount as in a formula."""
    symbol = str(getattr(element, "symbol", element))
    if not re.fullmatch("[A-Z][a-z]?", symbol):
        raise FormulaError(f"{asked}: {symbol!r} is not the symbol of an element")
    try:
        number = float(amount)
        whole = round(number)
    except (TypeError, ValueError, OverflowError):
        raise FormulaError(f"{asked}: {amount!r} is not an amount of {symbol}") from None
    if number < 0:
        raise FormulaError(f"{asked}: negative amount of {symbol}")
    return f"{symbol}{whole if abs(number - whole) < TOLERANCE else format(Decimal(str(number)), 'f')}"


def _is_missing(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    if value is None or (pandas is not None and (value is pandas.NA or value is pandas.NaT)):
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return False


def _is_arrow(values: list[Any]) -> bool:
    import pyarrow as pa

    try:
        pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError):
        return False
    return True


def _not_formulas(formulas: Any, asked: str) -> FormulaError:
    return FormulaError(
        f"{asked}: {formulas!r} is neither a formula, such as 'Fe2O3' or a pymatgen Composition, "
        "nor a list of formulas"
    )
