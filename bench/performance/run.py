"""Measure the numbers in docs/performance.md and print the page.

python bench/performance.py [--long] > docs/performance.md
"""

import argparse
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import smact
from smact.screening import smact_filter

import chemdb
from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.chemistry.stoichiometry import n_combinations
from chemdb.database.connection import connect_to_read
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.count import count_allowed
from chemdb.enumeration.element_table import elements_by_symbol, rule_table
from chemdb.runtime.limits import available_processors

QUERIES = {
    "one chemical system, `from allowed where chemsys = 'Li-O-Sn-Zn'`": "from allowed where chemsys = 'Li-O-Sn-Zn'",
    "one chemical system with categories, `from composition where chemsys = 'Li-O-Zn'`": (
        "from composition where chemsys = 'Li-O-Zn'"
    ),
    "one formula, `from composition_of('LiZnO2')`": "from composition_of('LiZnO2')",
    "two fixed elements (4,317,417 rows), `count(*) from allowed`": (
        "select count(*) from allowed where list_contains(elements, 'Li') and list_contains(elements, 'O')"
    ),
    "two fixed elements (19,350,532 rows), `count(*) from composition`": (
        "select count(*) from composition where list_contains(elements, 'Li') and list_contains(elements, 'O')"
    ),
    "all allowed ABCD4 quaternaries, `count(*) from allowed where factors = [1, 1, 1, 4]`": (
        "select count(*) from allowed where factors = [1, 1, 1, 4]"
    ),
    "`from table2`": "from table2",
    "summary by element, `from element_frequency`": "from element_frequency",
    "summary by anonymous formula, `from anonymous_formula`": "from anonymous_formula",
    "summary by known system, `from known_system order by n_interesting desc limit 10`": (
        "select chemsys, n_interesting from known_system order by n_interesting desc limit 10"
    ),
}
FULL_SCANS = {
    "`select count(*) from allowed`": "select count(*) from allowed",
    "`select nelements, count(*) from allowed group by nelements`": (
        "select nelements, count(*) from allowed group by nelements"
    ),
    "`select count(*) from missing`": "select count(*) from missing",
}


LANGUAGE = (
    "chemsys=Li-Zn-Sn-O",
    "elements=Li,Zn,O",
    "ABO3 missing",
    "missing nelements=4",
    "elements=alkali,halogen 0.3<x(O)<0.6",
    "species=Fe3+,O2-",
    "NOT known natoms<=10",
)


def timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def median_of(function: Callable[[], object], times: int = 7) -> float:
    function()
    return statistics.median(timed(function) for _ in range(times))


def row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |")


#: Rows of the summary at the end: label, value.
short: list[tuple[str, str]] = []


def in_short() -> None:
    print("\n## In short\n")
    row("what", "measured")
    row("---", "---:")
    for line in short:
        row(*line)
    print("\nAll numbers on this page are from one run.")


