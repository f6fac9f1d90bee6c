"""The folder of an export: where its files are, and how they are written atomically."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

#: End of the names of files that are being written; they are hidden, and no reader takes them for Parquet.
PARTIAL = ".partial"
#: Bytes read at a time.
BLOCK = 1 << 22


class AppearedError(Exception):
    """Another process has written the file meanwhile."""


class Folder(Protocol):
    """Files by their names relative to the folder, with ``/`` between the parts.

    All methods raise `chemdb.errors.FileError` for what the system refuses.
    """

    def __str__(self) -> str:
        """Return the name that the user gave."""

    @property
    def address(self) -> str:
        """What other processes find the folder by."""

    def prepare(self) -> None:
        """Make the folder if it does not exist."""

    def names(self) -> list[str]:
        """Return the names of all files, hidden ones too; empty if there is no such folder."""

    def has(self, name: str) -> bool:
        """Return whether there is a file."""

    def read(self, name: str) -> bytes | None:
        """Return the content of a small file, None if there is none."""

    def opened(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Give a file to read from."""

    def written(self, name: str, replace: bool = False) -> AbstractContextManager[Path]:
        """Give a path to write to, whose content becomes the file when the body succeeds.

        On any failure there is no new file. An object store replaces one that is there in any case.

        Raises
        ------
        AppearedError
            The file is there, unless it is to be replaced.
        """

    def remove(self, name: str) -> None:
        """Remove a file."""

    def writer(self) -> AbstractContextManager[None]:
        """Keep other processes out that write the whole folder; an object store cannot."""
