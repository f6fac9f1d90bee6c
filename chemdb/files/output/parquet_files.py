"""Write rows of plain types as Parquet, with half the time and memory that DuckDB takes."""

from pathlib import Path

import pyarrow as pa

from chemdb.files.output.parquet_writer import parquet_writer, tables_of
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.progress import Progress, no_progress

#: Rows that are compressed together, and read together at least.
ROW_GROUP = 500_000


def is_plain(schema: pa.Schema) -> bool:
    """Return whether all columns are texts, numbers, truth values, or lists of them."""
    return all(_is_plain(field.type) for field in schema)


def write_parquet(
    batches: pa.RecordBatchReader, target: Path, total: int | None = None, progress: Progress = no_progress
) -> int:
    """Write rows of plain columns in bounded memory; return how many.

    Parameters
    ----------
    batches : pyarrow.RecordBatchReader
    target : Path
    total : int, optional
        Number of rows, for `progress`.
    progress : Progress

    Raises
    ------
    ChemdbError
        The file cannot be written, or `batches` raises it; an existing file is unchanged.
    """
    n = 0
    with (
        atomic_write(target) as [partial],
        # Python's stream reports what the operating system says; Arrow's adds words of its own.
        partial.open("wb") as stream,
        parquet_writer(stream, batches.schema) as writer,
    ):
        for table in tables_of(batches, ROW_GROUP):
            writer.write_table(table)
            n += len(table)
            if total:
                progress(n / total)
    return n


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind):
        return _is_plain(kind.value_type)
    if pa.types.is_dictionary(kind):
        return bool(pa.types.is_string(kind.value_type))
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_float32(kind)
        or pa.types.is_float64(kind)
    )
