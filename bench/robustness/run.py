"""Run the robustness experiments and write their results into two pages.

    python bench/robustness/run.py chemdb.duckdb [NAME ...]

bench/robustness/results.md gets every row; docs/reliability.md gets a one-line summary and, if the
experiment defines none, all rows. Both have the text of an experiment between ``<!-- NAME -->``
and ``<!-- end -->``. The exit code is 1 if a promise was broken.

An experiment is a module in this folder with `ABOUT`, which says how it works, and
``run(db, folder)``, which yields an `Outcome` for each row of its table. It works on copies of the
database in a temporary folder. It may have ``summary(outcomes)``, which returns one line.
"""

import importlib
import re
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from experiment import Outcome

import chemdb

RESULTS = Path(__file__).with_name("results.md")
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
NAMES = tuple(name for name in re.findall(r"<!-- (\w+) -->", RESULTS.read_text()) if name != "end")


def main() -> int:
    database = Path(sys.argv[1]).resolve()
    broken = 0
    for name in sys.argv[2:] or NAMES:
        outcomes, started = [], time.perf_counter()
        experiment = importlib.import_module(name)
        with tempfile.TemporaryDirectory(prefix="chemdb-") as folder:
            for outcome in experiment.run(database, Path(folder)):
                print(row(outcome), flush=True)
                outcomes.append(outcome)
                broken += not outcome.ok
        seconds, today = time.perf_counter() - started, f"{datetime.now(UTC):%Y-%m-%d}"
        run = f"{seconds:.0f} s, {today}, chemdb {chemdb.__version__}, DuckDB {duckdb.__version__}"
        replace_section(RESULTS, name, all_cases(name, experiment.ABOUT, outcomes, run))
        replace_section(PAGE, name, in_short(name, getattr(experiment, "summary", None), outcomes, today))
    return bool(broken)


def all_cases(name: str, about: str, outcomes: list[Outcome], run: str) -> str:
    """Return how an experiment works, all its outcomes, and the command with time, date and versions."""
    return f"{about}\n\n{table(outcomes)}\n\n`python bench/robustness/run.py chemdb.duckdb {name}`, {run}"


def in_short(
    name: str, summary: Callable[[list[Outcome]], str] | None, outcomes: list[Outcome], date: str
) -> str:
    """Return the summary of an experiment with its broken promises, or all outcomes if it has no summary."""
    broken = [outcome for outcome in outcomes if not outcome.ok]
    parts = [summary(outcomes)] if summary else []
    parts.append("**promise broken**" if broken else "promise kept")
    line = f"Measured (`{name}`, {date}): {'; '.join(parts)}."
    text = textwrap.fill(line, 110, break_long_words=False, break_on_hyphens=False)
    shown = broken if summary else outcomes
    return f"{text}\n\n{table(shown)}" if shown else text


def table(outcomes: list[Outcome]) -> str:
    """Return outcomes as a Markdown table."""
    return "\n".join(
        ["| case | times | result | promise |", "| --- | --: | --- | --- |", *map(row, outcomes)]
    )


def row(outcome: Outcome) -> str:
    verdict = "kept" if outcome.ok else "**broken**"
    return f"| {outcome.what} | {outcome.times:,} | {outcome.found} | {verdict} |"


def replace_section(page: Path, name: str, text: str) -> None:
    """Replace the text between the marks of an experiment."""
    section = re.compile(rf"<!-- {name} -->\n.*?<!-- end -->", re.DOTALL)
    new, times = section.subn(lambda _: f"<!-- {name} -->\n{text}\n<!-- end -->", page.read_text())
    if times != 1:
        raise SystemExit(f"{page}: expected one section <!-- {name} -->, found {times}")
    page.write_text(new)


if __name__ == "__main__":
    sys.exit(main())
