"""Record batches to a file or stdout, as they come; a file appears whole or not at all."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from chemdb.database.connection import connect_in_memory
from chemdb.database.execution import execute
from chemdb.errors import ChemdbError, FileError
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Progress, no_progress
from chemdb.runtime.stdout import stdout_path

if TYPE_CHECKING:
    import pyarrow as pa

#: Formats by name, which is a file's suffix too, as DuckDB's COPY takes them.
WRITERS = {
    "csv": "format csv, header",
    "tsv": "format csv, header, delimiter '\t'",
    "json": "format json, array true",
    "jsonl": "format json",
    "parquet": "format parquet, compression zstd",
}


def format_of(target: Path) -> str:
    """Return the format that the name of a file asks for.

    Raises
    ------
    FileError
        Its suffix is none of `WRITERS`.
    """
    kind = target.suffix.lower().removeprefix(".")
    if kind not in WRITERS:
        raise FileError(f"{target}: the name must end in one of {', '.join(f'.{name}' for name in WRITERS)}")
    return kind


def write_batches(
    batches: "pa.RecordBatchReader",
    target: Path | None,
    kind: str,
    limits: Limits,
    total: int | None = None,
    progress: Progress = no_progress,
) -> int:
    """Write the rows in bounded memory; return how many.

    Parameters
    ----------
    batches : pyarrow.RecordBatchReader
    target : Path or None
        None is stdout.
    kind : str
        A key of `WRITERS`; parquet needs a file.
    limits : Limits
    total : int, optional
        Rows that will come, for `progress`.
    progress : Progress

    Raises
    ------
    ChemdbError
        The file cannot be written, or the rows cannot be made; what was there is as it was.
    """
    if target is None and kind == "parquet":
        raise FileError("parquet cannot go to the screen; name a file with --output")
    place = atomic_write(target) if target else stdout_path()
    with place as [unfinished], connect_in_memory(limits) as con:
        # DuckDB 2.0 can wait forever for writes that it handed to other threads, once interrupted.
        con.execute("set async_threads = 0")
        failed: list[ChemdbError] = []
        con.register("written", _reporting(batches, total, progress, failed))
        name = str(unfinished).replace("'", "''")
        try:
            [(n,)] = execute(
                con, f"copy written to '{name}' ({WRITERS[kind]}, use_tmp_file false)"
            ).fetchall()
        except duckdb.Error as error:
            if failed:
                raise failed[0] from None
            if not isinstance(error, duckdb.IOException):
                raise
            raise FileError(f"{target or 'stdout'}: cannot be written ({_reason(error)})") from None
    return int(n)


def _reason(error: duckdb.IOException) -> str:
    """Return what the operating system said, which DuckDB puts after the name of the file."""
    said = re.search(r'(?<=": )[\w -]+$|(?<=\\": )[\w -]+', str(error).splitlines()[0])
    return said[0].lower() if said else str(error).splitlines()[0]


def _reporting(
    batches: "pa.RecordBatchReader", total: int | None, progress: Progress, failed: list[ChemdbError]
) -> "pa.RecordBatchReader":
    """Return the batches; what goes wrong in them is put into `failed`, as DuckDB makes a text of it."""
    import pyarrow as pa

    def passed_on() -> Iterator[pa.RecordBatch]:
        done = 0
        try:
            for batch in batches:
                yield batch
                done += len(batch)
                if total:
                    progress(done / total)
        except ChemdbError as error:
            failed.append(error)
            raise

    return pa.RecordBatchReader.from_batches(batches.schema, passed_on())
