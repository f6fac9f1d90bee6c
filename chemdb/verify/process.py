"""The checks in a process of their own: some damage makes DuckDB end the process that reads it."""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from chemdb.errors import DatabaseError
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Progress, Steps, no_progress, no_steps
from chemdb.verify.check import Check


def verify_in_process(
    path: Path,
    deep: bool = False,
    limits: Limits | None = None,
    steps: Steps = no_steps,
) -> list[Check]:
    """Return the checks of `chemdb.verify.found_by`; the last one says so if the process was ended.

    Raises
    ------
    DatabaseError
        The file cannot be opened.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "chemdb.verify", request(path, deep, limits or Limits())],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    checks: list[Check] = []
    step, finished = "Opening", False
    progress: Progress = no_progress
    with child, ExitStack() as shown:
        try:
            for line in child.stdout or ():
                kind, value = json.loads(line)
                if kind == "step":
                    shown.close()
                    step, progress = value, shown.enter_context(steps(value))
                elif kind == "progress":
                    progress(value)
                elif kind == "check":
                    checks.append(Check(*value))
                elif kind == "error":
                    raise DatabaseError(value)
                else:
                    finished = True
        except BaseException:
            child.kill()
            raise
    if not finished:
        checks.append(Check(step, "can be read", _end(child.returncode), False))
    return checks


def request(path: Path, deep: bool, limits: Limits) -> str:
    """Return the argument of the process."""
    return json.dumps([str(path.absolute()), deep, limits.threads, limits.memory_limit])


def _end(code: int) -> str:
    """Return how a process ended."""
    names = {int(known): known.name for known in signal.Signals}
    how = names.get(-code, f"exit code {code}")
    return f"the process that read it was ended ({how})"
