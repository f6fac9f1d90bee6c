"""All kinds of known sources: `SOURCE_KINDS` maps what follows ``--known`` to functions that read it.

Each function imports its module when it is called: the command line takes its help texts from here
and should not load Arrow or network libraries for them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from chemdb.errors import KnownSourceError
from chemdb.files.file_columns import FileColumns
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Progress

if TYPE_CHECKING:
    from chemdb.known.source import KnownSource

NONE = "none"
MAX_NAME = 64

#: Reads a source, which may take minutes.
Reader = Callable[[Progress], "KnownSource"]


@dataclass(frozen=True)
class SourceRequest:
    """A source that the user asked for.

    Attributes
    ----------
    kind : str
        Key of `SOURCE_KINDS`.
    location : str
        Provider or file; empty for a source that has one location.
    name : str or None
        Name of the source in the database; None for the default.
    columns : FileColumns
        Columns of a user file.
    mp_api_key : str or None
    limits : Limits
    """

    kind: str
    location: str = ""
    name: str | None = None
    columns: FileColumns = field(default_factory=FileColumns)
    mp_api_key: str | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class SourceKind:
    """One kind of source.

    Attributes
    ----------
    syntax : str
        What the user types, for help and messages.
    description : str
        Explanation for help; may be empty.
    reader : callable
        Returns the `Reader` of a request, or raises `KnownSourceError`; opens nothing yet.
    """

    syntax: str
    description: str
    reader: Callable[[SourceRequest], Reader]


def _mp_snapshot(request: SourceRequest) -> Reader:
    from chemdb.known.snapshot import mp_snapshot

    return lambda progress: mp_snapshot()


def _materials_project(request: SourceRequest) -> Reader:
    from chemdb.known.materials_project import materials_project

    return lambda progress: materials_project(request.mp_api_key, progress=progress)


def _optimade(request: SourceRequest) -> Reader:
    from chemdb.known.optimade import check_provider, optimade

    check_provider(request.location)
    return lambda progress: optimade(request.location, request.name, progress)


def _user_file(request: SourceRequest) -> Reader:
    from chemdb.known.user_file import file_source

    return lambda progress: file_source(Path(request.location), request.name, request.columns, request.limits)


#: To add a kind of source, add its function above and an entry here.
SOURCE_KINDS = {
    "mp-snapshot": SourceKind("mp-snapshot", "shipped", _mp_snapshot),
    "mp": SourceKind("mp", "Materials Project; needs a key", _materials_project),
    "optimade": SourceKind("optimade=PROVIDER", "mp, oqmd, alexandria or a URL", _optimade),
    "file": SourceKind("FILE, NAME=FILE", "", _user_file),
}
#: Names that the user cannot give to a source.
RESERVED_NAMES = ("mp-snapshot", "mp", NONE)
SYNTAX = ", ".join(kind.syntax for kind in SOURCE_KINDS.values())
HELP = ", ".join(
    kind.syntax + (f" ({kind.description})" if kind.description else "") for kind in SOURCE_KINDS.values()
)


def is_file(spec: str) -> bool:
    """Return whether a source is a file of the user, whose columns can be named."""
    return _parse(spec).kind == "file"


def source_reader(
    spec: str,
    columns: FileColumns | None = None,
    mp_api_key: str | None = None,
    limits: Limits | None = None,
) -> Reader:
    """Return a function that reads the source `spec`.

    Parameters
    ----------
    spec : str
        One of `SYNTAX`, or ``NAME=optimade:PROVIDER``.
    columns : FileColumns, optional
        Columns of a user file; by default found by their names.
    mp_api_key : str, optional
    limits : Limits, optional

    Raises
    ------
    KnownSourceError
        There is no such source, or it is not a file, which has columns to name. Nothing has been read or
        opened yet.
    """
    request = replace(
        _parse(spec), columns=columns or FileColumns(), mp_api_key=mp_api_key, limits=limits or Limits()
    )
    if request.kind != "file" and request.columns != FileColumns():
        raise KnownSourceError(f"{spec}: not a file, so it has no columns to name")
    return SOURCE_KINDS[request.kind].reader(request)


def _parse(spec: str) -> SourceRequest:
    if spec in ("mp-snapshot", "mp"):
        return SourceRequest(spec)
    name, equals, location = spec.partition("=")
    if name == "optimade" and equals:
        return SourceRequest("optimade", location)
    if re.match(r"(?:[^=/]*=)?[a-z][a-z0-9+.-]*://", spec, re.IGNORECASE):
        own = f"{name}=optimade:" if equals and "://" not in name else "optimade="
        # Not the URL: it may contain a password.
        raise KnownSourceError(
            f"known source: a URL must be that of an OPTIMADE provider, written {own}URL; "
            "download files first"
        )
    is_file = Path(spec).exists()
    if equals and not is_file:
        prefix, colon, provider = location.partition(":")
        if prefix == "optimade" and colon:
            # Not the provider: its URL may contain a password.
            _check_name(name, example="optimade:PROVIDER")
            return SourceRequest("optimade", provider, name)
        _check_name(name, example=location)
        return SourceRequest("file", location, name)
    if not is_file and not Path(spec).suffix:
        raise KnownSourceError(f"known source {spec!r}: no such source or file; use {SYNTAX} or {NONE}")
    from chemdb.known.user_file import default_name

    name = default_name(Path(spec))
    _check_name(name, example=spec)
    return SourceRequest("file", spec, name)


def _check_name(name: str, example: str) -> None:
    """Raise `KnownSourceError` for a reserved or unreadable name."""
    if name in RESERVED_NAMES:
        problem = f"{name!r} is reserved"
    elif not name:
        problem = "the name is empty"
    elif len(name) > MAX_NAME:
        problem = f"the name {name[:MAX_NAME]!r}... is longer than {MAX_NAME} characters"
    elif not name.isprintable():
        problem = f"the name {name!r} contains unprintable characters"
    else:
        return
    suggestion = f"my-{name}" if name in RESERVED_NAMES else "my-list"
    raise KnownSourceError(f"known source: {problem}; choose another name, e.g. {suggestion}={example}")
