"""Whether commands respect --threads and --memory-limit."""

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
from experiment import Outcome, command, largest
from typer.main import get_command

from chemdb.cli import app

ABOUT = (
    "Each command runs as a process with `--threads 1 --memory-limit 512MB`. Threads are CPU time divided by wall time; "
    "memory is the peak of the process and its children together, with shared pages counted once. The promise is at most "
    "1.1 threads and 1.01 GB."
)
#: Memory for DuckDB, in bytes.
LIMIT = 512 * 10**6
#: Memory that chemdb and its libraries may use on top of DuckDB's, in bytes.
BASE = 500_000_000
BUSY = 1.1
#: Arguments for each command: the largest task that takes at most about a minute.
LINES = {
    "build": "",
    "query": '"missing elements=Li,O nelements=4" --limit 1000000 -o rows.parquet',
    "report": "--separation --nelements 2",
    "info": "",
    "verify": "",
    "sql": "\"select count(*) from allowed where list_contains(elements, 'O')\"",
    "explain": "LiZnO2 Fe3O4",
    "label": "million.csv -o labelled.parquet",
    "suggest": '"nelements=4 elements=O exclude=transition_metal,lanthanoid,actinoid" --limit 100000 -o suggestions.parquet',
    "sample": "--per-category 100000 -o sample.parquet",
    "export embeddings": '"missing elements=Li,O nelements=3" --embedding mat2vec -o vectors.parquet',
    "map": "--method umap --nelements 2 --per-category 200",
    "plot periodic-table": '--query "missing nelements=4" -o table.png',
    "plot substitution": "-o weights.png",
    "site": "-o page.html",
    "plot composition": "Li-Zn-Sn-O -o system.png",
    "plot map": "--method pca --nelements 4 -o map.png",
    "plot map-grid": "--nelements 2 --per-category 30 -o grid.png",
    "plot anions": "--per-category 30 -o anions.png",
    "plot density": "--nelements 4 -o density.png",
    "plot paper": "--per-category 30 -o .",
    "known add": "mine=million.csv",
    "known list": "",
    "known remove": "mp-snapshot",
    "count": "--nelements 2-4",
}

#: Commands that run until they are stopped; bench/serve.py measures the first.
SERVERS = ("serve", "mcp")


class Used(NamedTuple):
    """Resources used by a process and its children: s, s of CPU time, bytes."""

    seconds: float
    processor: float
    memory: int
    code: int
    error: str


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    names = all_commands(get_command(app))
    for name in sorted(set(names) - {*LINES, *SERVERS}):
        yield Outcome(f"`chemdb {name}`", 0, "has no arguments in this experiment", False)
    million_formulas(folder / "million.csv")
    for name in (name for name in names if name in LINES):
        options = names[name]
        used = measure(name, options, db, folder)
        kept = not used.code and used.processor <= BUSY * used.seconds and used.memory <= LIMIT + BASE
        failed = f"; exit {used.code}: {used.error}" if used.code else ""
        found = f"{used.memory / 1e9:.2f} GB, {used.processor / used.seconds:.2f} threads{failed}"
        yield Outcome(f"`{f'chemdb {name} {LINES[name]}'.strip()}`", 1, found, kept)


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of commands, and the largest memory and number of threads."""
    gigabytes, threads = largest(outcomes, r"([\d.]+) GB"), largest(outcomes, r"([\d.]+) threads")
    return (
        f"{len(outcomes)} commands with 1 thread and a memory limit of 512 MB; "
        f"at most {gigabytes:.2f} GB and {threads:.2f} threads"
    )


def measure(name: str, options: set[str], db: Path, folder: Path) -> Used:
    """Run a command on a copy of the database, in a temporary folder."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        (Path(own) / "million.csv").symlink_to(folder / "million.csv")
        line = [*name.split(), *shlex.split(LINES[name]), "--threads", "1"]
        if "--memory-limit" in options:
            line += ["--memory-limit", f"{LIMIT // 10**6}MB"]
        if "--db" in options:
            line += ["--db", "own.duckdb"]
            if name != "build":
                shutil.copyfile(db, Path(own) / "own.duckdb")
        return used_by(command(*line), Path(own))


def used_by(line: list[str], folder: Path) -> Used:
    """Run a process; return the resources that it and its children used."""
    started, before = time.perf_counter(), processor_of_children()
    with (folder / "stderr").open("w+") as errors:
        process = psutil.Popen(line, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors)
        memory = 0
        while process.poll() is None:
            memory = max(memory, sum(map(held, [process, *children(process)])))
            time.sleep(0.05)
        seconds = time.perf_counter() - started
        errors.seek(0)
        last = ["", *errors.read().strip().splitlines()][-1]
    return Used(seconds, processor_of_children() - before, memory, process.returncode, last)


def processor_of_children() -> float:
    """Return the CPU time of all finished child processes, in s."""
    times = os.times()
    return times.children_user + times.children_system


def children(process: psutil.Process) -> list[psutil.Process]:
    """Return the descendants of a process, none if it has ended."""
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def held(process: psutil.Process) -> int:
    """Return the proportional set size of a process, in bytes."""
    try:
        return process.memory_full_info().pss
    except psutil.Error:
        return 0


def all_commands(group: object, path: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """Return the options of every command, by command name."""
    if not hasattr(group, "commands"):
        return {" ".join(path): {option for p in group.params for option in p.opts}}
    found = {}
    for name, child in group.commands.items():
        found |= all_commands(child, (*path, name))
    return found


def million_formulas(path: Path) -> None:
    """Write a million formulas of three elements."""
    symbols = ["Li", "Na", "K", "Mg", "Ca", "Sr", "Al", "Ga", "Ti", "Fe"]
    with path.open("w") as file:
        file.write("formula\n")
        for number in range(1_000_000):
            one, two = symbols[number % 10], symbols[number // 10 % 10]
            file.write(f"{one}{number % 7 + 1}{two}{number % 5 + 1}O{number % 11 + 1}\n")