def enumeration(long: bool) -> None:
    table = rule_table(elements_by_symbol(elements()), oxidation_states("smact14"))
    ordered = elements_by_symbol(elements())

    def count_all() -> None:
        assert [count_allowed(table, k, 8, available_processors()) for k in (2, 3, 4)] == [
            13_464,
            10_779_441,
            2_909_434_982,
        ]

    def enumerate_all() -> None:
        for k in (2, 3, 4):
            enumerate_systems(table, k, 8, available_processors())

    print("\n## Enumeration, kernels already compiled\n")
    row("what", "seconds")
    row("---", "---:")
    seconds = median_of(count_all)
    row("deciding all compositions of 2 to 4 elements (`count_allowed`)", f"{seconds:.2f}")
    short.append(("deciding all 16,980,397,793 compositions", f"{seconds:.2f} s"))
    row(
        "the same, with the allowed sets built, merged and packed (`enumerate_systems`)",
        f"{median_of(enumerate_all):.2f}",
    )
    for k, largest in [(4, 12)] + ([(5, 8)] if long else []):
        start = time.perf_counter()
        allowed = count_allowed(table, k, largest, available_processors())
        seconds = time.perf_counter() - start
        row(
            f"{k} elements, factors to {largest}: {n_combinations(k, largest):,} combinations, {allowed:,} allowed",
            f"{seconds:.1f}",
        )

    print("\n## Comparison with SMACT's `smact_filter`, in the same run\n")
    row("elements", "systems", "smact_filter, ms per system", "chemdb, ms per system", "ratio")
    row("---:", "---:", "---:", "---:", "---:")
    for k, n in ((2, 300), (3, 30), (4, 3)):
        symbols = [random.Random(k).sample([e.symbol for e in ordered], k) for _ in range(n)]
        chosen = [[smact.Element(symbol) for symbol in system] for system in symbols]

        def peer(chosen: list[list[smact.Element]] = chosen) -> None:
            for system in chosen:
                try:
                    smact_filter(system, threshold=8, species_unique=False, oxidation_states_set="smact14")
                except ValueError:  # an element without oxidation states
                    continue

        theirs = timed(peer) / n
        space = enumerate_systems(table, k, 8, available_processors())
        ours = median_of(lambda k=k: enumerate_systems(table, k, 8, available_processors()), 3) / len(
            space.elements
        )
        row(k, n, f"{1e3 * theirs:.3g}", f"{1e3 * ours:.3g}", f"{theirs / ours:,.0f}")
    short.append(
        (
            "one quaternary system, compared with `smact_filter` in the same run",
            f"{theirs / ours:,.0f} times faster",
        )
    )


def first_compile() -> None:
    code = (
        "import time; from chemdb.enumeration.allowed_sets import *; from chemdb.enumeration.element_table import *\n"
        "from chemdb.chemistry.formula import *; from chemdb.chemistry.species import *\n"
        "table = rule_table(elements_by_symbol(elements()), oxidation_states('smact14')); start = time.perf_counter()\n"
        f"for k in (2, 3, 4): enumerate_systems(table, k, 8, {available_processors()})\n"
        "f = read_formulas(['NaCl'], elements()); f.formula(), f.chemsys(), f.formula_anonymous()\n"
        "print(time.perf_counter() - start)"
    )
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"NUMBA_CACHE_DIR": cache}
        first, second = (
            float(
                subprocess.run(
                    [sys.executable, "-c", code], env=environment, capture_output=True, check=True
                ).stdout
            )
            for _ in range(2)
        )
    print("\n## First compilation\n")
    row("enumerating 2 to 4 elements and parsing a formula, in a new process", "seconds")
    row("---", "---:")
    row("first run, which compiles the kernels and caches them", f"{first:.1f}")
    row("later runs", f"{second:.1f}")
    row("difference: the first compilation", f"{first - second:.1f}")
    short.append(("compiling the kernels, once", f"{first - second:.1f} s"))


def build(folder: Path) -> Path:
    path = folder / "chemdb.duckdb"
    command = [sys.executable, "-m", "chemdb", "build", "--db", str(path)]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print("\n## `chemdb build` in an empty folder, complete process, kernels already compiled\n")
    row("seconds", "peak memory, GB", "file, MB")
    row("---:", "---:", "---:")
    row(f"{seconds:.1f}", f"{peak:.2f}", f"{path.stat().st_size / 1e6:.1f}")
    short.append(("`chemdb build` in an empty folder, complete process", f"{seconds:.1f} s, {peak:.2f} GB"))
    short.append(("size of the file", f"{path.stat().st_size / 1e6:.1f} MB"))
    with duckdb.connect(path, read_only=True) as con:
        print("\nLargest tables of the file, by blocks:\n")
        row("table", "rows", "MB")
        row("---", "---:", "---:")
        for schema, table in con.execute(
            "select schema_name, table_name from duckdb_tables() order by estimated_size desc limit 6"
        ).fetchall():
            [(rows, megabytes)] = con.execute(
                f"select (select count(*) from {schema}.{table}), 0.262144 * count(distinct block) from ("
                f"select unnest(list_append(additional_block_ids, block_id)) as block "
                f"from pragma_storage_info('{schema}.{table}') where persistent)"
            ).fetchall()
            row(f"{schema}.{table}", f"{rows:,}", f"{megabytes:.1f}")
    return path


