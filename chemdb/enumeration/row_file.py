"""Rows of equal length in an anonymous temporary file, for data that do not fit into memory."""

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chemdb.errors import ChemdbError
from chemdb.runtime.atomic_write import os_reason


class RowFile:
    """Rows of bytes in a file; `row_file` makes one.

    Reading maps the file into memory, where its pages count for the process only until `forget`.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - `row_file` closes it
        self._map: mmap.mmap | None = None

    def write(self, start: int, rows: NDArray[np.generic]) -> None:
        """Write rows from the byte `start` on.

        Raises
        ------
        ChemdbError
            The disk is full.
        """
        try:
            self._file.seek(start)
            self._file.write(np.ascontiguousarray(rows).view(np.uint8).data)
            # A full disk shows here, not when the map is read.
            self._file.flush()
        except OSError as error:
            folder = self._folder or tempfile.gettempdir()
            raise ChemdbError(
                f"{folder}: {os_reason(error)}; choose another folder with --temp-directory"
            ) from None

    def read(self, dtype: type[np.generic], width: int) -> NDArray[Any]:
        """Return the rows written so far as a read-only memory map, shape (n, width)."""
        size = self._file.seek(0, 2)
        n = size // (np.dtype(dtype).itemsize * width)
        if not n:
            return np.empty((0, width), dtype)
        if self._map is None or len(self._map) < size:
            # The old map is closed when no array uses it.
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(self._map, dtype, n * width).reshape(n, width)

    def forget(self) -> None:
        """Drop the pages that were read from memory; they are read again when needed."""
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Give the space back."""
        self._map = None
        self._file.close()


@contextmanager
def row_file(folder: Path | None = None) -> Iterator[RowFile]:
    """Give an empty file in `folder`, by default that of temporary files; it is gone at the end."""
    file = RowFile(folder)
    try:
        yield file
    finally:
        file.close()
