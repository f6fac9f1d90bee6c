"""chemdb serve in a process of its own, and requests to it."""

import http.client
import json
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import psutil


@dataclass
class Answer:
    """A response, whose JSON is read on demand."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """The detail of an error; asserts that it is problem+json about this status."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return self.json["detail"]


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen
    port: int

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def send(self, path, headers=None, method="GET", body=None, **parameters):
        """Return a connection on which a request was sent; its answer is not read."""
        if parameters:
            path += "?" + urlencode(parameters)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, headers or {})
        return connection

    def get(self, path, headers=None, **parameters):
        return received(self.send(path, headers, **parameters))

    def ask(self, path, **parameters):
        """Return the answer of the API."""
        return self.get(f"/api/v1/{path}", **parameters)

    def post(self, path, body, **headers):
        named = {"content-type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return received(self.send(f"/api/v1/{path}", named, "POST", content))

    def seconds_of_processor(self):
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def stop(self, number):
        """Send a signal; return exit code and stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


def received(connection):
    """Return the answer on a connection, which is closed."""
    try:
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    finally:
        connection.close()


@contextmanager
def serving(path, *options):
    """Give a `Server` of a database file."""
    command = [sys.executable, "-m", "chemdb", "serve", "--db", path, "--port", "0", *options]
    with subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()
            [port] = re.findall(r":(\d+)/", line) or [None]
            assert port, f"{line!r} {process.stderr.read()!r}"
            yield Server(process, int(port))
        finally:
            process.kill()
