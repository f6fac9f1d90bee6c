"""Vectors in a folder of Parquet files, written part by part; an interrupted export resumes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chemdb.embedding.embedded import COLUMNS, LABELS, Compositions, Embedded, vector_schema
from chemdb.errors import FileError
from chemdb.files.output.parquet_writer import parquet_writer, tables_of
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
        parts = tables_of(compositions.select(COLUMNS, n_read).batches(), PART_SIZE)
        for number, table in enumerate(parts, start=n_parts):
            part = Embedded(account.vectors, account.threads)
            written = list(part.batches(table.to_batches(), layout))
            metadata = {
                "export": identity,
                "read": len(table),
                "n": part.n,
                "left_out": part.n_left_out,
                "uncovered": sorted(part.uncovered),
            }
            schema = vector_schema(account.vectors, layout)
            with (
                atomic_write(_path(folder, number)) as [partial],
                vector_writer(partial, schema) as writer,
            ):
                for batch in written:
                    writer.write_batch(batch)
                writer.add_key_value_metadata({"chemdb": json.dumps(metadata)})
            _count(account, metadata)
            n_read += len(table)
            progress(n_read / total)


def vector_writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of Parquet for the columns of `vector_schema`."""
    return parquet_writer(file, schema, vectors=[name for name in schema.names if name not in LABELS])


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


def _metadata(part: Path) -> dict[str, Any]:
    """Return what a part says about itself, empty if it is not a part of an export."""
    try:
        text = (pq.read_metadata(part).metadata or {}).get(b"chemdb", b"{}")
        metadata: dict[str, Any] = json.loads(text)
    except (OSError, pa.ArrowInvalid) as error:
        raise FileError(f"{part}: cannot be read ({str(error).splitlines()[0]})") from None
    return metadata
