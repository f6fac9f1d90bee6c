"""Element representations stored in a database file."""

import duckdb
import numpy as np

from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS, ElementVectors
from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.database.arrays import as_array
from chemdb.errors import EmbeddingError, one_of


def embedding_names(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Return the names of the element representations in a file: the six of the paper, then the others."""
    rows = con.execute("select embedding from embedding order by 1").fetchall()
    names = [name for (name,) in rows]
    paper = [name for name in PAPER_EMBEDDINGS if name in names]
    return (*paper, *(name for name in names if name not in paper))


def check_embedding(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """Return the name of an element representation, unchanged.

    Raises
    ------
    EmbeddingError
        Not in the file; the message suggests similar names.
    """
    return one_of(name, embedding_names(con), "embedding", EmbeddingError)


def element_vectors(con: duckdb.DuckDBPyConnection, name: str) -> ElementVectors:
    """Return the vectors of an element representation.

    Raises
    ------
    EmbeddingError
        Not in the file; the message suggests similar names.
    """
    parameters = {"name": check_embedding(con, name)}
    [(features,)] = con.execute(
        "select features from embedding where embedding = $name", parameters
    ).fetchall()
    rows = con.sql(
        "select atomic_number, vector from element_embedding join element using (symbol) "
        "where embedding = $name order by atomic_number",
        params=parameters,
    ).to_arrow_table()
    symbols = [
        symbol
        for (symbol,) in con.execute("select symbol::varchar from element order by atomic_number").fetchall()
    ]
    values = np.full((N_ELEMENTS + 1, len(features)), np.nan)
    values[0] = 0
    vectors = as_array(rows["vector"].combine_chunks().flatten()).reshape(len(rows), -1)
    values[as_array(rows["atomic_number"])] = vectors
    return ElementVectors(name, values, tuple(features), tuple(symbols))
