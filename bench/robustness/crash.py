"""What a file contains after its writer was killed."""

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import duckdb
from experiment import Outcome, chemdb, command, leftovers, total

from chemdb.database.connection import connect_to_read
from chemdb.verify import checks_of

ABOUT = (
    "Each command is killed (SIGKILL) at random times during its run (seed 0). Each run starts with what the "
    "previous one left behind; the last run is not killed. A database must pass the checks of `chemdb verify`, and the "
    "content of every file is compared row by row with the old and the new version."
)
KILLS = 50
FULL_KILLS = 4
SMALL = ("--nelements", "2-3", "--max-stoichiometry", "4")
KNOWN = "id,formula\na1,ZnO3\na2,Zn3O\na3,LiZnSnO4\n"
#: Columns that differ between two runs of the same command.
TIMES = {"known_source": "added_at", "projection_run": "seconds, created_at"}


class Case(NamedTuple):
    """A command and the file that it replaces."""

    what: str
    arguments: tuple[str, ...]
    target: str
    old: Path | None
    kills: int


class Seen(NamedTuple):
    """Counts after all kills of a command."""

    old: int
    new: int
    neither: list[str]
    with_leftovers: int
    strange: set[str]
    left_in_the_end: list[str]
    ends_new: bool


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    (folder / "lab.csv").write_text(KNOWN)
    small, rows, vectors = folder / "small.duckdb", folder / "old.parquet", folder / "parts"
    for arguments in (
        ("build", *SMALL, "--db", small),
        ("query", "Li-O-Zn", "-o", rows, "--db", small),
    ):
        chemdb(*arguments).check_returncode()
    vectors.mkdir()
    query = "missing elements=O nelements=3"
    many = "missing nelements=3 natoms<=8"
    file = "{target}"
    cases = [
        Case("`chemdb build` over a file", ("build", *SMALL[:3], "3", "--db", file), "a.duckdb", small, KILLS),
        Case("`chemdb known add`", ("known", "add", f"lab={folder / 'lab.csv'}", "--db", file), "b.duckdb", small, KILLS),
        Case(
            "`chemdb map`", ("map", "--method", "pca", "--per-category", "200", "--db", file), "c.duckdb", small, KILLS,
        ),
        Case(
            "`chemdb query -o rows.parquet`",
            ("query", query, "--limit", "0", "--db", str(small), "-o", file), "d.parquet", rows, KILLS,
        ),
        Case(
            "`chemdb export embeddings -o vectors.parquet`",
            ("export", "embeddings", query, "--db", str(small), "-o", file), "e.parquet", rows, KILLS,
        ),
        Case(
            "`chemdb export embeddings -o folder`",
            ("export", "embeddings", many, "--db", str(small), "-o", file), "parts", vectors, KILLS,
        ),
        Case("`chemdb build`, the default", ("build", "--known", "none", "--db", file), "f.duckdb", db, FULL_KILLS),
        Case(
            "`chemdb known add`, to the default file",
            ("known", "add", f"lab={folder / 'lab.csv'}", "--db", file), "g.duckdb", db, FULL_KILLS,
        ),
    ]  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        folders = [folder / str(number) for number in range(len(cases))]
        for case, seen in zip(cases, pool.map(kill, cases, folders), strict=True):
            yield outcome(case, seen)


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of runs, and how often each version was left."""
    runs = sum(outcome.times for outcome in outcomes)
    old, new, neither = (
        total(outcomes, pattern)
        for pattern in (r"(\d+) times the old", r"(\d+) times the new", r"(\d+) times neither")
    )
    return (
        f"{runs} runs of {len(outcomes)} commands, killed at random times, left the old version {old} times, "
        f"the new one {new} times, neither {neither} times"
    )


def outcome(case: Case, seen: Seen) -> Outcome:
    """Return the row of a case; every kill must leave either the old or the new file."""
    found = (
        f"{seen.old} times the old {'folder' if case.target == 'parts' else 'file'}, {seen.new} times the new "
        f"one, {len(seen.neither)} times neither; leftovers after {seen.with_leftovers}, none after the next complete run"
    )
    problems = [*seen.neither[:1], *sorted(seen.strange), *seen.left_in_the_end]
    if not seen.ends_new:
        problems.append("the last run failed")
    ok = not problems
    return Outcome(case.what, case.kills, found if ok else f"{found}; {'; '.join(problems)}", ok)


def kill(case: Case, folder: Path, seed: int = 0) -> Seen:
    """Kill a command many times, then let it finish; return the counts."""
    folder.mkdir()
    target = folder / case.target
    arguments = [argument.format(target=target) for argument in case.arguments]
    moments = random.Random(seed)
    put(case.old, target)
    old = contents(target)
    started = time.perf_counter()
    subprocess.run(command(*arguments), capture_output=True, check=True)
    seconds = time.perf_counter() - started
    new = contents(target)
    assert new != old, f"{case.what} changes nothing"
    n_old = n_new = n_left = 0
    neither: list[str] = []
    strange: set[str] = set()
    for _ in range(case.kills):
        put(case.old, target)
        stop_after(arguments, moments.uniform(0, 1.1 * seconds), signal.SIGKILL)
        left = leftovers(folder, case.target) + unfinished(target)
        n_left += bool(left)
        strange.update(name for name in left if not is_leftover(name, target))
        try:
            found = contents(target)
        except Exception as error:
            neither.append(f"{type(error).__name__}: {error}")
            continue
        n_old += found == old
        n_new += found == new
        # An interrupted export to a folder leaves complete parts; the next run adds the rest.
        part_way = target.is_dir() and found == new[: len(found)]
        n_old += part_way and found not in (old, new)
        if found not in (old, new) and not part_way:
            neither.append("contents that are neither")
    put(case.old, target)
    last = subprocess.run(command(*arguments), capture_output=True, check=False)
    ends_new = last.returncode == 0 and contents(target) == new
    return Seen(
        n_old, n_new, neither, n_left, strange, leftovers(folder, case.target) + unfinished(target), ends_new
    )


def stop_after(arguments: Sequence[str], seconds: float, how: signal.Signals) -> None:
    """Start a command and send it a signal after the given time."""
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(how)


def put(old: Path | None, target: Path) -> None:
    """Restore the old file, but keep its leftovers; of a folder, remove the finished parts only."""
    if old is not None and old.is_dir():
        target.mkdir(exist_ok=True)
        for part in target.glob("*.parquet"):
            part.unlink()
    elif old is not None:
        shutil.copyfile(old, target)


def unfinished(target: Path) -> list[str]:
    """Return the names of the files in a folder that are not finished parts."""
    return (
        leftovers(target, *(part.name for part in target.glob("part-*.parquet"))) if target.is_dir() else []
    )


def is_leftover(name: str, target: Path) -> bool:
    """Return whether a name is one that chemdb gives to unfinished files and locks."""
    first = name.split(".partial")[0].removesuffix(".lock")
    return first == target.name or (target.is_dir() and (first == "export" or first.startswith("part-")))


def contents(path: Path) -> list:
    """Return row counts and hashes of a file or a folder of files, to compare two versions."""
    if path.is_dir():
        return [contents(part) for part in sorted(path.glob("part-*.parquet"))]
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            return con.execute(f"select count(*), bit_xor(hash(t)) from '{path}' t").fetchall()
    with connect_to_read(path) as con:
        failed = [check for check in checks_of(con) if not check.ok]
        assert not failed, failed
        # The checksums include times, and have just been checked.
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where table_name <> 'checksum' order by all"
        ).fetchall()
        return [
            con.execute(f"select count(*), bit_xor(hash(t)) from ({rows(*table)}) t").fetchall()
            for table in tables
        ]


def rows(schema: str, table: str) -> str:
    """Return a query for the rows of a table without the columns that contain times."""
    if table == "build_info":
        return f"from {schema}.{table} where property not like 'build_%'"
    without = f"exclude ({TIMES[table]})" if table in TIMES else ""
    return f"select * {without} from {schema}.{table}"
