"""Uniform samples of a category, drawn from counts without listing the space."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.arrays import as_array, bit_rows
from chemdb.database.connection import threads_of
from chemdb.database.execution import execute, interruptible, registered, relation
from chemdb.database.metadata import nelements_of, system_ranges
from chemdb.database.sql_files import sql_text
from chemdb.errors import ChemdbError, LimitError, one_of
from chemdb.runtime.threads import map_slices

with kernel_cache():
    from chemdb.query.kernel import nth_members

#: Largest sample, which is held in memory.
MAX_SAMPLE = 10_000_000
#: Compositions whose sets are in memory at the same time.
BATCH = 25_000
#: First three elements whose systems are in memory at the same time: at most 5,050 systems each.
HEADS_AT_ONCE = 500

#: Number of compositions per chemical system in the categories that are too large to list.
_COUNTS = {
    "missing": """
        select n_missing as n from chemical_system
        where nelements = $nelements and nelements <= 4 order by system_id
    """,
    "unlikely": """
        select n_stoichiometries - n_allowed - n_interesting as n
        from chemical_system join order_summary using (nelements)
        where nelements = $nelements and nelements <= 4 order by system_id
    """,
}


def sample(con: duckdb.DuckDBPyConnection, category: str, nelements: int, n: int, seed: int = 0) -> pa.Table:
    """Return compositions sampled uniformly, without replacement, from a category.

    All sets of `n` compositions are equally likely. A seed gives the same sample of a file on any
    machine, with any number of threads and any version of NumPy.

    Parameters
    ----------
    con : DuckDBPyConnection
    category : str
        standard, missing, interesting or unlikely.
    nelements : int
        Number of elements of the compositions.
    n : int
        The whole category is returned if it has fewer.
    seed : int
        Not negative. Categories and numbers of elements are sampled independently.

    Returns
    -------
    pyarrow.Table
        Columns formula, chemsys, nelements, elements, factors, natoms, formula_anonymous,
        category, material_id, energy_above_hull (eV/atom), system_id, stoichiometry_id; in order
        of the last two.

    Raises
    ------
    ChemdbError
        Unknown category, a number of elements that the file does not have, `n` below 1, `seed`
        below 0, or a sample larger than `MAX_SAMPLE`.
    """
    one_of(category, CATEGORIES, "category")
    if n < 1:
        raise ChemdbError(f"a sample of {n}: take at least 1")
    if seed < 0:
        raise ChemdbError(f"seed {seed}: choose 0 or more")
    check_nelements(con, nelements)
    random = np.random.PCG64(np.random.SeedSequence([seed, CATEGORIES.index(category), nelements]))
    draw = _draw_counted if category in _COUNTS else _draw_known
    system_id, stoichiometry_id = draw(con, category, nelements, n, random)
    drawn = pa.table(
        {
            "nelements": pa.array(np.full(len(system_id), nelements, np.uint8)),
            "system_id": system_id,
            "stoichiometry_id": stoichiometry_id,
        }
    )
    return _rows(con, "statements/sample", {"drawn": drawn}, {"category": category})


def check_nelements(con: duckdb.DuckDBPyConnection, nelements: int) -> None:
    """Raise `LimitError` unless the file has compositions of that many elements."""
    available = nelements_of(con)
    if nelements not in available:
        raise LimitError(
            f"{nelements} elements: this file has compositions of {' or '.join(map(str, available))} elements"
        )


def sample_categories(
    con: duckdb.DuckDBPyConnection,
    categories: Sequence[str],
    nelements: Sequence[int],
    n: int,
    seed: int = 0,
) -> pa.Table:
    """Return samples of several categories and numbers of elements as one table, see `sample`."""
    return pa.concat_tables(
        sample(con, category, size, n, seed) for size in nelements for category in categories
    )


def distinct_ranks(random: np.random.PCG64, total: int, n: int) -> NDArray[np.int64]:
    """Return `n` distinct numbers below `total` (all of them, if fewer), each set equally likely.

    Draws numbers until enough are distinct, from the raw bits of the generator: NumPy guarantees
    those across versions, but not its samplers.

    Returns
    -------
    array of int64, shape (min(n, total),)
        In ascending order.

    Examples
    --------
    >>> distinct_ranks(np.random.PCG64(0), 14_000_000_000, 3).tolist()
    [703919781, 4634900450, 10942918463]
    """
    if 2 * n > total:
        # Draw the numbers to leave out instead, so that few draws repeat.
        left_out = distinct_ranks(random, total, total - n) if n < total else np.empty(0, np.int64)
        return np.setdiff1d(np.arange(total), left_out, assume_unique=True)
    shift = np.uint64(64 - max(1, (total - 1).bit_length()))
    drawn = np.empty(0, np.int64)
    while True:
        numbers = (random.random_raw(2 * n + 16) >> shift).astype(np.int64)
        drawn = np.concatenate([drawn, numbers[numbers < total]])
        distinct, first = np.unique(drawn, return_index=True)
        if len(distinct) >= n:
            return np.sort(drawn[np.sort(first)[:n]])


def _ranks(random: np.random.PCG64, total: int, n: int, category: str) -> NDArray[np.int64]:
    """Return the ranks of a sample of a category that has `total` compositions."""
    if min(n, total) > MAX_SAMPLE:
        raise LimitError(
            f"a sample of {min(n, total):,} {category} compositions: at most {MAX_SAMPLE:,} are drawn; "
            "'chemdb query --limit 0 -o FILE' writes all"
        )
    return distinct_ranks(random, total, n)


def _draw_known(
    con: duckdb.DuckDBPyConnection, category: str, nelements: int, n: int, random: np.random.PCG64
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the system and stoichiometry of a sample of a category that is a table."""
    listed = _columns(
        con,
        "select system_id, stoichiometry_id from known_composition "
        "where category = $category and nelements = $nelements order by all",
        {"category": category, "nelements": nelements},
    )
    ranks = _ranks(random, len(listed["system_id"]), n, category)
    return listed["system_id"][ranks], listed["stoichiometry_id"][ranks]


