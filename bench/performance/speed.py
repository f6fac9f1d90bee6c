"""Figures of chemdb alone: compilation, enumeration, build, queries and whole processes."""

import sys
import tempfile
from pathlib import Path

import duckdb
from measure import Cost, command, once, process, warm
from page import table
from peers import rule

import chemdb
from chemdb.api import Database
from chemdb.chemistry.stoichiometry import n_combinations
from chemdb.database.connection import connect_to_read
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.count import count_allowed

#: A label and a value for the table at the end of the page.
Short = tuple[str, str]
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
COUNT_ALLOWED = "select count(*) from allowed"
FULL_SCANS = (
    COUNT_ALLOWED,
    "select nelements, count(*) from allowed group by nelements",
    "select count(*) from missing",
)
LANGUAGE = (
    "chemsys=Li-Zn-Sn-O",
    "elements=Li,Zn,O",
    "ABO3 missing",
    "missing nelements=4",
    "elements=alkali,halogen 0.3<x(O)<0.6",
    "species=Fe3+,O2-",
    "NOT known natoms<=10",
)
#: Starts a connection with 2 GB, runs a statement and prints the sum of the last column.
SCAN = (
    "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True); "
    "con.execute(\"set memory_limit = '2GB'; set enable_progress_bar = false\"); "
    "assert sum(row[-1] for row in con.execute(sys.argv[2]).fetchall()) == int(sys.argv[3])"
)
COMPILED = """
from chemdb.chemistry.elements import elements
from chemdb.chemistry.formula import read_formulas
from chemdb.chemistry.species import oxidation_states
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.element_table import elements_by_symbol, rule_table
table = rule_table(elements_by_symbol(elements()), oxidation_states("smact14"))
for k in (2, 3, 4):
    enumerate_systems(table, k, 8, {threads})
f = read_formulas(["NaCl"], elements())
f.formula(), f.chemsys(), f.formula_anonymous()
"""


def first_compile(threads: int) -> tuple[str, list[Short]]:
    """Return the table of the first compilation."""
    with tempfile.TemporaryDirectory() as cache:
        words = [sys.executable, "-c", COMPILED.format(threads=threads)]
        first, second = (process(words, environment={"NUMBA_CACHE_DIR": cache}) for _ in range(2))
    seconds = first.wall - second.wall
    rows = [
        ("first run, which compiles the kernels and caches them", f"{first.wall:.1f}"),
        ("later runs", f"{second.wall:.1f}"),
        ("difference: the first compilation", f"{seconds:.1f}"),
    ]
    columns = ["enumerating 2 to 4 elements and parsing a formula, in a new process", ">seconds"]
    return table(columns, rows), [("compiling the kernels, once", f"{seconds:.1f} s")]


def enumeration(threads: int) -> tuple[str, list[Short]]:
    """Return the table of deciding all compositions, with compiled kernels."""
    expected = [13_464, 10_779_441, 2_909_434_982]
    decided, counts = warm(lambda: [count_allowed(rule(), k, 8, threads) for k in (2, 3, 4)])
    assert counts == expected
    merged, _ = warm(lambda: [enumerate_systems(rule(), k, 8, threads).n_allowed for k in (2, 3, 4)], 5)
    larger, allowed = once(lambda: count_allowed(rule(), 4, 12, threads))
    rows = [
        ("deciding all compositions of 2 to 4 elements (`count_allowed`)", *_seconds(decided)),
        ("the same, with the allowed sets built, merged and packed (`enumerate_systems`)", *_seconds(merged)),
        (
            f"4 elements, factors to 12: {n_combinations(4, 12):,} combinations, {allowed:,} allowed",
            *_seconds(larger),
        ),
    ]
    text = table(["what", ">seconds", ">CPU seconds"], rows)
    return text, [("deciding all 16,980,397,793 compositions", f"{decided.wall:.2f} s")]


def build(path: Path) -> Cost:
    """Build the default file and return what that took."""
    return process(command("build", "--db", path))


