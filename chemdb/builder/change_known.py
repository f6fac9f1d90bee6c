"""Add and remove known sources of an existing file, atomically."""

from pathlib import Path

from chemdb.builder.load_known import Loaded, add_source, remove_source, renew_categories
from chemdb.database.checksum import renew_checksums
from chemdb.database.connection import connect_to_read
from chemdb.database.metadata import elements_of
from chemdb.database.replacing import replacing
from chemdb.errors import counted
from chemdb.files.file_columns import FileColumns
from chemdb.known.registry import source_reader
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Steps, no_steps


def add(
    path: Path,
    spec: str,
    columns: FileColumns | None = None,
    mp_api_key: str | None = None,
    limits: Limits | None = None,
    steps: Steps = no_steps,
) -> Loaded:
    """Add the source that `spec` names to a file.

    Raises
    ------
    ChemdbError
        The source or the file is invalid; the file is unchanged.
    """
    limits = limits or Limits()
    read = source_reader(spec, columns, mp_api_key, limits)
    with connect_to_read(path, limits):
        pass
    # Before the file is locked: a download may take minutes.
    with steps("Known source") as progress:
        source = read(progress)
        progress(1, counted(len(source.entries), "entry"))
    with replacing(path, limits, edit=True) as con:
        with steps("Load") as progress:
            loaded = add_source(con, source, elements_of(con))
            progress(1, f"{counted(loaded.n_in_space, 'formula')} in this space")
        with steps("Categories"):
            renew_categories(con)
            renew_checksums(con, "main.")
    return loaded


def remove(path: Path, name: str, limits: Limits | None = None) -> None:
    """Remove a source from a file.

    Raises
    ------
    ChemdbError
        The file is invalid or has no such source; it is unchanged.
    """
    with replacing(path, limits, edit=True) as con:
        remove_source(con, name)
        renew_categories(con)
        renew_checksums(con, "main.")
