"""Write rows to a file, atomically, or to stdout."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import duckdb

from chemdb.database.connection import connect_in_memory
from chemdb.database.execution import execute
from chemdb.errors import ChemdbError, FileError
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Progress, no_progress
from chemdb.runtime.standard_streams import stdout, stdout_path

if TYPE_CHECKING:
    import pyarrow as pa

#: Options of COPY in DuckDB by format; the name of a format is also the suffix of its files.
WRITERS = {
    "csv": "format csv, header",
    "tsv": "format csv, header, delimiter '\t'",
    "json": "format json, array true",
    "jsonl": "format json",
    "parquet": "format parquet, compression zstd",
}


def format_of(target: Path) -> str:
    """Return the format for a file, by its suffix.

    Raises
    ------
    FileError
        The suffix is not in `WRITERS`.
    """
    format_name = target.suffix.lower().removeprefix(".")
    if format_name not in WRITERS:
        raise FileError(f"{target}: the name must end in one of {', '.join(f'.{name}' for name in WRITERS)}")
    return format_name


def write_batches(
    batches: "pa.RecordBatchReader",
    target: Path | None,
    format_name: str,
    limits: Limits,
    total: int | None = None,
    progress: Progress = no_progress,
) -> int:
    """Write rows in bounded memory; return how many.

    Parameters
    ----------
    batches : pyarrow.RecordBatchReader
    target : Path or None
        None is stdout.
    format_name : str
        A key of `WRITERS`; parquet needs a file.
    limits : Limits
    total : int, optional
        Number of rows, for `progress`.
    progress : Progress

    Raises
    ------
    ChemdbError
        The file cannot be written, or `batches` raises it; an existing file is unchanged.
    """
    if target is None and format_name == "parquet":
        raise FileError("parquet cannot be written to stdout; name a file with --output")
    if target and format_name == "parquet":
        from chemdb.files.output.parquet_files import is_plain, write_parquet

        if is_plain(batches.schema):
            return write_parquet(batches, target, total, progress)
    destination = atomic_write(target) if target else stdout_path()
    with destination as [partial], connect_in_memory(limits) as con:
        # DuckDB 2.0 can hang when it is interrupted while other threads write.
        con.execute("set async_threads = 0")
        errors: list[Exception] = []
        con.register("written", _with_progress(batches, total, progress, errors))
        name = str(partial).replace("'", "''")
        try:
            [(n,)] = execute(
                con, f"copy written to '{name}' ({WRITERS[format_name]}, use_tmp_file false)"
            ).fetchall()
        except duckdb.Error as error:
            if errors:
                raise errors[0] from None
            if not isinstance(error, duckdb.IOException):
                raise
            raise FileError(f"{target or 'stdout'}: cannot be written ({_reason(error)})") from None
    return int(n)


@contextmanager
def text_target(target: Path | None) -> Iterator[TextIO]:
    """Give a file, written atomically, or stdout, to write UTF-8 text to.

    Raises
    ------
    FileError
        It cannot be written.
    """
    if target:
        with atomic_write(target) as [partial], partial.open("w", encoding="utf-8") as stream:
            yield stream
        return
    with stdout() as stream:
        if isinstance(stream, io.TextIOWrapper):
            # Files and pipes of data do not depend on the terminal.
            stream.reconfigure(encoding="utf-8")
        yield stream


def _reason(error: duckdb.IOException) -> str:
    """Return the message of the operating system, which DuckDB puts after the file name."""
    message = re.search(r'(?<=": )[\w -]+$|(?<=\\": )[\w -]+', str(error).splitlines()[0])
    return message[0].lower() if message else str(error).splitlines()[0]


def _with_progress(
    batches: "pa.RecordBatchReader", total: int | None, progress: Progress, errors: list[Exception]
) -> "pa.RecordBatchReader":
    """Return batches that report progress and collect errors, which DuckDB would turn into text."""
    import pyarrow as pa

    def observed() -> Iterator[pa.RecordBatch]:
        done = 0
        try:
            for batch in batches:
                yield batch
                done += len(batch)
                if total:
                    progress(done / total)
        except (ChemdbError, duckdb.Error) as error:
            errors.append(error)
            raise

    return pa.RecordBatchReader.from_batches(batches.schema, observed())
