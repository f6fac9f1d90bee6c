"""A file of the user's as a source of known materials."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from chemdb.database.connection import connect_in_memory
from chemdb.database.execution import identifier
from chemdb.errors import FileError, KnownSourceError
from chemdb.files.user_files import bounded, first_column, formula_column, rows_of, unreadable
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.limits import Limits

#: Entries of a source, ten times those of the largest list there is; they are held in memory.
MAX_ENTRIES = 10_000_000
BATCH = 100_000
ID_COLUMNS = ("material_id", "mp_id", "entry_id", "icsd_id", "task_id", "cod_id", "identifier", "id")
PRETTY_COLUMNS = ("formula_pretty", "pretty_formula")
HULL_COLUMNS = ("energy_above_hull", "e_above_hull", "ehull", "hull_distance")


def file_source(
    path: Path, limits: Limits, name: str | None = None, wanted: str | None = None
) -> KnownSource:
    """Return the entries of a file.

    Parameters
    ----------
    path : Path
        As `chemdb.files.user_files.rows_of` reads it.
    limits : Limits
    name : str, optional
        Defaults to `name_of` the file.
    wanted : str, optional
        Column of the formula, else found by its name.

    Raises
    ------
    KnownSourceError
        The file is missing or unreadable, or has no such column.
    """
    try:
        with connect_in_memory(limits) as con:
            rows = rows_of(con, path)
            formula = formula_column(rows.columns, path, wanted)
            try:
                reader = rows.project(_columns(rows.columns, formula)).to_arrow_reader(BATCH)
                batches = list(bounded(reader, path, MAX_ENTRIES))
                entries = pa.Table.from_batches(batches, reader.schema).cast(ENTRY_SCHEMA)
            except (duckdb.Error, pa.ArrowException, OSError, UnicodeDecodeError) as error:
                raise FileError(f"{path}: {unreadable(error)}") from None
    except FileError as error:
        raise KnownSourceError(f"known source {error}") from None
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    return KnownSource(name or name_of(path), f"file {path.name}", None, changed, None, entries)


def name_of(path: Path) -> str:
    """Return the name of a source that has none: that of its file, without suffixes."""
    base = path.name
    for suffix in reversed(path.suffixes):
        base = base.removesuffix(suffix) or base
    return base


def _columns(columns: list[str], formula: str) -> str:
    """Return what to select for `ENTRY_SCHEMA`."""

    def text(name: str | None) -> str:
        return f"{identifier(name)}::varchar" if name else "null::varchar"

    hull = first_column(columns, HULL_COLUMNS)
    number = f"try_cast({identifier(hull)} as double)" if hull else "null::double"
    return (
        f"{text(first_column(columns, ID_COLUMNS))} as material_id, {text(formula)} as formula_given, "
        f"{text(first_column(columns, PRETTY_COLUMNS))} as formula_pretty, "
        # Text such as nan is no energy.
        f"case when isfinite({number}) then {number} end as energy_above_hull"
    )