def queries(path: Path) -> None:
    print("\n## Queries, warm, one connection\n")
    row("query", "ms")
    row("---", "---:")
    with connect_to_read(path) as con:
        for name, query in QUERIES.items():
            seconds = median_of(lambda query=query: con.execute(query).fetchall(), 9)
            row(name, f"{1e3 * seconds:.1f}")
            short.append((name, f"{1e3 * seconds:.1f} ms"))
    print("\nFull scans, each in its own process with `memory_limit = 2GB`:\n")
    row("query", "rows", "seconds", "peak memory, GB")
    row("---", "---:", "---:", "---:")
    code = (
        "import duckdb, resource, sys, time; con = duckdb.connect(sys.argv[1], read_only=True);"
        "con.execute(\"set memory_limit = '2GB'; set enable_progress_bar = false\"); start = time.perf_counter();"
        "rows = con.execute(sys.argv[2]).fetchall();"
        "print(sum(r[-1] for r in rows), time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    for name, query in FULL_SCANS.items():
        done = subprocess.run(
            [sys.executable, "-c", code, str(path), query], capture_output=True, check=True, text=True
        )
        n, seconds, peak = done.stdout.split()
        row(name, f"{int(n):,}", f"{float(seconds):.1f}", f"{int(peak) / 1e6:.2f}")
        short.append((f"{name}, {int(n):,} rows", f"{float(seconds):.1f} s, {int(peak) / 1e6:.2f} GB"))


def language(path: Path) -> None:
    print("\n## `chemdb query`, warm: exact counts of all matches, then the first 20 rows\n")
    row("query", "matches", "counts, seconds", "rows, seconds")
    row("---", "---:", "---:", "---:")
    with chemdb.open(path) as db:
        for text in LANGUAGE:
            n = db.query(text).count()
            counted = median_of(lambda text=text: db.query(text).counts, 3)
            both = median_of(lambda text=text: list(db.query(text, limit=20)), 3)
            row(f"`{text}`", f"{n:,}", f"{counted:.2f}", f"{max(0.0, both - counted):.2f}")
            short.append((f'`chemdb query "{text}"`, {n:,} matches', f"{both:.2f} s"))


def processes(path: Path) -> None:
    print("\n## Start-up, complete processes\n")
    row("command", "seconds")
    row("---", "---:")
    for words in (
        ["--help"],
        ["report", "--table2", "--db", str(path)],
        ["report", "--table1", "--db", str(path)],
        ["query", "chemsys=Li-Zn-Sn-O", "--db", str(path)],
        ["explain", "LiZnO2", "--db", str(path)],
    ):
        command = [sys.executable, "-m", "chemdb", *words]
        seconds = median_of(
            lambda command=command: subprocess.run(command, check=True, capture_output=True), 5
        )
        row("`chemdb " + " ".join(w for w in words if w not in ("--db", str(path))) + "`", f"{seconds:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="also count the compositions of five elements")
    long = parser.parse_args().long
    print("# Performance\n")
    print(
        f"Measured by `make bench` with chemdb {chemdb.__version__}, DuckDB {duckdb.__version__}, "
        f"Python {platform.python_version()} on {available_processors()} processors ({platform.machine()})."
    )
    print(
        "Known: Materials Project 2017, 47,737 entries, about a third of what the paper had; "
        "`chemdb known add mp` for all."
    )
    with tempfile.TemporaryDirectory() as folder:
        first_compile()
        enumeration(long)
        path = build(Path(folder))
        queries(path)
        language(path)
        processes(path)
    in_short()


if __name__ == "__main__":
    main()
