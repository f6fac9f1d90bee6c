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


#: Starts a command and prints its wall time, processor time, peak memory in kB and exit code. Linux counts the
#: memory of the process that starts another as the other's, so this one is small.
_START = """
import os, sys, time
start = time.perf_counter()
nothing = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=nothing)
_, status, used = os.wait4(pid, 0)
print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def _process(words: list[str], environment: dict[str, str]) -> Cost:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _START, *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu, peak, code = done.stdout.split()
    if int(code):
        raise subprocess.CalledProcessError(int(code), words, stderr=done.stderr)
    return Cost(float(wall), float(cpu), float(peak) / 1e3)
