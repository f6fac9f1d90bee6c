"""The manifest of a finished export: every file with its rows, size and checksums. It is written last."""

import json
from dataclasses import asdict, dataclass

from chemdb.dataset.export_plan import FORMAT, Plan, stored_plan
from chemdb.dataset.part_file import PartSummary
from chemdb.dataset.storage.folder import PARTIAL, Folder
from chemdb.errors import DatasetError

MANIFEST = "_manifest.json"


@dataclass(frozen=True)
class Manifest:
    """The files of a finished export.

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
        """The manifest as JSON, the same whichever processes wrote the files. Sums are hexadecimal."""
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
    """Write the manifest of a complete folder, and remove the temporary files of killed processes."""
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
        The folder is not an export or is incomplete, or plan or manifest is damaged.
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
