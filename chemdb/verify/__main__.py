"""The process of `chemdb.verify.process`: takes a request, writes a line of JSON for each thing found."""

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
from chemdb.verify import found_by


def tell(kind: str, value: Any = None) -> None:
    """Write a line."""
    print(json.dumps([kind, value]), flush=True)


@contextmanager
def told_steps(name: str) -> Iterator[Progress]:
    """Tell of a step and how far it is."""
    tell("step", name)
    yield lambda done: tell("progress", done)


def main() -> None:
    """Check the file that is asked for."""
    path, deep, threads, memory_limit = json.loads(sys.argv[1])
    limits = Limits(threads, memory_limit)
    try:
        with (
            limited_thread_pools(limits.threads),
            translated_errors(Path(path)),
            connect_to_read(Path(path), limits) as con,
        ):
            for check in found_by(con, deep, told_steps):
                tell("check", check)
    except ChemdbError as error:
        tell("error", str(error))
    tell("end")


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(130)  # the process that asked has said so, or is gone
