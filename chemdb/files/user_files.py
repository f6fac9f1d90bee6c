"""Files of the user's with a formula in each row: CSV, TSV, JSON, JSON lines, Parquet, text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from chemdb.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

#: A file may unpack to so many times its size, and to this many bytes whatever its size. Lists of
#: formulas unpack to 3 to 30 times.
MAX_RATIO = 200
ALWAYS_FINE = 2 * 10**8
#: Unpacked bytes of a compressed file that are looked at before it is read.
SAMPLE = 50_000_000
#: Compressions by suffix, as Arrow names them.
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}

FORMULA_COLUMNS = (
    "formula", "formula_given", "formula_pretty", "pretty_formula", "reduced_formula", "composition",
    "chemical_formula", "chemical_formula_reduced", "full_formula", "composition_reduced", "sum_formula",
)  # fmt: skip

READERS = {
    ".csv": "read_csv(?, all_varchar = true)",
    ".tsv": "read_csv(?, all_varchar = true, delim = '\t')",
    ".txt": "read_csv(?, all_varchar = true, header = false, delim = '\t', columns = {'formula': 'varchar'})",
    ".json": "read_json(?)",
    ".jsonl": "read_json(?, format = 'newline_delimited')",
    ".ndjson": "read_json(?, format = 'newline_delimited')",
    ".parquet": "read_parquet(?)",
}


def rows_of(con: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    """Return the rows of a file; compressed ``.gz`` and ``.zst`` text files are read too.

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
    kind = suffixes[-1] if suffixes else ""
    if kind not in READERS:
        raise FileError(f"{path}: the name must end in one of {', '.join(READERS)} (or .gz, .zst)")
    try:
        name = _without_globs(path)
        if kind == ".parquet":
            [(n_rows,)] = con.execute("select sum(num_rows) from parquet_file_metadata(?)", [name]).fetchall()
            if n_rows and n_rows > max(ALWAYS_FINE, MAX_RATIO * path.stat().st_size):
                raise FileError(f"{path}: says that it has {n_rows:,} rows, too many for its size")
        return con.from_query(f"from {READERS[kind]}", params=[name])
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise FileError(f"{path}: {unreadable(error)}") from None


def bounded(
    batches: "Iterable[pa.RecordBatch]", path: Path, most_rows: int | None = None
) -> "Iterator[pa.RecordBatch]":
    """Yield the batches of a file, as long as they are not far more than the file can mean.

    Raises
    ------
    FileError
        It unpacks to more than `MAX_RATIO` times its size, or has more than `most_rows` rows.
    """
    most_bytes = max(ALWAYS_FINE, MAX_RATIO * path.stat().st_size)
    rows = n_bytes = 0
    for batch in batches:
        rows += len(batch)
        n_bytes += batch.nbytes
        if most_rows is not None and rows > most_rows:
            raise FileError(f"{path}: more than {most_rows:,} rows")
        if n_bytes > most_bytes:
            raise FileError(f"{path}: unpacks to more than {MAX_RATIO} times its size")
        yield batch


def formula_column(columns: Sequence[str], path: Path, wanted: str | None = None) -> str:
    """Return the column that has the formula: `wanted`, else the first of `FORMULA_COLUMNS`.

    Raises
    ------
    FileError
    """
    found = first_column(columns, (wanted,) if wanted else FORMULA_COLUMNS)
    if found is None:
        have = ", ".join(columns[:12]) + (", ..." if len(columns) > 12 else "")
        asked = f"no column {wanted!r}" if wanted else "no formula column"
        raise FileError(f"{path}: {asked} among {have}; name it with --formula-column")
    return found


def first_column(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the first column that has one of the names, whatever its case and separators."""
    by_name = {_plain(column): column for column in reversed(columns)}
    return next((by_name[_plain(name)] for name in names if _plain(name) in by_name), None)


def unreadable(error: Exception) -> str:
    """Return one line that says what DuckDB found wrong with a file."""
    first, *rest = str(error).splitlines()
    if place := re.search(r"CSV Error on Line: (\d+)$", first):
        said = next((line for line in rest if line and not line.startswith("Original Line: ")), first)
        first = f"line {place[1]}: {said.rstrip('. ')}"
    return f"cannot be read ({first})"


def _check_ratio(path: Path, compression: str) -> None:
    """Raise `FileError` if the start of a compressed file unpacks to far more than it is."""
    import pyarrow as pa

    try:
        with pa.OSFile(str(path)) as packed, pa.CompressedInputStream(packed, compression) as stream:
            size = 0
            while size < SAMPLE and (chunk := stream.read(1_000_000)):
                size += len(chunk)
            if size >= SAMPLE and size > MAX_RATIO * packed.tell():
                raise FileError(f"{path}: unpacks to more than {MAX_RATIO} times its size")
    except (OSError, pa.ArrowException):
        return  # DuckDB says what is wrong with it.


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _without_globs(path: Path) -> str:
    """Return the path so that DuckDB does not read glob characters in it."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
