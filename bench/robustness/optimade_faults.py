"""The client of the OPTIMADE tools against every fault of a provider, passing and lasting."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from experiment import Outcome

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from helpers.fault_server import Answer
from helpers.optimade_server import FAULTS, FORMULAS, faulty, page_of, scripted

from chemdb.errors import KnownSourceError
from chemdb.known import http as web
from chemdb.known.optimade import optimade

ABOUT = (
    "A provider on loopback that answers wrongly on page 2 of 3, or where the row says, twice (passing) or always "
    "(lasting). Waits are a tenth and timeouts a fortieth of the real ones. "
    "Kept: the whole list, or one line and no list."
)
SHORT = 10


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    """Yield a row per fault."""
    web.WAIT, web.TIMEOUT, web.LONGEST = web.WAIT / SHORT, web.TIMEOUT / SHORT / 4, 3
    web.LARGEST = 1 << 19
    for name, fault in FAULTS.items():
        os.environ["CHEMDB_CACHE"] = str(folder / re.sub(r"\W", "-", name))
        with faulty(fault, 2) as (url, _):
            runs, line, formulas = 0, "", None
            while formulas is None and runs < 4:
                runs += 1
                formulas, line_now = fetch(url)
                line = line or line_now
        seen = "the whole list" if runs == 1 else f"`{line}`, the whole list in run {runs}"
        yield Outcome(f"{name}, passing", runs, seen, formulas == FORMULAS and clean(line))
        os.environ["CHEMDB_CACHE"] += "-lasting"
        with faulty(fault, 10**6) as (url, _):
            formulas, line = fetch(url)
        kept = formulas is None and clean(line) and fault.message in line
        yield Outcome(f"{name}, lasting", 1, f"`{line}`", kept)
    for count, message in (
        (9, "the last page came after 7 of 9 entries"),
        (5, "6 entries came, 5 were announced"),
    ):
        with scripted(
            lambda n, count=count: n != "info" and Answer(200, page_of(n, data_returned=count))
        ) as (url, _):
            formulas, line = fetch(url)
        yield Outcome(
            f"7 entries, data_returned {count}, lasting", 1, f"`{line}`", formulas is None and message in line
        )
    with scripted(lambda n: n != "info" and Answer(200, page_of(n, data_returned=None))) as (url, _):
        source = optimade(url)
    said = "; ".join(source.notes)
    yield Outcome(
        "no data_returned, lasting", 1, f"the whole list, with the note `{said}`", "no count" in said
    )


def clean(line: str) -> bool:
    """Say whether a message is one line."""
    return not line or line.isprintable()


def fetch(url: str) -> tuple[list | None, str]:
    """Return the formulas, and what the user reads if there are none."""
    try:
        return optimade(url).entries["formula_given"].to_pylist(), ""
    except KnownSourceError as error:
        return None, str(error).replace(url, "URL").replace(os.environ["CHEMDB_CACHE"], "CACHE")
