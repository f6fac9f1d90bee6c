"""Answers to the questions of the API as plain data, by the methods of `chemdb.api.Database`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import Any

from chemdb.api import Database
from chemdb.chemistry.category import CATEGORIES
from chemdb.database.execution import Cancellation
from chemdb.database.metadata import chemsys_of, space_limits_of
from chemdb.errors import ChemdbError, QueryError
from chemdb.runtime.progress import Progress
from chemdb.serve.answers import CountsQuery, Formulas, RowsQuery, SuggestQuery
from chemdb.version import __version__

#: Columns of rows by default: what a page shows, and what it computes with.
ROW_COLUMNS = (
    "formula", "category", "chemsys", "nelements", "natoms", "max_factor", "formula_anonymous", "allowed",
    "known", "elements", "factors", "species", "known_in", "material_id", "energy_above_hull",
)  # fmt: skip
#: Names of the counts of `chemical_system`, and of all its compositions.
_SYSTEM_COUNTS = """
select s.chemsys, s.n_standard as standard, s.n_missing as missing, s.n_interesting as interesting,
    n.combinations - s.n_allowed - s.n_interesting as unlikely
from chemical_system s
join (select nelements, count(*) as combinations from stoichiometry group by all) n using (nelements)
where s.chemsys in (select unnest($systems))
order by s.nelements, s.chemsys
"""
_MAPS = """
select run_id::varchar as id, method || ' of ' || embedding || ', ' || nelements || ' elements' as title,
    embedding, method, nelements, n_components
from projection_run order by run_id
"""


def names_in(text: str) -> list[str]:
    """Return the names in a list separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def meta(db: Database) -> dict[str, Any]:
    """Return `chemdb.serve.answers.Meta`."""
    groups: dict[str, list[str]] = {}
    for name, symbol in db.sql("select element_group, symbol::varchar from element_group order by all"):
        groups.setdefault(name, []).append(symbol)
    with db.cursor() as con:
        limits = space_limits_of(con)
    return {
        "version": __version__,
        "limits": {"nelements": limits.nelements, "max_factor": limits.max_stoichiometry},
        "table_2": _rows(db, f"select nelements, {', '.join(CATEGORIES)} from table2 order by nelements"),
        "elements": _rows(
            db,
            "select symbol::varchar as symbol, name, atomic_number, electronegativity, periodic_group, "
            "period, block from element order by atomic_number",
        ),
        "groups": groups,
        "sources": _rows(
            db,
            "select source as name, description as title, version, licence, retrieved::varchar as date, "
            "n_entries as entries, n_formulas as formulas from known_source order by added_at",
        ),
        "known": db.known_sources(),
        "build_info": db.info()["build_info"],
        "maps": _rows(db, _MAPS),
    }


def counts(db: Database, asked: CountsQuery) -> dict[str, int]:
    """Return `chemdb.serve.answers.Counts`."""
    by_category = db.query(asked.q).counts
    return {"total": sum(by_category.values()), **by_category}


def rows(db: Database, asked: RowsQuery) -> dict[str, Any]:
    """Return `chemdb.serve.answers.Rows`."""
    result = db.query(
        asked.q,
        limit=asked.limit,
        offset=asked.offset,
        sort=names_in(asked.sort),
        columns=names_in(asked.columns) or ROW_COLUMNS,
    )
    answer = _table(result.columns, result)
    try:
        return answer | {"sql": result.sql}
    except QueryError:
        return answer | {"sql": None}


def composition(db: Database, formula: str) -> dict[str, Any]:
    """Return an explanation, as ``chemdb/lookup/explain.schema.json`` describes it."""
    [explanation] = db.explain(formula)
    return explanation.as_dict()


def system(db: Database, text: str) -> dict[str, Any]:
    """Return `chemdb.serve.answers.System`.

    Raises
    ------
    ChemdbError
        The file has no such chemical system.
    """
    with db.cursor() as con:
        chemsys = chemsys_of(con, text)
    symbols = chemsys.split("-")
    parts = ["-".join(part) for n in range(2, len(symbols) + 1) for part in combinations(symbols, n)]
    *subsystems, whole = _rows(db, _SYSTEM_COUNTS, {"systems": parts})
    points = db.query(f"chemsys={chemsys} NOT unlikely", columns=ROW_COLUMNS)
    table = _table(points.columns, points)
    return {
        "chemsys": whole.pop("chemsys"),
        "elements": symbols,
        "counts": whole,
        "subsystems": subsystems,
        "columns": table["columns"],
        "points": table["rows"],
    }


def suggestions(db: Database, asked: SuggestQuery, cancellation: Cancellation) -> dict[str, Any]:
    """Return `chemdb.serve.answers.Suggestions`."""

    @contextmanager
    def steps(name: str) -> Iterator[Progress]:
        def progress(done: float, figure: str = "") -> None:
            cancellation.check()

        yield progress

    result = db.suggest(
        asked.q,
        asked.limit,
        offset=asked.offset,
        columns=names_in(asked.columns),
        category=asked.category,
        steps=steps,
    )
    return _table(result.columns, result) | {"total": result.count()}


def maps(db: Database) -> dict[str, Any]:
    """Return `chemdb.serve.answers.Maps`."""
    return {"maps": _rows(db, _MAPS)}


def map_points(db: Database, map_id: str) -> dict[str, Any]:
    """Return `chemdb.serve.answers.MapPoints`.

    Raises
    ------
    ChemdbError
        The file has no such map.
    """
    stored = {one["id"]: one for one in _rows(db, _MAPS)}
    if map_id not in stored:
        raise ChemdbError(f"no map {map_id!r} in this file; 'chemdb map' makes maps")
    columns = ["formula", "category", "x", "y", "z"][: 3 + stored[map_id]["n_components"] - 1]
    points = _rows(
        db,
        f"select {', '.join(columns)} from projection where run_id = $run_id",
        {"run_id": int(map_id)},
    )
    return stored[map_id] | {"columns": columns, "points": points}


def labels(db: Database, asked: Formulas) -> dict[str, Any]:
    """Return `chemdb.serve.answers.Table`."""
    table = db.label(asked.formulas)
    return {"columns": table.column_names, "rows": table.to_pylist()}


def _rows(db: Database, statement: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    columns, values = db.sql(statement, parameters).read()
    rows: list[dict[str, Any]] = _table(columns, values)["rows"]
    return rows


def _table(columns: Sequence[str], values: Iterable[tuple]) -> dict[str, Any]:
    return {"columns": list(columns), "rows": [dict(zip(columns, row, strict=True)) for row in values]}
