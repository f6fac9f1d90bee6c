"""`db.export`: compositions for other programs, in files."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chemdb.accessors.handle import Handle
from chemdb.errors import EmbeddingError, counted
from chemdb.runtime.forks import no_fork
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from chemdb.dataset.manifest import Manifest
    from chemdb.embedding.embedded import Embedded


#: Most rows of a file of compositions.
ROWS_PER_FILE = 20_000_000


class Exports:
    """Writes compositions of a database for other programs, as ``chemdb export`` does.

    Parameters
    ----------
    db : Database
    """

    def __init__(self, db: Handle) -> None:
        self._db = db

    def compositions(
        self,
        query: str,
        target: str | os.PathLike[str],
        *,
        columns: Sequence[str] = (),
        rows_per_file: int = ROWS_PER_FILE,
        executor: "Executor | None" = None,
        steps: Steps = no_steps,
    ) -> "Manifest":
        """Write all compositions of a query as a folder of Parquet files; return its manifest.

        See docs/scaling.md and `chemdb.dataset.exporting.export`. An export that was stopped goes on when it
        runs again.

        Parameters
        ----------
        query : str
            As in `Database.query`; empty for everything.
        target : path-like
            A folder, new or with the same export, or an address such as ``s3://bucket/prefix``.
        columns : sequence of str
            Such as formula and category; by default those of the view composition, and of known entries.
        rows_per_file : int
            Most rows of a file.
        executor : concurrent.futures.Executor, optional
            Writes the files; by default this process, one after the other.
        steps : callable, optional
            Shows the progress.

        Raises
        ------
        ChemdbError
            Nothing matches the query, or the folder has another export or cannot be written.
        """
        with no_fork():
            from chemdb.dataset.exporting import export

        pieces = self._db.partitions(query, rows_per_file)
        with steps("Files") as progress:
            return export(pieces, os.fspath(target), columns, executor, progress=progress).manifest

    def embeddings(
        self,
        query: str,
        target: str | os.PathLike[str],
        *,
        embedding: str = "magpie",
        columns: str | None = None,
        steps: Steps = no_steps,
    ) -> "Embedded":
        """Write the vectors of the compositions that match a query; return the account of what was left out.

        Parameters
        ----------
        query : str
            As in `Database.query`.
        target : path-like
            A .parquet, .csv or .npz file; or a folder for Parquet files, where an interrupted export resumes.
        embedding : str
            Element representation, such as magpie.
        columns : str, optional
            list (one column of fixed-size lists) or wide (one column per dimension); by default list, for
            .csv wide.
        steps : callable, optional
            Shows the progress.

        Raises
        ------
        ChemdbError
            Nothing matches the query, no such representation, or the target cannot be written.
        """
        with no_fork():
            from chemdb.embedding.embedded import LAYOUTS
            from chemdb.embedding.export import check_target, export
            from chemdb.embedding.stored_vectors import element_vectors
            from chemdb.errors import one_of

        target = Path(target)
        usual = "wide" if target.suffix.lower() == ".csv" else "list"
        layout = one_of(columns or usual, LAYOUTS, "layout", EmbeddingError)
        check_target(target, layout)
        with self._db.cursor() as con:
            vectors = element_vectors(con, embedding)
        result = self._db.query(query)
        if not result.count():
            raise EmbeddingError(f"export: no composition of this file matches {query!r}")
        source = {
            "query": query,
            "known": self._db.known_sources(),
            "file": self._db.info()["build_info"]["build_started"],
        }
        with steps(counted(result.count(), "composition")) as progress:
            return export(result, vectors, target, self._db.limits, layout, progress, source)
