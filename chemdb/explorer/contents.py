"""The parts of the pack that are JSON: all content of a file except its chemical systems."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.metadata import (
    build_info,
    elements_of,
    known_sources_with_advice,
    max_stoichiometry_of,
    nelements_of,
    system_ranges,
)
from chemdb.errors import LimitError
from chemdb.maps.reduction import TITLES

#: Pages of entries by source; entries of other sources have none.
ENTRY_PAGES = {
    "mp": "https://next-gen.materialsproject.org/materials/{material_id}",
    "mp-snapshot": "https://next-gen.materialsproject.org/materials/{material_id}",
}
CITATION = (
    "Park et al., Mapping inorganic crystal chemical space, Faraday Discuss. 2024, "
    "https://doi.org/10.1039/D4FD00063C; and chemdb, see CITATION.cff"
)


def packed_nelements(con: duckdb.DuckDBPyConnection) -> tuple[int, ...]:
    """Return the numbers of elements of the compositions that the page holds.

    Raises
    ------
    LimitError
        The file has none of these.
    """
    nelements = nelements_of(con)
    packed = tuple(size for size in nelements if size <= MAX_LISTED_NELEMENTS)
    if not packed:
        raise LimitError(
            f"the explorer holds compositions of up to {MAX_LISTED_NELEMENTS} elements; this file has only "
            f"those of {nelements[0]}"
        )
    return packed


def head(con: duckdb.DuckDBPyConnection, delivery: str, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return the part that the page loads first, see ``Meta`` in `page/types.js`."""
    [(has_energies,)] = con.execute("select count(energy_above_hull) > 0 from known_entry").fetchall()
    [(has_suggestions,)] = con.execute("select count(*) > 0 from substitution").fetchall()
    [(checksum,)] = con.execute(
        "select md5(string_agg(concat(table_name, ' ', checksum), ',' order by table_name)) "
        "from store.checksum"
    ).fetchall()
    groups = con.execute(
        "select element_group, list(symbol::varchar order by symbol) from element_group "
        "group by all order by all"
    ).fetchall()
    return {
        "elements": [asdict(element) for element in elements_of(con)],
        "groups": dict(groups),
        "state_sets": list(_state_sets(con)),
        "limits": {"nelements": packed_nelements(con), "max_factor": max_stoichiometry_of(con)},
        "sources": _sources(con),
        "known": known_sources_with_advice(con),
        "build_info": build_info(con),
        "checksum": checksum,
        "delivery": delivery,
        "has_energies": has_energies,
        "has_suggestions": has_suggestions,
        "maps": map_titles(con),
        "sizes": dict(sizes),
        "table_2": _rows(
            con,
            "select nelements, standard, missing, interesting, unlikely from order_summary "
            f"where nelements <= {MAX_LISTED_NELEMENTS} order by nelements",
        ),
        "citation": CITATION,
    }


def known(con: duckdb.DuckDBPyConnection, rows: Mapping[int, NDArray[np.int64]]) -> dict[str, Any]:
    """Return the known formulas with their entries, as columns.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    rows : mapping of int to array of int64
        Of each number of elements, the place of each system in order of electronegativity.
    """
    ranges = system_ranges(con)
    inside = [
        (
            nelements,
            int(rows[nelements][system_id - ranges[nelements][0]]),
            stoichiometry_id,
            allowed,
            formula,
        )
        for nelements, system_id, stoichiometry_id, allowed, formula in con.execute(
            "select nelements, system_id, stoichiometry_id, allowed, formula from known_composition "
            f"where nelements <= {MAX_LISTED_NELEMENTS}"
        ).fetchall()
    ]
    inside.sort()
    entries: dict[str, list[tuple]] = {}
    for formula, *entry in con.execute(
        "select formula, source, material_id, energy_above_hull, nullif(formula_given, formula) "
        "from known_entry "
        "order by formula, energy_above_hull nulls last, source, len(material_id), material_id"
    ).fetchall():
        entries.setdefault(formula, []).append(tuple(entry))
    outside = sorted(entries.keys() - {formula for *_, formula in inside})
    formulas = [formula for *_, formula in inside] + outside
    listed = [entry for formula in formulas for entry in entries[formula]]
    sources = [
        source for (source,) in con.execute("select source from known_source order by added_at").fetchall()
    ]
    energies = [entry[2] for entry in listed]
    return {
        "nelements": [row[0] for row in inside],
        "system": np.diff([row[1] for row in inside], prepend=0).tolist(),
        "stoichiometry": [row[2] for row in inside],
        "allowed": [int(row[3]) for row in inside],
        "outside": outside,
        "n_entries": [len(entries[formula]) for formula in formulas],
        "source": [sources.index(entry[0]) for entry in listed] if len(sources) > 1 else [],
        "material_id": [entry[1] for entry in listed],
        "energy_above_hull": energies if any(energy is not None for energy in energies) else [],
        "formula_given": {str(i): entry[3] for i, entry in enumerate(listed) if entry[3] is not None},
    }


def substitutions(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the substitution weights, by which the page ranks, and the precision by score."""
    weights = con.execute(
        "select e.atomic_number, r.atomic_number, round(weight * 1000000)::integer from substitution s "
        "join element e on e.symbol = s.element join element r on r.symbol = s.replaced_by order by all"
    ).fetchall()
    return {
        "substitution": [list(column) for column in zip(*weights, strict=True)] or [[], [], []],
        "score_band": _rows(con, "select nelements, score_from, share_found from score_band order by all"),
    }


def map_titles(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the stored maps, see ``MapTitle`` in `page/types.js`."""
    return [
        row | {"title": f"{TITLES[row['method']]} of {row['embedding']} vectors, {row['nelements']} elements"}
        for row in _rows(
            con,
            "select run_id::varchar as id, embedding, method, nelements, n_components from projection_run "
            "order by run_id",
        )
    ]


def map_points(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Any]:
    """Return the points of a stored map as columns; coordinates have four decimals."""
    rows = con.execute(
        "select formula, enum_code(category), round(x, 4), round(y, 4), round(z, 4) from projection "
        "where run_id = $run_id::integer",
        {"run_id": run_id},
    ).fetchall()
    formula, category, x, y, z = zip(*rows, strict=True) if rows else [()] * 5
    return {"formula": formula, "category": category, "x": x, "y": y, "z": z if any(z) else None}


def _state_sets(con: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """Yield the oxidation-state sets of a file, that with which it was built first."""
    sets: dict[tuple[str, bool], dict[str, list[tuple[int, int]]]] = {}
    for name, used, symbol, state, occurrences in con.execute(
        "select oxidation_state_set, used, symbol::varchar, oxidation_state, n_icsd from species "
        "order by used desc, oxidation_state_set, symbol, oxidation_state"
    ).fetchall():
        sets.setdefault((name, used), {}).setdefault(symbol, []).append((state, occurrences))
    for (name, used), states in sets.items():
        yield {"name": name, "used": used, "states": states}


def _sources(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    sources = _rows(
        con,
        "select source as name, description as title, version, licence, retrieved::varchar as date, "
        "n_entries as entries, n_formulas as formulas from known_source order by added_at",
    )
    return [source | {"url": ENTRY_PAGES.get(source["name"])} for source in sources]


def _rows(con: duckdb.DuckDBPyConnection, statement: str) -> list[dict[str, Any]]:
    cursor = con.execute(statement)
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
