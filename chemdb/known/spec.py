"""From what a user types after --known to a source."""

from pathlib import Path

from chemdb.errors import KnownSourceError
from chemdb.known.file import file_source
from chemdb.known.materials_project import NAME as MP
from chemdb.known.materials_project import materials_project
from chemdb.known.snapshot import NAME as MP_SNAPSHOT
from chemdb.known.snapshot import mp_snapshot
from chemdb.known.source import KnownSource
from chemdb.progress import Progress, no_progress

NONE = "none"


def read_source(
    spec: str,
    formula_column: str | None = None,
    mp_api_key: str | None = None,
    progress: Progress = no_progress,
) -> KnownSource:
    """Return the source that `spec` names: ``mp-snapshot``, ``mp``, ``FILE`` or ``NAME=FILE``.

    Raises
    ------
    KnownSourceError
    """
    if spec == MP_SNAPSHOT:
        return mp_snapshot()
    if spec == MP:
        return materials_project(mp_api_key, progress=progress)
    name, equals, rest = spec.partition("=")
    if equals and not Path(spec).exists():
        if not name or name in (MP, MP_SNAPSHOT, NONE) or not name.isprintable() or len(name) > 64:
            raise KnownSourceError(f"known source {spec!r}: {name!r} cannot be the name of a file's source")
        return file_source(Path(rest), name, formula_column)
    if not Path(spec).exists() and not Path(spec).suffix:
        raise KnownSourceError(
            f"known source {spec!r}: neither {MP_SNAPSHOT}, {MP}, {NONE} nor a file (FILE or NAME=FILE)"
        )
    return file_source(Path(spec), None, formula_column)
