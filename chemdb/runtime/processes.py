"""Work in processes, which can be ended where threads cannot."""

import os
import warnings
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
    """Yield ``function(*values)`` for all `arguments`, in the order in which they finish.

    Each process has one thread and ignores Ctrl-C; all are killed when the iterator ends, even in
    the middle of a compiled loop.

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
        A process was killed, as the system does when memory runs out.
    """
    # Unlike those of the standard library, its processes do not run the main script again.
    from loky import ProcessPoolExecutor, as_completed, wait

    # loky replaces processes that have grown, as those that compile t-SNE and UMAP do.
    warnings.filterwarnings("ignore", r"A worker (was restarted|stopped) while some jobs", UserWarning)
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
            "a worker process was killed, probably because memory ran out; use fewer --threads"
        ) from None
    finally:
        pool.shutdown(kill_workers=True)


def _start_tracker() -> None:
    """Start the processes that clean up semaphores after a kill, without their warnings on stderr."""
    from multiprocessing import resource_tracker as standard_tracker

    from loky.backend import resource_tracker as tracker

    before = os.environ.get("PYTHONWARNINGS")
    silence = ",".join(f"ignore::UserWarning:{module.__name__}" for module in (tracker, standard_tracker))
    os.environ["PYTHONWARNINGS"] = f"{before},{silence}" if before else silence
    try:
        tracker.ensure_running()
        standard_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before
