"""Figures that chemdb should reach, and whether it does."""

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
TERNARIES = "missing nelements=3"
#: 41,602,819 compositions.
MANY = "missing nelements=4 natoms<=7"
N_ROWS = 20_000_000


@dataclass(frozen=True)
class Goal:
    """A figure that was asked for, and what was measured."""

    what: str
    asked: str
    measured: str
    met: bool


def goals(db: Database, scan: Cost, folder: Path) -> Iterator[Goal]:
    """Yield the figures; `scan` is the cost of counting all allowed compositions."""
    for words, most in PROCESSES.items():
        cost = process(command(*shlex.split(words), "--db", db.path), 9)
        yield Goal(
            f"`chemdb {words}`",
            f"{most:.2f} s",
            f"{cost.wall:.2f} s, {cost.cpu:.2f} CPU-s",
            cost.wall <= most,
        )
    yield periodic_table(db, folder)
    yield Goal(
        "`select count(*) from allowed`", f"{MOST_SCAN} s", f"{scan.wall:.1f} s, {scan.cpu:.1f} CPU-s",
        scan.wall <= MOST_SCAN,
    )  # fmt: skip
    megabytes = db.path.stat().st_size / 1e6
    yield Goal(
        "size of the file of 2 to 4 elements", "60 MB, or why not: [storage.md](storage.md)",
        f"{megabytes:.1f} MB", megabytes <= 60,
    )  # fmt: skip
    yield ternaries(db, folder)
    yield full_rows(db)
    yield keys_and_formulas(db, folder)


def periodic_table(db: Database, folder: Path) -> Goal:
    """Return the counts of a query by element in one pass against a count for each element."""
    with db.cursor() as con:
        symbols = [symbol for (symbol,) in con.execute("select symbol::varchar from element").fetchall()]
    together, frequency = warm(lambda: db.query(DRAWN).element_frequency(), 5)
    apart, counts = once(lambda: [db.query(f"{DRAWN} elements={symbol}").count() for symbol in symbols])
    assert [frequency.get(symbol, 0) for symbol in symbols] == counts
    target = folder / "table.png"
    drawn = process(command("plot", "periodic-table", "--query", DRAWN, "-o", target, "--db", db.path))
    for path in (target, target.with_suffix(".txt")):
        path.unlink()
    return Goal(
        f'`chemdb plot periodic-table --query "{DRAWN}"`', "one pass, not 103 counts",
        f"{together.wall:.2f} s for all counts (one by one {apart.wall:.1f} s); {drawn.wall:.1f} s with the drawing",
        together.wall < apart.wall / 10,
    )  # fmt: skip


def ternaries(db: Database, folder: Path) -> Goal:
    """Return all columns of the missing ternaries in a Parquet file."""
    target = folder / "ternaries.parquet"
    cost = process(command("query", TERNARIES, "--limit", 0, "-o", target, "--db", db.path), 3)
    n, megabytes = pq.read_metadata(target).num_rows, target.stat().st_size / 1e6
    target.unlink()
    return Goal(
        f'`chemdb query "{TERNARIES}" --limit 0 -o rows.parquet`, {n:,} rows of all columns', "4 CPU-s, 600 MB of memory",
        f"{cost.cpu:.1f} CPU-s, {cost.peak:.0f} MB of memory, {cost.wall:.1f} s; file {megabytes:.0f} MB",
        cost.cpu <= 4 and cost.peak <= 600,
    )  # fmt: skip


def full_rows(db: Database) -> Goal:
    """Return all columns of some quaternaries as Arrow batches."""
    cost, n = once(lambda: sum(len(batch) for batch in db.query(MANY, limit=N_ROWS).batches()))
    return _rate(f"`db.query({MANY!r}).batches()`, {n:,} rows of all columns", 3, n, cost)


def keys_and_formulas(db: Database, folder: Path) -> Goal:
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


def asked_table(found: Sequence[Goal]) -> str:
    """Return the table of figures that were asked for."""
    return table(
        ["figure", "asked", "measured", ""],
        ((g.what, g.asked, g.measured, "met" if g.met else "**not met**") for g in found),
    )


def _rate(what: str, least: float, n: int, cost: Cost) -> Goal:
    """Return a rate, asked for in millions a CPU-second."""
    millions = n / cost.cpu / 1e6
    return Goal(
        what, f"{least} million a CPU-second", f"{millions:.1f} million, {cost.wall:.1f} s", millions >= least
    )
