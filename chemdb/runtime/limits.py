"""How many threads and how much memory this process may use: the one place that says so."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Read by the libraries of linear algebra, Arrow and numba when they are imported.
POOLS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_IO_THREADS",
)  # fmt: skip

_threads: int | None = None
_memory_limit: str | None = None


@contextmanager
def at_most_threads(threads: int | None) -> Iterator[None]:
    """Let the process use so many threads in the body; None leaves the choice to the libraries.

    Libraries that keep threads of their own obey if they are imported in the body, which is where
    chemdb imports them, and in processes started in it.
    """
    global _threads
    before, environment = _threads, {name: os.environ.get(name) for name in POOLS}
    _threads = threads
    if threads:
        os.environ.update(dict.fromkeys(POOLS, str(threads)))
    try:
        yield
    finally:
        _threads = before
        for name, value in environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def at_most_memory(memory_limit: str | None) -> Iterator[None]:
    """Let each DuckDB connection that the body opens use so much memory, such as 2GB."""
    global _memory_limit
    before, _memory_limit = _memory_limit, memory_limit
    try:
        yield
    finally:
        _memory_limit = before


def n_threads(threads: int | None = None) -> int:
    """Return the number of threads asked for, else that of the processors this process may use."""
    if threads or _threads:
        return threads or _threads or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def duckdb_config(threads: int | None = None, memory_limit: str | None = None) -> dict[str, Any]:
    """Return the settings of DuckDB that keep to what is asked for, else to what the process may use."""
    config = {"threads": threads or _threads, "memory_limit": memory_limit or _memory_limit}
    return {name: value for name, value in config.items() if value}
