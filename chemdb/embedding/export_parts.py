"""Vectors in a folder of Parquet files, written part by part; an interrupted export resumes."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chemdb.embedding.embedded import COLUMNS, Compositions, Embedded, vector_schema
from chemdb.errors import FileError
from chemdb.runtime.atomic_write import atomic_write, file_lock
from chemdb.runtime.progress import Progress, no_progress

#: Compositions in a part.
PART_SIZE = 200_000


def write_parts(
    compositions: Compositions,
    account: Embedded,
    folder: Path,
    layout: str,
    identity: Mapping[str, str],
    progress: Progress = no_progress,
) -> None:
    """Write ``part-00000.parquet`` and so on, each atomically; resume after the last complete part.

    Parameters
    ----------
    compositions : Compositions
    account : Embedded
        Also counts the parts that exist already.
    folder : Path
    layout : str
        One of `chemdb.embedding.embedded.LAYOUTS`.
    identity : mapping
        Parts are resumed only if they were written with the same identity.
    progress : Progress

    Raises
    ------
    FileError
        A part is unreadable or belongs to another export, or another process is writing to the folder.
    """
    identity = dict(identity)
    total = len(compositions)
    with file_lock(folder / "export", folder):
        n_read, n_parts = _resume(folder, account, identity)
        if n_read >= total:
            return
        batches = compositions.select(COLUMNS, n_read).batches()
        for number, part_batches in enumerate(_parts(batches), start=n_parts):
            part = Embedded(account.vectors, account.threads)
            written = list(part.batches(part_batches, layout))
            n_in_part = sum(map(len, part_batches))
            metadata = {
                "export": identity,
                "read": n_in_part,
                "n": part.n,
                "left_out": part.n_left_out,
                "uncovered": sorted(part.uncovered),
            }
            schema = vector_schema(account.vectors, layout).with_metadata({"chemdb": json.dumps(metadata)})
            with (
                atomic_write(_path(folder, number)) as [partial],
                parquet_writer(partial, schema) as writer,
            ):
                for batch in written:
                    writer.write_batch(batch)
            _count(account, metadata)
            n_read += n_in_part
            progress(n_read / total)


def parquet_writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of Parquet for the columns of `vector_schema`."""
    # Vectors barely compress, and a dictionary of them would only take time.
    return pq.ParquetWriter(
        file, schema, compression={"formula": "zstd", "category": "zstd"}, use_dictionary=["category"]
    )


def _path(folder: Path, number: int) -> Path:
    return folder / f"part-{number:05}.parquet"


def _resume(folder: Path, account: Embedded, identity: Mapping[str, str]) -> tuple[int, int]:
    """Return how many compositions and parts a folder has, and count them in the account."""
    n_read = n_parts = 0
    while (part := _path(folder, n_parts)).exists():
        metadata = _metadata(part)
        if metadata.get("export") != identity:
            raise FileError(f"{part}: part of another export; choose an empty folder")
        _count(account, metadata)
        n_read += metadata["read"]
        n_parts += 1
    return n_read, n_parts


def _count(account: Embedded, metadata: Mapping[str, Any]) -> None:
    account.n += metadata["n"]
    account.n_left_out += metadata["left_out"]
    account.uncovered |= set(metadata["uncovered"])


def _parts(batches: pa.RecordBatchReader) -> Iterator[list[pa.RecordBatch]]:
    """Yield lists of consecutive batches, each of at least `PART_SIZE` rows but the last."""
    part: list[pa.RecordBatch] = []
    n_rows = 0
    for batch in batches:
        part.append(batch)
        n_rows += len(batch)
        if n_rows >= PART_SIZE:
            yield part
            part, n_rows = [], 0
    if n_rows:
        yield part


def _metadata(part: Path) -> dict[str, Any]:
    """Return what a part says about itself, empty if it is not a part of an export."""
    try:
        text = (pq.read_schema(part).metadata or {}).get(b"chemdb", b"{}")
        metadata: dict[str, Any] = json.loads(text)
    except (OSError, pa.ArrowInvalid) as error:
        raise FileError(f"{part}: cannot be read ({str(error).splitlines()[0]})") from None
    return metadata
