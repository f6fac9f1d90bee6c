"""Tables in JSON and JSON lines files; the types of columns are decided from all their values."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from chemdb.database.execution import execute
from chemdb.errors import FileError
from chemdb.files.file_columns import BATCH, Form
from chemdb.files.text_input import is_utf16, line_of_row, open_bytes, open_text, suffixes_of

if TYPE_CHECKING:
    import pyarrow as pa

#: DuckDB's names of compressions by Arrow's.
COMPRESSIONS = {"gzip": "gzip", "zstd": "zstd", None: "none"}
#: DuckDB's name of the layout of JSON lines.
LINES = "newline_delimited"
#: JSON types whose values DuckDB writes as they were written.
EXACT = ("VARCHAR", "BOOLEAN", "UBIGINT", "BIGINT", "HUGEINT")

#: Python writes NaN and Infinity, which are not JSON, for missing numbers. Outside texts they become null:
#: null is put in their place and after every text, and then removed after texts.
OBJECTS = r"""(
    select
        case
            when contains(json, 'NaN') or contains(json, 'nan')
                or contains(json, 'Inf') or contains(json, 'inf')
            then regexp_replace(
                regexp_replace(json, '("(?:[^"\\]|\\.)*")|[-+]?(?i:nan|inf(?:inity)?)', '\1null', 'g'),
                '("(?:[^"\\]|\\.)*")null', '\1', 'g'
            )::json
            else json
        end as object
    from read_json_objects(?, format = ?, compression = ?)
)"""


@dataclass(frozen=True)
class JsonTable:
    """A JSON file, see `chemdb.files.file_columns.UserTable`; a key that an object lacks is null.

    Attributes
    ----------
    con : duckdb.DuckDBPyConnection
    path : Path
    parameters : list of str
        Of `OBJECTS`.
    structure : mapping of str to Any
        Type of each key, as DuckDB's ``json_structure`` gives it.
    """

    con: duckdb.DuckDBPyConnection
    path: Path
    parameters: list[str]
    structure: Mapping[str, Any]

    @property
    def columns(self) -> list[str]:
        """Keys."""
        return list(self.structure)

    def type_of(self, column: str) -> str | None:
        """Return what the values are if they are objects or lists, else None."""
        kind = self.structure[column]
        return "an object" if isinstance(kind, dict) else "a list" if isinstance(kind, list) else None

    def read(
        self, columns: Sequence[str], texts: Collection[str] = (), form: Form = "text"
    ) -> "pa.RecordBatchReader":
        """Return columns in one of the forms, some as text."""
        types = {
            name: _column_type(self.structure[name], "text" if name in texts else form) for name in columns
        }
        # Arrow then knows which columns are JSON.
        self.con.execute("set arrow_lossless_conversion = true")
        return self.con.from_query(
            f"select unnest(json_transform(object, ?)) from {OBJECTS}",
            params=[json.dumps(types), *self.parameters],
        ).to_arrow_reader(BATCH)

    def place(self, row: int) -> str:
        """Return the line of a row of JSON lines, else its number."""
        _, layout, _ = self.parameters
        return f"line {line_of_row(self.path, row)}" if layout == LINES else f"row {row + 1}"


def open_json(con: duckdb.DuckDBPyConnection, path: Path, name: str) -> JsonTable:
    """Return the table in a file: an array of objects, or objects one after another.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    path : Path
    name : str
        The path as DuckDB reads it.

    Raises
    ------
    FileError
        The values are not objects, a key is empty, or two keys differ only in case.
    """
    suffix, compression = suffixes_of(path)
    parameters = [name, _format(path, suffix), COMPRESSIONS[compression]]
    # One object of each structure: the aggregate needs a kilobyte for each object.
    examples = f"select any_value(object) as object from {OBJECTS} group by json_structure(object)"
    [(text,)] = execute(con, f"select json_group_structure(object) from ({examples})", parameters).fetchall()
    structure = json.loads(text or "{}")
    if not isinstance(structure, dict):
        raise FileError(f'{path}: not a list of JSON objects, such as {{"formula": "Fe2O3"}}')
    if not structure:
        raise FileError(f"{path}: no formula column; the file has no objects with keys")
    if "" in structure:
        raise FileError(f"{path}: a key is empty; name it")
    [first] = execute(con, f"select json_keys(object) from {OBJECTS} limit 1", parameters).fetchall()
    # DuckDB merges the keys of its threads in any order.
    order = dict.fromkeys([*(key for key in first[0] or () if key in structure), *sorted(structure)])
    by_lower: dict[str, str] = {}
    for key in order:
        if (other := by_lower.setdefault(key.lower(), key)) != key:
            raise FileError(f"{path}: the keys {other!r} and {key!r} differ only in case; rename one")
    return JsonTable(con, path, parameters, {key: structure[key] for key in order})


def _format(path: Path, suffix: str) -> str:
    """Return DuckDB's name of the layout, decided by the first character."""
    if is_utf16(path):
        raise FileError(f"{path}: UTF-16 text, and JSON is UTF-8; save it as UTF-8")
    with open_text(path) as text:
        start = text.read(4096).lstrip()
    if start.startswith("["):
        return "array"
    with open_bytes(path) as stream:
        marked = stream.read(3) == b"\xef\xbb\xbf"
    # Only this format says on which line an error is; it does not read byte order marks.
    return LINES if suffix != ".json" and not marked else "unstructured"


def _column_type(kind: Any, form: Form) -> Any:
    """Return the type in which a column is read."""
    if form == "text" or kind == "NULL":
        return "VARCHAR"
    if kind in EXACT or (form == "typed" and kind == "DOUBLE"):
        return kind
    if form == "typed" and isinstance(kind, list) and kind[0] in (*EXACT, "DOUBLE"):
        return kind
    return "JSON"
