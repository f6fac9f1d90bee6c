"""Arrow columns as NumPy arrays.

The ``to_numpy`` of PyArrow imports pandas, which takes half a second and swallows Ctrl-C meanwhile.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def as_array(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """Return a column as an array of the same type, shape (n,), without a copy if possible.

    Parameters
    ----------
    column : pyarrow.Array or ChunkedArray
        Numbers or booleans.

    Raises
    ------
    TypeError
        The column has nulls or another type.

    Examples
    --------
    >>> as_array(pa.chunked_array([[1, 2], [3]], pa.uint8()))
    array([1, 2, 3], dtype=uint8)
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_boolean(column.type):
        # Arrow packs booleans into bits.
        return np.from_dlpack(column.cast(pa.uint8())).view(np.bool_)
    return np.from_dlpack(column)
