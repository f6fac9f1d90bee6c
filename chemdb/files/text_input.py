"""Open text files, which may be compressed, as UTF-8."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from chemdb.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

#: Largest ratio of unpacked to packed size; lists of formulas have 3 to 30.
MAX_RATIO = 200
#: Files that unpack to at most so many bytes, or rows, are read whatever their ratio.
ALWAYS_ALLOWED = 2 * 10**8
#: Longest line in bytes.
MAX_LINE = 16 * 2**20
BLOCK = 2**20
#: Arrow's names of compressions by suffix.
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
#: First bytes of text that is not UTF-8, by the name of its encoding.
OTHER_ENCODINGS = {"UTF-16": (b"\xff\xfe", b"\xfe\xff")}


def suffixes_of(path: Path) -> tuple[str, str | None]:
    """Return the suffix of a file, in lower case, and Arrow's name of its compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    compression = COMPRESSIONS.get(suffixes[-1]) if len(suffixes) > 1 else None
    return (suffixes[-2] if compression else suffixes[-1] if suffixes else ""), compression


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked, as bytes; reading it raises `FileError` as `open_text` does."""
    import pyarrow as pa

    try:
        # Not memory-mapped: the file may shrink while it is read.
        with pa.OSFile(str(path)) as packed:
            compression = suffixes_of(path)[1]
            source = pa.CompressedInputStream(packed, compression) if compression else packed
            with source, io.BufferedReader(_Limited(source, path), BLOCK) as stream:
                if encoding := _other_encoding(stream.peek(2)):
                    raise FileError(f"{path}: {encoding} text; save it as UTF-8")
                yield stream
    except (OSError, pa.ArrowException) as error:
        raise FileError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from None


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    r"""Open a file, unpacked, as text; its lines end with ``\n``, ``\r\n`` or ``\r``, which they keep.

    Raises
    ------
    FileError
        Also while it is read: it is not UTF-8, is damaged, unpacks to more than `MAX_RATIO` times its
        size, or a line is longer than `MAX_LINE`.
    """
    try:
        with open_bytes(path) as stream, io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
            yield text
    except UnicodeDecodeError:
        raise FileError(f"{path}: {_first_undecodable(path)}not UTF-8 text") from None


def line_of_row(path: Path, row: int) -> int:
    """Return the line of a row, counted from 0, of a file that has one on each line that is not empty."""
    with open_text(path) as lines:
        numbers = (number for number, line in enumerate(lines, start=1) if line.strip())
        return next(islice(numbers, row, None))


class _Limited(io.RawIOBase):
    """The bytes of a file, up to the limits of size."""

    def __init__(self, source: "pa.NativeFile", path: Path) -> None:
        self._source, self._path = source, path
        self._left = max(ALWAYS_ALLOWED, MAX_RATIO * path.stat().st_size)
        self._line = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._source.read(len(buffer))
        self._left -= len(block)
        end = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._line = len(block) - end - 1 + (self._line if end < 0 else 0)
        if self._left < 0:
            raise FileError(f"{self._path}: unpacks to more than {MAX_RATIO} times its size")
        if self._line > MAX_LINE:
            raise FileError(f"{self._path}: a line is longer than {MAX_LINE // 2**20} MB")
        buffer[: len(block)] = block
        return len(block)


def _other_encoding(start: bytes) -> str | None:
    marks = OTHER_ENCODINGS.items()
    return next((name for name, starts in marks if start.startswith(starts)), None)


def _first_undecodable(path: Path) -> str:
    """Return ``line N: `` for the first line that is not UTF-8."""
    with open_bytes(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return f"line {number}: "
    return ""
