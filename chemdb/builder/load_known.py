"""Add a source of known materials to a database, or remove one."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from chemdb.builder.column_comments import inherit_comments
from chemdb.builder.load_suggestions import renew_suggestions
from chemdb.chemistry.elements import Element
from chemdb.chemistry.formula import Formulas, read_formulas
from chemdb.database.execution import execute
from chemdb.database.metadata import SpaceLimits, space_limits_of
from chemdb.database.sql_files import files_in, run_file
from chemdb.errors import KnownSourceError, counted
from chemdb.known.source import KnownSource


@dataclass(frozen=True)
class Loaded:
    """Counts of an added source, as in the table `known_source`."""

    source: str
    n_entries: int
    n_formulas: int
    n_in_space: int
    n_rejected: int
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = (
            f"{self.source}: {counted(self.n_entries, 'entry')}, {counted(self.n_formulas, 'formula')}, "
            f"{self.n_in_space:,} in this space, {self.n_rejected:,} rejected"
        )
        return "\n".join([counts, *(f"  {note}" for note in self.notes)])


def add_source(con: duckdb.DuckDBPyConnection, source: KnownSource, elements: Sequence[Element]) -> Loaded:
    """Add the entries of a source; the caller calls `renew_categories` afterwards.

    Raises
    ------
    KnownSourceError
        The file already has a source of that name, or no entry of the source has a readable formula.
    """
    if source.name in source_names(con):
        raise KnownSourceError(
            f"known source {source.name!r} is already in the file: remove it first with "
            f"'chemdb known remove {source.name}', or give the new one another name (NAME=FILE)"
        )
    entries = source.entries
    n = len(entries)
    formulas = read_formulas(entries["formula_given"], elements)
    table = pa.table(
        {
            "row_number": pa.array(range(1, n + 1), pa.int64()),
            "source": pa.repeat(source.name, n),
            "material_id": entries["material_id"],
            "formula_given": entries["formula_given"],
            "formula_pretty": entries["formula_pretty"],
            "formula": formulas.formula(),
            "chemsys": formulas.chemsys(),
            "nelements": formulas.counts,
            "formula_anonymous": formulas.formula_anonymous(),
            "factors": formulas.factors(),
            "outside_because": _outside_because(formulas, space_limits_of(con)),
            "energy_above_hull": entries["energy_above_hull"],
            "reason": pa.array([formulas.reason(row) for row in range(n)], pa.string()),
        }
    )
    if not formulas.counts.any():
        example = f", such as {entries['formula_given'][0].as_py()!r}: {formulas.reason(0)}" if n else ""
        raise KnownSourceError(
            f"known source {source.name!r}: none of its {n:,} rows has a readable formula{example}"
        )
    about = pa.table(
        {
            "source": [source.name],
            "description": [source.description],
            "version": pa.array([source.version], pa.string()),
            "retrieved": pa.array([source.retrieved], pa.date32()),
            "licence": pa.array([source.licence], pa.string()),
        }
    )
    run_file(con, "statements/load_known", {"new_known_source": about, "new_known_entry": table})
    [(n_entries, n_formulas, n_in_space, n_rejected)] = con.execute(
        "select n_entries, n_formulas, n_in_space, n_rejected from known_source where source = ?",
        [source.name],
    ).fetchall()
    return Loaded(source.name, n_entries, n_formulas, n_in_space, n_rejected, source.notes)


def _outside_because(formulas: Formulas, limits: SpaceLimits) -> pa.Array:
    """Return why each formula is outside the space, null if it is inside."""
    sizes = zip(formulas.counts.tolist(), formulas.largest_amount().tolist(), strict=True)
    return pa.array([limits.outside_because(n, largest) for n, largest in sizes], pa.string())


def remove_source(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Remove a source; the caller calls `renew_categories` afterwards.

    Raises
    ------
    KnownSourceError
        The file has no such source.
    """
    names = source_names(con)
    if name not in names:
        raise KnownSourceError(
            f"known source {name!r} is not in the file; it has {', '.join(names) or 'none'}"
        )
    run_file(con, "statements/remove_known", parameters={"source": name})


def renew_categories(con: duckdb.DuckDBPyConnection) -> None:
    """Rebuild what depends on the known sources: categories, summaries and suggestions."""
    for name in files_in("2_known"):
        run_file(con, name)
    renew_suggestions(con)
    # The files replace their tables, and with them the comments.
    inherit_comments(con)


def source_names(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of the file's sources, oldest first."""
    return [name for (name,) in execute(con, "select source from known_source order by added_at").fetchall()]
