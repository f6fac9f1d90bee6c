"""Measure chemdb serve: start, memory, load, and what runs when clients have left. Renews a part of docs/serve.md.

python bench/serve.py chemdb.duckdb
"""

import re
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from helpers.server import Server, received, serving  # noqa: E402

PAGE = ROOT / "docs" / "serve.md"
PART = re.compile(r"<!-- measured -->\n.*?<!-- end -->", re.DOTALL)
#: Queries that take about a second each.
HEAVY = (
    "natoms<=20 x(O)>0.3 OR species=Fe3+",
    "missing x(O)>1/3 any=transition_metal",
    "any=Fe,Co,Ni species=Fe3+",
    "natoms>10 exclude=O",
    "(elements=Fe OR elements=Co) x(O)<0.4",
    "species=Mn4+ any=halogen",
    "",
    "interesting OR x(H)>0.2",
)
#: Requests that take minutes, as they are left.
LEFT = (
    "api/v1/rows?offset=16000000000",
    "api/v1/export.csv?q=missing",
    "api/v1/suggest?q=elements=Fr,At&limit=1000",
)
STARTS = 5


class Peak(threading.Thread):
    """The largest memory of a process, in MB, until `stop`."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._process = psutil.Process(server.process.pid)
        self._stopped = threading.Event()
        self.megabytes = 0.0

    def run(self) -> None:
        """Look again and again."""
        while not self._stopped.wait(0.02):
            self.megabytes = max(self.megabytes, self._process.memory_info().rss / 1e6)

    def stop(self) -> float:
        """Return the peak."""
        self._stopped.set()
        self.join()
        return self.megabytes


def start(path: str) -> tuple[float, float]:
    """Return the seconds from the start of the command to its first answer, and to the head of the pack."""
    before = time.perf_counter()
    with serving(path) as server:
        assert server.ask("counts", q="Li-O").status == 200
        answered = time.perf_counter() - before
        assert server.get("/pack/head").status == 200
        return answered, time.perf_counter() - before


def load(server: Server) -> tuple[float, dict[int, int], list[float]]:
    """Return memory, statuses and seconds of light answers under 40 heavy requests at once."""
    peak = Peak(server)
    peak.start()
    connections = [
        server.send(f"/api/v1/{'counts' if i % 2 else 'rows'}", q=HEAVY[i // 2 % len(HEAVY)])
        for i in range(40)
    ]
    statuses: dict[int, int] = {}

    def read(connection: HTTPConnection) -> None:
        status = received(connection).status
        statuses[status] = statuses.get(status, 0) + 1

    readers = [threading.Thread(target=read, args=(connection,)) for connection in connections]
    for reader in readers:
        reader.start()
    light = []
    while any(reader.is_alive() for reader in readers):
        light.append(seconds(lambda: server.ask("compositions/LiFePO4")))
    return peak.stop(), statuses, light


def seconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def after_leaving(server: Server, path: str) -> float:
    """Return the seconds of processor used between 1 s and 3 s after the client has left."""
    connection = server.send(f"/{path}")
    time.sleep(2)
    connection.close()
    time.sleep(1)
    before = server.seconds_of_processor()
    time.sleep(2)
    return server.seconds_of_processor() - before


def measured(path: str) -> list[str]:
    starts = [start(path) for _ in range(STARTS)]
    with serving(path) as server:
        server.get("/pack/head")
        idle = psutil.Process(server.process.pid).memory_info().rss / 1e6
        quiet = [seconds(lambda: server.ask("compositions/LiFePO4")) for _ in range(20)]
        peak, statuses, light = load(server)
        left = max(after_leaving(server, path) for path in LEFT)
        before = time.perf_counter()
        code, _ = server.stop(15)
        assert code == 0
        end = time.perf_counter() - before
    answered, busy = statuses.get(200, 0), statuses.get(503, 0)
    return [
        "| measured on two cores | |",
        "| --- | ---: |",
        f"| from start to first response, median of {STARTS} | {median(one for one, _ in starts):.1f} s |",
        f"| from start to the first part of the page, cached | {median(one for _, one in starts):.1f} s |",
        f"| idle memory | {idle:.0f} MB |",
        f"| memory under 40 heavy requests at once, peak | {peak:.0f} MB |",
        f"| of these 40: answered, refused with 503, cancelled after 10 s "
        f"| {answered}, {busy}, {statuses.get(504, 0)} |",
        f"| an explanation, median | {median(quiet) * 1e3:.0f} ms |",
        f"| an explanation under that load, median; maximum "
        f"| {median(light) * 1e3:.0f} ms; {max(light) * 1e3:.0f} ms |",
        f"| CPU time from 1 s to 3 s after a client disconnected, worst of {len(LEFT)} | {left:.2f} s |",
        f"| from SIGTERM to exit | {end:.1f} s |",
    ]


def main() -> None:
    lines = measured(sys.argv[1])
    part = "\n".join(["<!-- measured -->", *lines, "<!-- end -->"])
    PAGE.write_text(PART.sub(lambda _: part, PAGE.read_text()))
    print(part)


if __name__ == "__main__":
    main()
