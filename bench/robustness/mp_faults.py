"""The real Materials Project client against every fault of a server, passing and lasting."""

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

from helpers.fault_server import Answer
from helpers.mp_server import FAULTS, KEY, MATERIALS, faulty, page_of, pages_asked, scripted

from chemdb.errors import KnownSourceError
from chemdb.known import http as web
from chemdb.known import materials_project as mp

ABOUT = (
    "The real client against a server on loopback that answers wrongly on page 2 of 3, or where the row says, "
    "twice (passing) or always (lasting). Waits are a tenth and timeouts a fortieth of the real ones. "
    "Kept: the whole list, or one line without the key and no list."
)
SHORT = 10


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    """Yield a row per fault, then what a stopped download asks for again, and where the key is."""
    web.WAIT, web.TIMEOUT, web.LONGEST = web.WAIT / SHORT, web.TIMEOUT / SHORT / 4, 3
    for name, fault in FAULTS.items():
        os.environ["CHEMDB_CACHE"] = str(folder / "cache" / re.sub(r"\W", "-", name))
        with faulty(fault, 2) as (url, _):
            runs, line = 0, ""
            entries = None
            while entries is None and runs < 4:
                runs += 1
                entries, line_now = fetch(url)
                line = line or line_now
        seen = "the whole list" if runs == 1 else f"`{line}`, the whole list in run {runs}"
        yield Outcome(f"{name}, passing", runs, seen, entries == len(MATERIALS) and clean(line))
        os.environ["CHEMDB_CACHE"] += "-lasting"
        with faulty(fault, 10**6) as (url, _):
            entries, line = fetch(url)
        yield Outcome(
            f"{name}, lasting", 1, f"`{line}`", entries is None and clean(line) and fault.message in line
        )
    for how in (signal.SIGINT, signal.SIGKILL):
        yield stopped(db, folder / how.name, how)
    yield key_is_nowhere(db, folder / "key")


def fetch(url: str) -> tuple[int | None, str]:
    """Return the number of entries, and what the user reads if there are none."""
    try:
        return len(mp.materials_project(KEY, url, page_size=3).entries), ""
    except KnownSourceError as error:
        return None, str(error).replace(os.environ["CHEMDB_CACHE"], "CACHE")


def clean(line: str) -> bool:
    """Say whether a message is one line without the key."""
    return KEY not in line and (not line or line.isprintable())


def environment(folder: Path, url: str) -> dict:
    return os.environ | {"MP_API_KEY": KEY, "MP_API_ENDPOINT": url, "CHEMDB_CACHE": str(folder / "cache")}


def stopped(db: Path, folder: Path, how: signal.Signals) -> Outcome:
    """Stop `chemdb known add mp` on page 4 of 5 and run it again."""
    folder.mkdir()
    copy = folder / "c.duckdb"
    copy.write_bytes(db.read_bytes())
    rows = [(f"mp-{n}", f"Li{n % 8 + 1}O", 0.0) for n in range(4500)]
    slow = [True]

    def answer(page: object, limit: int) -> Answer:
        return Answer(hang=True) if page == 4 and slow else page_of(page, limit, rows)

    with scripted(answer) as (url, requests):
        options = {"env": environment(folder, url), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command("known", "add", "mp", "--db", copy), text=True, **options)
        while 4 not in pages_asked(requests) and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(how)
        _, said = process.communicate(timeout=60)
        slow.clear()
        untouched = copy.read_bytes() == db.read_bytes()
        requests.clear()
        again = subprocess.run(command("known", "add", "mp", "--db", copy), text=True, check=False, **options)
    asked = pages_asked(requests)
    return Outcome(
        f"{how.name} while `chemdb known add mp` waits for page 4 of 5, then the same command",
        1,
        f"the database as it was: {untouched}; then asked for pages {asked}; `{again.stdout.strip().splitlines()[-1:]}`",
        untouched
        and asked == [4, 5]
        and "4,500 entries" in again.stdout
        and (how == signal.SIGKILL or one_line(said)),
    )


LOUD = """
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


def key_is_nowhere(db: Path, folder: Path) -> Outcome:
    """Look for the key in all that a loud chemdb prints and writes, with and without a fault."""
    folder.mkdir()
    copy = folder / "c.duckdb"
    copy.write_bytes(db.read_bytes())
    found, places, processes = 0, 0, b""
    for times in (10**6, 0):
        with faulty(FAULTS["401"], times) as (url, _):
            arguments = [sys.executable, "-c", LOUD, "known", "add", "mp", "--db", copy]
            process = subprocess.Popen(
                arguments, env=environment(folder, url), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            processes += Path(f"/proc/{process.pid}/cmdline").read_bytes()
            output, errors = process.communicate(timeout=120)
        texts = [output, errors, processes]
        texts += [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        found += sum(KEY.encode() in text for text in texts)
        places += len(texts)
    return Outcome(
        "search for the key in the output, a log of every detail, all tracebacks, `ps`, the cache and the database",
        places,
        f"found {found} times",
        not found and b"GET /materials/summary/" in errors,
    )
