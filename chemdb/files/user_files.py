"""Read user files with a formula in each row: CSV, TSV, JSON, JSON lines, Parquet, plain text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from chemdb.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

#: Largest ratio of unpacked to packed size; lists of formulas have 3 to 30.
MAX_RATIO = 200
#: Files that unpack to at most so many bytes, or rows, are read whatever their ratio.
ALWAYS_ALLOWED = 2 * 10**8
#: Unpacked bytes of a compressed file that are checked before it is read.
CHECKED_BYTES = 50_000_000
#: Arrow's names of compressions by suffix.
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}

#: Names of the formula column, the preferred first.
FORMULA_COLUMNS = (
    "formula", "formula_given", "formula_pretty", "pretty_formula", "reduced_formula", "composition",
    "chemical_formula", "chemical_formula_reduced", "full_formula", "composition_reduced", "sum_formula",
)  # fmt: skip

#: Table functions of DuckDB by suffix.
READERS = {
    ".csv": "read_csv(?, all_varchar = true)",
    ".tsv": "read_csv(?, all_varchar = true, delim = '\t')",
    ".txt": "read_csv(?, all_varchar = true, header = false, delim = '\t', columns = {'formula': 'varchar'})",
    ".json": "read_json(?)",
    ".jsonl": "read_json(?, format = 'newline_delimited')",
    ".ndjson": "read_json(?, format = 'newline_delimited')",
    ".parquet": "read_parquet(?)",
}


def read_rows(con: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    """Return the rows of a user file; text files may be compressed (``.gz``, ``.zst``).

    Raises
    ------
    FileError
        The file is missing, not a regular file, unreadable, or of an unknown kind.
    """
    if not path.exists():
        raise FileError(f"{path}: no such file")
    if not path.is_file():
        raise FileError(f"{path}: not a regular file")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if len(suffixes) > 1 and suffixes[-1] in COMPRESSIONS:
        _check_ratio(path, COMPRESSIONS[suffixes.pop()])
    suffix = suffixes[-1] if suffixes else ""
    if suffix not in READERS:
        raise FileError(f"{path}: the name must end in one of {', '.join(READERS)} (or .gz, .zst)")
    try:
        name = _escape_globs(path)
        if suffix == ".parquet":
            [(n_rows,)] = con.execute("select sum(num_rows) from parquet_file_metadata(?)", [name]).fetchall()
            if n_rows and n_rows > max(ALWAYS_ALLOWED, MAX_RATIO * path.stat().st_size):
                raise FileError(f"{path}: declares {n_rows:,} rows, too many for its size")
        return con.from_query(f"from {READERS[suffix]}", params=[name])
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise FileError(f"{path}: {read_error(error)}") from None


def limit_size(
    batches: "Iterable[pa.RecordBatch]", path: Path, max_rows: int | None = None
) -> "Iterator[pa.RecordBatch]":
    """Yield the batches of a file; raise if they are too large for its size.

    Raises
    ------
    FileError
        The file unpacks to more than `MAX_RATIO` times its size, or has more than `max_rows` rows.
    """
    max_bytes = max(ALWAYS_ALLOWED, MAX_RATIO * path.stat().st_size)
    rows = n_bytes = 0
    for batch in batches:
        rows += len(batch)
        n_bytes += batch.nbytes
        if max_rows is not None and rows > max_rows:
            raise FileError(f"{path}: more than {max_rows:,} rows")
        if n_bytes > max_bytes:
            raise FileError(f"{path}: unpacks to more than {MAX_RATIO} times its size")
        yield batch


def formula_column(columns: Sequence[str], path: Path, name: str | None = None) -> str:
    """Return the formula column: the one called `name` if given, else the first of `FORMULA_COLUMNS`.

    Raises
    ------
    FileError
        There is no such column.
    """
    column = first_column(columns, (name,) if name else FORMULA_COLUMNS)
    if column is None:
        available = ", ".join(columns[:12]) + (", ..." if len(columns) > 12 else "")
        problem = f"no column {name!r}" if name else "no formula column"
        raise FileError(f"{path}: {problem} among {available}; name it with --formula-column")
    return column


def first_column(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column of the first name that there is, ignoring case and separators; else None."""
    by_name = {_normalized(column): column for column in reversed(columns)}
    return next((by_name[_normalized(name)] for name in names if _normalized(name) in by_name), None)


def read_error(error: Exception) -> str:
    """Return the error of DuckDB with a file in one line."""
    first, *rest = str(error).splitlines()
    if line_error := re.search(r"CSV Error on Line: (\d+)$", first):
        message = next((line for line in rest if line and not line.startswith("Original Line: ")), first)
        first = f"line {line_error[1]}: {message.rstrip('. ')}"
    return f"cannot be read ({first})"


def _check_ratio(path: Path, compression: str) -> None:
    """Raise `FileError` if the start of a compressed file exceeds `MAX_RATIO`."""
    import pyarrow as pa

    try:
        with pa.OSFile(str(path)) as packed, pa.CompressedInputStream(packed, compression) as stream:
            size = 0
            while size < CHECKED_BYTES and (chunk := stream.read(1_000_000)):
                size += len(chunk)
            if size >= CHECKED_BYTES and size > MAX_RATIO * packed.tell():
                raise FileError(f"{path}: unpacks to more than {MAX_RATIO} times its size")
    except (OSError, pa.ArrowException):
        return  # DuckDB reports what is wrong.


def _normalized(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _escape_globs(path: Path) -> str:
    """Return the path with glob characters escaped for DuckDB."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
