"""Measure the numbers in docs/performance.md and write the page and its figure.

python bench/performance/run.py
"""

import sys
import tempfile
from pathlib import Path

import asked
import bounds
import flat_tables
import growth
import peers
import speed

import chemdb
from chemdb.runtime.limits import available_processors

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
TEXT = """# Performance

{about}
Known: Materials Project 2017, 47,737 entries, about a third of what the paper had; `chemdb known add mp` for all.
All numbers on this page are from one run. CPU seconds are of all processors together, user and system; they do not
depend on what else the computer does.

## Compared with others

Both sides ran in the same run, on the same input, and their answers were compared. Ratios are of CPU seconds, so that
chemdb's use of two processors does not count. `smact_filter` and `smact_validity` were called with the
oxidation-state set of the file (smact14) and otherwise as their documentation shows: `threshold=8`, unique
compositions, and alloys decided as everything else.

{ratios}

A small system is decided sooner than a query is read; the file pays where questions are about many systems. The figures
of systems that are decided together are shares of the time for all.

All 77,637,589 ternaries, stored three times: by `chemdb build --nelements 3`, as a DuckDB table with a row for each
(elements and categories as ENUM, factors as UTINYINT, formulas with zstd, sorted by chemical system and factors), and
as a Parquet file of that table (zstd). The build of the table reads the rows from chemdb; the Parquet file is copied from the
table. In parentheses: times chemdb. Questions are warm, CPU time; all answers are equal.

{flat}

## Near which bound

Each figure beside the simplest program that does what it cannot do without, in the same run.

{bounds}

## Asked for

Figures that chemdb should reach on two processors. Seconds are of whole processes, from start to end, unless a function
is named. All quaternaries of five elements and the export of all 2,920,210,388 missing compositions have
commands of their own, see [bench](../bench/README.md).

{asked}

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

Exponents are slopes of least-squares lines through the logarithms of CPU seconds; pools are random elements that the
rule can decide. Against combinations, an exponent below 1 means that each further composition costs less than those before:
systems of elements with the same oxidation states share the work. `smact_filter`'s times are those of {n_systems} random
quaternary systems (32 ternary, 128 binary), multiplied to all systems.

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
            said("figures that were asked for")
            parts["asked"] = asked.asked_table(list(asked.goals(db, scan, folder)))
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
