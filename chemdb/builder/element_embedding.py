"""Element vectors as the Arrow table that sql/ loads."""

import pyarrow as pa

from chemdb.chemistry.element_vectors import element_vectors, embedding_names, periodic_table


def element_embedding_table() -> pa.Table:
    """Return a row per representation and element that it covers.

    Values are rounded to float32, as accurate as the vectors that chemdb writes.
    """
    rows = [
        (name, symbol, vector)
        for name in embedding_names()
        for symbol, vector, covered in zip(
            periodic_table(),
            element_vectors(name).values[1:],
            element_vectors(name).covered[1:],
            strict=False,
        )
        if covered
    ]
    names, symbols, vectors = zip(*rows, strict=True)
    return pa.table(
        {
            "embedding": pa.array(names),
            "symbol": pa.array(symbols),
            "vector": pa.array(vectors, pa.list_(pa.float32())),
        }
    )
