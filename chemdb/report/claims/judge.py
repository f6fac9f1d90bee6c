"""All claims, judged for a file."""

import duckdb

from chemdb.database.metadata import nelements_of
from chemdb.errors import ChemdbError, ReductionError
from chemdb.report.claims.binaries import anion_classes, spread
from chemdb.report.claims.categories import growth, interesting_binaries, quaternaries, standard_ternaries
from chemdb.report.claims.claim import Claim
from chemdb.report.claims.counted import elements_in_binaries, missing_share
from chemdb.report.claims.sample_scores import FEWEST, all_scores
from chemdb.runtime.progress import Steps, no_steps

#: Sample size per category: intervals come from several samples, so each may be smaller than a map.
PER_CATEGORY = 1000

_NAMES = {2: "binary", 3: "ternary", 4: "quaternary"}
_PLURALS = {2: "binaries", 3: "ternaries", 4: "quaternaries"}


def claims(
    con: duckdb.DuckDBPyConnection,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    steps: Steps = no_steps,
) -> list[Claim]:
    """Return the eight claims of the paper, each with its measurements and a verdict.

    Claims 1 and 8 are judged by exact counts. The others are judged by five independent samples, as vectors
    (not standardised) and in their PCA, with shuffled labels, random vectors and stoichiometries as controls.
    A claim that the file cannot answer says why.

    Parameters
    ----------
    con : DuckDBPyConnection
    per_category : int
        Sample size per category.
    seed : int
        The same seed gives the same numbers, with any number of threads.
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        A sample that is too small, or a seed that scikit-learn does not accept.
    """
    if per_category < FEWEST:
        raise ChemdbError(f"claims: {per_category} compositions of each category: take {FEWEST} or more")
    if not 0 <= seed < 2**32:
        raise ReductionError(f"seed {seed}: choose 0 to {2**32 - 1}")
    scores = all_scores(con, per_category, seed, steps)
    everything = ("standard", "missing", "interesting", "unlikely")
    return [
        elements_in_binaries(con, seed),
        spread(scores, _why_not(con, [2], ())),
        anion_classes(scores, _why_not(con, [2], everything)),
        interesting_binaries(scores, _why_not(con, [2], everything[:3])),
        standard_ternaries(scores, _why_not(con, [3], everything[:3])),
        quaternaries(scores, _why_not(con, [4], everything[:2])),
        growth(scores, _why_not(con, [2, 3, 4], everything)),
        missing_share(con),
    ]


def _why_not(con: duckdb.DuckDBPyConnection, nelements: list[int], categories: tuple[str, ...]) -> str:
    """Return why a claim about categories cannot be judged, if so."""
    available = nelements_of(con)
    absent = [_PLURALS[n] for n in nelements if n not in available]
    if absent:
        return f"this file has no {' and no '.join(absent)}"
    for n in nelements:
        for category in categories:
            [(count,)] = con.execute(
                f"select {category} from order_summary where nelements = ?", [n]
            ).fetchall()
            if count < FEWEST:
                return (
                    f"{count:,} {category} {_NAMES[n] if count == 1 else _PLURALS[n]}; {FEWEST} are needed: "
                    "'chemdb known add' adds known compositions"
                )
    return f"fewer than {FEWEST} compositions of a kind have a vector: take a larger sample"
