"""Many requests, long requests, and clients that leave, on the whole space."""

import signal
import socket
import threading
import time

import psutil
import pytest
from helpers.cli import run
from helpers.process import python
from helpers.server import received, serving

#: Takes minutes.
ENDLESS = "/api/v1/rows?offset=16000000000"
#: Takes a second.
HEAVY = "/api/v1/counts?q=natoms<=20 x(O)>0.3 OR species=Fe3%2B".replace(" ", "%20")


def becomes_idle(server):
    """Wait until the server uses no processor for a second; False after half a minute."""
    for _ in range(30):
        before = server.seconds_of_processor()
        time.sleep(1)
        if server.seconds_of_processor() - before < 0.1:
            return True
    return False


def test_long_requests_end(full_server):
    answer = full_server.get(ENDLESS)
    assert answer.status == 504
    assert answer.problem.startswith("not answered within 10 s; narrow the query")
    assert becomes_idle(full_server)


@pytest.mark.parametrize(
    "path",
    [
        ENDLESS,
        "/api/v1/suggest?q=Fr-At-Rn-No%20OR%20elements=Fr,At&limit=1000&offset=90000",
        "/api/v1/export.csv?sort=-x(O)",
        "/api/v1/export.parquet",
    ],
)
def test_nothing_runs_when_the_client_has_left(full_server, path):
    assert becomes_idle(full_server)
    connection = full_server.send(path)
    time.sleep(1)
    connection.close()
    assert becomes_idle(full_server)
    assert full_server.ask("counts", q="Li-O").status == 200


def test_forty_heavy_requests_at_once(full_server):
    connections = [full_server.send(HEAVY) for _ in range(40)]
    answers = []

    def read(connection):
        answers.append(received(connection))

    readers = [threading.Thread(target=read, args=(connection,)) for connection in connections]
    for reader in readers:
        reader.start()
    # Light questions have a lane of their own.
    assert full_server.ask("compositions/LiFePO4").status == 200
    for reader in readers:
        reader.join()
    busy = [answer for answer in answers if answer.status == 503]
    assert {answer.status for answer in answers} <= {200, 503, 504}
    assert len(busy) >= 40 - 2 - 16
    assert {answer.headers["retry-after"] for answer in busy} == {"5"}
    assert full_server.ask("counts", q="Li-O").json["total"] == 43


def test_two_exports_at_once_and_an_answer_beside_them(full_server):
    exports = [full_server.send("/api/v1/export.csv?q=missing&columns=formula") for _ in range(2)]
    streams = [connection.getresponse() for connection in exports]
    assert [stream.read(8) for stream in streams] == [b"formula\n"] * 2
    assert full_server.ask("counts", q="Li-O").status == 200
    for stream, connection in zip(streams, exports, strict=True):
        stream.close()
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_with_what_runs(full_path, tmp_path, monkeypatch, number):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving(full_path) as server:
        running = [server.send(path) for path in (ENDLESS, ENDLESS, ENDLESS, "/api/v1/export.csv?q=missing")]
        time.sleep(1)
        assert server.stop(number) == (0, "")
        assert list(tmp_path.iterdir()) == []
        for connection in running:
            connection.close()


def test_after_a_kill_it_starts_again(small_path):
    with serving(small_path) as server:
        server.stop(signal.SIGKILL)
        port = server.port
    with serving(small_path, "--port", port) as server:
        assert server.ask("counts", q="Zn-O").status == 200


def test_a_port_in_use_is_one_line(small_path, small_server):
    done = python("-m", "chemdb", "serve", "--db", small_path, "--port", small_server.port)
    problem = f"port {small_server.port} is in use; choose another with --port, or any free one with --port 0"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"chemdb: {problem}\n")


def test_a_wrong_address_or_file_is_one_line(small_path, tmp_path):
    done = run("serve", "--host", "nowhere.invalid", "--port", 0, "--db", small_path)
    assert (done.exit_code, done.stderr) == (1, "chemdb: --host nowhere.invalid: no such address\n")
    done = run("serve", "--db", tmp_path / "none.duckdb", "--port", 0)
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "no such file" in done.stderr


def test_it_listens_to_this_computer_only(small_server):
    addresses = {
        one.laddr.ip
        for one in psutil.Process(small_server.process.pid).net_connections()
        if one.status == "LISTEN"
    }
    assert addresses == {"127.0.0.1"}


def test_a_client_that_sends_half_a_request_keeps_no_one_waiting(small_server):
    with socket.create_connection(("127.0.0.1", small_server.port)) as half:
        half.sendall(b"POST /api/v1/label HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{")
        assert small_server.ask("counts", q="Zn-O").status == 200
