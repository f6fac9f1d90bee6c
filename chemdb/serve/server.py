"""The server process: its address, its start and its end."""

import errno
import os
import socket
from collections.abc import Callable, Collection
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

from chemdb.errors import ChemdbError
from chemdb.runtime.limits import available_processors

#: What DuckDB may use for questions: many at once shall fit on a laptop beside a browser.
MEMORY_LIMIT = "200MB"
#: What it may use for exports, which sort any number of rows.
EXPORT_MEMORY_LIMIT = "1GB"
MAX_THREADS = 2
#: Seconds that running requests are given to end when the server stops.
GRACE = 3


def served_threads() -> int:
    """Return the number of threads for the questions of clients."""
    return min(MAX_THREADS, available_processors())


def listen(host: str, port: int) -> socket.socket:
    """Return a socket on which requests wait until the server answers.

    Raises
    ------
    ChemdbError
        There is no such address, the port is in use or reserved.
    """
    try:
        [(family, _, _, _, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return socket.create_server(address[:2], family=family, backlog=128)
    except socket.gaierror:
        raise ChemdbError(f"--host {host}: no such address") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is in use; choose another with --port, or any free one with --port 0"
        elif error.errno == errno.EACCES:
            reason = f"port {port} is reserved for the system; choose one from 1024 with --port"
        else:
            reason = f"--host {host}: {os.strerror(error.errno or 0).lower()}"
        raise ChemdbError(reason) from None


def url_of(listening: socket.socket) -> str:
    """Return the URL of the page for a browser on this computer."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "localhost"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_private(listening: socket.socket) -> bool:
    """Return whether only this computer reaches a socket."""
    return ip_address(listening.getsockname()[0]).is_loopback


def serve(
    path: Path,
    listening: socket.socket,
    hosts: Collection[str],
    started: Callable[[], None],
    threads: int | None = None,
    memory_limit: str | None = None,
    temp_directory: Path | None = None,
) -> None:
    """Serve a database until SIGINT or SIGTERM.

    Parameters
    ----------
    path : Path
    listening : socket
        From `listen`.
    hosts : collection of str
        Names, besides those of this computer, by which clients may call the server.
    started : callable
        Called when requests are answered.
    threads : int, optional
        `served_threads` by default.
    memory_limit : str, optional
        Of questions, and of exports; by default those of this module.
    temp_directory : Path, optional
        As of `chemdb.open`.

    Raises
    ------
    DatabaseError
        The file cannot be opened.
    """
    import uvicorn

    import chemdb
    from chemdb.serve.application import make_application
    from chemdb.serve.gate import allowed_hosts

    class Server(uvicorn.Server):
        """Stops by cancelling running requests, without raising the signal again."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            self.should_exit = True

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            gate.stop()
            await super().shutdown(sockets)

    threads = threads or served_threads()
    with (
        listening,
        chemdb.open(path, threads, memory_limit or MEMORY_LIMIT, temp_directory) as db,
        chemdb.open(path, threads, memory_limit or EXPORT_MEMORY_LIMIT, temp_directory) as export_db,
    ):
        gate = make_application(db, export_db, allowed_hosts(listening.getsockname()[0], hosts))
        config = uvicorn.Config(
            gate,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
        Server(config).run([listening])
