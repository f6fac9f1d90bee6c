"""Run a command in its own process; measure its time and peak memory, and keep its output."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, NamedTuple

PAGE = os.sysconf("SC_PAGE_SIZE")


class Child(NamedTuple):
    """The result of a process.

    Attributes
    ----------
    code : int
        Exit code; negative for a signal.
    out, err : str
    seconds : float
    peak : int
        Peak resident memory, in bytes.
    stopped : str
        Limit for which it was killed, ``time`` or ``memory``; empty if it ended by itself.
    """

    code: int
    out: str
    err: str
    seconds: float
    peak: int
    stopped: str


def watched(
    arguments: Sequence[str],
    folder: Path,
    seconds: float = 60,
    most: int = 4 * 2**30,
    stdin: IO | int = subprocess.DEVNULL,
    meanwhile: Callable[[], None] | None = None,
) -> Child:
    """Run a command in `folder` and return its result; kill it when it exceeds a limit.

    Parameters
    ----------
    arguments : sequence of str
    folder : Path
    seconds : float
        Limit on its wall time.
    most : int
        Limit on its resident memory, in bytes.
    stdin : file or int
    meanwhile : callable, optional
        Called repeatedly while the command runs.
    """
    out, err = folder / ".out", folder / ".err"
    stopped = ""
    with out.open("wb") as stdout, err.open("wb") as stderr:
        started = time.perf_counter()
        process = subprocess.Popen(arguments, cwd=folder, stdin=stdin, stdout=stdout, stderr=stderr)
        ended: list[tuple[int, int]] = []

        def wait() -> None:
            _, status, usage = os.wait4(process.pid, 0)
            ended.append((os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024))

        waiter = threading.Thread(target=wait)
        waiter.start()
        while waiter.is_alive():
            waiter.join(0.02)
            if meanwhile:
                meanwhile()
            if time.perf_counter() - started > seconds:
                stopped = "time"
            elif resident(process.pid) > most:
                stopped = "memory"
            if stopped and waiter.is_alive():
                os.kill(process.pid, signal.SIGKILL)
                waiter.join()
        took = time.perf_counter() - started
    [(process.returncode, peak)] = ended
    texts = []
    for path in (out, err):
        texts.append(path.read_bytes()[:1_000_000].decode(errors="backslashreplace"))
        path.unlink()
    return Child(process.returncode, *texts, took, peak, stopped)


def resident(pid: int) -> int:
    """Return the resident memory of a process in bytes, or 0 if it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
