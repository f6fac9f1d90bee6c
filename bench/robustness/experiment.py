"""What an experiment reports, and what several of them need."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """A row of docs/reliability.md.

    Attributes
    ----------
    what : str
        What was done to chemdb.
    times : int
        How often.
    found : str
        What was seen, with numbers.
    ok : bool
        Whether that is what chemdb promises.
    """

    what: str
    times: int
    found: str
    ok: bool


def chemdb(*arguments: object, **options: Any) -> subprocess.CompletedProcess:
    """Return a finished chemdb command, with its output as text."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, **options)


def command(*arguments: object) -> Sequence[str]:
    """Return a chemdb command as a process takes it."""
    return [sys.executable, "-m", "chemdb", *map(str, arguments)]


def one_line(error: str) -> bool:
    """Say whether the last thing on stderr is chemdb's one line, without a traceback."""
    lines = error.strip().splitlines()
    return "Traceback" not in error and bool(lines) and lines[-1].startswith("chemdb: ")


def leftovers(folder: Path, *expected: str) -> list[str]:
    """Return the names in a folder beside those expected."""
    return sorted(path.name for path in folder.iterdir() if path.name not in expected)
