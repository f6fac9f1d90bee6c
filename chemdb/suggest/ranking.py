"""Which compositions of a filter come first: by score, then by what is expected without an analogue."""

import threading
from collections.abc import Iterator
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.database.arrays import as_array
from chemdb.database.connection import threads_of
from chemdb.database.execution import interruptible, registered, relation
from chemdb.query.filter import Filter
from chemdb.query.statement.parameters import Statement
from chemdb.query.statement.unknown import kinds_statement, scored_statement
from chemdb.runtime.forks import no_fork
from chemdb.runtime.progress import Steps, no_steps
from chemdb.runtime.threads import map_slices
from chemdb.substitution.model import SubstitutionModel

#: Candidates that are tried first, and by what factor more if they do not suffice.
FIRST, MORE = 1 << 16, 8


def rank(
    con: duckdb.DuckDBPyConnection,
    model: SubstitutionModel,
    candidates: pa.Table,
    condition: Filter,
    n: int,
    steps: Steps = no_steps,
) -> pa.Table:
    """Return the first `n` unknown compositions that meet a filter, in no order.

    Those with a positive score come first. If there are fewer, all others are ranked by the count that
    `chemdb.suggest.expected` describes.

    Returns
    -------
    pyarrow.Table
        system_id, stoichiometry_id, score (null without an analogue), by_score (whether the score ranks it),
        value (what ranks it). A few more than `n` rows where the last have equal values.
    """
    scored = _scored(con, candidates, condition, n)
    scored = scored.append_column("by_score", pa.repeat(True, len(scored)))
    scored = scored.append_column("value", scored["score"])
    if len(scored) >= n:
        return scored
    others = [
        _expected(con, model, candidates, scored, kinds, n - len(scored), steps)
        for kinds in _kinds_by_size(con, condition)
    ]
    return pa.concat_tables([scored, *others])


def _scored(con: duckdb.DuckDBPyConnection, candidates: pa.Table, condition: Filter, n: int) -> pa.Table:
    """Return the first `n` compositions with a positive score, and all that share the last score."""
    scores = as_array(candidates["score"])
    tried = max(FIRST, 4 * n)
    while True:
        # The best are enough for most queries, and a hundred times as quick.
        lowest = np.partition(scores, -tried)[-tried] if tried < len(scores) else 0.0
        best = candidates.filter(pa.array(scores >= max(lowest, 0.0)))
        with registered(con, {"candidate": best}):
            scored = _rows(con, scored_statement(condition, n))
        if len(scored) >= n or lowest <= 0:
            return scored
        tried *= MORE


def _kinds_by_size(con: duckdb.DuckDBPyConnection, condition: Filter) -> Iterator[pa.Table]:
    kinds = _rows(con, kinds_statement(condition))
    for nelements in pc.unique(kinds["nelements"]).to_pylist():
        yield kinds.filter(pc.equal(kinds["nelements"], nelements)).combine_chunks()


