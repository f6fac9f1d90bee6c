"""Measure the numbers in docs/performance.md and write the page and its figure.

python bench/performance/run.py
"""

import sys
import tempfile
from pathlib import Path

import bounds
import flat_tables
import growth
import peers
import speed
import targets

import chemdb
from chemdb.runtime.limits import available_processors

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
TEXT = """# Performance

{about}
Known: Materials Project 2017, 47,737 entries, about a third of what the paper had; `chemdb known add mp` for all.
All numbers on this page are from one run. CPU seconds are the sum of user and system time over all processors, and hardly
depend on what else the computer does.

## Compared with others

Both programs got the same input in the same run, and their answers were compared. Ratios are of CPU seconds, so chemdb
gains nothing from using two processors. `smact_filter` and `smact_validity` were called with the oxidation-state set of
the file (smact14), `threshold=8`, unique compositions, and without the exception for alloys.

{ratios}

Deciding one small system takes less time than querying a file; the file pays off for many systems. "Decided together"
is the time for all systems divided by their number.

The next table compares three ways to store all 77,637,589 ternaries: `chemdb build --nelements 3`; a DuckDB table with
one row per composition (elements and categories as ENUM, factors as UTINYINT, formulas with zstd, sorted by chemical
system and factors); and that table as a Parquet file (zstd). Building the table includes reading the rows from chemdb.
Ratios to chemdb are in parentheses. Queries are warm and in CPU time; all answers are equal.

{flat}

## Compared with lower bounds

The bound is the time of the simplest program that does the unavoidable part of the same work, in the same run.

{bounds}

## Targets

Targets on two processors. Seconds are wall time of complete processes, unless a Python function is named.
[bench](../bench/README.md) lists the commands that measure five elements and the export of all missing compositions.

{targets}

## First compilation

{compilation}

## Enumeration, kernels already compiled

{enumeration}

## `chemdb build` in an empty folder, complete process, kernels already compiled

{build}

## Queries, warm, one connection

{queries}

Full scans, each in its own process with `memory_limit = 2GB`:

{scans}

## `chemdb query`, warm: exact counts of all matches, then the first 20 rows

{language}

## Start-up, complete processes

{processes}

## Growth

![CPU seconds against elements in the pool, largest factor and combinations](figures/growth.svg)

Exponents are slopes of least-squares lines in log-log plots of CPU seconds; pools are random elements with an
electronegativity. The exponents against combinations are below 1 because systems of elements with the same oxidation
states share the work. The times of `smact_filter` are extrapolated from {n_systems} random quaternary systems
(32 ternary, 128 binary).

{growth}

## In short

{short}
"""


def main() -> None:
    threads = available_processors()
    parts: dict[str, object] = {"about": speed.about(threads), "n_systems": growth.N_SYSTEMS}
    short: list[speed.Short] = []

    def said(name: str) -> None:
        print(f"{name} ...", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="chemdb-") as temporary:
        folder = Path(temporary)
        path = folder / "chemdb.duckdb"
        said("compilation, enumeration, build")
        for name, measure in (("compilation", speed.first_compile), ("enumeration", speed.enumeration)):
            parts[name], lines = measure(threads)
            short += lines
        cost = speed.build(path)
        parts["build"], lines = speed.built(path, cost)
        with chemdb.open(path) as db:
            said("peers")
            compared = peers.peers(db)
            parts["ratios"] = peers.ratios(compared)
            short += [peers.in_short(compared), *lines]
            said("queries")
            parts["queries"], lines = speed.queries(path)
            short += lines
            parts["scans"], lines, scan = speed.full_scans(path)
            short += lines
            parts["language"], lines = speed.language(db)
            short += lines
            parts["processes"] = speed.processes(path)
            said("bounds")
            parts["bounds"] = bounds.bound_table(bounds.bounds(db, cost, scan, folder))
            said("targets")
            parts["targets"] = targets.target_table(list(targets.targets(db, scan, folder)))
        said("flat tables")
        parts["flat"] = flat_tables.comparison(flat_tables.flat_tables(folder))
        said("growth")
        curves = growth.growth(threads, folder)
    parts["growth"] = growth.exponents(curves)
    parts["short"] = speed.table(["what", ">measured"], short)
    growth.draw(curves)
    PAGE.write_text(TEXT.format(**parts))


if __name__ == "__main__":
    main()
