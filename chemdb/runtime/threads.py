"""Slices of compiled work on plain threads, with progress and a clean Ctrl-C."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from chemdb.runtime.limits import n_threads
from chemdb.runtime.progress import Progress, no_progress

T = TypeVar("T")


def map_slices(
    function: Callable[[int, int], T],
    n: int,
    threads: int | None = None,
    progress: Progress = no_progress,
    slices_per_thread: int = 16,
) -> list[T]:
    """Call ``function(start, stop)`` over disjoint slices of ``range(n)``; return all results.

    Parameters
    ----------
    function : callable
        Must release the GIL to run in parallel.
    n : int
    threads : int, optional
        Defaults to the processors available.
    progress : callable, optional
    slices_per_thread : int, optional
        More slices balance better and make Ctrl-C faster.
    """
    workers = n_threads(threads)
    step = max(1, -(-n // (workers * slices_per_thread)))
    pool = ThreadPoolExecutor(workers)
    try:
        futures = [pool.submit(function, start, min(start + step, n)) for start in range(0, n, step)]
        for done, _ in enumerate(as_completed(futures), start=1):
            progress(done / len(futures))
        return [future.result() for future in futures]
    finally:
        # After Ctrl-C the slices at work end by themselves: a kernel hears nothing, and may be compiling.
        pool.shutdown(wait=False, cancel_futures=True)
