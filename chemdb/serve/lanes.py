"""Work in threads, limited in number and time, and cancelled when the client disconnects."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from chemdb.database.execution import Cancellation

#: Seconds that a request may take, and that it may wait before.
SECONDS = 10.0
#: Requests that may wait for a place.
WAITING = 16
#: Seconds between attempts to interrupt work that is about to begin its next statement.
AGAIN = 0.05

T = TypeVar("T")
#: Work that is told how it can be cancelled.
Work = Callable[[Cancellation], T]


class BusyError(Exception):
    """Too many requests wait already."""


class TooLongError(Exception):
    """A request took longer than it may."""


class ClientLeftError(Exception):
    """The client disconnected or the server is stopping, so no one reads the answer."""


class Lane:
    """Threads for one kind of request.

    Parameters
    ----------
    name : str
    places : int
        Requests that run at the same time.
    """

    def __init__(self, name: str, places: int) -> None:
        self._pool = ThreadPoolExecutor(places, thread_name_prefix=name)
        self._places = asyncio.Semaphore(places)
        self._waiting = 0

    async def run(self, work: Work[T], client_left: asyncio.Event, seconds: float = SECONDS) -> T:
        """Return the result of work in a place of this lane.

        Raises
        ------
        BusyError, TooLongError, ClientLeftError
            Nothing of the work goes on.
        """
        async with self.place(client_left):
            return await self.step(work, Cancellation(), client_left, seconds)

    @asynccontextmanager
    async def place(self, client_left: asyncio.Event) -> AsyncIterator[None]:
        """Hold a place of the lane in the body.

        Raises
        ------
        BusyError, ClientLeftError
        """
        if self._places.locked() and self._waiting >= WAITING:
            raise BusyError
        self._waiting += 1
        place = asyncio.ensure_future(self._places.acquire())
        try:
            await _first(place, client_left, SECONDS)
            if client_left.is_set():
                raise ClientLeftError
            if not place.done():
                raise BusyError
        except BaseException:
            if not place.cancel() and not place.cancelled():
                self._places.release()
            raise
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    async def step(
        self, work: Work[T], cancellation: Cancellation, client_left: asyncio.Event, seconds: float = SECONDS
    ) -> T:
        """Return the result of one step of work, in a place that the caller holds.

        Raises
        ------
        TooLongError, ClientLeftError
            Nothing of the work goes on.
        """

        def entered() -> T:
            with cancellation.entered():
                return work(cancellation)

        future = asyncio.get_running_loop().run_in_executor(self._pool, entered)
        try:
            await _first(future, client_left, seconds)
        finally:
            # A task of its own: this one may be cancelled, too.
            await asyncio.shield(asyncio.ensure_future(_ended(future, cancellation)))
        if cancellation.is_cancelled:
            # Whatever it was interrupted in.
            future.exception()
            if client_left.is_set():
                raise ClientLeftError
            raise TooLongError(f"not answered within {seconds:g} s")
        return future.result()

    def close(self) -> None:
        """End the threads, which must be idle."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def _ended(future: "asyncio.Future[T]", cancellation: Cancellation) -> None:
    """Interrupt work until it has ended."""
    while not future.done():
        cancellation.cancel()
        await asyncio.wait({future}, timeout=AGAIN)


async def _first(future: "asyncio.Future[T]", client_left: asyncio.Event, seconds: float) -> None:
    """Wait until work is done, the client has left, or the time is over."""
    leaving = asyncio.ensure_future(client_left.wait())
    try:
        waiting: set[asyncio.Future[Any]] = {future, leaving}
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
