"""Write rows of plain types as Parquet, with half the time and memory that DuckDB takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.progress import Progress, no_progress

#: Rows that are compressed together, and read together at least.
ROW_GROUP = 500_000
#: Columns of which neighbouring rows begin alike, so that only what differs is stored.
ALIKE = ("formula", "chemsys")


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
        for group in _row_groups(batches):
            writer.write_table(group, ROW_GROUP)
            n += len(group)
            if total:
                progress(n / total)
    return n


def parquet_writer(stream: BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of Parquet for plain columns; enumerations are written as text."""
    alike = [name for name in ALIKE if name in schema.names and pa.types.is_string(schema.field(name).type)]
    return pq.ParquetWriter(
        stream,
        schema,
        compression="zstd",
        use_dictionary=[path for path in _paths(schema) if path not in alike],
        column_encoding=dict.fromkeys(alike, "DELTA_BYTE_ARRAY"),
        store_schema=False,
    )


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


def _paths(schema: pa.Schema) -> list[str]:
    """Return the names of the columns as Parquet has them."""
    return [f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name for field in schema]


def _row_groups(batches: pa.RecordBatchReader) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    n = 0
    for batch in batches:
        waiting.append(batch)
        n += len(batch)
        if n >= ROW_GROUP:
            yield pa.Table.from_batches(waiting)
            waiting, n = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)
