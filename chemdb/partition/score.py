"""Score the compositions of pieces with a model, and keep the highest scores."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from chemdb.errors import ChemdbError, PartitionError, ProcessError, counted
from chemdb.executors.run import Failure, check_failures, run
from chemdb.partition.batch import Source
from chemdb.partition.kept_tops import KeptTops
from chemdb.partition.models import check_model, scorer_of
from chemdb.partition.piece import Partition, check_pieces, opened
from chemdb.partition.scored import Highest, Scores, Top, merged
from chemdb.runtime.progress import Steps, no_steps


@dataclass(frozen=True)
class Scoring:
    """The function that a process calls with a piece; it returns the highest scores."""

    model: Any
    embedding: str | None
    top: int

    def __call__(self, piece: Partition) -> Top:
        """Return the highest scores of a piece."""
        scores = scorer_of(self.model)
        highest = Highest(self.top)
        n_without_vector = 0
        for batch in piece.batches(self.embedding):
            if self.embedding and not (covered := batch.has_vector).all():
                n_without_vector += int((~covered).sum())
                batch = batch.take(np.flatnonzero(covered))
            if len(batch):
                highest.add(batch, scores(batch))
        return highest.top(n_without_vector)


def score(
    pieces: Sequence[Partition],
    scoring: Scoring,
    executor: Executor | None = None,
    steps: Steps = no_steps,
    kept: KeptTops | None = None,
) -> Scores:
    """Return the compositions with the highest scores.

    Parameters
    ----------
    pieces : sequence of Partition
    scoring : Scoring
    executor : Executor, optional
        This process by default.
    steps : Steps
    kept : KeptTops, optional
        Has the results of some pieces, and keeps those of the others until all are finished.

    Raises
    ------
    PartitionError
        The model failed for some pieces; the others were tried.
    ProcessError
        The executor ended.
    FileError
        `kept` has another plan, or cannot be written.
    """
    if kept is None:
        return Scores(merged(_tops(pieces, scoring, executor, steps), scoring.top))
    with kept.locked():
        score_part(pieces, scoring, executor, steps, kept)
        return scores_of_parts(pieces, kept, scoring.top)


def scores_of_parts(pieces: Sequence[Partition], kept: KeptTops, top: int) -> Scores:
    """Return the compositions with the highest scores, from pieces that are all kept.

    Raises
    ------
    FileError
        Some are not.
    """
    return Scores(merged(kept.read(pieces), top))


def score_part(
    pieces: Sequence[Partition],
    scoring: Scoring,
    executor: Executor | None,
    steps: Steps,
    kept: KeptTops,
) -> None:
    """Score the pieces that are not kept yet, and keep their highest scores.

    Raises
    ------
    ChemdbError
        As `score`.
    """
    missing = kept.missing(pieces)
    try:
        for _ in _tops(missing, scoring, executor, steps, kept) if missing else ():
            pass
    except (PartitionError, ProcessError, KeyboardInterrupt) as error:
        n_kept = len(pieces) - len(kept.missing(pieces))
        resume = f"{kept.folder} has {n_kept:,} of {counted(len(pieces), 'piece')}; the same command resumes"
        match error:
            case KeyboardInterrupt():
                raise KeyboardInterrupt(resume if n_kept else "") from None
            case PartitionError():
                raise PartitionError(f"{error}; {resume}" if n_kept else str(error), error.failures) from None
            case _:
                raise ProcessError(f"{error}; {resume}" if n_kept else str(error)) from None


def check_scoring(pieces: Sequence[Partition], scoring: Scoring) -> None:
    """Raise unless pieces can be scored so, before any work starts.

    Raises
    ------
    ChemdbError
        There are no pieces, no such embedding, no model, or `top` is below 1.
    """
    check_pieces(pieces)
    if scoring.top < 1:
        raise ChemdbError(f"score: top {scoring.top}; keep 1 or more rows")
    check_model(scoring.model, scoring.embedding)
    for piece in pieces[:1]:
        Source(opened(piece.path, piece.fingerprint), scoring.embedding)


def _tops(
    pieces: Sequence[Partition],
    scoring: Scoring,
    executor: Executor | None,
    steps: Steps,
    kept: KeptTops | None = None,
) -> Iterator[Top]:
    """Yield the highest scores of each piece; raise at the end if some failed."""
    failures: dict[Partition, Failure] = {}
    total, n_rows, n_done = sum(piece.n_rows for piece in pieces), 0, 0
    with steps("Scoring") as progress:
        for done in run(scoring, pieces, executor):
            piece, result = done.item, done.result
            n_rows += piece.n_rows
            if isinstance(result, Failure):
                failures[piece] = result
            else:
                n_done += 1
                if kept is not None:
                    kept.write(piece, result)
                yield result
            progress(n_rows / total, f"{counted(n_done, 'piece')}")
    in_order = sorted(failures.items(), key=lambda one: one[0].number)
    check_failures(dict(in_order), len(pieces))