def built(path: Path, cost: Cost) -> tuple[str, list[Short]]:
    """Return the tables of the build and of the largest tables of the file."""
    size = path.stat().st_size / 1e6
    text = table(
        [">seconds", ">CPU seconds", ">peak memory, GB", ">file, MB"],
        [(f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak / 1e3:.2f}", f"{size:.1f}")],
    )
    rows = []
    with duckdb.connect(path, read_only=True) as con:
        for schema, name in con.execute(
            "select schema_name, table_name from duckdb_tables() order by estimated_size desc limit 6"
        ).fetchall():
            [(n, megabytes)] = con.execute(
                f"select (select count(*) from {schema}.{name}), 0.262144 * count(distinct block) from ("
                f"select unnest(list_append(additional_block_ids, block_id)) as block "
                f"from pragma_storage_info('{schema}.{name}') where persistent)"
            ).fetchall()
            rows.append((f"{schema}.{name}", f"{n:,}", f"{megabytes:.1f}"))
    text += "\n\nLargest tables of the file, by blocks:\n\n" + table(["table", ">rows", ">MB"], rows)
    return text, [
        (
            "`chemdb build` in an empty folder, complete process",
            f"{cost.wall:.1f} s, {cost.peak / 1e3:.2f} GB",
        ),
        ("size of the file", f"{size:.1f} MB"),
    ]


def queries(path: Path) -> tuple[str, list[Short]]:
    """Return the table of SQL over one connection that has answered before."""
    rows = []
    with connect_to_read(path) as con:
        for name, query in QUERIES.items():
            cost, _ = warm(lambda query=query: con.execute(query).fetchall(), 9)
            rows.append((name, f"{1e3 * cost.wall:.1f}", f"{1e3 * cost.cpu:.1f}"))
    return table(["query", ">ms", ">CPU ms"], rows), [(name, f"{wall} ms") for name, wall, _ in rows]


def full_scans(path: Path) -> tuple[str, list[Short], Cost]:
    """Return the table of scans of all allowed compositions, and the cost of counting them."""
    with duckdb.connect(path, read_only=True) as con:
        [(allowed, missing)] = con.execute(
            "select sum(allowed)::bigint, sum(missing)::bigint from table2"
        ).fetchall()
    found: dict[str, tuple[Cost, int]] = {}
    for query in FULL_SCANS:
        n = missing if "missing" in query else allowed
        found[query] = process([sys.executable, "-c", SCAN, path, query, n]), n
    rows = [
        (f"`{query}`", f"{n:,}", f"{c.wall:.1f}", f"{c.cpu:.1f}", f"{c.peak / 1e3:.2f}")
        for query, (c, n) in found.items()
    ]
    text = table(["query", ">rows", ">seconds", ">CPU seconds", ">peak memory, GB"], rows)
    short = [(f"{name}, {n} rows", f"{wall} s, {peak} GB") for name, n, wall, _, peak in rows]
    return text, short, found[COUNT_ALLOWED][0]


def language(db: Database) -> tuple[str, list[Short]]:
    """Return the table of queries in chemdb's language, in a process that has answered before."""
    rows, short = [], []
    for text in LANGUAGE:
        counted, counts = warm(lambda text=text: db.query(text).counts, 3)
        both, _ = warm(lambda text=text: list(db.query(text, limit=20)), 3)
        n = sum(counts.values())
        rows.append(
            (f"`{text}`", f"{n:,}", f"{counted.wall:.2f}", f"{max(0.0, both.wall - counted.wall):.2f}")
        )
        short.append((f'`chemdb query "{text}"`, {n:,} matches', f"{both.wall:.2f} s"))
    return table(["query", ">matches", ">counts, seconds", ">rows, seconds"], rows), short


def processes(path: Path) -> str:
    """Return the table of complete processes."""
    rows = []
    for words in (
        ["--help"],
        ["report", "--table2"],
        ["report", "--table1"],
        ["query", "chemsys=Li-Zn-Sn-O"],
        ["explain", "LiZnO2"],
    ):
        database = () if words == ["--help"] else ("--db", path)
        cost = process(command(*words, *database), 5)
        rows.append((f"`chemdb {' '.join(words)}`", *_seconds(cost), f"{cost.peak:.0f}"))
    return table(["command", ">seconds", ">CPU seconds", ">peak memory, MB"], rows)


def about(threads: int) -> str:
    """Return which programs and what computer the figures are of."""
    import platform

    return (
        f"Measured by `make bench` with chemdb {chemdb.__version__}, DuckDB {duckdb.__version__}, "
        f"Python {platform.python_version()} on {threads} processors ({platform.machine()})."
    )


def _seconds(cost: Cost) -> tuple[str, str]:
    return f"{cost.wall:.2f}", f"{cost.cpu:.2f}"
