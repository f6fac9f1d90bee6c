"""Vectors of compositions into files, as they are made, in bounded memory."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays, is_covered
from chemdb.errors import EmbeddingError, FileError
from chemdb.files.output_files import write_batches
from chemdb.runtime.atomic_write import atomic_write, file_lock
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Progress, no_progress

#: Columns that the compositions need.
COLUMNS = ("formula", "elements", "factors", "category")
#: list: one column of fixed-size lists; wide: one column for each dimension.
LAYOUTS = ("list", "wide")
SUFFIXES = (".parquet", ".csv", ".npz")
#: Compositions in a file of a folder.
PART = 200_000
_COPIED = 1 << 24


class Compositions(Protocol):
    """Compositions to be read more than once, such as `chemdb.query.result.Result`."""

    def __len__(self) -> int:
        """Return how many there are."""

    def select(self, columns: tuple[str, ...], offset: int = 0) -> "Compositions":
        """Return those after the first `offset`, with these columns."""

    def batches(self) -> pa.RecordBatchReader:
        """Return them as Arrow record batches."""


@dataclass
class Embedded:
    """Compositions turned into vectors, and how many could not be.

    Attributes
    ----------
    vectors : ElementVectors
    threads : int
        Threads that compute vectors.
    n : int
        Compositions with a vector.
    n_left_out : int
        Compositions without, as an element is not covered.
    uncovered : set of str
        Symbols of those elements.
    """

    vectors: ElementVectors
    threads: int
    n: int = 0
    n_left_out: int = 0
    uncovered: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        if not self.n_left_out:
            return f"{self.n:,} vectors"
        ordered = [symbol for symbol in self.vectors.symbols if symbol in self.uncovered]
        return (
            f"{self.n:,} vectors; {self.n_left_out:,} compositions left out, as {self.vectors.name} has no "
            f"vector of {', '.join(ordered)}"
        )

    def add(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, NDArray[np.float32]]:
        """Return the compositions of a batch that have a vector, and the vectors, shape (n, d)."""
        elements, factors = element_arrays(batch, self.vectors.symbols)
        covered = is_covered(elements, self.vectors)
        if not covered.all():
            found = np.unique(elements[~covered])
            self.uncovered |= {self.vectors.symbols[z - 1] for z in found if not self.vectors.covered[z]}
            batch = batch.filter(pa.array(covered))
        self.n += len(batch)
        self.n_left_out += int((~covered).sum())
        return batch, composition_vectors(elements[covered], factors[covered], self.vectors, self.threads)


def embed(
    compositions: "pa.Table | Compositions", vectors: ElementVectors, threads: int
) -> tuple[pa.Table, Embedded]:
    """Return compositions with their vectors in a column of fixed-size lists, and the account.

    Parameters
    ----------
    compositions : pyarrow.Table or Compositions
        With the columns formula, elements, factors, category.
    vectors : ElementVectors
    threads : int
    """
    account = Embedded(vectors, threads)
    schema = _schema(vectors, "list")
    batches = compositions.to_batches() if isinstance(compositions, pa.Table) else compositions.batches()
    tables = [_batch(*account.add(batch), schema, "list") for batch in batches]
    return pa.Table.from_batches(tables, schema), account


def check_target(target: Path, layout: str) -> None:
    """Raise unless vectors can go to `target` in a layout; for use before any work is done."""
    folder = target if target.is_dir() else target.parent
    if not target.is_dir():
        if target.suffix.lower() not in SUFFIXES:
            raise FileError(
                f"{target}: the name must end in one of {', '.join(SUFFIXES)}, or be that of a folder"
            )
        if not folder.is_dir():
            raise FileError(f"{target}: cannot be written (the folder {folder} does not exist)")
    fixed = {".csv": "wide", ".npz": "list"}.get("" if target.is_dir() else target.suffix.lower(), layout)
    if layout != fixed:
        raise EmbeddingError(f"{target}: --columns {layout} does not go with {target.suffix}; leave it out")


def export(
    compositions: Compositions,
    vectors: ElementVectors,
    target: Path,
    limits: Limits,
    layout: str = "list",
    progress: Progress = no_progress,
    source: Mapping[str, str] | None = None,
) -> Embedded:
    """Write formula, category and vector of each composition; return what was left out.

    Parameters
    ----------
    compositions : Compositions
    vectors : ElementVectors
    target : Path
        A ``.parquet``, ``.csv`` or ``.npz`` file, which appears whole; or a folder, which gets
        Parquet files of `PART` compositions, each whole: an export that was stopped goes on
        after the last of them.
    limits : Limits
    layout : str
        One of `LAYOUTS`.
    progress : callable, optional
    source : mapping, optional
        What tells this export from another, for a folder.

    Raises
    ------
    ChemdbError
        The target cannot be written, or a folder has parts of another export.
    """
    check_target(target, layout)
    account = Embedded(vectors, limits.threads)
    if target.is_dir():
        identity = dict(source or {}) | {"embedding": vectors.name, "columns": layout}
        # Two exports would take turns at the parts.
        with file_lock(target / "export", target):
            _write_parts(compositions, account, target, layout, progress, identity)
        return account
    total = len(compositions)
    batches = _reported(compositions.select(COLUMNS).batches(), total, progress)
    kind = target.suffix.lower()
    if kind == ".npz":
        with atomic_write(target) as [partial]:
            _write_npz(batches, account, partial)
    elif layout == "list":
        with atomic_write(target) as [partial]:
            _write_parquet(batches, account, partial)
    else:
        schema = _schema(vectors, layout)
        wide = (_batch(*account.add(batch), schema, layout) for batch in batches)
        write_batches(pa.RecordBatchReader.from_batches(schema, wide), target, kind[1:], limits)
    return account


def _reported(batches: pa.RecordBatchReader, total: int, progress: Progress) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches:
        yield batch
        done += len(batch)
        progress(done / total)


def _schema(vectors: ElementVectors, layout: str) -> pa.Schema:
    d = vectors.values.shape[1]
    if layout == "list":
        return pa.schema(
            [("formula", pa.string()), ("category", pa.string()), ("vector", pa.list_(pa.float32(), d))]
        )
    # Numbers alone are poor names for columns.
    names = [f"{vectors.name}_{feature}" if feature.isdigit() else feature for feature in vectors.features]
    return pa.schema(
        [("formula", pa.string()), ("category", pa.string()), *((name, pa.float32()) for name in names)]
    )


def _batch(
    batch: pa.RecordBatch, found: NDArray[np.float32], schema: pa.Schema, layout: str
) -> pa.RecordBatch:
    if layout == "list":
        columns = [
            pa.FixedSizeListArray.from_arrays(pa.array(found.ravel()), type=schema.field("vector").type)
        ]
    else:
        columns = [pa.array(np.ascontiguousarray(column)) for column in found.T]
    labels = [batch.column(name).cast(pa.string()) for name in ("formula", "category")]
    return pa.RecordBatch.from_arrays([*labels, *columns], schema=schema)


def _write_parquet(batches: Iterator[pa.RecordBatch], account: Embedded, file: Path) -> None:
    schema = _schema(account.vectors, "list")
    with _parquet_writer(file, schema) as writer:
        for batch in batches:
            writer.write_batch(_batch(*account.add(batch), schema, "list"))


def _parquet_writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    # Vectors hardly get smaller, and a dictionary of them would only cost time.
    return pq.ParquetWriter(
        file, schema, compression={"formula": "zstd", "category": "zstd"}, use_dictionary=["category"]
    )


def _write_parts(
    compositions: Compositions,
    account: Embedded,
    folder: Path,
    layout: str,
    progress: Progress,
    identity: Mapping[str, str],
) -> None:
    """Write part files after those that the folder has."""
    read = 0
    number = 0
    while (part := folder / f"part-{number:05}.parquet").exists():
        about = _about(part)
        if about.get("export") != identity:
            raise FileError(f"{part}: of another export; choose an empty folder")
        read += about["read"]
        account.n += about["n"]
        account.n_left_out += about["left_out"]
        account.uncovered |= set(about["uncovered"])
        number += 1
    total = len(compositions)
    schema = _schema(account.vectors, layout)
    batches: list[pa.RecordBatch] = []
    waiting = 0
    left = compositions.select(COLUMNS, read).batches() if read < total else []
    for batch in left:
        batches.append(batch)
        waiting += len(batch)
        if waiting >= PART or read + waiting == total:
            part = folder / f"part-{number:05}.parquet"
            own = Embedded(account.vectors, account.threads)
            found = [_batch(*own.add(each), schema, layout) for each in batches]
            about = {
                "export": dict(identity),
                "read": waiting,
                "n": own.n,
                "left_out": own.n_left_out,
                "uncovered": sorted(own.uncovered),
            }
            with atomic_write(part) as [partial]:
                _write_part(found, about, partial)
            account.n += own.n
            account.n_left_out += own.n_left_out
            account.uncovered |= own.uncovered
            read += waiting
            number += 1
            batches, waiting = [], 0
            progress(read / total)


def _write_part(batches: list[pa.RecordBatch], about: Mapping, file: Path) -> None:
    schema = batches[0].schema.with_metadata({"chemdb": json.dumps(about)})
    with _parquet_writer(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _about(part: Path) -> dict:
    try:
        return json.loads((pq.read_schema(part).metadata or {}).get(b"chemdb", b"{}"))  # type: ignore[no-any-return]
    except (OSError, pa.ArrowInvalid) as error:
        raise FileError(f"{part}: cannot be read ({str(error).splitlines()[0]})") from None


def _write_npz(batches: Iterator[pa.RecordBatch], account: Embedded, file: Path) -> None:
    """Write the arrays formula, category, vectors and features, as `numpy.load` reads them.

    The number of rows comes first in an array's file but is known last, so the rows wait in
    files beside the target.
    """
    dimensions = len(account.vectors.features)
    kinds = {"formula": np.dtype("<U20"), "category": np.dtype("<U11"), "vectors": np.dtype("<f4")}
    raw = {name: file.with_name(f"{file.name}.{name}") for name in kinds}
    try:
        streams = {name: path.open("wb") for name, path in raw.items()}
        try:
            for batch in batches:
                rows, found = account.add(batch)
                for name in ("formula", "category"):
                    text = rows.column(name).cast(pa.string()).to_pylist()
                    streams[name].write(np.array(text, kinds[name]).tobytes())
                streams["vectors"].write(found.tobytes())
        finally:
            for stream in streams.values():
                stream.close()
        with zipfile.ZipFile(file, "w") as archive:
            for name, path in raw.items():
                shape = (account.n, dimensions) if name == "vectors" else (account.n,)
                with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                    _write_header(entry, kinds[name], shape)
                    with path.open("rb") as rows_file:
                        while chunk := rows_file.read(_COPIED):
                            entry.write(chunk)
            with archive.open("features.npy", "w") as entry:
                np.lib.format.write_array(entry, np.array(account.vectors.features))
    finally:
        for path in raw.values():
            path.unlink(missing_ok=True)


def _write_header(entry: IO[bytes], kind: np.dtype, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_2_0(
        entry, {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
    )
