"""One Parquet file of an export, written unless it is complete already."""

import hashlib
import io
import json
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.database.arrays import as_array
from chemdb.dataset.export_plan import Part
from chemdb.dataset.part_columns import ALIKE, KEY
from chemdb.dataset.storage.addresses import folder_at
from chemdb.dataset.storage.folder import BLOCK, AppearedError, Folder
from chemdb.errors import DatasetError
from chemdb.files.output.parquet_writer import parquet_writer, tables_of
from chemdb.partition.piece import ROWS_PER_BATCH, Partition

with kernel_cache():
    from chemdb.dataset.kernel import key_sum

#: Rows of a row group.
ROW_GROUP = 1_000_000
#: Key of what a file says about itself, in its footer.
METADATA = b"chemdb"


@dataclass(frozen=True)
class PartSummary:
    """The entry of a file in the manifest.

    Attributes
    ----------
    name : str
    n_rows, n_bytes : int
    sha256 : str
        Of the file, as ``sha256sum`` prints it.
    key_sum : int
        See `chemdb.dataset.kernel.key_sum`.
    """

    name: str
    n_rows: int
    n_bytes: int
    sha256: str
    key_sum: int


@dataclass(frozen=True)
class PartTask:
    """The data that a worker needs to write a file.

    Attributes
    ----------
    folder : str
    plan : str
        Checksum of the plan.
    part : Part
    piece : Partition
    columns : tuple of str
    """

    folder: str
    plan: str
    part: Part
    piece: Partition
    columns: tuple[str, ...]

    def __str__(self) -> str:
        return self.part.name


def write_part(task: PartTask) -> tuple[PartSummary, bool]:
    """Write a file unless it is complete already; return its summary, and whether it is new.

    Raises
    ------
    ChemdbError
        It cannot be written, or the database changed; there is no new file.
    """
    folder = folder_at(task.folder)
    is_there = folder.has(task.part.name)
    if is_there and (summary := summary_of(folder, task.part, task.plan)):
        return summary, False
    try:
        return _write(folder, task, replace=is_there), True
    except AppearedError:
        summary = summary_of(folder, task.part, task.plan)
        if summary is None:
            raise DatasetError(f"{folder}/{task.part.name}: another process wrote a different file") from None
        return summary, False


def summary_of(folder: Folder, part: Part, plan: str) -> PartSummary | None:
    """Return the summary of an existing file, which is read; None unless it is complete and of a plan."""
    content, data, n_bytes = hashlib.sha256(), hashlib.sha256(), 0
    try:
        with folder.opened(part.name) as stream:
            metadata = pq.read_metadata(stream)
            footer = _Footer.of(metadata)
            stream.seek(0)
            end_of_data = _end_of_data(stream)
            stream.seek(0)
            while block := stream.read(BLOCK):
                content.update(block)
                data.update(block[: max(0, end_of_data - n_bytes)])
                n_bytes += len(block)
    except (pa.ArrowException, OSError, ValueError, LookupError, TypeError):
        return None
    if (
        footer != _Footer(plan, part.n_rows, footer.key_sum, data.hexdigest())
        or metadata.num_rows != part.n_rows
    ):
        return None
    return PartSummary(part.name, part.n_rows, n_bytes, content.hexdigest(), footer.key_sum)


def _write(folder: Folder, task: PartTask, replace: bool) -> PartSummary:
    n_rows = total = 0
    with folder.written(task.part.name, replace) as partial, partial.open("wb") as stream:
        output = _Hashed(stream)
        with ExitStack() as stack:
            writer: pq.ParquetWriter | None = None
            batches = (batch.arrow(task.columns) for batch in task.piece.batches(rows=ROWS_PER_BATCH))
            for table in tables_of(batches, ROW_GROUP):
                if writer is None:
                    writer = stack.enter_context(parquet_writer(output, table.schema, ALIKE))
                writer.write_table(table)
                n_rows += len(table)
                for batch in table.to_batches():
                    total += int(key_sum(*(as_array(column) for column in batch.columns[: len(KEY)])))
            if writer is None or n_rows != task.part.n_rows:
                raise DatasetError(
                    f"{n_rows:,} rows instead of {task.part.n_rows:,}; build the database again"
                )
            footer = _Footer(task.plan, n_rows, total % 2**64, output.sha256)
            writer.add_key_value_metadata({METADATA: footer.text})
        n_bytes = stream.tell()
    return PartSummary(task.part.name, n_rows, n_bytes, output.sha256, footer.key_sum)


def _end_of_data(stream: BinaryIO) -> int:
    """Return where the footer of a Parquet file begins."""
    end = stream.seek(-8, io.SEEK_END)
    return end - int.from_bytes(stream.read(4), "little")


class _Footer(NamedTuple):
    """The metadata in the footer of a file, and its data: all bytes before the footer."""

    plan: str
    n_rows: int
    key_sum: int
    data_sha256: str

    @property
    def text(self) -> bytes:
        return json.dumps(self._asdict() | {"key_sum": f"{self.key_sum:016x}"}).encode()

    @classmethod
    def of(cls, metadata: pq.FileMetaData) -> "_Footer":
        values = json.loads((metadata.metadata or {})[METADATA])
        return cls(**(values | {"key_sum": int(values["key_sum"], 16)}))


class _Hashed(io.RawIOBase):
    """A file to write to, and the SHA-256 of what has been written."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def write(self, data: Any) -> int:
        self._hash.update(data)
        return self._stream.write(data)
