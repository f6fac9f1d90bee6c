"""Objects with threads of their own, such as DuckDB's, which a forked process must not use or destroy.

A fork has only the thread that called ``fork``. An inherited DuckDB object that is closed, or that Python
destroys, waits for threads that do not exist, or crashes.
"""

import atexit
import concurrent.futures.thread  # noqa: F401  registers its hooks and those of logging before ours
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

#: Longest time in s that a fork waits for other threads, in case one of them waits for the thread that forks.
PATIENCE = 10.0
#: Held while such objects are made or closed, so that no process forks in the middle.
_lock = threading.RLock()
#: Whether the thread that forks holds it.
_held = False
#: Such objects in use, by identity.
_guarded: dict[int, Any] = {}
#: Those of the parent process, which live as long as the process.
_inherited: list[Any] = []


@contextmanager
def no_fork() -> Iterator[None]:
    """Keep other threads from forking in the body, which makes or closes such objects or imports modules."""
    with _lock:
        yield


def guard(value: T) -> T:
    """Return an object with threads; until it is released, a forked process leaves it alone."""
    _guarded[id(value)] = value
    return value


def release(value: Any) -> None:
    """Stop guarding an object that is closed."""
    _guarded.pop(id(value), None)


def _before() -> None:
    # A child may find the lock of the dynamic loader held.
    import ctypes  # noqa: F401

    global _held
    _held = _lock.acquire(timeout=PATIENCE)


def _in_parent() -> None:
    if _held:
        _lock.release()


def _in_child() -> None:
    global _lock
    # Its owner may be a thread that this process does not have.
    _lock = threading.RLock()
    if _guarded:
        import ctypes

        for value in _guarded.values():
            # One reference too many: Python never destroys it, not even at exit.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(value))
        _inherited.extend(_guarded.values())
        _guarded.clear()


def _silence_leaks() -> None:
    """Discard what is written to stderr after this: the objects of the parent, reported as leaks."""
    if _inherited:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 2)
        os.close(nothing)


# Hooks run in reverse order: this one before those of logging and of concurrent.futures, whose locks a thread
# that holds ours may need.
os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
# Registered early, so it runs after most other functions at exit.
atexit.register(_silence_leaks)
