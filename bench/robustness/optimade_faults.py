"""The OPTIMADE client against every provider fault, transient and lasting."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from experiment import Outcome

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from helpers.fault_server import Response
from helpers.optimade_server import FAULTS, FORMULAS, faulty_server, healthy_page, scripted_server

from chemdb.errors import KnownSourceError
from chemdb.known import http
from chemdb.known.optimade import optimade

ABOUT = (
    "The client downloads from a loopback provider whose responses on page 2 of 3, or where the row says, are faulty twice (transient) or always "
    "(lasting). Waits are a tenth and timeouts a fortieth of the real ones. "
    "The promise is the complete list, or one line and no list."
)
SPEEDUP = 10


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    """Yield one row per fault."""
    http.BACKOFF, http.TIMEOUT, http.TOTAL_TIMEOUT = http.BACKOFF / SPEEDUP, http.TIMEOUT / SPEEDUP / 4, 3
    http.MAX_BYTES = 1 << 19
    for name, fault in FAULTS.items():
        os.environ["CHEMDB_CACHE"] = str(folder / re.sub(r"\W", "-", name))
        with faulty_server(fault, 2) as (url, _):
            runs, line, formulas = 0, "", None
            while formulas is None and runs < 4:
                runs += 1
                formulas, line_now = fetch(url)
                line = line or line_now
        seen = "the complete list" if runs == 1 else f"`{line}`, the complete list in run {runs}"
        yield Outcome(f"{name}, transient", runs, seen, formulas == FORMULAS and clean(line))
        os.environ["CHEMDB_CACHE"] += "-lasting"
        with faulty_server(fault, 10**6) as (url, _):
            formulas, line = fetch(url)
        kept = formulas is None and clean(line) and fault.message in line
        yield Outcome(f"{name}, lasting", 1, f"`{line}`", kept)
    for count, message in (
        (9, "the list ended after 7 of 9 entries"),
        (5, "6 entries received, but 5 announced"),
    ):
        with scripted_server(
            lambda page, count=count: (
                page != "info" and Response(200, healthy_page(page, data_returned=count))
            )
        ) as (url, _):
            formulas, line = fetch(url)
        yield Outcome(
            f"7 entries, data_returned {count}, lasting", 1, f"`{line}`", formulas is None and message in line
        )
    with scripted_server(
        lambda page: page != "info" and Response(200, healthy_page(page, data_returned=None))
    ) as (url, _):
        source = optimade(url)
    notes = "; ".join(source.notes)
    yield Outcome(
        "no data_returned, lasting", 1, f"the complete list, with the note `{notes}`", "no count" in notes
    )


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of cases."""
    return f"{len(outcomes)} cases of transient and lasting faults"


def clean(line: str) -> bool:
    """Return whether a message is one line."""
    return not line or line.isprintable()


def fetch(url: str) -> tuple[list | None, str]:
    """Return the formulas, or None and the message to the user."""
    try:
        return optimade(url).entries["formula_given"].to_pylist(), ""
    except KnownSourceError as error:
        return None, str(error).replace(url, "URL").replace(os.environ["CHEMDB_CACHE"], "CACHE")
