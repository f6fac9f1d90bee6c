"""Checks that the files of a finished export are unchanged."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.database.arrays import as_array
from chemdb.dataset.manifest import finished
from chemdb.dataset.part_columns import KEY
from chemdb.dataset.storage.addresses import folder_at
from chemdb.dataset.storage.folder import BLOCK, Folder
from chemdb.errors import ChemdbError
from chemdb.runtime.progress import Progress, no_progress
from chemdb.verify.check import Check, check, unreadable

with kernel_cache():
    from chemdb.dataset.kernel import key_sum


def checks_of_folder(
    place: str | Path, deep: bool = False, progress: Progress = no_progress
) -> Iterator[Check]:
    """Yield checks that the files of a finished export are unchanged.

    Parameters
    ----------
    place : str or Path
    deep : bool
        Also read the keys of all compositions and compare their sum.
    progress : Progress

    Raises
    ------
    DatasetError
        The folder is not a finished export.
    """
    folder = folder_at(place)
    plan, manifest = finished(folder)
    yield check("rows", plan.n_rows, manifest.n_rows)
    expected = {part.name for part in manifest.parts}
    others = [name for name in folder.names() if name.endswith(".parquet") and name not in expected]
    yield check("unexpected files", "none", ", ".join(others[:3]) or "none")
    wrong = []
    for number, part in enumerate(manifest.parts):
        try:
            found = _sha256(folder, part.name)
            if found != part.sha256:
                wrong.append(check(part.name, part.sha256[:16], found[:16]))
            elif deep and (total := _key_sum(folder, part.name)) != part.key_sum:
                wrong.append(check(f"{part.name}: key sum", f"{part.key_sum:016x}", f"{total:016x}"))
        except ChemdbError as error:
            wrong.append(unreadable(part.name, error))
        progress((number + 1) / len(manifest.parts))
    yield from wrong
    what = "files with the right checksum and key sum" if deep else "files with the right checksum"
    yield check(what, len(manifest.parts), len(manifest.parts) - len(wrong))


def _sha256(folder: Folder, name: str) -> str:
    content = hashlib.sha256()
    with folder.opened(name) as stream:
        while block := stream.read(BLOCK):
            content.update(block)
    return content.hexdigest()


def _key_sum(folder: Folder, name: str) -> int:
    with folder.opened(name) as stream:
        batches = pq.ParquetFile(stream).iter_batches(columns=list(KEY))
        return sum(int(key_sum(*map(as_array, batch.columns))) for batch in batches) % 2**64
