"""Measure suggestions: precision over several seeds, and time and memory. Renews a part of docs/suggest.md.

python bench/suggest.py chemdb.duckdb
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, stdev

import psutil

import chemdb
from chemdb.api import Database
from chemdb.runtime.progress import Progress, no_progress

PAGE = Path(__file__).parents[1] / "docs" / "suggest.md"
SEEDS = range(5)
#: Commands whose whole process is timed.
COMMANDS = {
    "the first 1,000 of all": "suggest --limit 1000 -f csv",
    "the first 50 with a filter": "suggest 'elements=Li,S exclude=radioactive nelements=3-4' --limit 50",
    "all 2,127 of a chemical system, ranked to the last": "suggest Ag-Cs-I-N --limit 0 -f csv",
    "one formula": "suggest --for SrCuP2O7",
}
#: Queries of which so many are asked that all others are ranked too.
WHOLE = {"nelements=3": 500_000, "nelements=4 elements=O": 400_000, "nelements=4": 700_000}


def precision(db: Database) -> list[str]:
    """Return the rows of the table of precision: mean and standard deviation over the seeds."""
    runs = [db.suggestion_quality(seed) for seed in SEEDS]
    lines = [
        "| elements | ranking | P@100 | P@1,000 | P@10,000 | enrichment at 1,000 | recall |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for rows in zip(*runs, strict=True):
        values = [
            f"{mean(found):.{digits}f} ± {stdev(found):.{digits}f}"
            for name, digits in (("precision_100", 3), ("precision_1000", 3), ("precision_10000", 4))
            for found in [[getattr(row, name) for row in rows]]
        ]
        enrichment = mean(row.enrichment_1000 for row in rows)
        recall = "–" if rows[0].recall is None else f"{mean(row.recall for row in rows):.3f}"
        lines.append(
            f"| {rows[0].nelements} | {rows[0].ranking} | {' | '.join(values)} | {enrichment:,.1f} | {recall} |"
        )
    return lines


def process(command: str, db: str) -> tuple[float, float]:
    """Return the seconds and the peak memory in MB of a whole process, the best of three."""
    best = (float("inf"), 0.0)
    for _ in range(3):
        start = time.perf_counter()
        with subprocess.Popen(
            f"{Path(sys.executable).parent / 'chemdb'} {command} --db {db}",
            shell=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as running:
            peak = 0
            while running.poll() is None:
                try:
                    everyone = [
                        psutil.Process(running.pid),
                        *psutil.Process(running.pid).children(recursive=True),
                    ]
                    peak = max(peak, *(one.memory_info().rss for one in everyone))
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    pass
                time.sleep(0.01)
        assert running.returncode == 0, command
        best = min(best, (time.perf_counter() - start, peak / 1e6))
    return best


def ranked_whole(db: Database, query: str, n: int) -> tuple[int, float]:
    """Return the number of compositions that are ranked, and how many millions per CPU-second."""
    suggestions = db.suggest(query, n, columns=["rank"])
    total = suggestions.count()
    spent: list[float] = []

    @contextmanager
    def step(name: str) -> Iterator[Progress]:
        start = time.process_time()
        yield no_progress
        spent.append(time.process_time() - start)

    db.suggest(query, n, columns=["rank"], steps=step).arrow()
    return total, total / sum(spent) / 1e6


def main() -> None:
    path = sys.argv[1]
    with chemdb.open(path) as db:
        # Compiles the kernel.
        db.suggest("Ag-Cs-I-N", 100).arrow()
        lines = ["Mean ± standard deviation over five seeds, on the shipped list:", "", *precision(db), ""]
        lines += ["| ranked to the last | compositions | millions per CPU-second |", "| --- | ---: | ---: |"]
        for query, n in WHOLE.items():
            total, speed = ranked_whole(db, query, n)
            lines.append(f"| `{query}` | {total:,} | {speed:.0f} |")
    lines += ["", "| whole process | s | MB |", "| --- | ---: | ---: |"]
    for name, command in COMMANDS.items():
        seconds, megabytes = process(command, path)
        lines.append(f"| {name} | {seconds:.1f} | {megabytes:.0f} |")
    measured = "\n".join(lines)
    text = PAGE.read_text()
    section = f"<!-- measured -->\n{measured}\n<!-- end -->"
    PAGE.write_text(re.sub(r"<!-- measured -->\n.*?<!-- end -->", lambda _: section, text, flags=re.DOTALL))
    print(measured)


if __name__ == "__main__":
    main()
