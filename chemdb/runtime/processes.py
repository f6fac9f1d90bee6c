"""Work in processes of their own, which can be ended where threads cannot."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from chemdb.errors import ProcessError
from chemdb.runtime.interrupt import blocked_interrupt
from chemdb.runtime.limits import limited_thread_pools

T = TypeVar("T")


def in_processes(
    function: Callable[..., T], arguments: Iterable[tuple[Any, ...]], at_a_time: int
) -> Iterator[T]:
    """Yield ``function(*values)`` of all `arguments`, in the order in which they are finished.

    Processes of one thread each, which Ctrl-C does not reach: they end when the iterator does, also
    if their work is a compiled loop that hears nothing.

    Parameters
    ----------
    function : callable
    arguments : iterable of tuple
        Taken as processes become free.
    at_a_time : int
        Processes.

    Raises
    ------
    ProcessError
        A process was ended from outside, as systems do that have no memory left.
    """
    # Unlike the standard library's, its processes do not run the main script once more.
    from loky import ProcessPoolExecutor, as_completed, wait

    _start_tracker()
    pool = ProcessPoolExecutor(at_a_time)
    running: set[Future[T]] = set()
    try:
        for values in arguments:
            finished: set[Future[T]] = set()
            if len(running) == at_a_time:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
            with limited_thread_pools(1), blocked_interrupt():
                running.add(pool.submit(function, *values))
            for future in finished:
                yield future.result()
        for future in as_completed(running):
            yield future.result()
    except BrokenProcessPool:
        raise ProcessError(
            "a process was ended from outside while it computed, as where no memory is left; "
            "take fewer --threads"
        ) from None
    finally:
        pool.shutdown(kill_workers=True)


def _start_tracker() -> None:
    """Start the process that removes the semaphores of an end at once; it need not say so on stderr."""
    from loky.backend import resource_tracker as tracker

    before = os.environ.get("PYTHONWARNINGS")
    silence = "ignore::UserWarning:loky.backend.resource_tracker"
    os.environ["PYTHONWARNINGS"] = f"{before},{silence}" if before else silence
    try:
        tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before
