"""Compiled work on plain threads, in slices, with progress and a prompt response to Ctrl-C."""

import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

from chemdb.runtime.progress import Progress, no_progress

#: What to tell the user when `is_refused` is true.
REFUSED = "the system allows no more threads or processes; use --threads 1, or raise its limit (ulimit -u)"

#: Limits of threads and processes from which on no command can reach them.
FEW = 1000

T = TypeVar("T")


def can_start(n: int) -> bool:
    """Return whether the system lets this process run `n` more threads; tried only where it limits them."""
    if not _are_limited():
        return True
    end = Event()
    started: list[Thread] = []
    try:
        for _ in range(n):
            thread = Thread(target=end.wait)
            thread.start()
            started.append(thread)
    except RuntimeError:
        return False
    finally:
        end.set()
        for thread in started:
            thread.join()
    return True


def _are_limited() -> bool:
    """Return whether the user, or the container, may run only a few threads."""
    import resource

    of_user, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    of_container = ""
    with suppress(OSError):
        of_container = Path("/sys/fs/cgroup/pids.max").read_text().strip()
    return 0 <= of_user < FEW or (of_container.isdecimal() and int(of_container) < FEW)


def is_refused(error: BaseException) -> bool:
    """Return whether the system refused to start a thread or a process."""
    text = str(error)
    return (
        "can't start new thread" in text
        or os.strerror(errno.EAGAIN) in text
        or (isinstance(error, OSError) and error.errno == errno.EAGAIN)
    )


def map_slices(
    function: Callable[[int, int], T],
    n: int,
    threads: int,
    progress: Progress = no_progress,
    slices_per_thread: int = 16,
) -> list[T]:
    """Return the results of ``function(start, stop)`` over disjoint slices of ``range(n)``, in order.

    Parameters
    ----------
    function : callable
        Must release the GIL to run in parallel.
    n : int
    threads : int
    progress : callable, optional
    slices_per_thread : int, optional
        More slices balance the load better and shorten the wait after Ctrl-C.
    """
    step = max(1, -(-n // (threads * slices_per_thread)))
    pool = ThreadPoolExecutor(threads)
    try:
        futures = [pool.submit(function, start, min(start + step, n)) for start in range(0, n, step)]
        for done, _ in enumerate(as_completed(futures), start=1):
            progress(done / len(futures))
        return [future.result() for future in futures]
    finally:
        # Do not wait after Ctrl-C: a running kernel cannot be interrupted, and may still be compiling.
        pool.shutdown(wait=False, cancel_futures=True)
