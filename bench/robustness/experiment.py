"""The result type of all experiments, and helpers that several of them share."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """A row of bench/robustness/results.md.

    Attributes
    ----------
    what : str
        The case: a command, a fault or an input.
    times : int
        How many times it was tried.
    found : str
        The result, with numbers.
    ok : bool
        Whether chemdb kept its promise.
    """

    what: str
    times: int
    found: str
    ok: bool


def chemdb(*arguments: object, **options: Any) -> subprocess.CompletedProcess:
    """Run a chemdb command and return the completed process, with its output as text."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, **options)


def command(*arguments: object) -> Sequence[str]:
    """Return the argument list that starts a chemdb command."""
    return [sys.executable, "-m", "chemdb", *map(str, arguments)]


def one_line(error: str) -> bool:
    """Return whether stderr ends in a one-line message of chemdb and has no traceback."""
    lines = error.strip().splitlines()
    return "Traceback" not in error and bool(lines) and lines[-1].startswith("chemdb: ")


def leftovers(folder: Path, *expected: str) -> list[str]:
    """Return the names in a folder that are not expected there, sorted."""
    return sorted(path.name for path in folder.iterdir() if path.name not in expected)


def largest(outcomes: Sequence[Outcome], pattern: str) -> float:
    """Return the largest number that the group of a pattern matches in the results, or 0."""
    return max(numbers(outcomes, pattern), default=0.0)


def total(outcomes: Sequence[Outcome], pattern: str) -> int:
    """Return the sum of the integers that the group of a pattern matches in the results."""
    return int(sum(numbers(outcomes, pattern)))


def numbers(outcomes: Sequence[Outcome], pattern: str) -> list[float]:
    """Return the numbers that the group of a pattern matches in the results."""
    return [
        float(number.replace(",", ""))
        for outcome in outcomes
        for number in re.findall(pattern, outcome.found)
    ]
