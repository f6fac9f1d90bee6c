"""How well known compositions rank others: a fifth of them is hidden, and sought among the suggestions.

Compositions of all sizes are hidden together, and a hidden one feeds no frame: the ranking does not know it.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.database.arrays import as_array
from chemdb.database.execution import registered
from chemdb.database.sql_files import sql_text
from chemdb.substitution.candidates import Space, candidates, with_sets
from chemdb.substitution.frames import Compositions, frames_of
from chemdb.substitution.weights import substitution_weights

#: One in so many known compositions is hidden.
ONE_IN = 5
#: Lengths of the lists whose precision is given.
TOP = (100, 1_000, 10_000)
#: Lower ends of the bands of scores, above which a band ends with the next one; the last one is the rest.
BANDS = (1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.0)


@dataclass(frozen=True)
class Found:
    """What a ranking of the allowed compositions of one size found of the hidden ones.

    Attributes
    ----------
    nelements : int
    n_hidden : int
        Hidden compositions that are allowed.
    n_missing : int
        Allowed compositions that are not known when they are hidden.
    n_ranked : int
        Of these, those with an analogue.
    n_found : int
        Hidden compositions among the ranked ones.
    n_in_top : tuple of int
        Hidden compositions among the first of `TOP`.
    bands : tuple of (int, int)
        Ranked, and hidden among the ranked, by band of the score, see `BANDS`.
    """

    nelements: int
    n_hidden: int
    n_missing: int
    n_ranked: int
    n_found: int
    n_in_top: tuple[int, ...]
    bands: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class KnownAndHidden:
    """The known compositions of a file, of which a fifth is hidden.

    Attributes
    ----------
    table : pyarrow.Table
        system_id, stoichiometry_id, elements, factors, allowed, hidden.
    compositions : Compositions
    hidden, allowed : array of bool, shape (n,)
    """

    table: pa.Table
    compositions: Compositions
    hidden: NDArray[np.bool_]
    allowed: NDArray[np.bool_]


def hide_a_fifth(con: duckdb.DuckDBPyConnection, seed: int = 0) -> KnownAndHidden:
    """Return the known compositions of a file, with a fifth hidden; a seed hides the same on any machine."""
    known = con.sql(sql_text("statements/hidden_fifth"), params={"seed": seed, "one_in": ONE_IN})
    table = known.to_arrow_table()
    return KnownAndHidden(
        table, Compositions.of(table), as_array(table["hidden"]), as_array(table["allowed"])
    )


def find_hidden(con: duckdb.DuckDBPyConnection, space: Space, known: KnownAndHidden) -> list[Found]:
    """Return how many of the hidden compositions the others find, by number of elements."""
    frames = frames_of(known.compositions[~known.hidden])
    ranked = candidates(frames, substitution_weights(frames), space)
    shown = known.table.select(["system_id", "stoichiometry_id", "hidden"])
    with registered(con, {"candidate": with_sets(con, ranked, space), "known": shown}):
        rows = con.sql(sql_text("statements/rank_hidden")).to_arrow_table()
    sizes, scores, was_hidden = (as_array(rows[name]) for name in ("nelements", "score", "hidden"))
    sought = known.compositions.nelements[known.hidden & known.allowed]
    seen = known.compositions.nelements[~known.hidden & known.allowed]
    allowed = con.execute("select nelements, allowed from order_summary order by nelements").fetchall()
    return [
        _found(
            nelements,
            int((sought == nelements).sum()),
            n_allowed - int((seen == nelements).sum()),
            scores[sizes == nelements],
            was_hidden[sizes == nelements],
        )
        for nelements, n_allowed in allowed
    ]


def n_in_top(hidden: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return how many of the first of `TOP` are hidden ones, given which of a ranking are."""
    return tuple(int(hidden[:n].sum()) for n in TOP)


def _found(
    nelements: int, n_hidden: int, n_missing: int, scores: NDArray[np.float64], hidden: NDArray[np.bool_]
) -> Found:
    # Of equal scores, hidden ones count last.
    in_top = n_in_top(hidden[np.lexsort((hidden, -scores))])
    band = len(BANDS) - np.searchsorted(BANDS[::-1], scores, side="right")
    sizes = np.bincount(band, minlength=len(BANDS) + 1)
    found = np.bincount(band[hidden], minlength=len(BANDS) + 1)
    return Found(
        nelements,
        n_hidden,
        n_missing,
        len(scores),
        int(hidden.sum()),
        in_top,
        tuple(zip(sizes.tolist(), found.tolist(), strict=True)),
    )
