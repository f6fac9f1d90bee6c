"""Time, processor time and memory of calls and of whole processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What something took.

    Attributes
    ----------
    wall, cpu : float
        Seconds on the clock, and seconds of all processors (user and system).
    peak : float
        Largest resident memory in MB; 0 for calls.
    """

    wall: float
    cpu: float
    peak: float = 0.0

    def __truediv__(self, n: float) -> "Cost":
        return Cost(self.wall / n, self.cpu / n, self.peak)


def once(function: Callable[[], Any]) -> tuple[Cost, Any]:
    """Return the cost of one call in this process, and what it returned."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = function()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu), result


def warm(function: Callable[[], Any], times: int = 7) -> tuple[Cost, Any]:
    """Return the median cost of some calls after one that is not counted, and what the last returned."""
    result = function()
    costs = []
    for _ in range(times):
        cost, result = once(function)
        costs.append(cost)
    return middle(costs), result


def process(words: Sequence[object], times: int = 1, environment: dict[str, str] | None = None) -> Cost:
    """Return the median cost of a whole process, from its start to its end.

    Raises
    ------
    CalledProcessError
        It failed.
    """
    return middle([_process([str(word) for word in words], environment or {}) for _ in range(times)])


def command(*words: object) -> list[object]:
    """Return the command that runs chemdb."""
    return [sys.executable, "-m", "chemdb", *words]


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the medians of wall and processor time, and the largest memory."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        max(cost.peak for cost in costs),
    )


def _process(words: list[str], environment: dict[str, str]) -> Cost:
    start = time.perf_counter()
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | environment
    ) as running:
        assert running.stderr is not None
        said = running.stderr.read()
        # wait4 gives the resources of this child alone.
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, words, stderr=said)
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3)
