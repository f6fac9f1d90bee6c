"""Rows into a CSV, TSV, JSON lines or Parquet file that appears whole."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from chemdb.database import connect_in_memory
from chemdb.errors import ChemdbError

WRITERS = {
    ".csv": "(format csv, header)",
    ".tsv": "(format csv, header, delimiter '\t')",
    ".jsonl": "(format json)",
    ".parquet": "(format parquet, compression zstd)",
}
#: Where a result goes that has no file.
STDOUT = Path("/dev/stdout")


def write_rows(rows: pa.RecordBatchReader | pa.Table, target: Path | None) -> int:
    """Write rows as they come; return how many.

    Parameters
    ----------
    rows : pyarrow.RecordBatchReader or pyarrow.Table
    target : Path or None
        Its suffix, one of `WRITERS`, chooses the format; None is CSV on stdout.

    Raises
    ------
    ChemdbError
        The file is of another kind or cannot be written; it is as it was.
    """
    if target is None:
        return _copy(rows, STDOUT, ".csv", "stdout")
    with partial_file(target, WRITERS) as partial:
        return _copy(rows, partial, target.suffix.lower(), str(target))


@contextmanager
def partial_file(target: Path, suffixes: Collection[str]) -> Iterator[Path]:
    """Give the name to write to; the file takes the name of `target` if the body succeeds.

    Raises
    ------
    ChemdbError
        The name has none of the suffixes, or the file cannot be written.
    """
    if target.suffix.lower() not in suffixes:
        raise ChemdbError(f"{target}: the name must end in one of {', '.join(suffixes)}")
    if target.is_dir():
        raise ChemdbError(f"{target}: cannot be written (is a folder)")
    if not target.parent.is_dir():
        raise ChemdbError(f"{target}: cannot be written (the folder {target.parent} does not exist)")
    partial = target.with_name(target.name + ".partial")
    try:
        yield partial
        partial.replace(target)
    except OSError as error:
        raise ChemdbError(f"{target}: cannot be written ({(error.strerror or str(error)).lower()})") from None
    finally:
        partial.unlink(missing_ok=True)


def _copy(rows: pa.RecordBatchReader | pa.Table, file: Path, kind: str, shown: str) -> int:
    with connect_in_memory() as con:
        con.register("rows", rows)
        name = str(file).replace("'", "''")
        try:
            [(n,)] = con.execute(f"copy rows to '{name}' {WRITERS[kind]}").fetchall()
        except duckdb.IOException as error:
            raise ChemdbError(f"{shown}: cannot be written ({str(error).splitlines()[0]})") from None
    return int(n)
