"""Run the long experiments on faults and put what they found into docs/reliability.md.

    python bench/robustness/run.py chemdb.duckdb [NAME ...]

An experiment is a module of this folder with `ABOUT`, one line, and `run(db, folder)`, which
yields an `Outcome` for each row of its table. It works on copies of the database in a folder of
its own. Its table stands between ``<!-- NAME -->`` and ``<!-- end -->`` on the page. The exit code
is 1 if a promise was broken.
"""

import importlib
import re
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from experiment import Outcome

import chemdb

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
NAMES = tuple(re.findall(r"<!-- (\w+) -->", PAGE.read_text()))


def main() -> int:
    database = Path(sys.argv[1]).resolve()
    broken = 0
    for name in sys.argv[2:] or [name for name in NAMES if name != "end"]:
        outcomes, seconds = [], time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="chemdb-") as folder:
            experiment = importlib.import_module(name)
            for outcome in experiment.run(database, Path(folder)):
                print(row(outcome), flush=True)
                outcomes.append(outcome)
                broken += not outcome.ok
        write(name, section(name, experiment.ABOUT, outcomes, time.perf_counter() - seconds))
    return bool(broken)


def section(name: str, about: str, outcomes: list[Outcome], seconds: float) -> str:
    """Return what the page shows of an experiment."""
    return "\n".join(
        [
            about,
            "",
            "| what was done | times | what was seen | promise |",
            "| --- | --: | --- | --- |",
            *map(row, outcomes),
            "",
            f"`python bench/robustness/run.py chemdb.duckdb {name}`, {seconds:.0f} s, "
            f"{datetime.now(UTC):%Y-%m-%d}, chemdb {chemdb.__version__}, DuckDB {duckdb.__version__}",
        ]
    )


def row(outcome: Outcome) -> str:
    verdict = "kept" if outcome.ok else "**broken**"
    return f"| {outcome.what} | {outcome.times:,} | {outcome.found} | {verdict} |"


def write(name: str, text: str) -> None:
    """Replace a section of the page."""
    old = re.compile(rf"<!-- {name} -->\n.*?<!-- end -->", re.DOTALL)
    PAGE.write_text(old.sub(lambda _: f"<!-- {name} -->\n{text}\n<!-- end -->", PAGE.read_text()))


if __name__ == "__main__":
    sys.exit(main())
