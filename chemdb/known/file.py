"""A file of the user's as a source: CSV, TSV, JSON, JSON lines or Parquet, read by DuckDB."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from chemdb.errors import KnownSourceError
from chemdb.known.source import ENTRY_SCHEMA, KnownSource

FORMULA_COLUMNS = (
    "formula", "formula_pretty", "pretty_formula", "reduced_formula", "composition", "chemical_formula",
    "chemical_formula_reduced", "full_formula", "composition_reduced", "sum_formula",
)  # fmt: skip
ID_COLUMNS = ("material_id", "mp_id", "entry_id", "icsd_id", "task_id", "cod_id", "identifier", "id")
PRETTY_COLUMNS = ("formula_pretty", "pretty_formula")
HULL_COLUMNS = ("energy_above_hull", "e_above_hull", "ehull", "hull_distance")

READERS = {
    ".csv": "read_csv(?, all_varchar = true, sample_size = -1)",
    ".tsv": "read_csv(?, all_varchar = true, sample_size = -1, delim = '\t')",
    ".txt": "read_csv(?, all_varchar = true, header = false, delim = '\t', columns = {'formula': 'varchar'})",
    ".json": "read_json(?)",
    ".jsonl": "read_json(?, format = 'newline_delimited')",
    ".ndjson": "read_json(?, format = 'newline_delimited')",
    ".parquet": "read_parquet(?)",
}


def file_source(path: Path, name: str | None = None, formula_column: str | None = None) -> KnownSource:
    """Return the entries of a file.

    Parameters
    ----------
    path : Path
        Compressed ``.gz`` and ``.zst`` text files are read too. A ``.txt`` file holds a
        formula a line.
    name : str, optional
        Defaults to the file's name without suffixes.
    formula_column : str, optional
        Defaults to the first of `FORMULA_COLUMNS` that the file has; case does not matter.

    Raises
    ------
    KnownSourceError
        The file is missing or unreadable, or has no such column.
    """
    if not path.exists():
        raise KnownSourceError(f"known source {path}: no such file")
    if not path.is_file():
        raise KnownSourceError(f"known source {path}: not a regular file")
    suffixes = [s.lower() for s in path.suffixes]
    kind = (
        suffixes[-2]
        if suffixes and suffixes[-1] in (".gz", ".zst") and len(suffixes) > 1
        else (suffixes or [""])[-1]
    )
    if kind not in READERS:
        raise KnownSourceError(
            f"known source {path}: the name must end in one of {', '.join(READERS)} (or .gz, .zst)"
        )
    with duckdb.connect() as con:
        try:
            rows = con.from_query(f"from {READERS[kind]}", params=[_literal(path)])
            entries = _entries(con, rows, path, formula_column)
        except (duckdb.Error, UnicodeDecodeError) as error:
            raise KnownSourceError(f"known source {path}: cannot be read ({_first_line(error)})") from None
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    base = path.name
    for suffix in path.suffixes:
        base = base.removesuffix(suffix) if base != suffix else base
    return KnownSource(name or base, f"file {path.name}", None, changed, None, entries)


def _entries(
    con: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, path: Path, formula_column: str | None
) -> pa.Table:
    by_name = {column.strip().lower().replace(" ", "_").replace("-", "_"): column for column in rows.columns}

    def column(candidates: tuple[str, ...]) -> str | None:
        return next((by_name[c] for c in candidates if c in by_name), None)

    wanted = (
        (formula_column.strip().lower().replace(" ", "_").replace("-", "_"),)
        if formula_column
        else FORMULA_COLUMNS
    )
    formula = column(wanted)
    if formula is None:
        have = ", ".join(rows.columns[:12]) + (", ..." if len(rows.columns) > 12 else "")
        asked = f"no column {formula_column!r}" if formula_column else "no formula column"
        raise KnownSourceError(f"known source {path}: {asked} among {have}; name it with --formula-column")

    def text(name: str | None) -> str:
        return f"{_identifier(name)}::varchar" if name else "null::varchar"

    hull = column(HULL_COLUMNS)
    energy = f"try_cast({_identifier(hull)} as double)" if hull else "null::double"
    selected = rows.project(
        f"{text(column(ID_COLUMNS))} as material_id, {text(formula)} as formula_given, "
        f"{text(column(PRETTY_COLUMNS))} as formula_pretty, {energy} as energy_above_hull"
    )
    return selected.to_arrow_table().cast(ENTRY_SCHEMA)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    """Return the path so that DuckDB does not read glob characters in it."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
