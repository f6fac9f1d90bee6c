"""A user file as a source of known materials."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from chemdb.database.connection import connect_in_memory
from chemdb.database.execution import identifier
from chemdb.errors import FileError, KnownSourceError
from chemdb.files.user_files import first_column, formula_column, limit_size, read_error, read_rows
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.limits import Limits

#: Most entries of a source, which is held in memory: ten times the largest list that exists.
MAX_ENTRIES = 10_000_000
BATCH = 100_000
ID_COLUMNS = ("material_id", "mp_id", "entry_id", "icsd_id", "task_id", "cod_id", "identifier", "id")
PRETTY_COLUMNS = ("formula_pretty", "pretty_formula")
HULL_COLUMNS = ("energy_above_hull", "e_above_hull", "ehull", "hull_distance")


def file_source(
    path: Path, name: str | None = None, column: str | None = None, limits: Limits | None = None
) -> KnownSource:
    """Return the entries of a file.

    Parameters
    ----------
    path : Path
        As `chemdb.files.user_files.read_rows` reads it.
    name : str, optional
        Default: `default_name`.
    column : str, optional
        Column with the formula; by default the first with a usual name.
    limits : Limits, optional

    Raises
    ------
    KnownSourceError
        The file is missing or unreadable, or has no such column.
    """
    try:
        with connect_in_memory(limits or Limits()) as con:
            rows = read_rows(con, path)
            formula = formula_column(rows.columns, path, column)
            try:
                reader = rows.project(_columns(rows.columns, formula)).to_arrow_reader(BATCH)
                batches = list(limit_size(reader, path, MAX_ENTRIES))
                entries = pa.Table.from_batches(batches, reader.schema).cast(ENTRY_SCHEMA)
            except (duckdb.Error, pa.ArrowException, OSError, UnicodeDecodeError) as error:
                raise FileError(f"{path}: {read_error(error)}") from None
    except FileError as error:
        raise KnownSourceError(f"known source {error}") from None
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    return KnownSource(name or default_name(path), f"file {path.name}", None, modified, None, entries)


def default_name(path: Path) -> str:
    """Return the file name without its suffixes, the name of a source for which none is given."""
    base = path.name
    for suffix in reversed(path.suffixes):
        base = base.removesuffix(suffix) or base
    return base


def _columns(columns: list[str], formula: str) -> str:
    """Return the SQL select list that produces `ENTRY_SCHEMA`."""

    def text(name: str | None) -> str:
        return f"{identifier(name)}::varchar" if name else "null::varchar"

    hull = first_column(columns, HULL_COLUMNS)
    energy = f"try_cast({identifier(hull)} as double)" if hull else "null::double"
    return (
        f"{text(first_column(columns, ID_COLUMNS))} as material_id, {text(formula)} as formula_given, "
        f"{text(first_column(columns, PRETTY_COLUMNS))} as formula_pretty, "
        # 'nan' and 'inf' can be cast, but are not energies.
        f"case when isfinite({energy}) then {energy} end as energy_above_hull"
    )
