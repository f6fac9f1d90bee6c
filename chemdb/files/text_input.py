"""Open text files, which may be compressed or UTF-16, as UTF-8."""

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
#: The first bytes of UTF-16, in which Excel saves "Unicode text".
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def suffixes_of(path: Path) -> tuple[str, str | None]:
    """Return the suffix of a file, in lower case, and Arrow's name of its compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    compression = COMPRESSIONS.get(suffixes[-1]) if len(suffixes) > 1 else None
    return (suffixes[-2] if compression else suffixes[-1] if suffixes else ""), compression


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked, as bytes of UTF-8; reading it raises `FileError` as `open_text` does."""
    import pyarrow as pa

    utf16 = False
    try:
        utf16 = is_utf16(path)
        with _unpacked(path) as source:
            text = pa.transcoding_input_stream(source, "utf-16", "utf-8") if utf16 else source
            with io.BufferedReader(_Limited(text, path), BLOCK) as stream:
                yield stream
    except (OSError, pa.ArrowException) as error:
        raise FileError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from None
    except UnicodeDecodeError:
        if utf16:
            raise FileError(f"{path}: damaged UTF-16 text; save it as UTF-8") from None
        raise


def is_utf16(path: Path) -> bool:
    """Return whether a file begins with the byte order mark of UTF-16."""
    with _unpacked(path) as source:
        return source.read(2) in UTF16_MARKS


@contextmanager
def _unpacked(path: Path) -> Iterator["pa.NativeFile"]:
    import pyarrow as pa

    compression = suffixes_of(path)[1]
    # Not memory-mapped: the file may shrink while it is read.
    with pa.OSFile(str(path)) as packed:
        if compression is None:
            yield packed
        else:
            with pa.CompressedInputStream(packed, compression) as source:
                yield source


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
        raise FileError(f"{path}: {_first_undecodable(path)}not UTF-8 text; save it as UTF-8") from None


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


def _first_undecodable(path: Path) -> str:
    """Return ``line N: `` for the first line that is not UTF-8."""
    with open_bytes(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return f"line {number}: "
    return ""
