"""A folder in an object store, by PyArrow's client for S3."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow.fs import FileSelector, FileSystem, LocalFileSystem, copy_files

from chemdb.errors import FileError, one_line


class ObjectStore:
    """A `chemdb.dataset.storage.folder.Folder` whose files are objects that share a prefix.

    An object appears when its upload ends. Credentials, region and endpoint come from the environment
    (``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``, ...) or the query of the address.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        # Before the client looks for the bucket.
        if not urlsplit(address).path.strip("/"):
            raise FileError(f"{address}: has no prefix; write s3://bucket/prefix")
        with self._errors("used"):
            self._files, path = FileSystem.from_uri(address)
        self._prefix = path.rstrip("/")

    def __str__(self) -> str:
        return self.address.partition("?")[0].rstrip("/")

    def prepare(self) -> None:
        """Do nothing: an object store has no folders."""

    def names(self) -> list[str]:
        """Return the names of all objects under the prefix."""
        selector = FileSelector(self._prefix, allow_not_found=True, recursive=True)
        with self._errors("read"):
            found = self._files.get_file_info(selector)
        return sorted(one.path.removeprefix(self._prefix + "/") for one in found if one.is_file)

    def has(self, name: str) -> bool:
        """Return whether there is an object."""
        with self._errors("read", name):
            return bool(self._files.get_file_info(self._path(name)).is_file)

    def read(self, name: str) -> bytes | None:
        """Return the content of a small object, None if there is none."""
        if not self.has(name):
            return None
        with self._errors("read", name), self._files.open_input_stream(self._path(name)) as stream:
            return bytes(stream.read())

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """Give an object to read from."""
        with self._errors("read", name), self._files.open_input_file(self._path(name)) as stream:
            yield stream

    @contextmanager
    def written(self, name: str, replace: bool = False) -> Iterator[Path]:
        """Give a temporary file on this machine, uploaded when the body succeeds."""
        with tempfile.TemporaryDirectory(prefix="chemdb-") as folder:
            file = Path(folder, "part")
            yield file
            with self._errors("written", name):
                # Not by a stream of Python: one that an exception leaves ends its upload as if whole.
                copy_files(
                    str(file),
                    self._path(name),
                    source_filesystem=LocalFileSystem(),
                    destination_filesystem=self._files,
                )

    def remove(self, name: str) -> None:
        """Remove an object."""
        with self._errors("written", name):
            self._files.delete_file(self._path(name))

    def writer(self) -> AbstractContextManager[None]:
        """Keep no one out."""
        return nullcontext()

    def _path(self, name: str) -> str:
        return f"{self._prefix}/{name}"

    @contextmanager
    def _errors(self, what: str, name: str = "") -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowInvalid) as problem:
            place = f"{self}/{name}" if name else str(self)
            raise FileError(f"{place}: cannot be {what} ({one_line(str(problem))})") from None
