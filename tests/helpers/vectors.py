"""Vectors of listed compositions, one by one."""

import numpy as np

from chemdb.chemistry.elements import elements
from chemdb.embedding.composition_vectors import is_covered

NUMBER = {element.symbol: element.atomic_number for element in elements()}


def listed_vectors(con, view, nelements, vectors):
    """Return the vectors of the covered compositions of a view, as float64, and how many are not."""
    rows = con.sql(
        f"select elements::varchar[] as elements, factors from {view} where nelements = {nelements}"
    ).to_arrow_table()
    symbols = rows["elements"].combine_chunks().flatten().to_pylist()
    numbers = np.array([NUMBER[symbol] for symbol in symbols], np.uint8).reshape(-1, nelements)
    factors = rows["factors"].combine_chunks().flatten().to_numpy().reshape(-1, nelements)
    whole = is_covered(numbers, vectors)
    fractions = factors / factors.sum(axis=1, keepdims=True)
    every = np.einsum("nk,nkd->nd", fractions[whole], vectors.values[numbers[whole]])
    return every, int((~whole).sum())
