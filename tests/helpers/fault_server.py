"""A loopback server whose responses a test scripts, including those of broken servers."""

import json
import threading
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class Response(NamedTuple):
    """A scripted response.

    `body` is text, bytes, or an object to send as JSON. `cut` leaves out the last bytes of the body
    and closes the connection, `close` closes it without a response. Until the client gives up,
    `drip` sends one byte at a time, `stall` sends half of the body and `hang` sends nothing.
    """

    status: int = HTTPStatus.OK
    body: object = ""
    headers: tuple = ()
    cut: int = 0
    drip: bool = False
    stall: bool = False
    hang: bool = False
    close: bool = False


class Fault(NamedTuple):
    """A faulty response at a page, and the message if the fault lasts.

    `retried` tells whether chemdb retries the request by itself.
    """

    response: Response
    message: str
    at: object = 2
    retried: bool = True


def first_faulty(fault, times):
    """Return what responds with a fault to the first `times` requests of its page, else with None."""
    left = [times]

    def respond(page, *_):
        if page == fault.at and left[0] > 0:
            left[0] -= 1
            return fault.response
        return None

    return respond


@contextmanager
def serve(respond):
    """Give the URL of a server and the list of its requests, (path, query, headers).

    `respond(path, query)` returns the `Response`.
    """
    stopped = threading.Event()
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            requests.append((url.path, query, dict(self.headers)))
            response = respond(url.path, query)
            if response.hang:
                stopped.wait(20)
            if response.hang or response.close:
                self.close_connection = True
                return
            body = response.body
            if not isinstance(body, bytes):
                body = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(response.status)
            for name, value in dict(response.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                if response.drip:
                    for byte in body:
                        if stopped.wait(0.05):
                            return
                        self.wfile.write(bytes([byte]))
                elif response.stall:
                    self.wfile.write(body[: len(body) // 2])
                    stopped.wait(20)
                else:
                    self.wfile.write(body[: len(body) - response.cut])
            except OSError:
                pass  # the client gave up
            self.close_connection = bool(response.cut or response.stall)

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args):
            pass  # the client was killed

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
