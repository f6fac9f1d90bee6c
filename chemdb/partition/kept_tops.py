"""The highest scores of each piece, kept in a folder, so that scoring can resume or be shared."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chemdb.errors import FileError
from chemdb.files.output.parquet_writer import parquet_writer
from chemdb.partition.piece import Partition
from chemdb.partition.scored import Top
from chemdb.runtime.atomic_write import atomic_write, check_target, file_lock, os_reason

PLAN = "_plan.json"
#: Metadata of a part.
COUNTS = ("n_scored", "n_nan", "n_without_vector")


class KeptTops:
    """The folder ``TARGET.parts`` with a plan and a Parquet file for each piece that is scored.

    Parameters
    ----------
    target : Path
        File of the result. The folder beside it is made with the first piece.
    plan : mapping
        The settings that determine the scores; a folder with another plan is refused.

    Raises
    ------
    FileError
        The target cannot be written, or the folder has another plan.
    """

    def __init__(self, target: Path, plan: Mapping[str, Any]) -> None:
        self.folder = target.with_name(f"{target.name}.parts")
        self._plan = dict(plan)
        check_target(target)
        self._check()

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes from scoring all pieces into the folder."""
        return file_lock(self.folder)

    def missing(self, pieces: Sequence[Partition]) -> list[Partition]:
        """Return the pieces that the folder does not have."""
        return [piece for piece in pieces if not self._path(piece).exists()]

    def write(self, piece: Partition, top: Top) -> None:
        """Write the highest scores of a piece.

        Raises
        ------
        FileError
            It cannot be written.
        """
        if not (self.folder / PLAN).exists():
            try:
                self.folder.mkdir(exist_ok=True)
            except OSError as error:
                raise FileError(f"{self.folder}: cannot be made ({os_reason(error)})") from None
            with atomic_write(self.folder / PLAN, report=False, patience=10) as [partial]:
                partial.write_text(json.dumps(self._plan, indent=1) + "\n", encoding="utf-8")
        counts = {name: getattr(top, name) for name in COUNTS}
        with (
            atomic_write(self._path(piece), report=False, patience=10) as [partial],
            parquet_writer(partial, top.rows.schema, alike=()) as writer,
        ):
            writer.write_table(top.rows)
            writer.add_key_value_metadata({"chemdb": json.dumps(counts)})

    def read(self, pieces: Sequence[Partition]) -> Iterator[Top]:
        """Yield the highest scores of pieces.

        Raises
        ------
        FileError
            The folder lacks one.
        """
        if missing := self.missing(pieces):
            named = ", ".join(str(piece.number) for piece in missing[:5])
            more = ", ..." if len(missing) > 5 else ""
            n = f"{len(missing):,} of {len(pieces):,} pieces"
            raise FileError(f"{self.folder}: {n} are not scored yet ({named}{more}); run the missing parts")
        for piece in pieces:
            path = self._path(piece)
            try:
                table = pq.read_table(path)
                counts = json.loads(table.schema.metadata[b"chemdb"])
            except (OSError, pa.ArrowInvalid, KeyError, TypeError, ValueError):
                raise FileError(f"{path}: damaged; delete it, and score its part again") from None
            yield Top(table.replace_schema_metadata(), *(counts[name] for name in COUNTS))

    def remove(self) -> None:
        """Remove the folder, or what chemdb wrote into it; there is none if there are no pieces."""
        if not self.folder.exists():
            return
        for path in (*self.folder.glob("part-*.parquet"), self.folder / PLAN):
            path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _path(self, piece: Partition) -> Path:
        return self.folder / f"part-{piece.number:05}-of-{piece.n_partitions:05}.parquet"

    def _check(self) -> None:
        """Raise `FileError` if the folder has another plan."""
        if not self.folder.exists():
            return
        try:
            plan = json.loads((self.folder / PLAN).read_text(encoding="utf-8"))
        except FileNotFoundError:
            plan = None if any(self.folder.iterdir()) else self._plan
        except (OSError, ValueError):
            plan = None
        if plan == self._plan:
            return
        differing = [
            key for key, value in self._plan.items() if not isinstance(plan, dict) or plan.get(key) != value
        ]
        raise FileError(
            f"{self.folder}: has scores made with other settings ({', '.join(differing)}); "
            "delete it to start over"
        )
