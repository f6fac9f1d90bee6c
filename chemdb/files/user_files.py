"""Read user files with a formula in each row: CSV, TSV, JSON, JSON lines, Parquet, plain text."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from chemdb.database.execution import identifier
from chemdb.errors import FileError
from chemdb.files.file_columns import BATCH, Form, UserTable
from chemdb.files.text_input import ALWAYS_ALLOWED, MAX_RATIO, line_of_row, suffixes_of
from chemdb.runtime.threads import REFUSED, is_refused

if TYPE_CHECKING:
    import pyarrow as pa

#: Unpacked bytes of a compressed file that are checked before it is read.
CHECKED_BYTES = 50_000_000

#: Most columns, which DuckDB and Arrow hold in memory for each batch of rows.
MAX_COLUMNS = 10_000
#: Suffixes of the files that can be read.
SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet")


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file, see `chemdb.files.file_columns.UserTable`; values keep their types."""

    con: duckdb.DuckDBPyConnection
    path: Path
    relation: duckdb.DuckDBPyRelation

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self.relation.columns)

    def type_of(self, column: str) -> str | None:
        """Return the type of a column of lists, structures or maps."""
        kind = self.relation.types[self.columns.index(column)]
        return str(kind).lower() if kind.id in ("list", "struct", "map", "array", "union") else None

    def read(
        self, columns: Sequence[str], texts: Collection[str] = (), form: Form = "text"
    ) -> "pa.RecordBatchReader":
        """Return columns with the types of the file."""
        items = (
            f"{identifier(name)}::varchar as {identifier(name)}" if name in texts else identifier(name)
            for name in columns
        )
        return self.relation.project(", ".join(items)).to_arrow_reader(BATCH)

    def place(self, row: int) -> str:
        """Return the number of a row."""
        return f"row {row + 1}"


def open_table(con: duckdb.DuckDBPyConnection, path: Path) -> UserTable:
    """Return the table in a user file; text files may be compressed (``.gz``, ``.zst``).

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Reads JSON and Parquet files, as long as the table is used.
    path : Path

    Raises
    ------
    FileError
        The file is missing, not a regular file, unreadable, of an unknown kind, or has more than
        `MAX_COLUMNS` columns.
    """
    table = _table(con, path)
    if len(table.columns) > MAX_COLUMNS:
        raise FileError(
            f"{path}: {len(table.columns):,} columns; at most {MAX_COLUMNS:,} are read; keep those you need"
        )
    return table


def _table(con: duckdb.DuckDBPyConnection, path: Path) -> UserTable:
    if re.match("[a-z][a-z0-9+.-]*:/", str(path), re.IGNORECASE) and not path.exists():
        raise FileError(f"{path}: is a URL; download the file first")
    if not path.exists():
        raise FileError(f"{path}: no such file")
    if not path.is_file():
        raise FileError(f"{path}: not a regular file")
    suffix, compression = suffixes_of(path)
    if suffix not in SUFFIXES or (compression and suffix == ".parquet"):
        raise FileError(f"{path}: the name must end in one of {', '.join(SUFFIXES)} (or .gz, .zst)")
    if compression:
        _check_ratio(path, compression)
    if suffix == ".txt":
        from chemdb.files.line_files import LineTable

        return LineTable(path)
    if suffix in (".csv", ".tsv"):
        from chemdb.files.csv_files import open_csv

        return open_csv(path, "\t" if suffix == ".tsv" else None)
    try:
        name = _escape_globs(path)
        if suffix != ".parquet":
            from chemdb.files.json_files import open_json

            return open_json(con, path, name)
        [(n_rows,)] = con.execute("select sum(num_rows) from parquet_file_metadata(?)", [name]).fetchall()
        if n_rows and n_rows > max(ALWAYS_ALLOWED, MAX_RATIO * path.stat().st_size):
            raise FileError(f"{path}: declares {n_rows:,} rows, too many for its size")
        return ParquetTable(con, path, con.from_query("from read_parquet(?)", params=[name]))
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise FileError(f"{path}: {read_error(error, path)}") from None


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


def read_error(error: Exception, path: Path) -> str:
    """Return the error of DuckDB or Arrow with a file in one line."""
    if is_refused(error):
        return REFUSED
    first, *_ = str(error).splitlines()
    malformed = re.search(r"Malformed JSON .* in (line|record/value) ([0-9]+): (.*?)[. ]*$", first)
    if malformed:
        kind, number, problem = malformed.groups()
        # DuckDB names the line or value after, and does not count empty lines.
        row = int(number) - 2
        place = f"line {line_of_row(path, row)}" if kind == "line" else f"value {row + 1}"
        first = f"{place}: not JSON, {problem}"
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


def _escape_globs(path: Path) -> str:
    """Return the path with glob characters escaped for DuckDB."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
