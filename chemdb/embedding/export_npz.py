"""Vectors in a NumPy archive (.npz), written in bounded memory."""

import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from chemdb.embedding.embedded import Embedded

#: Bytes copied at a time.
_CHUNK = 1 << 24


def write_npz(batches: Iterable[pa.RecordBatch], account: Embedded, file: Path) -> None:
    """Write the arrays formula, category, vectors and features for `numpy.load`.

    An array starts with its number of rows, which is known only at the end, so the rows are first
    written to scratch files beside the target.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        Compositions with the columns formula, elements, factors, category.
    account : Embedded
    file : Path
    """
    dtypes = {"formula": np.dtype("<U20"), "category": np.dtype("<U11"), "vectors": np.dtype("<f4")}
    scratch = {name: file.with_name(f"{file.name}.{name}") for name in dtypes}
    try:
        with ExitStack() as stack:
            streams = {name: stack.enter_context(path.open("wb")) for name, path in scratch.items()}
            for batch in batches:
                rows, values = account.add(batch)
                for name in ("formula", "category"):
                    texts = rows.column(name).cast(pa.string()).to_pylist()
                    streams[name].write(np.array(texts, dtypes[name]).tobytes())
                streams["vectors"].write(values.tobytes())
        with zipfile.ZipFile(file, "w") as archive:
            for name, path in scratch.items():
                shape = (account.n, len(account.vectors.features)) if name == "vectors" else (account.n,)
                with (
                    archive.open(f"{name}.npy", "w", force_zip64=True) as entry,
                    path.open("rb") as rows_file,
                ):
                    _write_header(entry, dtypes[name], shape)
                    while chunk := rows_file.read(_CHUNK):
                        entry.write(chunk)
            with archive.open("features.npy", "w") as entry:
                np.lib.format.write_array(entry, np.array(account.vectors.features))
    finally:
        for path in scratch.values():
            path.unlink(missing_ok=True)


def _write_header(entry: IO[bytes], dtype: np.dtype, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_2_0(
        entry, {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    )
