"""Write to stdout, whose errors become one-line messages, and to stderr, whose errors do not matter."""

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from chemdb.errors import FileError
from chemdb.runtime.atomic_write import os_reason


def prepare_standard_streams() -> None:
    """Make the streams of a command safe to use.

    The descriptor of a closed stream would go to the next file that is opened, and what is meant for
    stderr into that file. Characters that the terminal lacks are escaped.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # Opens the lowest free descriptor, which is this one; child processes inherit it.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def write_stderr(text: str) -> None:
    """Print a text on stderr; a full disk or a closed pipe there does not end the command."""
    with suppress(OSError):
        # One write: Ctrl-C cannot come between a line and its end.
        print(text + "\n", end="", file=sys.stderr)
    flush_stderr()


def flush_stderr() -> None:
    """Write out stderr; where that fails drop it, as Python would change the exit code otherwise."""
    try:
        sys.stderr.flush()
    except OSError:
        with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stderr.fileno())


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
