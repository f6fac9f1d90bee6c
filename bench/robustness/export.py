"""Export of a hundred million rows with little memory."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
from experiment import Outcome, command, largest
from limits import used_by

ABOUT = (
    "100,000,000 missing compositions of four elements, written with `--memory-limit 2GB`. Memory is the peak of the whole "
    "process, DuckDB included. The promise is at most 2 GB, every row in the file and no row twice."
)
ROWS = 100_000_000
LIMIT = 2 * 10**9


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    own = folder / "own.duckdb"
    shutil.copyfile(db, own)
    query = "missing nelements=4"
    for name in ("rows.parquet", "rows.csv"):
        target = folder / name
        arguments = ("query", query, "--limit", ROWS, "-o", name, "--memory-limit", "2GB", "--db", own)
        used = used_by(list(command(*arguments)), folder)
        n_rows, n_distinct = counts(target) if target.exists() else (0, 0)
        found = (
            f"{n_rows:,} rows in {used.seconds:.0f} s, {n_rows / used.seconds:,.0f} rows/s; {used.memory / 1e9:.2f} GB "
            f"of memory; file size {target.stat().st_size / 1e9:.2f} GB" if n_rows else used.error
        )  # fmt: skip
        yield Outcome(
            f'`chemdb query "{query}" --limit {ROWS} -o {name}`', 1, found,
            not used.code and (n_rows, n_distinct) == (ROWS, ROWS) and used.memory <= LIMIT,
        )  # fmt: skip
        target.unlink(missing_ok=True)


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of rows, and the largest memory and time."""
    gigabytes, seconds = largest(outcomes, r"([\d.]+) GB of memory"), largest(outcomes, r"rows in (\d+) s")
    return f"exports of {ROWS:,} rows to Parquet and CSV; at most {gigabytes:.2f} GB and {seconds:.0f} s"


def counts(path: Path) -> tuple[int, int]:
    """Return the number of rows in a file, and of distinct missing formulas of four elements among them."""
    with duckdb.connect(config={"temp_directory": f"{path}.tmp", "memory_limit": "6GB"}) as con:
        [found] = con.execute(
            "select count(*), count(distinct formula) filter (category = 'missing' and nelements = 4) "
            f"from '{path}'"
        ).fetchall()
    return found
