"""Rows of a query as a stream of CSV, JSON lines or Parquet, in bounded memory."""

import asyncio
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chemdb.api import Database
from chemdb.database.connection import connect_in_memory
from chemdb.database.execution import Cancellation
from chemdb.files.output.output_files import WRITERS
from chemdb.runtime.standard_streams import write_stderr
from chemdb.serve.answers import ExportQuery
from chemdb.serve.lanes import ClientLeftError, Lane
from chemdb.serve.questions import names_in

if TYPE_CHECKING:
    import pyarrow as pa

#: Media type of each format.
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}


#: Seconds that one batch may take to be found, and to be read by the client.
SECONDS = 60.0


class RowStream(Response):
    """A response with all rows of a query, which occupies a lane until the client has read them.

    Parameters
    ----------
    db : Database
    asked : ExportQuery
    format_name : str
        A key of `MEDIA_TYPES`.
    lane : Lane
    client_left : asyncio.Event
    """

    def __init__(
        self, db: Database, asked: ExportQuery, format_name: str, lane: Lane, client_left: asyncio.Event
    ) -> None:
        super().__init__(
            headers={"content-disposition": f'attachment; filename="chemdb.{format_name}"'},
            media_type=MEDIA_TYPES[format_name],
        )
        del self.headers["content-length"]
        self._parts = encoded(db, asked, format_name)
        self._lane = lane
        self._client_left = client_left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the rows; until the first are found, errors are raised as of other questions."""
        cancellation = Cancellation()
        async with self._lane.place(self._client_left):
            try:
                part = await self._next(cancellation)
                await send(
                    {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
                )
                await self._send(part, cancellation, send)
            finally:
                await asyncio.to_thread(self._parts.close)

    async def _send(self, part: bytes | None, cancellation: Cancellation, send: Send) -> None:
        try:
            while part is not None:
                message = {"type": "http.response.body", "body": part, "more_body": True}
                await asyncio.wait_for(send(message), SECONDS)
                part = await self._next(cancellation)
        except ClientLeftError:
            return
        except Exception as error:
            # The status is sent already: without an end, the client knows that rows are missing.
            write_stderr(f"chemdb: an export ended early: {error or type(error).__name__}")
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _next(self, cancellation: Cancellation) -> bytes | None:
        return await self._lane.step(
            lambda _: next(self._parts, None), cancellation, self._client_left, SECONDS
        )


def encoded(db: Database, asked: ExportQuery, format_name: str) -> Generator[bytes]:
    """Yield the rows of a query in a format, a batch at a time.

    Parameters
    ----------
    db : Database
    asked : ExportQuery
    format_name : str
        A key of `MEDIA_TYPES`.

    Raises
    ------
    QueryError
        The query cannot be parsed, or a value in it is impossible.
    """
    result = db.query(asked.q, sort=names_in(asked.sort), columns=names_in(asked.columns))
    batches = result.batches()
    if format_name == "parquet":
        yield from _parquet(batches)
        return
    options = WRITERS[format_name]
    with connect_in_memory(db.limits) as con, TemporaryDirectory(dir=db.limits.temp_directory) as folder:
        part = Path(folder, "part")
        for batch in _or_empty(batches):
            con.register("written", batch)
            con.execute(f"copy written to '{part}' ({options})")
            yield part.read_bytes()
            if format_name == "csv":
                options = f"{WRITERS[format_name]} false"


def _or_empty(batches: "pa.RecordBatchReader") -> "Iterator[pa.RecordBatch]":
    """Yield the batches, at least an empty one."""
    import pyarrow as pa

    found = False
    for batch in batches:
        found = True
        yield batch
    if not found:
        yield pa.RecordBatch.from_pylist([], batches.schema)


def _parquet(batches: "pa.RecordBatchReader") -> Iterator[bytes]:
    import pyarrow as pa

    from chemdb.files.output.parquet_writer import parquet_writer

    sink = _Sink()
    with parquet_writer(pa.PythonFile(sink, "w"), batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            yield sink.taken()
    yield sink.taken()


class _Sink:
    """An in-memory file whose content is removed as it is sent."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """All that was written is there already."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken
