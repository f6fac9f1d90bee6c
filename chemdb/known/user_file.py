"""A user file as a source of known materials."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from chemdb.database.connection import connect_in_memory
from chemdb.errors import FileError, KnownSourceError, counted
from chemdb.files.energies import read_energy, split_unit
from chemdb.files.file_columns import (
    FileColumns,
    UserTable,
    column_called,
    first_column,
    formula_column_of,
    plain_name,
)
from chemdb.files.user_files import limit_size, open_table, read_error
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.limits import Limits

#: Most entries of a source, which is held in memory: ten times the largest list that exists.
MAX_ENTRIES = 10_000_000
ID_COLUMNS = (
    "material_id", "mp_id", "entry_id", "icsd_id", "collection_code", "icsd_collection_code", "task_id",
    "cod_id", "identifier", "id",
)  # fmt: skip
PRETTY_COLUMNS = ("formula_pretty", "pretty_formula")
HULL_COLUMNS = (
    "energy_above_hull",
    "e_above_hull",
    "e_hull",
    "hull_energy",
    "hull_distance",
    "distance_to_hull",
)


def file_source(
    path: Path,
    name: str | None = None,
    columns: FileColumns | None = None,
    limits: Limits | None = None,
) -> KnownSource:
    """Return the entries of a file.

    Parameters
    ----------
    path : Path
        As `chemdb.files.user_files.open_table` reads it.
    name : str, optional
        Default: `default_name`.
    columns : FileColumns, optional
    limits : Limits, optional

    Raises
    ------
    KnownSourceError
        The file is missing or unreadable, or has no such column.
    """
    try:
        with connect_in_memory(limits or Limits()) as con:
            try:
                entries, notes = _read(open_table(con, path), columns or FileColumns())
            except (duckdb.Error, pa.ArrowException, OSError, UnicodeDecodeError) as error:
                raise FileError(f"{path}: {read_error(error, path)}") from None
    except FileError as error:
        raise KnownSourceError(f"known source {error}") from None
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    return KnownSource(name or default_name(path), f"file {path.name}", None, modified, None, entries, notes)


def default_name(path: Path) -> str:
    """Return the file name without its suffixes, the name of a source for which none is given."""
    base = path.name
    for suffix in reversed(path.suffixes):
        base = base.removesuffix(suffix) or base
    return base


def _read(table: UserTable, columns: FileColumns) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the entries of a file, and notes about energies that cannot be read."""

    def chosen(name: str | None, option: str) -> str | None:
        return column_called(name, table.columns, table.path, option) if name else None

    hull = chosen(columns.energy_above_hull, "--energy-column") or _hull_column(table.columns)
    sources = {
        "material_id": chosen(columns.material_id, "--id-column") or first_column(table.columns, ID_COLUMNS),
        "formula_given": formula_column_of(table, columns.formula),
        "formula_pretty": first_column(table.columns, PRETTY_COLUMNS),
        "energy_above_hull": hull,
    }
    used = list(dict.fromkeys(column for column in sources.values() if column))
    reader = table.read(used, texts=used)
    texts = pa.Table.from_batches(limit_size(reader, table.path, MAX_ENTRIES), reader.schema)
    entries = {
        name: texts[column] if column else pa.nulls(len(texts), pa.string())
        for name, column in sources.items()
    }
    notes: tuple[str, ...] = ()
    if hull:
        entries["energy_above_hull"], notes = _energies(texts[hull], hull, table)
    return pa.table(entries).cast(ENTRY_SCHEMA), notes


def _hull_column(columns: Sequence[str]) -> str | None:
    """Return the column of energies above the hull, whose name may end with a unit."""
    by_name = {split_unit(column)[0]: column for column in reversed(columns)}
    return next((by_name[name] for name in map(plain_name, HULL_COLUMNS) if name in by_name), None)


def _energies(texts: pa.ChunkedArray, column: str, table: UserTable) -> tuple[pa.Array, tuple[str, ...]]:
    """Return energies in eV/atom, and a note about the texts that are none."""
    _, unit = split_unit(column)
    distinct = texts.combine_chunks().dictionary_encode()
    energies: list[float | None] = []
    unread: list[int] = []
    for code, text in enumerate(distinct.dictionary.to_pylist()):
        try:
            energies.append(read_energy(text, unit))
        except ValueError:
            energies.append(None)
            unread.append(code)
    notes: tuple[str, ...] = ()
    if unread:
        is_unread = pc.is_in(distinct.indices, pa.array(unread, pa.int32()))
        first = pc.index(is_unread, True).as_py()
        n = counted(pc.sum(is_unread).as_py(), "value")
        example = f"{texts[first].as_py()!r} in {table.place(first)}"
        notes = (f"{n} of {column!r} not understood and left empty, such as {example}",)
    return pa.array(energies, pa.float64()).take(distinct.indices), notes
