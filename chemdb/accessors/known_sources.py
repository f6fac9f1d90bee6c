"""`db.known`: the known sources of a file."""

import os
from typing import TYPE_CHECKING

from chemdb.accessors.handle import Handle
from chemdb.database.rows import Rows
from chemdb.files.file_columns import FileColumns
from chemdb.runtime.forks import no_fork
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    from chemdb.builder.load_known import Loaded


class KnownSources:
    """The known sources of a database, as ``chemdb known`` lists and changes them.

    A change replaces the file; the database reads the new one from then on. Results made before it keep
    answering from the old one.

    Parameters
    ----------
    db : Database
    """

    def __init__(self, db: Handle) -> None:
        self._db = db

    def list(self) -> Rows:
        """Return a row per source: its name, description, version, licence and counts."""
        return self._db.sql("select * exclude (added_at) from known_source order by added_at")

    def add(
        self,
        source: str | os.PathLike[str],
        *,
        formula_column: str | None = None,
        id_column: str | None = None,
        energy_column: str | None = None,
        mp_api_key: str | None = None,
        steps: Steps = no_steps,
    ) -> "Loaded":
        """Add a source of known materials to the file; return its counts.

        Parameters
        ----------
        source : str or path-like
            mp-snapshot, mp, optimade=PROVIDER, FILE or NAME=FILE, see docs/known-materials.md.
        formula_column, id_column, energy_column : str, optional
            Columns of a file; by default found by their names.
        mp_api_key : str, optional
            Of the Materials Project; by default ``$MP_API_KEY``.
        steps : callable, optional
            Shows the progress of downloads.

        Raises
        ------
        ChemdbError
            The source is invalid, or the file cannot be replaced; it is unchanged.
        """
        with no_fork():
            from chemdb.builder.change_known import add

        with self._db.cursor():
            columns = FileColumns(formula_column, id_column, energy_column)
            loaded = add(self._db.path, os.fspath(source), columns, mp_api_key, self._db.limits, steps)
        self._db.reopen()
        return loaded

    def remove(self, source: str) -> None:
        """Remove a source from the file.

        Raises
        ------
        ChemdbError
            The file has no such source, or cannot be replaced; it is unchanged.
        """
        with no_fork():
            from chemdb.builder.change_known import remove

        with self._db.cursor():
            remove(self._db.path, source, self._db.limits)
        self._db.reopen()

    def __repr__(self) -> str:
        return self._db.known_sources()

    def _repr_html_(self) -> str:
        return self.list()._repr_html_()
