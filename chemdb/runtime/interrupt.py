"""Everything that Ctrl-C needs: calls that it ends, blocks that it must not split, what it leaves behind."""

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

#: Exit code of a command that Ctrl-C ended: 128 + SIGINT.
INTERRUPTED = 130
#: Seconds between looks at a call that runs in a thread.
POLL = 0.1

T = TypeVar("T")

#: Files that this command has replaced so far, by the names that the user gave.
replaced_files: list[Path] = []


def run_interruptibly(
    call: Callable[[], T], cancel: Callable[[], None], waiting: Callable[[], None] | None = None
) -> T:
    """Return the result of a blocking call, run in a thread so that Ctrl-C is noticed at once.

    Parameters
    ----------
    call : callable
    cancel : callable
        Makes a running `call` return; called on Ctrl-C.
    waiting : callable, optional
        Called every `POLL` seconds until `call` returns.
    """
    if threading.current_thread() is not threading.main_thread():
        # Python raises Ctrl-C in the main thread only.
        return call()
    from concurrent.futures import ThreadPoolExecutor, wait

    with deferred_interrupt() as received, ThreadPoolExecutor(1) as pool:
        try:
            future = pool.submit(call)
        except RuntimeError:
            # The system allows no more threads: only Ctrl-C is noticed later.
            return call()
        try:
            while not wait([future], POLL).done:
                if received:
                    # Again each time: the first may come before the call has begun.
                    cancel()
                elif waiting is not None:
                    waiting()
            if received:
                raise KeyboardInterrupt
            return future.result()
        except KeyboardInterrupt:
            cancel()
            raise
        finally:
            # Its error refers to this frame, and this frame to it: a cycle would keep DuckDB objects
            # alive until exit.
            del future


@contextmanager
def deferred_interrupt() -> Iterator[list[int]]:
    """Raise Ctrl-C after the body instead of within it; give the signals received meanwhile.

    Files that belong together change together, and DuckDB objects are closed.
    """
    received: list[int] = []
    default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not default or threading.current_thread() is not threading.main_thread():
        yield received
        return
    signal.signal(signal.SIGINT, lambda number, frame: received.append(number))
    try:
        yield received
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if received:
        raise KeyboardInterrupt


@contextmanager
def blocked_interrupt() -> Iterator[None]:
    """Start threads and processes in the body that never receive SIGINT."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    # Python 3.11 unblocks SIGINT when it starts the tracker, so start it first.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def repeat_lost_interrupt(unraisable: "UnraisableHookArgs") -> None:
    """Send Ctrl-C again when it arrived where Python cannot raise it, such as in a finalizer.

    For ``sys.unraisablehook``.
    """
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        threading.Timer(0.05, _thread.interrupt_main).start()
    else:
        sys.__unraisablehook__(unraisable)


def is_interrupt(error: BaseException | None) -> bool:
    """Return whether Ctrl-C caused an error, such as that of closing what it interrupted."""
    while error is not None:
        # The text is DuckDB's.
        if isinstance(error, KeyboardInterrupt) or str(error) == "Query interrupted":
            return True
        error = error.__cause__ or error.__context__
    return False


def interrupt_message(kept: str = "") -> str:
    """Return what an interrupted command leaves behind.

    Parameters
    ----------
    kept : str, optional
        What the interrupted work itself says.
    """
    if not kept and replaced_files:
        n = len(replaced_files)
        kept = f"{replaced_files[0]} is written" if n == 1 else f"{n} files are written"
    return f"interrupted; {kept or 'nothing was changed'}"
