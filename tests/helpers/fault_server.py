"""A server on loopback that answers as a test says, also as broken servers do."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class Answer(NamedTuple):
    """What is sent.

    `body` is text or bytes, or becomes JSON. `cut` leaves out its last bytes and closes, `drip`
    sends it a byte at a time and `hang` sends nothing, both until the client gives up.
    """

    status: int = 200
    body: object = ""
    headers: tuple = ()
    cut: int = 0
    drip: bool = False
    hang: bool = False
    close: bool = False


@contextmanager
def serve(respond):
    """Give the address of a server and the list of its requests, (path, query, headers)."""
    stopped = threading.Event()
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            requests.append((url.path, query, dict(self.headers)))
            answer = respond(url.path, query)
            if answer.hang:
                stopped.wait(20)
            if answer.hang or answer.close:
                self.close_connection = True
                return
            body = answer.body
            if not isinstance(body, bytes):
                body = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(answer.status)
            for name, value in dict(answer.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                if answer.drip:
                    for byte in body:
                        if stopped.wait(0.05):
                            return
                        self.wfile.write(bytes([byte]))
                else:
                    self.wfile.write(body[: len(body) - answer.cut])
            except OSError:
                pass  # the client gave up
            self.close_connection = bool(answer.cut)

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args):
            pass  # a client that was killed

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
