"""The child process of `chemdb.verify.process`: reads a request, writes steps and checks as JSON lines."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chemdb.database.connection import connect_to_read
from chemdb.database.execution import translated_errors
from chemdb.errors import ChemdbError
from chemdb.runtime.limits import Limits, limited_thread_pools
from chemdb.runtime.progress import Progress
from chemdb.verify import checks_of


def write_line(kind: str, value: Any = None) -> None:
    """Write a message to the parent process."""
    print(json.dumps([kind, value]), flush=True)


@contextmanager
def steps_as_lines(name: str) -> Iterator[Progress]:
    """Report a step and its progress to the parent process."""
    write_line("step", name)
    yield lambda done: write_line("progress", done)


def main() -> None:
    """Check the file of the request."""
    path, deep, threads, memory_limit, temp_directory = json.loads(sys.argv[1])
    limits = Limits.of(threads, memory_limit, temp_directory)
    try:
        with (
            limited_thread_pools(limits.threads),
            translated_errors(Path(path)),
            connect_to_read(Path(path), limits) as con,
        ):
            for check in checks_of(con, deep, steps_as_lines):
                write_line("check", check)
    except ChemdbError as error:
        write_line("error", str(error))
    write_line("end")


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(130)  # the parent process reports the interrupt, or has ended
