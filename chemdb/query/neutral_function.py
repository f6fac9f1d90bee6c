"""The SQL function by which queries decide species of five elements.

``neutral_stoichiometries(states, ties, max_factor)`` has the stoichiometries that the rule allows where each
element has one of the oxidation states in a list, as bits like those of `store.allowed_set`. `ties` says of
each element but the last whether it is as electronegative as the next.
"""

from contextlib import suppress
from typing import Any

import duckdb

from chemdb.chemistry.stoichiometry import MAX_STORED_NELEMENTS
from chemdb.database.open_file import OpenFile
from chemdb.query.filter import Filter, SpeciesTogether, terms_of
from chemdb.query.parse.language import read_query
from chemdb.query.parse.vocabulary import vocabulary
from chemdb.runtime.forks import no_fork

NAME = "neutral_stoichiometries"


def read_filter(file: OpenFile, text: str) -> Filter:
    """Return the filter of a query, which the statements of a file can decide from then on.

    Raises
    ------
    QueryError
        The query cannot be parsed, or a value in it is impossible.
    """
    return decidable(file, read_query(text, file.remember(vocabulary)))


def decidable(file: OpenFile, condition: Filter) -> Filter:
    """Return a filter; if it has species and the file has five elements, give the file the function."""
    five = MAX_STORED_NELEMENTS in file.remember(vocabulary).nelements
    if five and any(isinstance(term, SpeciesTogether) for term in terms_of(condition)):
        file.prepare(add_neutral_function)
    return condition


def add_neutral_function(con: duckdb.DuckDBPyConnection) -> None:
    """Let the statements of all cursors of a connection call the function."""
    # It is there already; DuckDB asks nowhere whether it is.
    with suppress(duckdb.CatalogException, duckdb.NotImplementedException), no_fork():
        con.create_function(
            NAME,
            _neutral_stoichiometries,
            ["TINYINT[][]", "BOOLEAN[]", "UTINYINT"],
            "BLOB",
            type="arrow",
            # It is called once for each row, wherever else its result is used.
            side_effects=True,
        )


# DuckDB evaluates annotations, and keeps no reference to a function.
def _neutral_stoichiometries(states: Any, ties: Any, max_factor: Any) -> Any:
    """Return the bits, from chunked arrays of the arguments."""
    import numpy as np
    import pyarrow as pa

    from chemdb.enumeration.neutral_sets import neutral_sets

    k = MAX_STORED_NELEMENTS
    every = states.combine_chunks().flatten()
    if len(every) != k * len(states) or every.null_count:
        raise ValueError(f"{NAME}: a list of oxidation states for each of {k} elements")
    numbers: dict[tuple[int, ...], int] = {}
    which = [numbers.setdefault(tuple(one), len(numbers)) for one in every.to_pylist()]
    sets = neutral_sets(
        [np.array(one, np.int64) for one in numbers],
        np.array(which, np.int64).reshape(-1, k),
        ties.combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(-1, k - 1),
        max_factor[0].as_py(),
    )
    offsets = np.arange(0, sets.size + 1, sets.shape[1], dtype=np.int32)
    return pa.BinaryArray.from_buffers(
        pa.binary(), len(sets), [None, pa.py_buffer(offsets), pa.py_buffer(sets)]
    )
