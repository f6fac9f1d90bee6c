"""The number of workers of a `concurrent.futures` executor, and whether they are gone."""

import time
import weakref
from concurrent.futures import Executor
from typing import Any

from chemdb.errors import ChemdbError

#: Seconds for which the number of workers of a Dask scheduler is cached.
BELIEVED = 10.0
#: Numbers of workers, and when they were asked for.
_asked: "weakref.WeakKeyDictionary[Executor, tuple[float, int]]" = weakref.WeakKeyDictionary()


def check_executor(executor: Any) -> None:
    """Raise unless it is an executor, or None for this process.

    Raises
    ------
    ChemdbError
        It has no submit.
    """
    if executor is not None and not hasattr(executor, "submit"):
        kind = type(executor).__name__
        raise ChemdbError(f"executor: {kind} is none of concurrent.futures, such as ProcessPoolExecutor(2)")


def n_workers(executor: Executor) -> int | None:
    """Return how many calls an executor runs at a time, None if unknown."""
    client = _dask_client(executor)
    if client is None:
        workers = getattr(executor, "_max_workers", None)
        return workers if isinstance(workers, int) else None
    asked, n = _asked.get(executor, (0.0, 1))
    if time.monotonic() - asked > BELIEVED and client.status == "running":
        # Dask's clusters grow and shrink.
        n = sum(client.nthreads().values())
        _asked[executor] = time.monotonic(), n
    return n


def is_gone(executor: Executor) -> bool:
    """Return whether an executor has lost its scheduler."""
    client = _dask_client(executor)
    return client is not None and client.status != "running"


def _dask_client(executor: Executor) -> Any:
    """Return the client of Dask's executor, None for another."""
    of_dask = type(executor).__module__.partition(".")[0] == "distributed"
    return getattr(executor, "_client", None) if of_dask else None
