"""From what a user types after --known to a source."""

from collections.abc import Callable
from pathlib import Path

from chemdb.errors import KnownSourceError
from chemdb.known.materials_project import NAME as MP
from chemdb.known.materials_project import materials_project
from chemdb.known.optimade import NAME as OPTIMADE
from chemdb.known.optimade import check_provider, optimade
from chemdb.known.snapshot import NAME as MP_SNAPSHOT
from chemdb.known.snapshot import mp_snapshot
from chemdb.known.source import KnownSource
from chemdb.known.user_file import file_source, name_of
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Progress

NONE = "none"

#: Reads a source that was asked for, which may take its time.
Reader = Callable[[Progress], KnownSource]


def source_reader(
    spec: str, limits: Limits, formula_column: str | None = None, mp_api_key: str | None = None
) -> Reader:
    """Return what reads the source that `spec` names.

    Parameters
    ----------
    spec : str
        ``mp-snapshot``, ``mp``, ``optimade=PROVIDER``, ``NAME=optimade:PROVIDER``, ``FILE`` or ``NAME=FILE``.
    limits : Limits
    formula_column, mp_api_key : str, optional

    Raises
    ------
    KnownSourceError
        It names none: nothing has been read or opened yet.
    """
    if spec == MP_SNAPSHOT:
        return lambda progress: mp_snapshot()
    if spec == MP:
        return lambda progress: materials_project(mp_api_key, progress=progress)
    name, equals, rest = spec.partition("=")
    if name == OPTIMADE and equals:
        check_provider(rest)
        return lambda progress: optimade(rest, None, progress)
    if equals and not Path(spec).exists():
        _check_name(name, spec)
        kind, colon, provider = rest.partition(":")
        if kind == OPTIMADE and colon:
            check_provider(provider)
            return lambda progress: optimade(provider, name, progress)
        return lambda progress: file_source(Path(rest), limits, name, formula_column)
    if not Path(spec).exists() and not Path(spec).suffix:
        raise KnownSourceError(
            f"known source {spec!r}: neither {MP_SNAPSHOT}, {MP}, {OPTIMADE}=PROVIDER, {NONE} "
            "nor a file (FILE or NAME=FILE)"
        )
    own = name_of(Path(spec))
    _check_name(own, spec, hint=f"; say NAME={spec}")
    return lambda progress: file_source(Path(spec), limits, own, formula_column)


def _check_name(name: str, spec: str, hint: str = "") -> None:
    """Raise `KnownSourceError` for a name that is chemdb's own, or that no one could read or type."""
    if not name or name in (MP, MP_SNAPSHOT, NONE) or not name.isprintable() or len(name) > 64:
        raise KnownSourceError(
            f"known source {spec!r}: {name!r} cannot be the name of a source of yours{hint}"
        )
