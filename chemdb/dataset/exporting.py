"""Write the compositions of a query to a folder of Parquet files, on any executor or as a job array."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from chemdb.dataset.export_plan import Part, plan_of, put_plan, stored_plan
from chemdb.dataset.manifest import Manifest, put_manifest
from chemdb.dataset.part_columns import column_names
from chemdb.dataset.part_file import PartSummary, PartTask, summary_of, write_part
from chemdb.dataset.storage.addresses import folder_at
from chemdb.errors import DatasetError, counted
from chemdb.executors.run import Failure, run
from chemdb.executors.workers import check_executor
from chemdb.partition.piece import Partition, check_all_pieces, opened
from chemdb.runtime.progress import Progress, no_progress

#: Failures that a message names.
NAMED = 3


class Written(NamedTuple):
    """The result of an export.

    Attributes
    ----------
    manifest : Manifest
        Of all files, or of a share.
    n_new : int
        Number of files that this call wrote; the others were complete already.
    """

    manifest: Manifest
    n_new: int


def export(
    pieces: Sequence[Partition],
    place: str | Path,
    columns: Sequence[str] = (),
    executor: Executor | None = None,
    share: slice | None = None,
    progress: Progress = no_progress,
) -> Written:
    """Write the missing Parquet files of a query, and the manifest once all are there.

    Parameters
    ----------
    pieces : sequence of Partition
        All pieces of a query, each a file; those with several numbers of elements are cut.
    place : str or Path
        A folder, or an address such as ``s3://bucket/prefix``; new, or with the same export.
    columns : sequence of str
        Those of `chemdb.partition.batch.Batch.arrow`; by default those of the view composition, and what is
        known of known compositions. The key, system_id and stoichiometry_id, is always there.
    executor : concurrent.futures.Executor, optional
        By default the files are written one after the other in this process.
    share : slice, optional
        Write only these of all files, and no manifest; `finish` writes it.
    progress : Progress

    Raises
    ------
    ChemdbError
        The folder has another export or cannot be written, the database changed, or files failed; files
        that are finished stay.
    """
    check_all_pieces(pieces)
    check_executor(executor)
    if not pieces:
        raise DatasetError("export: no composition of this file matches the query")
    names = column_names(columns)
    file = opened(pieces[0].path, pieces[0].fingerprint)
    plan, cut = plan_of(file, pieces, names)
    folder = folder_at(place)
    folder.prepare()
    with nullcontext() if share else folder.writer():
        put_plan(folder, plan)
        tasks = [
            PartTask(folder.address, plan.checksum, part, piece, names)
            for part, piece in zip(plan.parts, cut, strict=True)
        ]
        if share:
            tasks = tasks[share]
        summaries: dict[str, PartSummary] = {}
        failures: dict[str, Failure] = {}
        n_new = 0
        try:
            for task, result in ((done.item, done.result) for done in run(write_part, tasks, executor)):
                if isinstance(result, Failure):
                    failures[task.part.name] = result
                else:
                    summaries[task.part.name], is_new = result
                    n_new += is_new
                progress((len(summaries) + len(failures)) / len(tasks), counted(len(summaries), "file"))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"{len(summaries):,} of {counted(len(tasks), 'file')} in {folder} are written; "
                "the same command writes the others"
            ) from None
        if failures:
            raise DatasetError(
                f"{len(failures):,} of {counted(len(tasks), 'file')} failed: {_named(failures)}; "
                "the same command writes what is missing"
            )
        manifest = Manifest(plan.checksum, tuple(summaries[task.part.name] for task in tasks))
        if not share:
            put_manifest(folder, manifest)
    return Written(manifest, n_new)


def _named(failures: Mapping[str, Failure]) -> str:
    """Return the first files that failed, with the reason of each."""
    first = list(failures.items())[:NAMED]
    named = [str(failure) if name in str(failure) else f"{name}: {failure}" for name, failure in first]
    more = len(failures) - len(first)
    return "; ".join([*named, f"and {more:,} more"] if more else named)


def finish(
    place: str | Path,
    query: str | None = None,
    executor: Executor | None = None,
    progress: Progress = no_progress,
) -> Manifest:
    """Check that all files of an export are complete, and write its manifest.

    Parameters
    ----------
    place : str or Path
    query : str, optional
        Query that the export must have.
    executor : concurrent.futures.Executor, optional
    progress : Progress

    Raises
    ------
    DatasetError
        There is no plan or that of another query, or files are missing or damaged.
    """
    folder = folder_at(place)
    plan = stored_plan(folder)
    if query is not None and query != plan.query:
        raise DatasetError(f"{folder}: has an export of {plan.query!r}, not of {query!r}")
    tasks = [_Check(folder.address, plan.checksum, part) for part in plan.parts]
    summaries: dict[str, PartSummary] = {}
    for done in run(_summary, tasks, executor):
        if isinstance(done.result, Failure):
            raise DatasetError(done.result.reason)
        if done.result:
            summaries[done.item.part.name] = done.result
        progress(len(summaries) / len(tasks), counted(len(summaries), "file"))
    if missing := [part.name for part in plan.parts if part.name not in summaries]:
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise DatasetError(
            f"{folder}: {len(missing):,} of {counted(len(tasks), 'file')} missing or damaged: "
            f"{missing[0]}{more}; run the parts that are missing, or the export without --part"
        )
    manifest = Manifest(plan.checksum, tuple(summaries[part.name] for part in plan.parts))
    put_manifest(folder, manifest)
    return manifest


class _Check(NamedTuple):
    folder: str
    plan: str
    part: Part


def _summary(task: _Check) -> PartSummary | None:
    folder = folder_at(task.folder)
    return summary_of(folder, task.part, task.plan) if folder.has(task.part.name) else None
