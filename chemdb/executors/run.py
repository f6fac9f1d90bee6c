"""One function for many items, on any executor of `concurrent.futures`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from chemdb.errors import ChemdbError, PartitionError, ProcessError, counted, one_line
from chemdb.executors.workers import check_executor, is_gone, n_workers

#: Calls that wait or run for each worker: none is idle, and no scheduler holds thousands.
CALLS_PER_WORKER = 4
#: Calls that wait or run where the number of workers is unknown.
CALLS = 1000
#: Seconds between looks at an executor whose calls do not end.
POLL = 1.0
#: Failures that a message names.
NAMED = 3

Item = TypeVar("Item")
T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """The one-line reason why an item has no result."""

    reason: str

    def __str__(self) -> str:
        return self.reason


#: Of an item that killed its workers, or was with another that did.
KILLED = Failure("every worker that tried it was killed, as when memory runs out")


@dataclass(frozen=True)
class Done(Generic[Item, T]):
    """The result for an item, or why there is none."""

    item: Item
    result: T | Failure


def run(
    function: Callable[[Item], T], items: Sequence[Item], executor: Executor | None = None
) -> Iterator[Done[Item, T]]:
    """Yield the result for each item, or its failure, in the order in which they finish.

    An item that fails does not stop the others. Calls that wait are cancelled when the iterator ends early,
    as by Ctrl-C. Linear algebra has one thread in each call, so that results do not depend on the executor.

    Parameters
    ----------
    function : callable
        Can be sent to the workers, as can the items and results.
    items : sequence
    executor : concurrent.futures.Executor, optional
        By default the calls are made one after the other in this process.

    Raises
    ------
    ChemdbError
        The executor is something else.
    ProcessError
        The executor ended: its scheduler is gone, or a worker of a pool that cannot replace it.
    """
    check_executor(executor)
    if executor is None:
        for item in items:
            yield Done(item, _attempt(function, item))
        return
    n_done = 0
    try:
        suspects: list[Item] = []
        for done in _results(function, items, executor, None):
            # Dask does not know which of the calls of a killed worker killed it.
            if done.result is KILLED:
                suspects.append(done.item)
                continue
            n_done += 1
            yield done
        yield from _results(function, suspects, executor, 1)
    except _EndedError as error:
        raise ProcessError(f"{error}; {n_done:,} of {counted(len(items), 'piece')} done") from None


class _EndedError(Exception):
    """The executor cannot run further calls."""


def _results(
    function: Callable[[Item], T], items: Sequence[Item], executor: Executor, window: int | None
) -> Iterator[Done[Item, T]]:
    """Yield results, with at most `window` calls at a time, by default as many as the executor needs.

    Raises
    ------
    _EndedError
    """
    waiting = iter(items)
    running: dict[Future[T | Failure], Item] = {}
    try:
        while True:
            for item in islice(waiting, max(0, (window or _window(executor)) - len(running))):
                try:
                    running[executor.submit(_attempt, function, item)] = item
                except (BrokenExecutor, RuntimeError) as error:
                    raise _EndedError(f"the executor accepts no more calls ({error})") from None
            if not running:
                return
            finished = wait(running, timeout=POLL, return_when=FIRST_COMPLETED).done
            if not finished and is_gone(executor):
                raise _EndedError(GONE)
            for future in finished:
                # Not by us: Dask does so when it loses its scheduler, and takes calls that never end.
                if future.cancelled():
                    raise _EndedError(GONE)
                if isinstance(broken := future.exception(), BrokenExecutor):
                    raise _EndedError(f"a worker was killed, which ended the executor ({broken})")
                yield Done(running.pop(future), _result(future))
    finally:
        for future in running:
            # Parsl cannot cancel.
            with suppress(NotImplementedError):
                future.cancel()


#: What a cancellation that is not ours means.
GONE = "the scheduler is gone, or cancelled the work"


def check_failures(failures: Mapping[Any, Failure], n: int) -> None:
    """Raise if some of `n` items failed.

    Raises
    ------
    PartitionError
        The message names the first ones.
    """
    if not failures:
        return
    named = "; ".join(f"{item} ({failure})" for item, failure in list(failures.items())[:NAMED])
    more = f"; and {len(failures) - NAMED:,} more" if len(failures) > NAMED else ""
    reasons = {item: failure.reason for item, failure in failures.items()}
    raise PartitionError(f"{len(failures):,} of {counted(n, 'piece')} failed: {named}{more}", reasons)


def _window(executor: Executor) -> int:
    n = n_workers(executor)
    return CALLS if n is None else CALLS_PER_WORKER * max(1, n)


def _attempt(function: Callable[[Item], T], item: Item) -> T | Failure:
    """Return the result, or a `Failure`, because not every exception can be sent between processes."""
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(1):
            return function(item)
    except (Exception, SystemExit) as error:
        return Failure(_text(error))


def _result(future: "Future[T | Failure]") -> T | Failure:
    error = future.exception()
    if error is None:
        return future.result()
    if type(error).__name__ == "KilledWorker":
        return KILLED
    return Failure(_text(error))


def _text(error: BaseException) -> str:
    if isinstance(error, ChemdbError):
        return str(error)
    return one_line(f"{type(error).__name__}: {error}".rstrip(": "))
