"""The first compositions of a filter, ranked by score, then by expected count."""

import duckdb
import numpy as np
import pyarrow as pa

from chemdb.database.arrays import as_array
from chemdb.database.execution import interruptible, registered, relation
from chemdb.database.metadata import nelements_of
from chemdb.errors import QueryError
from chemdb.query.expansion.matching_systems import matching_systems
from chemdb.query.filter import Filter
from chemdb.query.result import MAX_LISTED
from chemdb.query.statement.parameters import Statement
from chemdb.query.statement.unknown import scored_statement
from chemdb.runtime.progress import Steps, no_steps
from chemdb.substitution.model import SubstitutionModel
from chemdb.suggest.unscored import rank_unscored

#: Candidates that are tried first, and by what factor more if they do not suffice.
FIRST, MORE = 1 << 16, 8


def rank(
    con: duckdb.DuckDBPyConnection,
    model: SubstitutionModel,
    candidates: pa.Table,
    condition: Filter,
    n: int,
    n_matching: int,
    steps: Steps = no_steps,
) -> pa.Table:
    """Return the first `n` unknown compositions that meet a filter, in no order.

    Those with a positive score come first. If there are fewer, all others are ranked by the count that
    `chemdb.suggest.expected` describes.

    Parameters
    ----------
    con : DuckDBPyConnection
    model : SubstitutionModel
    candidates : pyarrow.Table
        Compositions with an analogue.
    condition : Filter
    n : int
    n_matching : int
        How many compositions meet the filter.
    steps : Steps

    Returns
    -------
    pyarrow.Table
        system_id, stoichiometry_id, score (null without an analogue), by_score (whether the score ranks it),
        value (what ranks it). A few more than `n` rows where the last have equal values.

    Raises
    ------
    QueryError
        There are too many compositions to rank those without a positive score.
    """
    scored = _scored(con, candidates, condition, n)
    scored = scored.append_column("by_score", pa.repeat(True, len(scored)))
    scored = scored.append_column("value", scored["score"])
    if len(scored) >= n:
        return scored
    if n_matching > MAX_LISTED:
        raise QueryError(
            f"suggest: {len(scored):,} of {n_matching:,} compositions have a positive score, and the others "
            f"are too many to rank (limit {MAX_LISTED:,}); limit the suggestions to {len(scored):,}, "
            "or narrow the query"
        )
    others = [
        rank_unscored(con, model, candidates, scored, size, n - len(scored), steps)
        for size in matching_systems(con, condition)
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
            scored = _rows(con, scored_statement(condition, nelements_of(con), n))
        if len(scored) >= n or lowest <= 0:
            return scored
        tried *= MORE


def _rows(con: duckdb.DuckDBPyConnection, statement: Statement) -> pa.Table:
    with relation(con, statement.text, dict(statement.parameters) or None) as rows:
        return interruptible(con, rows.to_arrow_table).combine_chunks()
