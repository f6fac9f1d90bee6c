"""The real Materials Project client against every server fault, transient and lasting."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from experiment import Outcome, command, one_line

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from helpers.fault_server import Response
from helpers.mp_server import (
    FAULTS,
    KEY,
    MATERIALS,
    faulty_server,
    healthy_response,
    requested_pages,
    scripted_server,
)

from chemdb.errors import KnownSourceError
from chemdb.known import http
from chemdb.known import materials_project as mp

ABOUT = (
    "The real client downloads from a loopback server whose responses on page 2 of 3, or where the row says, are faulty "
    "twice (transient) or always (lasting). Waits are a tenth and timeouts a fortieth of the real ones. "
    "The promise is the complete list, or one line without the key and no list."
)
SPEEDUP = 10


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    """Yield one row per fault, one per signal that stops a download, and one for leaks of the key."""
    http.BACKOFF, http.TIMEOUT, http.TOTAL_TIMEOUT = http.BACKOFF / SPEEDUP, http.TIMEOUT / SPEEDUP / 4, 3
    for name, fault in FAULTS.items():
        os.environ["CHEMDB_CACHE"] = str(folder / "cache" / re.sub(r"\W", "-", name))
        with faulty_server(fault, 2) as (url, _):
            runs, line = 0, ""
            entries = None
            while entries is None and runs < 4:
                runs += 1
                entries, line_now = fetch(url)
                line = line or line_now
        seen = "the complete list" if runs == 1 else f"`{line}`, the complete list in run {runs}"
        yield Outcome(f"{name}, transient", runs, seen, entries == len(MATERIALS) and clean(line))
        os.environ["CHEMDB_CACHE"] += "-lasting"
        with faulty_server(fault, 10**6) as (url, _):
            entries, line = fetch(url)
        yield Outcome(
            f"{name}, lasting", 1, f"`{line}`", entries is None and clean(line) and fault.message in line
        )
    for number in (signal.SIGINT, signal.SIGKILL):
        yield stopped(db, folder / number.name, number)
    yield key_leaks(db, folder / "key")


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of cases."""
    return f"{len(outcomes)} cases of transient and lasting faults, interrupted downloads and key leaks"


def fetch(url: str) -> tuple[int | None, str]:
    """Return the number of entries, or None and the message to the user."""
    try:
        return len(mp.materials_project(KEY, url, page_size=3).entries), ""
    except KnownSourceError as error:
        return None, str(error).replace(os.environ["CHEMDB_CACHE"], "CACHE")


def clean(line: str) -> bool:
    """Return whether a message is one line without the key."""
    return KEY not in line and (not line or line.isprintable())


def environment(folder: Path, url: str) -> dict:
    return os.environ | {"MP_API_KEY": KEY, "MP_API_ENDPOINT": url, "CHEMDB_CACHE": str(folder / "cache")}


def stopped(db: Path, folder: Path, number: signal.Signals) -> Outcome:
    """Stop `chemdb known add mp` on page 4 of 5 and run it again."""
    folder.mkdir()
    copy = folder / "c.duckdb"
    copy.write_bytes(db.read_bytes())
    materials = [(f"mp-{n}", f"Li{n % 8 + 1}O", 0.0) for n in range(4500)]
    hang = [True]

    def respond(page: object, limit: int) -> Response:
        return Response(hang=True) if page == 4 and hang else healthy_response(page, limit, materials)

    with scripted_server(respond) as (url, requests):
        options = {"env": environment(folder, url), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command("known", "add", "mp", "--db", copy), text=True, **options)
        while 4 not in requested_pages(requests) and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(number)
        _, message = process.communicate(timeout=60)
        hang.clear()
        unchanged = copy.read_bytes() == db.read_bytes()
        requests.clear()
        again = subprocess.run(command("known", "add", "mp", "--db", copy), text=True, check=False, **options)
    requested = requested_pages(requests)
    return Outcome(
        f"{number.name} while `chemdb known add mp` waits for page 4 of 5, then the same command",
        1,
        f"the database unchanged: {unchanged}; then requested pages {requested}; `{again.stdout.strip().splitlines()[-1:]}`",
        unchanged
        and requested == [4, 5]
        and "4,500 entries" in again.stdout
        and (number == signal.SIGKILL or one_line(message)),
    )


VERBOSE = """
import logging, traceback
logging.basicConfig(level=logging.DEBUG)
import chemdb.cli
try:
    chemdb.cli.main()
except SystemExit as error:
    while error:
        traceback.print_exception(error)
        error = error.__context__
"""


def key_leaks(db: Path, folder: Path) -> Outcome:
    """Search for the key in all that chemdb prints, logs and writes, with and without a fault."""
    folder.mkdir()
    copy = folder / "c.duckdb"
    copy.write_bytes(db.read_bytes())
    leaks, places, processes = 0, 0, b""
    for times in (10**6, 0):
        with faulty_server(FAULTS["401"], times) as (url, _):
            arguments = [sys.executable, "-c", VERBOSE, "known", "add", "mp", "--db", copy]
            process = subprocess.Popen(
                arguments, env=environment(folder, url), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            processes += Path(f"/proc/{process.pid}/cmdline").read_bytes()
            output, errors = process.communicate(timeout=120)
        texts = [output, errors, processes]
        texts += [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        leaks += sum(KEY.encode() in text for text in texts)
        places += len(texts)
    return Outcome(
        "search for the key in the output, a debug log, all tracebacks, `ps`, the cache and the database",
        places,
        f"found {leaks} times",
        not leaks and b"GET /materials/summary/" in errors,
    )
