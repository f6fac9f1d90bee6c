"""Answers to the questions of the API as plain data, by the methods of `chemdb.api.Database`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import Any

from chemdb.api import Database
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.execution import Cancellation
from chemdb.database.metadata import chemsys_of
from chemdb.errors import ChemdbError, QueryError
from chemdb.explorer.contents import head, map_titles
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
from (select * from chemical_system where nelements <= 4) s
join (select nelements, count(*) as combinations from stoichiometry group by all) n using (nelements)
where s.chemsys in (select unnest($systems))
order by s.nelements, s.chemsys
"""


def names_in(text: str) -> list[str]:
    """Return the names in a list separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def meta(db: Database) -> dict[str, Any]:
    """Return `chemdb.serve.answers.Meta`."""
    with db.cursor() as con:
        facts = head(con, "served", {})
    # These are about the pack of the page.
    del facts["delivery"], facts["sizes"]
    return {"version": __version__, **facts}


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
    subsystems = _rows(db, _SYSTEM_COUNTS, {"systems": parts})
    # Systems of five elements are not listed.
    listed = len(symbols) <= MAX_LISTED_NELEMENTS
    whole = subsystems.pop() if listed else {"chemsys": chemsys, **db.query(f"chemsys={chemsys}").counts}
    points = db.query(f"chemsys={chemsys} NOT unlikely", columns=ROW_COLUMNS)
    return {
        "chemsys": whole.pop("chemsys"),
        "elements": symbols,
        "counts": whole,
        "subsystems": subsystems,
        **_table(points.columns, points, "points"),
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
    with db.cursor() as con:
        return {"maps": map_titles(con)}


def map_points(db: Database, map_id: str) -> dict[str, Any]:
    """Return `chemdb.serve.answers.MapPoints`.

    Raises
    ------
    ChemdbError
        The file has no such map.
    """
    with db.cursor() as con:
        titles = {title["id"]: title for title in map_titles(con)}
    if map_id not in titles:
        raise ChemdbError(f"no map {map_id!r} in this file; 'chemdb map' makes maps")
    columns = ["formula", "category", *"xyz"[: titles[map_id]["n_components"]]]
    points = f"select {', '.join(columns)} from projection where run_id = $run_id"
    return titles[map_id] | _table(columns, db.sql(points, {"run_id": int(map_id)}), "points")


def labels(db: Database, asked: Formulas) -> dict[str, Any]:
    """Return `chemdb.serve.answers.Table`."""
    table = db.label(asked.formulas)
    return {"columns": table.column_names, "rows": table.to_pylist()}


def _rows(db: Database, statement: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    columns, values = db.sql(statement, parameters).read()
    rows: list[dict[str, Any]] = _table(columns, values)["rows"]
    return rows


def _table(columns: Sequence[str], values: Iterable[tuple], name: str = "rows") -> dict[str, Any]:
    return {"columns": list(columns), name: [dict(zip(columns, row, strict=True)) for row in values]}
