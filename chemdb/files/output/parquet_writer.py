"""How Parquet files are written: one maker of writers, and tables as long as a row group.

All are compressed with zstd, and have dictionaries of what repeats. Types are those of Parquet alone, so
that all readers find the same; enumerations are text.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

#: Columns of which neighbouring rows begin alike where rows are in the order of queries, by number of atoms.
ALIKE = ("formula", "chemsys")


def parquet_writer(
    sink: Any,
    schema: pa.Schema,
    alike: Collection[str] = ALIKE,
    vectors: Collection[str] = (),
    page_checksums: bool = False,
) -> pq.ParquetWriter:
    """Return a writer of Parquet.

    Parameters
    ----------
    sink : path or writable file
    schema : pyarrow.Schema
        Without metadata: `add_key_value_metadata` of the writer takes them.
    alike : collection of str
        Columns of texts of which neighbours begin alike, or of integers that are close to their neighbours:
        only what differs is stored.
    vectors : collection of str
        Columns of vectors, which are stored as they are: they barely compress, and dictionaries of them would
        only take time. Arrow's types are stored too, as Parquet has no lists of fixed length.
    page_checksums : bool
        Store what tells readers that data are damaged.
    """
    paths = {field.name: _path(field.name, field.type) for field in schema if field.name not in vectors}
    encodings = {
        name: "DELTA_BYTE_ARRAY" if pa.types.is_string(schema.field(name).type) else "DELTA_BINARY_PACKED"
        for name in alike
        if name in paths and _can_be_alike(schema.field(name).type)
    }
    return pq.ParquetWriter(
        sink,
        schema,
        compression=dict.fromkeys(paths.values(), "zstd"),
        use_dictionary=[path for name, path in paths.items() if name not in encodings],
        column_encoding=encodings,
        store_schema=bool(vectors),
        write_page_checksum=page_checksums,
    )


def tables_of(batches: Iterable[pa.RecordBatch], n_rows: int) -> Iterator[pa.Table]:
    """Yield the rows of batches as tables of `n_rows` each but the last, which has the others."""
    waiting: list[pa.RecordBatch] = []
    n_waiting = 0
    for batch in batches:
        waiting.append(batch)
        n_waiting += len(batch)
        while n_waiting >= n_rows:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, n_rows)
            waiting = table.slice(n_rows).to_batches()
            n_waiting -= n_rows
    if n_waiting:
        yield pa.Table.from_batches(waiting)


def _can_be_alike(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind))


def _path(name: str, kind: pa.DataType) -> str:
    """Return the name that Parquet gives a column, of which the values of a list are the last part."""
    if pa.types.is_list(kind):
        return _path(f"{name}.list.element", kind.value_type)
    return name
