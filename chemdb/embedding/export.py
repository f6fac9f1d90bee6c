"""Vectors of compositions as a table, in a file, or in a folder of files, in bounded memory."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from chemdb.chemistry.element_vectors import ElementVectors
from chemdb.embedding.embedded import COLUMNS, Compositions, Embedded, vector_schema
from chemdb.embedding.export_npz import write_npz
from chemdb.embedding.export_parts import vector_writer, write_parts
from chemdb.errors import EmbeddingError, FileError, counted, warn
from chemdb.files.output.output_files import write_batches
from chemdb.lookup.formula_input import formula_array, is_table, read_table
from chemdb.lookup.label import Labeller
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Progress, no_progress

SUFFIXES = (".parquet", ".csv", ".npz")
#: Layouts of the formats that have only one.
FIXED_LAYOUTS = {".csv": "wide", ".npz": "list"}


def embed(
    compositions: Any, vectors: ElementVectors, threads: int, labeller: Callable[[], Labeller]
) -> tuple[pa.Table, Embedded]:
    """Return formula, category and vector of compositions, and the account of what was left out.

    Parameters
    ----------
    compositions : pyarrow.Table, Compositions, or what `chemdb.lookup.formula_input` reads
    vectors : ElementVectors
    threads : int
    labeller : callable
        Returns what decides formulas; called for formulas only.

    Raises
    ------
    ChemdbError
        There is no formula column, or something else than formulas.
    """
    account = Embedded(vectors, threads)
    can_be_read = hasattr(compositions, "batches") and hasattr(compositions, "select")
    if not can_be_read and not _has_all(compositions):
        compositions = _compositions(compositions, labeller())
    compositions = compositions.select(COLUMNS)
    batches = compositions.to_batches() if isinstance(compositions, pa.Table) else compositions.batches()
    table = pa.Table.from_batches(account.batches(batches, "list"), vector_schema(vectors, "list"))
    return table, account


def _has_all(compositions: Any) -> bool:
    return isinstance(compositions, pa.Table) and set(COLUMNS) <= set(compositions.column_names)


def _compositions(formulas: Any, labeller: Labeller) -> pa.Table:
    """Return `COLUMNS` of formulas, without rows that are none; warn of these."""
    if is_table(formulas):
        table, column = read_table(formulas, "embed")
        formulas = table[column]
    texts = formula_array(formulas, "embed")
    table = labeller.compositions(texts)
    if n_others := len(texts) - len(table):
        warn(f"embed: {counted(n_others, 'row')} left out: not a formula")
    return table


def check_target(target: Path, layout: str) -> None:
    """Raise unless vectors can be written to `target` in a layout; call it before any work starts.

    Raises
    ------
    ChemdbError
        Unknown suffix, missing folder, or a layout that the format does not have.
    """
    if target.is_dir():
        return
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(
            f"{target}: the name must end in one of {', '.join(SUFFIXES)}, or be that of an existing folder"
        )
    if not target.parent.is_dir():
        raise FileError(f"{target}: cannot be written (the folder {target.parent} does not exist)")
    if layout != FIXED_LAYOUTS.get(suffix, layout):
        raise EmbeddingError(f"{target}: --columns {layout} is not available for {suffix}; leave it out")


def export(
    compositions: Compositions,
    vectors: ElementVectors,
    target: Path,
    limits: Limits,
    layout: str = "list",
    progress: Progress = no_progress,
    source: Mapping[str, str] | None = None,
) -> Embedded:
    """Write formula, category and vector of compositions; return the account of what was left out.

    Parameters
    ----------
    compositions : Compositions
    vectors : ElementVectors
    target : Path
        A ``.parquet``, ``.csv`` or ``.npz`` file, written atomically; or a folder for Parquet files,
        where an interrupted export resumes after the last complete part.
    limits : Limits
    layout : str
        One of `chemdb.embedding.embedded.LAYOUTS`.
    progress : Progress
    source : mapping, optional
        What identifies the compositions: an export into a folder resumes only with the same source.

    Raises
    ------
    ChemdbError
        The target cannot be written, or a folder has parts of another export.
    """
    check_target(target, layout)
    account = Embedded(vectors, limits.threads)
    suffix = target.suffix.lower()
    if target.is_dir():
        identity = dict(source or {}) | {"embedding": vectors.name, "columns": layout}
        write_parts(compositions, account, target, layout, identity, progress)
        return account
    batches = _with_progress(compositions.select(COLUMNS).batches(), len(compositions), progress)
    if suffix == ".npz":
        with atomic_write(target) as [partial]:
            write_npz(batches, account, partial)
    elif layout == "list":
        with (
            atomic_write(target) as [partial],
            vector_writer(partial, vector_schema(vectors, layout)) as writer,
        ):
            for batch in account.batches(batches, layout):
                writer.write_batch(batch)
    else:
        wide = account.batches(batches, layout)
        reader = pa.RecordBatchReader.from_batches(vector_schema(vectors, layout), wide)
        write_batches(reader, target, suffix.removeprefix("."), limits)
    return account


def _with_progress(batches: pa.RecordBatchReader, total: int, progress: Progress) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches:
        yield batch
        done += len(batch)
        progress(done / total)