def _draw_counted(
    con: duckdb.DuckDBPyConnection, category: str, nelements: int, n: int, random: np.random.PCG64
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the system and stoichiometry of a sample of a category that is stored as bits."""
    first_system, n_stoichiometries = system_ranges(con)[nelements][0], _n_stoichiometries(con, nelements)
    if nelements <= MAX_LISTED_NELEMENTS:
        counts = _columns(con, _COUNTS[category], {"nelements": nelements})["n"].astype(np.int64)
        systems = np.arange(first_system, first_system + len(counts))
    else:
        # All systems of five elements would take too much memory: only those of the heads that are drawn.
        heads = _columns(con, sql_text("statements/sample_heads"), {"category": category})
        totals = heads["n"].astype(np.int64)
        ranks = _ranks(random, int(totals.sum()), n, category)
        drawn = np.unique(np.searchsorted(np.cumsum(totals), ranks, side="right"))
        return _draw_from_heads(con, category, heads, drawn, ranks, n_stoichiometries)
    ranks = _ranks(random, int(counts.sum()), n, category)
    return _drawn(con, category, systems, counts, ranks, n_stoichiometries)


def _draw_from_heads(
    con: duckdb.DuckDBPyConnection,
    category: str,
    heads: dict[str, NDArray[Any]],
    drawn: NDArray[np.int64],
    ranks: NDArray[np.int64],
    n_stoichiometries: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the system and stoichiometry of the compositions of some ranks, given the heads they are in.

    Parameters
    ----------
    con : DuckDBPyConnection
    category : str
    heads : dict of str to array
        first_system_id and n, how many compositions of the category, of all heads.
    drawn : array of int64, shape (n_drawn,)
        The heads, ascending.
    ranks : array of int64, shape (n,)
        Ascending.
    n_stoichiometries : int
    """
    totals = heads["n"].astype(np.int64)
    ends = np.cumsum(totals)
    system_ids, stoichiometries = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for start in range(0, len(drawn), HEADS_AT_ONCE):
        some = drawn[start : start + HEADS_AT_ONCE]
        table = pa.table({"first_system_id": heads["first_system_id"][some].astype(np.int32)})
        rows = _rows(con, "statements/sample_systems", {"drawn_head": table}, {"category": category})
        counts = as_array(rows["n"]).astype(np.int64)
        # Ranks among the compositions of these heads.
        of_head = np.searchsorted(ends, ranks, side="right")
        inside = np.isin(of_head, some)
        before = np.cumsum(totals[some]) - totals[some]
        place = np.searchsorted(some, of_head[inside])
        within = ranks[inside] - (ends - totals)[some][place] + before[place]
        systems = as_array(rows["system_id"]).astype(np.int64)
        system_id, stoichiometry_id = _drawn(con, category, systems, counts, within, n_stoichiometries)
        system_ids.append(system_id)
        stoichiometries.append(stoichiometry_id)
    return np.concatenate(system_ids), np.concatenate(stoichiometries)


def _n_stoichiometries(con: duckdb.DuckDBPyConnection, nelements: int) -> int:
    [(n,)] = con.execute(
        "select count(*) from store.stoichiometry where nelements = ?", [nelements]
    ).fetchall()
    return int(n)


def _drawn(
    con: duckdb.DuckDBPyConnection,
    category: str,
    systems: NDArray[np.int64],
    counts: NDArray[np.int64],
    ranks: NDArray[np.int64],
    n_stoichiometries: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the system and stoichiometry of the compositions of some ranks, given the counts of systems."""
    ends = np.cumsum(counts)
    place = np.searchsorted(ends, ranks, side="right")
    threads = threads_of(con)
    rank_in_system = ranks - (ends - counts)[place]
    stoichiometry_id = np.empty(len(ranks), np.int32)
    for start in range(0, len(ranks), BATCH):
        part = slice(start, start + BATCH)
        some, row = np.unique(place[part], return_inverse=True)
        members = _members(con, category, systems[some].astype(np.int32), n_stoichiometries)
        fill = partial(nth_members, members, row, rank_in_system[part], stoichiometry_id[part])
        map_slices(fill, len(row), threads)
    return systems[place].astype(np.int32), stoichiometry_id


def _members(
    con: duckdb.DuckDBPyConnection, category: str, systems: NDArray[np.int32], n_stoichiometries: int
) -> NDArray[np.uint8]:
    """Return the stoichiometries of each system that are in a category, as bits from the left."""
    rows = _rows(con, "statements/sample_members", {"drawn_system": pa.table({"system_id": systems})})
    width = -(-n_stoichiometries // 8)
    allowed, known = (bit_rows(rows[name].to_pylist(), width) for name in ("allowed", "known"))
    if category == "missing":
        return allowed & ~known
    # Bits past the last stoichiometry belong to no category.
    every = np.packbits(np.arange(8 * width) < n_stoichiometries)
    return every & ~allowed & ~known


def _columns(con: duckdb.DuckDBPyConnection, statement: str, parameters: dict) -> dict[str, NDArray[Any]]:
    """Return the columns of a statement as arrays."""
    columns: dict[str, NDArray[Any]] = interruptible(con, execute(con, statement, parameters).fetchnumpy)
    return columns


def _rows(
    con: duckdb.DuckDBPyConnection, name: str, inputs: dict[str, pa.Table], parameters: dict | None = None
) -> pa.Table:
    """Return the rows of a query of sql/ that reads Arrow tables."""
    with registered(con, inputs), relation(con, sql_text(name), parameters) as rows:
        return interruptible(con, rows.to_arrow_table)
