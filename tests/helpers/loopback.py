"""Real server applications, served on loopback."""

import threading
from contextlib import contextmanager

import uvicorn


@contextmanager
def on_loopback(application):
    """Give the URL of an ASGI application that runs until the end of the body."""
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
