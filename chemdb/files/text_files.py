"""Python rows as CSV and JSON, row by row; `output_files` writes record batches."""

import csv
import json
from collections.abc import Iterable, Sequence
from itertools import count
from math import isfinite
from textwrap import indent
from typing import Any, TextIO


def write_csv(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV, values as DuckDB writes them; None is empty."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(_csv_value, row) for row in rows)


def write_json(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as a JSON array of objects; repeated columns are numbered."""
    names, between = _distinct(columns), "\n"
    stream.write("[")
    for row in rows:
        stream.write(between + indent(json_text(dict(zip(names, row, strict=True))), "  "))
        between = ",\n"
    stream.write("]\n" if between == "\n" else "\n]\n")


def _csv_value(value: Any) -> Any:
    """Return a value as DuckDB writes it to CSV."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join('NULL' if item is None else str(_csv_value(item)) for item in value)}]"
    return value


def json_text(value: Any) -> str:
    """Return a value as indented JSON, with null instead of NaN and infinities."""
    return json.dumps(_finite(value), indent=2, ensure_ascii=False, default=str, allow_nan=False)


def _finite(value: Any) -> Any:
    """Return a value with null instead of NaN and infinities, which JSON lacks."""
    match value:
        case float() if not isfinite(value):
            return None
        case dict():
            return {name: _finite(item) for name, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
    return value


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names with repeated ones numbered: a, a_1, a_2."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name}_{number}" for number in count(1))
        found.append(name if name not in found else next(new for new in numbered if new not in found))
    return found
