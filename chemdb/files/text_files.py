"""Rows as CSV, as JSON and on the screen: DuckDB turns the values of its relations into text."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import count, islice
from typing import Any, TextIO

import duckdb

from chemdb.database.execution import FETCH, identifier, interruptible

#: Types whose Python values the screen shows as numbers, words or texts.
PLAIN = {
    *("boolean", "varchar", "tinyint", "smallint", "integer", "bigint", "hugeint"),
    *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
}
#: SQL of a value of CSV.
_CSV_VALUE = """
    case
        when {0} is null then ''
        when {0} = '' or regexp_matches({0}, '[",\\r\\n]') then concat('"', replace({0}, '"', '""'), '"')
        else {0}
    end"""
#: A string of JSON, which stays as it is, or a number that JSON lacks.
_STRING_OR_NOT_FINITE = re.compile(r'"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)')


def relation_lines(con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation) -> Iterator[str]:
    """Yield each row as a line of CSV, as DuckDB writes it: NULL is empty, an empty text has quotes."""
    values = ", ".join(_CSV_VALUE.format(f"#{i}::varchar") for i in range(1, len(relation.columns) + 1))
    for (line,) in _fetched(con, relation.project(f"concat_ws(',', {values})")):
        yield line


def relation_objects(con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation) -> Iterator[str]:
    """Yield each row as a JSON object, as DuckDB writes it, but null instead of NaN and infinities."""
    pairs = ", ".join(
        f"{identifier(name)} := #{i}" for i, name in enumerate(distinct(relation.columns), start=1)
    )
    for (text,) in _fetched(con, relation.project(f"to_json(struct_pack({pairs}))::varchar")):
        yield _finite(text)


def row_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield rows of numbers, texts, booleans, dates and lists as lines of CSV."""
    for row in rows:
        yield _csv_line(map(_text, row))


def row_objects(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield rows of numbers, texts, booleans, dates and lists as JSON objects."""
    for row in rows:
        values = dict(zip(columns, row, strict=True))
        yield _finite(json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str))


def screen_rows(con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, n: int) -> list[tuple]:
    """Return the first rows; all but whole numbers, words and texts as DuckDB prints them."""
    shown = [
        f"#{i}" if column_type.id in PLAIN else f"#{i}::varchar"
        for i, column_type in enumerate(relation.types, start=1)
    ]
    rows: list[tuple] = interruptible(con, relation.limit(n).project(", ".join(shown)).fetchall)
    return rows


def json_text(value: Any) -> str:
    """Return a value, such as a dictionary, as indented JSON."""
    return _finite(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def write_csv(stream: TextIO, columns: Sequence[str], lines: Iterable[str]) -> None:
    """Write lines of CSV below their header; repeated columns are numbered."""
    stream.write(_csv_line(distinct(columns)) + "\n")
    stream.writelines(line + "\n" for line in lines)


def write_json(stream: TextIO, objects: Iterable[str]) -> None:
    """Write objects as a JSON array, a line each, as DuckDB does."""
    before = "[\n\t"
    for text in objects:
        stream.write(before + text)
        before = ",\n\t"
    stream.write("[]\n" if before.startswith("[") else "\n]\n")


def _fetched(con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation) -> Iterator[tuple]:
    """Yield the rows of a relation in bounded memory; Ctrl-C interrupts it."""
    rows = interruptible(con, relation.iter_rows)
    while chunk := interruptible(con, lambda: list(islice(rows, FETCH))):
        yield from chunk


def _csv_line(values: Iterable[str | None]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join('NULL' if item is None else str(_text(item)) for item in value)}]"
    return str(value)


def _finite(text: str) -> str:
    if "NaN" not in text and "Infinity" not in text:
        return text
    return _STRING_OR_NOT_FINITE.sub(lambda part: part[0] if part[0].startswith('"') else "null", text)


def distinct(names: Sequence[str]) -> list[str]:
    """Return names with repeated ones numbered: a, a_1, a_2; SQL ignores the case of names."""
    found: dict[str, str] = {}
    for name in names:
        numbered = (f"{name}_{number}" for number in count(1))
        new = name if name.lower() not in found else next(one for one in numbered if one.lower() not in found)
        found[new.lower()] = new
    return list(found.values())
