"""Fill the tables of suggestions from the known compositions of a file."""

import duckdb
import pyarrow as pa

from chemdb.database.execution import registered
from chemdb.database.sql_files import run_file, sql_text
from chemdb.substitution.candidates import with_sets
from chemdb.substitution.hidden_fifth import BANDS, TOP, find_hidden, hide_a_fifth
from chemdb.substitution.model import SubstitutionModel, learn

#: Suggestions that a file stores for each number of elements.
N_BEST = 10_000


def renew_suggestions(con: duckdb.DuckDBPyConnection) -> None:
    """Learn from the known compositions of a file, and store weights, best suggestions and their quality."""
    model = learn(con)
    best = _best(con, model)
    qualities = find_hidden(con, model.space, hide_a_fifth(con))
    run_file(
        con,
        "statements/load_suggestion",
        {
            "new_substitution": model.substitutions(),
            "new_suggestion": model.described(best),
            "new_suggestion_quality": pa.Table.from_pylist(
                [
                    {
                        "nelements": found.nelements,
                        "n_hidden": found.n_hidden,
                        "n_missing": found.n_missing,
                        "n_ranked": found.n_ranked,
                        "n_found": found.n_found,
                    }
                    | {f"found_{n}": in_top for n, in_top in zip(TOP, found.n_in_top, strict=True)}
                    for found in qualities
                ]
            ),
            "new_score_band": pa.Table.from_pylist(
                [
                    {
                        "nelements": found.nelements,
                        "score_from": score_from,
                        "n_ranked": n_ranked,
                        "n_found": n_found,
                    }
                    for found in qualities
                    for score_from, (n_ranked, n_found) in zip([*BANDS, None], found.bands, strict=True)
                ]
            ),
        },
    )


def _best(con: duckdb.DuckDBPyConnection, model: SubstitutionModel) -> pa.Table:
    """Return the missing compositions with the highest scores."""
    with registered(con, {"candidate": with_sets(con, model.candidates(), model.space)}):
        return con.sql(sql_text("statements/best_suggestions"), params={"n_best": N_BEST}).to_arrow_table()
