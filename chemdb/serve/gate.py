"""Checks of the host, origin and size of every request, and headers of every response.

Pure ASGI, because Starlette's ``BaseHTTPMiddleware`` would hide that a client has disconnected.
"""

import asyncio
from collections.abc import Collection
from ipaddress import ip_address
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chemdb.explorer.page_files import POLICY
from chemdb.serve.problems import problem

#: Longest path with query, and largest body, in bytes.
MAX_URL = 8_192
MAX_BODY = 1_000_000
#: Seconds in which a body must have arrived.
BODY_SECONDS = 10
#: Names of this computer.
LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: Addresses that stand for all addresses of this computer.
ALL_ADDRESSES = ("0.0.0.0", "::")

HEADERS = {
    "content-security-policy": "; ".join(
        f"{name} {value}" for name, value in (POLICY | {"frame-ancestors": "'none'"}).items()
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Gate:
    """ASGI middleware with the checks of this module.

    Parameters
    ----------
    app : ASGI application
        Finds in its scope, as ``client_left``, an `asyncio.Event` that is set when the client disconnects or
        the server stops.
    hosts : collection of str
        Names by which clients may call the server, without ports; ``*`` stands for any IP address.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = {host.lower().strip("[]") for host in hosts}
        self._clients: set[asyncio.Event] = set()

    def stop(self) -> None:
        """Treat all clients as if they had left."""
        for client_left in list(self._clients):
            client_left.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if refusal := self._refusal(scope, headers):
            await problem(*refusal)(scope, receive, send_with_headers)
            return
        client_left = asyncio.Event()
        self._clients.add(client_left)
        try:
            body = await asyncio.wait_for(_read_body(receive), BODY_SECONDS)
            if body is None:
                refused = problem(413, f"the body has more than {MAX_BODY:,} bytes")
                await refused(scope, receive, send_with_headers)
                return
            watching = asyncio.create_task(_watch(receive, client_left))
            try:
                replayed = _Replayed(body, client_left)
                await self._app({**scope, "client_left": client_left}, replayed, send_with_headers)
            finally:
                watching.cancel()
        except TimeoutError:
            late = problem(408, f"the body did not arrive within {BODY_SECONDS} s")
            await late(scope, receive, send_with_headers)
        except ConnectionError:
            # The client left while it sent the body.
            return
        finally:
            self._clients.discard(client_left)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Return status and reason if the URL or headers of a request are refused."""
        host = _host_of(headers.get("host", ""))
        if not self._is_allowed(host):
            return 400, f"this server is not called {host!r}; chemdb serve --allow-host NAME allows a name"
        if len(scope["raw_path"]) + len(scope["query_string"]) >= MAX_URL:
            return 414, f"the URL has more than {MAX_URL:,} bytes"
        if int(headers.get("content-length", "0")) > MAX_BODY:
            return 413, f"the body has more than {MAX_BODY:,} bytes"
        if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
            return None
        # A link elsewhere may open the page, which then asks for itself.
        opens_page = scope["path"] == "/" and headers.get("sec-fetch-dest") == "document"
        return None if opens_page else (403, "pages of other origins cannot use this server")

    def _is_allowed(self, host: str) -> bool:
        if host in self._hosts:
            return True
        try:
            # No foreign page has an address of this computer as its origin: DNS rebinding needs a name.
            return "*" in self._hosts and bool(ip_address(host))
        except ValueError:
            return False


def allowed_hosts(bound: str, others: Collection[str]) -> set[str]:
    """Return the names by which clients may call a server that listens on an address."""
    return {*LOOPBACK, *others, "*" if bound in ALL_ADDRESSES else bound}


def _host_of(header: str) -> str:
    """Return the name in a Host header, without the port.

    Examples
    --------
    >>> [_host_of(header) for header in ("LocalHost:8000", "[::1]:8000", "127.0.0.1", "a:b:c")]
    ['localhost', '::1', '127.0.0.1', '']
    """
    if header.startswith("["):
        name, _, port = header[1:].partition("]")
        port = port.removeprefix(":")
    else:
        name, _, port = header.partition(":")
    return name.lower() if port == "" or port.isdecimal() else ""


async def _read_body(receive: Receive) -> bytes | None:
    """Return the body of a request; None if it is too large.

    Raises
    ------
    ConnectionError
        The client has left.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _watch(receive: Receive, client_left: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client_left.set()


class _Replayed:
    """Messages to the application: the body, then the client's disconnect."""

    def __init__(self, body: bytes, client_left: asyncio.Event) -> None:
        self._body: bytes | None = body
        self._client_left = client_left

    async def __call__(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._client_left.wait()
        return {"type": "http.disconnect"}
