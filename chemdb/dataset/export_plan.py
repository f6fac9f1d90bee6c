"""The plan of an export: what is written, and how it is split into files. It is written before the files."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property

import duckdb

from chemdb.database.metadata import known_sources, nelements_of, system_ranges
from chemdb.database.open_file import OpenFile
from chemdb.dataset.part_columns import Column, View, described
from chemdb.dataset.storage.folder import Folder
from chemdb.errors import DatasetError, QueryError
from chemdb.partition.batch import Source
from chemdb.partition.piece import Partition
from chemdb.query.ask import ask
from chemdb.query.filter import Filter
from chemdb.query.result import MAX_LISTED
from chemdb.query.statement.counts import count_statement
from chemdb.query.statement.windows import Window

#: Name in the folder; readers pass over names that begin with _ or a full stop.
PLAN = "_plan.json"
#: Raised when the layout of folders changes.
FORMAT = 1


@dataclass(frozen=True)
class Part:
    """A file of the export, with compositions of one number of elements.

    Attributes
    ----------
    name : str
        Such as ``nelements=4/part-00017-of-00582.parquet``.
    first_system, last_system : int
        The first and last system_id.
    n_rows : int
    """

    name: str
    first_system: int
    last_system: int
    n_rows: int


@dataclass(frozen=True)
class Plan:
    """What an export writes.

    Attributes
    ----------
    fingerprint : str
        Of the database file.
    query, known : str
        The query, and the known sources of the file in one line.
    columns : tuple of Column
        The first, nelements, is in the names of folders.
    views : mapping
        Views of compositions in the database file.
    counts, file_counts : mapping
        Number of compositions of each category in the query, and in the file.
    parts : tuple of Part
    """

    fingerprint: str
    query: str
    known: str
    columns: tuple[Column, ...]
    views: Mapping[str, View]
    counts: Mapping[str, int]
    file_counts: Mapping[str, int]
    parts: tuple[Part, ...]

    @property
    def n_rows(self) -> int:
        """Number of compositions."""
        return sum(part.n_rows for part in self.parts)

    @cached_property
    def text(self) -> str:
        """The plan as JSON, the same on every machine."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n"

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def plan_of(
    file: OpenFile, pieces: Sequence[Partition], columns: Sequence[str]
) -> tuple[Plan, list[Partition]]:
    """Return the plan of an export, and the piece from which each part is made.

    Parameters
    ----------
    file : OpenFile
    pieces : sequence of Partition
        All of one query; those that have several numbers of elements are cut.
    columns : sequence of str

    Raises
    ------
    ChemdbError
        A piece cannot make a column, or there are more than `MAX_LISTED` compositions.
    """
    query = pieces[0].query
    result = ask(file, query)
    if result.count() > MAX_LISTED:
        raise QueryError(
            f"query: {result.count():,} compositions: at most {MAX_LISTED:,} can be exported; "
            "narrow the query, and export its parts one after the other, such as elements=Li,O"
        )
    # Raises for columns that pieces do not make.
    Source(file, None).schema(tuple(columns))
    with file.cursor() as con:
        sizes = system_ranges(con)
        cut = [(size, piece) for one in pieces for size, piece in _by_size(con, result.filter, one, sizes)]
        known = known_sources(con)
        shown, views = described(con, columns)
    parts = tuple(
        Part(
            f"nelements={size}/part-{number:05}-of-{len(cut):05}.parquet",
            piece.first_system,
            piece.last_system,
            piece.n_rows,
        )
        for number, (size, piece) in enumerate(cut)
    )
    file_counts = ask(file).counts
    plan = Plan(pieces[0].fingerprint, query, known, shown, views, result.counts, file_counts, parts)
    return plan, [piece for _, piece in cut]


def _by_size(
    con: duckdb.DuckDBPyConnection, condition: Filter, piece: Partition, sizes: Mapping[int, tuple[int, int]]
) -> Iterator[tuple[int, Partition]]:
    """Yield the pieces into which a piece is cut by number of elements."""
    ranges = {
        size: (max(first, piece.first_system), min(last, piece.last_system))
        for size, (first, last) in sorted(sizes.items())
        if first <= piece.last_system and piece.first_system <= last
    }
    if len(ranges) == 1:
        [size] = ranges
        yield size, piece
        return
    for size, (first, last) in ranges.items():
        statement = count_statement(condition, nelements_of(con), Window(systems=(first, last)))
        [counts] = con.execute(statement.text, dict(statement.parameters)).fetchall()
        if n_rows := sum(counts):
            yield size, replace(piece, first_system=first, last_system=last, n_rows=n_rows)


def put_plan(folder: Folder, plan: Plan) -> None:
    """Write the plan into a folder, unless it is there already.

    Raises
    ------
    DatasetError
        The folder has another plan, or other files.
    """
    if folder.read(PLAN) is None:
        if others := [name for name in folder.names() if not name.startswith(("_export", "."))]:
            raise DatasetError(f"{folder}: has other files ({others[0]}); choose an empty folder")
        with folder.written(PLAN) as partial:
            partial.write_text(plan.text, encoding="utf-8")
    # Another process may have been first.
    stored = stored_plan(folder)
    if stored.fingerprint != plan.fingerprint and stored.query == plan.query:
        raise DatasetError(
            f"{folder}: the database changed since this export was planned; "
            "export to an empty folder, or use the original database"
        )
    if difference := _difference(stored, plan):
        raise DatasetError(f"{folder}: has another export, {difference}; choose an empty folder")


def stored_plan(folder: Folder) -> Plan:
    """Return the plan in a folder.

    Raises
    ------
    DatasetError
        It has none, a damaged one, or one of a newer format.
    """
    text = folder.read(PLAN)
    if text is None:
        raise DatasetError(
            f"{folder}: has no {PLAN}, so it is not an export; "
            f"make one with 'chemdb export compositions QUERY -o {folder}'"
        )
    try:
        values = json.loads(text)
        if values.pop("format") != FORMAT:
            raise DatasetError(f"{folder}: made by a newer chemdb; upgrade chemdb")
        values["columns"] = tuple(Column(**column) for column in values["columns"])
        values["views"] = {name: View(**view) for name, view in values["views"].items()}
        values["parts"] = tuple(Part(**part) for part in values["parts"])
        return Plan(**values)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise DatasetError(f"{folder}/{PLAN}: damaged; export to an empty folder") from None


def _difference(stored: Plan, wanted: Plan) -> str:
    """Return in words how the plan in a folder differs from another; empty if it does not."""
    if stored.query != wanted.query:
        return f"of {stored.query!r}, not {wanted.query!r}"
    names, wanted_names = ([column.name for column in plan.columns] for plan in (stored, wanted))
    if more := [name for name in names if name not in wanted_names]:
        return f"also with {','.join(more)}"
    if names != wanted_names:
        less = ",".join(name for name in wanted_names if name not in names)
        return f"without {less}" if less else "with its columns in another order"
    if stored.parts != wanted.parts:
        most = max(part.n_rows for part in stored.parts)
        return f"in files of other sizes ({len(stored.parts):,} of up to {most:,} rows)"
    return "" if stored == wanted else "made by another version of chemdb"
