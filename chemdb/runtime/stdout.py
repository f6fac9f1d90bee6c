"""Stdout as something to write to, whose refusals are one line."""

import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from chemdb.errors import FileError
from chemdb.runtime.atomic_write import reason


@contextmanager
def stdout() -> Iterator[TextIO]:
    """Give stdout, and flush it at the end.

    Raises
    ------
    FileError
        It is closed or takes no more.
    BrokenPipeError
        Whoever read it has seen enough, which is no error to tell.
    """
    if sys.stdout is None:
        raise FileError("stdout: is closed; name a file with --output")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError(f"stdout: cannot be written ({reason(error)})") from None


@contextmanager
def stdout_path() -> Iterator[list[Path]]:
    """Give the path of a pipe to stdout, as `whole` gives paths, for a library that writes to them.

    By its own path, stdout that is a file would be opened anew, and what is in it lost.

    Raises
    ------
    FileError, BrokenPipeError
        As `stdout`.
    """
    reading, writing = os.pipe()

    def pass_on() -> None:
        with os.fdopen(reading, "rb") as pipe, stdout() as stream:
            shutil.copyfileobj(pipe, stream.buffer)

    pool = ThreadPoolExecutor(1)
    passed_on = pool.submit(pass_on)
    try:
        yield [Path(f"/dev/fd/{writing}")]
    except FileError:
        os.close(writing)
        # Why the pipe was closed, rather than that it was.
        passed_on.result()
        raise
    except BaseException:
        # Ctrl-C does not wait for whoever reads stdout.
        os.close(writing)
        raise
    finally:
        pool.shutdown(wait=False)
    os.close(writing)
    passed_on.result()