def _expected(
    con: duckdb.DuckDBPyConnection,
    model: SubstitutionModel,
    candidates: pa.Table,
    scored: pa.Table,
    kinds: pa.Table,
    n: int,
    steps: Steps,
) -> pa.Table:
    """Return the first `n` compositions of one size that no positive score ranks."""
    with no_fork():
        from chemdb.suggest.expected import expectation

        with kernel_cache():
            from chemdb.suggest.kernel import rank_systems

    nelements = kinds["nelements"][0].as_py()
    table = con.sql(
        "select factors from store.stoichiometry where nelements = $n order by stoichiometry_id",
        params={"n": nelements},
    ).to_arrow_table()
    factors = as_array(table["factors"].combine_chunks().flatten()).reshape(-1, nelements)
    m = len(factors)
    width = -(-m // 8)
    bits = b"".join(row[:width].ljust(width, b"\0") for row in kinds["stoichiometries"].to_pylist())
    systems = kinds["systems"].combine_chunks()
    kind = np.repeat(np.arange(len(kinds), dtype=np.int32), np.diff(as_array(systems.offsets)))
    elements = np.stack(
        [
            as_array(kinds[f"element{place}"].combine_chunks().flatten().indices) + 1
            for place in range(1, nelements + 1)
        ],
        axis=1,
    ).astype(np.uint8)
    [(first, last)] = con.execute(
        "select min(system_id), max(system_id) from store.chemical_system where nelements = ?", [nelements]
    ).fetchall()
    of_known = _numbers(model.known, first, last, m)
    taken = np.sort(np.concatenate([of_known, _numbers(scored, first, last, m)]))
    of_kinds = np.frombuffer(bits, np.uint8).reshape(-1, width)
    ranked = np.unpackbits(np.bitwise_or.reduce(of_kinds, axis=0), count=m).astype(np.bool_)
    expected = expectation(model, nelements, factors, ranked)
    # Systems that differ in their last element only stand together.
    order = np.lexsort(elements.T[::-1])
    largest = _Largest(n)
    fill = partial(
        rank_systems,
        elements[order],
        as_array(systems.flatten()).astype(np.int64)[order],
        kind[order],
        of_kinds,
        expected.by_stoichiometry,
        expected.by_place,
        expected.together,
        expected.alike,
        expected.last_starts,
        expected.last,
        expected.known_starts,
        expected.known,
        taken,
        n,
    )
    with steps(f"Ranking {nelements} elements") as progress:
        map_slices(
            lambda start, stop: largest.add(*fill(largest.lowest, start, stop)),
            len(kind),
            threads_of(con),
            progress,
        )
    system_id, stoichiometry_id = np.divmod(largest.numbers, m)
    return pa.table(
        {
            "system_id": system_id.astype(np.int32),
            "stoichiometry_id": stoichiometry_id.astype(np.int32),
            "score": _scores(candidates, largest.numbers, first, last, m),
            "by_score": pa.repeat(False, len(system_id)),
            "value": largest.values,
        }
    )


class _Largest:
    """The largest values of several threads, and all that equal the smallest of these."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._lock = threading.Lock()
        self.lowest = -np.inf
        self.values = np.empty(0)
        self.numbers = np.empty(0, np.int64)

    def add(self, values: NDArray[np.float64], numbers: NDArray[np.int64]) -> None:
        with self._lock:
            self.values = np.concatenate([self.values, values])
            self.numbers = np.concatenate([self.numbers, numbers])
            if len(self.values) > self._n:
                self.lowest = np.partition(self.values, -self._n)[-self._n]
                kept = self.values >= self.lowest
                self.values, self.numbers = self.values[kept], self.numbers[kept]


def _numbers(table: pa.Table, first: int, last: int, m: int) -> NDArray[np.int64]:
    """Return the numbers of the compositions in systems `first` to `last`."""
    systems = as_array(table["system_id"]).astype(np.int64)
    inside = (first <= systems) & (systems <= last)
    numbers: NDArray[np.int64] = systems[inside] * m + as_array(table["stoichiometry_id"])[inside]
    return numbers


def _scores(candidates: pa.Table, numbers: NDArray[np.int64], first: int, last: int, m: int) -> pa.Array:
    """Return the scores of compositions, null without an analogue."""
    systems = as_array(candidates["system_id"])
    inside = slice(*np.searchsorted(systems, [first, last + 1]))
    scored = _numbers(candidates[inside], first, last, m)
    if not len(scored):
        return pa.nulls(len(numbers), pa.float64())
    at = np.minimum(np.searchsorted(scored, numbers), len(scored) - 1)
    scores = as_array(candidates["score"])[inside][at]
    return pa.array(scores, mask=scored[at] != numbers)


def _rows(con: duckdb.DuckDBPyConnection, statement: Statement) -> pa.Table:
    with relation(con, statement.text, dict(statement.parameters) or None) as rows:
        return interruptible(con, rows.to_arrow_table).combine_chunks()
