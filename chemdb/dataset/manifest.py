"""The manifest of a finished export: every file with its rows, size and checksums. It is written last."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pyarrow.parquet as pq

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.database.arrays import as_array
from chemdb.dataset.export_plan import FORMAT, Plan, stored_plan
from chemdb.dataset.storage.folder import BLOCK, PARTIAL, Folder
from chemdb.dataset.part_columns import KEY
from chemdb.dataset.part_file import PartSummary
from chemdb.errors import ChemdbError, DatasetError
from chemdb.runtime.progress import Progress, no_progress
from chemdb.verify.check import Check, check, unreadable

with kernel_cache():
    from chemdb.dataset.kernel import key_sum

MANIFEST = "_manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a finished export consists of.

    Attributes
    ----------
    plan : str
        Checksum of the plan.
    parts : tuple of PartSummary
        In the order of the plan.
    """

    plan: str
    parts: tuple[PartSummary, ...]

    @property
    def n_rows(self) -> int:
        """Number of compositions."""
        return sum(part.n_rows for part in self.parts)

    @property
    def n_bytes(self) -> int:
        """Size of all files in bytes."""
        return sum(part.n_bytes for part in self.parts)

    @property
    def key_sum(self) -> int:
        """Sum over all compositions, see `chemdb.dataset.kernel.key_sum`; does not depend on their order."""
        return sum(part.key_sum for part in self.parts) % 2**64

    @property
    def text(self) -> str:
        """The manifest as JSON, the same whoever wrote the files. Sums are hexadecimal."""
        return (
            json.dumps(
                {
                    "format": FORMAT,
                    "plan": self.plan,
                    "n_rows": self.n_rows,
                    "n_bytes": self.n_bytes,
                    "key_sum": f"{self.key_sum:016x}",
                    "parts": [asdict(part) | {"key_sum": f"{part.key_sum:016x}"} for part in self.parts],
                },
                indent=1,
            )
            + "\n"
        )


def put_manifest(folder: Folder, manifest: Manifest) -> None:
    """Write the manifest of a folder whose files are all there, and remove what killed writers left."""
    for name in folder.names():
        if name.endswith(PARTIAL):
            folder.remove(name)
    if folder.read(MANIFEST) != manifest.text.encode():
        with folder.written(MANIFEST, replace=True) as partial:
            partial.write_text(manifest.text, encoding="utf-8")


def finished(folder: Folder) -> tuple[Plan, Manifest]:
    """Return plan and manifest of a folder.

    Raises
    ------
    DatasetError
        It is no export, or incomplete, or either is damaged.
    """
    plan = stored_plan(folder)
    text = folder.read(MANIFEST)
    if text is None:
        raise DatasetError(
            f"{folder}: incomplete, has no {MANIFEST}; run its 'chemdb export compositions' again, "
            "or with --finish after the last --part"
        )
    try:
        values = json.loads(text)
        parts = [PartSummary(**(part | {"key_sum": int(part["key_sum"], 16)})) for part in values["parts"]]
        manifest = Manifest(values["plan"], tuple(parts))
    except (ValueError, LookupError, TypeError):
        raise DatasetError(f"{folder}/{MANIFEST}: damaged; run the export again with --finish") from None
    if manifest.plan != plan.checksum or [part.name for part in parts] != [part.name for part in plan.parts]:
        raise DatasetError(f"{folder}/{MANIFEST}: of another plan; run the export again with --finish")
    return plan, manifest


def checks_of_folder(folder: Folder, deep: bool = False, progress: Progress = no_progress) -> Iterator[Check]:
    """Yield whether the files of a finished export are as they were written.

    Parameters
    ----------
    folder : Folder
    deep : bool
        Also read the keys of all compositions, and compare their sum.
    progress : Progress

    Raises
    ------
    DatasetError
        The folder is no finished export.
    """
    plan, manifest = finished(folder)
    yield check("rows", plan.n_rows, manifest.n_rows)
    expected = {part.name for part in manifest.parts}
    others = [name for name in folder.names() if name.endswith(".parquet") and name not in expected]
    yield check("files that are no part", "none", ", ".join(others[:3]) or "none")
    wrong = []
    for number, part in enumerate(manifest.parts):
        try:
            found = _sha256(folder, part.name)
            if found != part.sha256:
                wrong.append(check(part.name, part.sha256[:16], found[:16]))
            elif deep and (total := _key_sum(folder, part.name)) != part.key_sum:
                wrong.append(check(f"{part.name}: sum of keys", f"{part.key_sum:016x}", f"{total:016x}"))
        except ChemdbError as error:
            wrong.append(unreadable(part.name, error))
        progress((number + 1) / len(manifest.parts))
    yield from wrong
    what = "files with their checksum and sum of keys" if deep else "files with their checksum"
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
