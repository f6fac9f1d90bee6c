"""The checks of a file, run in a child process: some kinds of damage crash DuckDB."""

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
    """Return the checks of `chemdb.verify.checks_of`; if the child process crashes, the last one has failed.

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
    with child, ExitStack() as current_step:
        try:
            for line in child.stdout or ():
                kind, value = json.loads(line)
                if kind == "step":
                    current_step.close()
                    step, progress = value, current_step.enter_context(steps(value))
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
        checks.append(Check(step, "readable", _crash(child.returncode), False))
    return checks


def request(path: Path, deep: bool, limits: Limits) -> str:
    """Return the argument of the child process."""
    folder = str(limits.temp_directory) if limits.temp_directory else None
    return json.dumps([str(path.absolute()), deep, limits.threads, limits.memory_limit, folder])


def _crash(code: int) -> str:
    """Return how the child process ended."""
    names = {int(known): known.name for known in signal.Signals}
    return f"the process reading it ended ({names.get(-code, f'exit code {code}')})"
