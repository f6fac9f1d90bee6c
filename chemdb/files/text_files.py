"""Rows of any types as CSV, as JSON and on the screen: DuckDB itself turns the values into text."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, TextIO

import duckdb

from chemdb.database.execution import identifier, interruptible

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows of a batch.
BATCH = 10_000
#: Types whose Python values the screen shows as numbers, words or texts.
PLAIN = {
    *("boolean", "varchar", "tinyint", "smallint", "integer", "bigint", "hugeint"),
    *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
}
#: A string of JSON, which stays as it is, or a number that JSON lacks.
_STRING_OR_NOT_FINITE = re.compile(r'"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)')


def relation_of(
    con: duckdb.DuckDBPyConnection, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> duckdb.DuckDBPyRelation:
    """Return Python rows as a relation; a column of several types is JSON."""
    import pyarrow as pa

    names = _distinct(columns)
    values = list(zip(*rows, strict=True)) or [()] * len(names)
    shown, arrays = [], []
    for name, column in zip(names, values, strict=True):
        try:
            arrays.append(pa.array(column))
            shown.append(identifier(name))
        except pa.ArrowException:
            arrays.append(pa.array([json.dumps(value) for value in column]))
            shown.append(f"{identifier(name)}::json as {identifier(name)}")
    return con.from_arrow(pa.table(arrays, names)).project(", ".join(shown))


def screen_rows(con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, n: int) -> list[tuple]:
    """Return the first rows; all but whole numbers, words and texts as DuckDB prints them."""
    shown = [
        f"#{i}" if column_type.id in PLAIN else f"#{i}::varchar"
        for i, column_type in enumerate(relation.types, start=1)
    ]
    rows: list[tuple] = interruptible(con, relation.limit(n).project(", ".join(shown)).fetchall)
    return rows


def csv_batches(relation: duckdb.DuckDBPyRelation) -> "pa.RecordBatchReader":
    """Return the values as text, as DuckDB writes them to CSV; repeated columns are numbered."""
    import pyarrow as pa

    names = _distinct(relation.columns)
    texts = ", ".join(f"#{i}::varchar as {identifier(name)}" for i, name in enumerate(names, start=1))

    def read() -> Iterator[pa.RecordBatch]:
        for batch in relation.project(texts).to_arrow_reader(BATCH):
            yield pa.RecordBatch.from_arrays([column.cast(pa.string()) for column in batch.columns], names)

    return pa.RecordBatchReader.from_batches(pa.schema([(name, pa.string()) for name in names]), read())


def json_rows(con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation) -> Iterator[str]:
    """Yield each row as a JSON object, as DuckDB writes it, but null instead of NaN and infinities."""
    pairs = ", ".join(
        f"{identifier(name)} := #{i}" for i, name in enumerate(_distinct(relation.columns), start=1)
    )
    objects = relation.project(f"to_json(struct_pack({pairs}))::varchar")
    reader = interruptible(con, lambda: objects.to_arrow_reader(BATCH))
    while (batch := interruptible(con, lambda: next(reader, None))) is not None:
        for text in batch.column(0).to_pylist():
            yield _finite(text)


def json_text(value: Any) -> str:
    """Return a value, such as a dictionary, as indented JSON."""
    return _finite(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def write_json(stream: TextIO, objects: Iterable[str]) -> None:
    """Write objects as a JSON array, a line each, as DuckDB does."""
    before = "[\n\t"
    for text in objects:
        stream.write(before + text)
        before = ",\n\t"
    stream.write("[]\n" if before.startswith("[") else "\n]\n")


def _finite(text: str) -> str:
    if "NaN" not in text and "Infinity" not in text:
        return text
    return _STRING_OR_NOT_FINITE.sub(lambda part: part[0] if part[0].startswith('"') else "null", text)


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names with repeated ones numbered: a, a_1, a_2; SQL ignores the case of names."""
    found: dict[str, str] = {}
    for name in names:
        numbered = (f"{name}_{number}" for number in count(1))
        new = name if name.lower() not in found else next(one for one in numbered if one.lower() not in found)
        found[new.lower()] = new
    return list(found.values())
