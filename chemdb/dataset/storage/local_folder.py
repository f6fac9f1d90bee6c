"""A folder on a disk, also one that several machines share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from chemdb.dataset.storage.folder import PARTIAL, AppearedError
from chemdb.errors import FileError
from chemdb.runtime.atomic_write import file_lock, os_reason, sync
from chemdb.runtime.interrupt import deferred_interrupt


class LocalFolder:
    """A `chemdb.dataset.storage.folder.Folder` on a disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def address(self) -> str:
        """The absolute path."""
        return str(self.path.absolute())

    def prepare(self) -> None:
        """Make the folder if it does not exist; its parent must."""
        if self.path.exists() and not self.path.is_dir():
            raise FileError(f"{self.path}: is a file; choose the name of a folder")
        if not self.path.absolute().parent.is_dir():
            raise FileError(f"{self.path}: cannot be written (its parent folder does not exist)")
        with self._errors():
            self.path.mkdir(exist_ok=True)

    def names(self) -> list[str]:
        """Return the names of all files."""
        if self.path.is_file():
            raise FileError(f"{self.path}: is a file; choose the name of a folder")
        with self._errors("read"):
            return sorted(
                path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if path.is_file()
            )

    def has(self, name: str) -> bool:
        """Return whether there is a file."""
        return (self.path / name).is_file()

    def read(self, name: str) -> bytes | None:
        """Return the content of a small file, None if there is none."""
        with self._errors("read", name):
            try:
                return (self.path / name).read_bytes()
            except FileNotFoundError:
                return None

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """Give a file to read from."""
        with self._errors("read", name), (self.path / name).open("rb") as stream:
            yield stream

    @contextmanager
    def written(self, name: str, replace: bool = False) -> Iterator[Path]:
        """Give a hidden file of a unique name, which becomes the file when the body succeeds."""
        place = self.path / name
        partial = place.with_name(f".{place.name}.{uuid4().hex}{PARTIAL}")
        with self._errors(name=name):
            place.parent.mkdir(exist_ok=True)
            try:
                yield partial
                sync(partial)
                with deferred_interrupt():
                    _put(partial, place, replace)
                    sync(place.parent)
            finally:
                partial.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Remove a file."""
        with self._errors(name=name):
            (self.path / name).unlink(missing_ok=True)

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Keep other processes out that write the whole folder."""
        with file_lock(self.path / "_export", self.path):
            yield

    @contextmanager
    def _errors(self, what: str = "written", name: str = "") -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise FileError(f"{self.path / name}: cannot be {what} ({os_reason(problem)})") from None


def _put(partial: Path, place: Path, replace: bool) -> None:
    if not replace:
        try:
            os.link(partial, place)
        except FileExistsError:
            raise AppearedError from None
        except OSError:
            # A file system without links.
            pass
        else:
            return
    partial.replace(place)
