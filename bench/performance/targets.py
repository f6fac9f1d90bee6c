"""Targets for chemdb's performance, and whether they are met."""

import shlex
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from measure import Cost, command, once, process, warm
from page import table

from chemdb.api import Database

#: Whole queries, with the seconds that they may take.
PROCESSES = {
    'query "elements=Li,Zn,O"': 0.40,
    'query "missing nelements=4"': 0.45,
    'query "exclude=radioactive,noble_gas"': 0.35,
}
MOST_SCAN = 10
DRAWN = "missing nelements=4"
#: Allowed quaternaries with each element: the simplest statement that does the work of `DRAWN` but for the known ones.
PASS = """
select symbol::varchar, sum(n_allowed)
from (
    select unnest(elements) as symbol, n_allowed
    from chemical_system where nelements = 4
)
group by symbol order by symbol
"""
TERNARIES = "missing nelements=3"
#: 72,267,638 compositions.
MANY = "missing elements=Li nelements=4"
N_ROWS = 20_000_000


@dataclass(frozen=True)
class Target:
    """A target and what was measured."""

    what: str
    target: str
    measured: str
    met: bool


def targets(db: Database, scan: Cost, folder: Path) -> Iterator[Target]:
    """Yield the targets; `scan` is the cost of counting all allowed compositions."""
    for words, most in PROCESSES.items():
        cost = process(command(*shlex.split(words), "--db", db.path), 9)
        yield Target(
            f"`chemdb {words}`",
            f"{most:.2f} s",
            f"{cost.wall:.2f} s, {cost.cpu:.2f} CPU-s",
            cost.wall <= most,
        )
    yield periodic_table(db, folder)
    yield Target(
        "`select count(*) from allowed`", f"{MOST_SCAN} s", f"{scan.wall:.1f} s, {scan.cpu:.1f} CPU-s",
        scan.wall <= MOST_SCAN,
    )  # fmt: skip
    megabytes = db.path.stat().st_size / 1e6
    yield Target(
        "size of the file of 2 to 4 elements", "60 MB (why not: [storage.md](storage.md))",
        f"{megabytes:.1f} MB", megabytes <= 60,
    )  # fmt: skip
    yield ternaries(db, folder)
    yield full_rows(db)
    yield keys_and_formulas(db, folder)


def periodic_table(db: Database, folder: Path) -> Target:
    """Return the counts of a query by element against one pass over the chemical systems, without the query."""
    with db.cursor() as con:
        one_pass, rows = warm(lambda: con.execute(PASS).fetchall(), 5)
    together, frequency = warm(lambda: db.query(DRAWN).element_frequency(), 5)
    apart, counts = once(lambda: [db.query(f"{DRAWN} elements={symbol}").count() for symbol, _ in rows])
    assert [frequency.get(symbol, 0) for symbol, _ in rows] == counts
    target = folder / "table.png"
    drawn = process(command("plot", "periodic-table", "--query", DRAWN, "-o", target, "--db", db.path))
    for path in (target, target.with_suffix(".txt")):
        path.unlink()
    return Target(
        f'counts of `chemdb plot periodic-table --query "{DRAWN}"`',
        "at most twice one grouped pass, instead of 103 counts",
        f"{together.cpu:.2f} CPU-s (one pass {one_pass.cpu:.2f}, 103 counts {apart.cpu:.1f}); "
        f"whole process with the drawing {drawn.wall:.1f} s",
        together.cpu <= 2 * one_pass.cpu,
    )


def ternaries(db: Database, folder: Path) -> Target:
    """Return all columns of the missing ternaries in a Parquet file."""
    target = folder / "ternaries.parquet"
    cost = process(command("query", TERNARIES, "--limit", 0, "-o", target, "--db", db.path), 3)
    n, megabytes = pq.read_metadata(target).num_rows, target.stat().st_size / 1e6
    target.unlink()
    return Target(
        f'`chemdb query "{TERNARIES}" --limit 0 -o rows.parquet`, {n:,} rows of all columns', "4 CPU-s, 600 MB of memory",
        f"{cost.cpu:.1f} CPU-s, {cost.peak:.0f} MB of memory, {cost.wall:.1f} s; file {megabytes:.0f} MB",
        cost.cpu <= 4 and cost.peak <= 600,
    )  # fmt: skip


def full_rows(db: Database) -> Target:
    """Return all columns of some quaternaries as Arrow batches."""
    cost, n = once(lambda: sum(len(batch) for batch in db.query(MANY, limit=N_ROWS).batches()))
    return _rate(f"`db.query({MANY!r}).batches()`, {n:,} rows of all columns", 3, n, cost)


def keys_and_formulas(db: Database, folder: Path) -> Target:
    """Return the numbers and formulas of some quaternaries, written as a folder of Parquet files."""
    target = folder / "exported"
    cost = process(
        command("export", "compositions", MANY, "--columns", "formula", "-o", target, "--db", db.path)
    )
    n = sum(pq.read_metadata(path).num_rows for path in target.rglob("*.parquet"))
    shutil.rmtree(target)
    return _rate(
        f'`chemdb export compositions "{MANY}" --columns formula`, {n:,} rows of key and formula', 10, n, cost
    )


def target_table(found: Sequence[Target]) -> str:
    """Return the table of targets."""
    return table(
        ["what", "target", "measured", ""],
        ((g.what, g.target, g.measured, "met" if g.met else "**not met**") for g in found),
    )


def _rate(what: str, least: float, n: int, cost: Cost) -> Target:
    """Return a rate with its target, in millions per CPU-second."""
    millions = n / cost.cpu / 1e6
    return Target(
        what,
        f"{least} million per CPU-second",
        f"{millions:.1f} million, {cost.wall:.1f} s",
        millions >= least,
    )
