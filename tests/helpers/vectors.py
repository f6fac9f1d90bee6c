"""Vectors of listed compositions, one by one."""

import numpy as np

from chemdb.chemistry.element_vectors import periodic_table
from chemdb.embedding.composition_vectors import is_covered

NUMBER = {symbol: number for number, symbol in enumerate(periodic_table(), start=1)}


def listed_vectors(con, view, nelements, vectors):
    """Return the vectors of the covered compositions of a view, as float64, and how many are not."""
    rows = con.sql(
        f"select elements::varchar[] as elements, factors from {view} where nelements = {nelements}"
    ).to_arrow_table()
    symbols = rows["elements"].combine_chunks().flatten().to_pylist()
    elements = np.array([NUMBER[symbol] for symbol in symbols], np.uint8).reshape(-1, nelements)
    factors = rows["factors"].combine_chunks().flatten().to_numpy().reshape(-1, nelements)
    whole = is_covered(elements, vectors)
    fractions = factors / factors.sum(axis=1, keepdims=True)
    every = np.einsum("nk,nkd->nd", fractions[whole], vectors.values[elements[whole]])
    return every, int((~whole).sum())
