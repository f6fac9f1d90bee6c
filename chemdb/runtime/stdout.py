"""Write to stdout; errors become one-line messages."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from chemdb.errors import FileError
from chemdb.runtime.atomic_write import os_reason


@contextmanager
def stdout() -> Iterator[TextIO]:
    """Give stdout, flushed at the end.

    Raises
    ------
    FileError
        It is closed, or the operating system refuses the write.
    BrokenPipeError
        The reader has closed the pipe, which is not an error to report.
    """
    if sys.stdout is None:
        raise FileError("stdout: is closed; name a file with --output")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError(f"stdout: cannot be written ({os_reason(error)})") from None


@contextmanager
def stdout_path() -> Iterator[list[Path]]:
    """Give the path of a pipe to stdout, for a library that writes to paths.

    Returned in a list, as `atomic_write` returns its paths. The path of stdout itself would not do:
    where stdout is a file, opening it again would truncate it.

    Raises
    ------
    FileError, BrokenPipeError
        As `stdout`.
    """
    from concurrent.futures import ThreadPoolExecutor

    reading, writing = os.pipe()

    def copy() -> None:
        with os.fdopen(reading, "rb") as pipe, stdout() as stream:
            shutil.copyfileobj(pipe, stream.buffer)

    pool = ThreadPoolExecutor(1)
    copied = pool.submit(copy)
    try:
        yield [Path(f"/dev/fd/{writing}")]
    except FileError:
        os.close(writing)
        # Report why the pipe was closed rather than that it was.
        copied.result()
        raise
    except BaseException:
        # Ctrl-C does not wait for the reader of stdout.
        os.close(writing)
        raise
    finally:
        pool.shutdown(wait=False)
    os.close(writing)
    copied.result()
