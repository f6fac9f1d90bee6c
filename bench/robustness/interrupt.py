"""How quickly each long-running command ends after Ctrl-C, and what it leaves behind."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from experiment import Outcome, command, largest, leftovers, one_line

ABOUT = (
    "Each command and its child processes get SIGINT, as from Ctrl-C, at three random times during the run, start-up "
    "included. The time is from the signal to the end of the process."
)
TIMES = 3
LIMIT = 2.0
SETTLED = ("chemdb.duckdb", "formulas.csv", "lab.csv")


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    # A shell makes its background jobs ignore SIGINT, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    own = folder / "chemdb.duckdb"
    (folder / "lab.csv").write_text("formula\nZnO3\n")
    (folder / "formulas.csv").write_text("formula\n" + "LiZn2Sn3O8\nFe3O4\nYBa2Cu3O7\n" * 2_000_000)
    many = ["missing", "nelements=4", "--limit", "0"]
    vectors = ["export", "embeddings", "missing nelements=4", "-o"]
    for what, seconds, *arguments in (
        ("build", 12, "build"),
        ("known add", 2, "known", "add", folder / "lab.csv"),
        ("query -o rows.csv", 8, "query", " ".join(many[:2]), *many[2:], "-o", folder / "rows.csv"),
        ("query -o rows.parquet", 8, "query", " ".join(many[:2]), *many[2:], "-o", folder / "rows.parquet"),
        ("query --sort natoms,formula", 8, "query", "nelements=3 missing", *many[2:], "--sort", "natoms,formula", "-o", folder / "rows.csv"),
        ("query species=Fe3+,O2-", 1, "query", "species=Fe3+,O2-"),
        ("label of 6,000,000 formulas", 8, "label", folder / "formulas.csv", "-o", folder / "labels.csv"),
        ("export embeddings to a file", 10, *vectors, folder / "vectors.parquet"),
        ("export embeddings to .npz", 10, *vectors, folder / "vectors.npz"),
        ("export embeddings to a folder", 10, *vectors, folder),
        *((f"map --method {method}", seconds, "map", "--method", method, "--nelements", 4)
          for method, seconds in (("pca", 2.5), ("tsne", 30), ("umap", 30))),
        ("map --all", 2.2, "map", "--method", "pca", "--all", "--nelements", 4),
        ("plot density", 25, "plot", "density", "-o", folder / "density.png"),
        ("plot paper", 30, "plot", "paper", "-o", folder),
        ("report --separation", 20, "report", "--separation"),
        ("sample", 4, "sample", "--per-category", 300_000, "-o", folder / "sample.csv"),
        ("count --nelements 5", 20, "count", "--nelements", 5),
        ("sql, a count of all rows", 10, "sql", "select count(*) from allowed"),
    ):  # fmt: skip
        options = [] if arguments[0] == "count" else ["--db", own]
        yield interrupted(what, [*arguments, *options], seconds, db, folder)


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of commands and interrupts, and the largest time."""
    times = sum(outcome.times for outcome in outcomes)
    slowest = largest(outcomes, r"slowest ([\d.]+) s")
    return f"{len(outcomes)} commands, {times} interrupts; slowest {slowest:.2f} s"


def interrupted(what: str, arguments: list, seconds: float, db: Path, folder: Path) -> Outcome:
    """Interrupt a command several times; return the row."""
    moments = random.Random(what)
    own = folder / "chemdb.duckdb"
    before = db.read_bytes()
    waits: list[float] = []
    problems: list[str] = []
    # `seconds` was measured on an idle machine with two processors; on a faster one the command may finish
    # before the signal, and is tried again.
    for _ in range(4 * TIMES):
        if len(waits) == TIMES:
            break
        shutil.copyfile(db, own)
        process = subprocess.Popen(
            command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            start_new_session=True,
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(moments.uniform(0.5, seconds))
        clock = time.perf_counter()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        output, error = process.communicate()
        # An export to a folder keeps its finished parts.
        parts = [path.name for path in folder.glob("part-*.parquet")]
        others = leftovers(folder, *SETTLED, *parts)
        if process.returncode != 0 or not output:
            waits.append(time.perf_counter() - clock)
            # Python dies from the signal if it arrives while a class is being created; a shell shows 130 too.
            if process.returncode not in (130, -signal.SIGINT):
                problems.append(f"exit code {process.returncode}")
            if not one_line(error) or "interrupted" not in error.splitlines()[-1]:
                problems.append(f"stderr ends in {error.strip()[-80:]!r}")
            elif error.strip().endswith(("is written", "files are written")):
                # The signal arrived after the last file was finished.
                others = [name for name in others if ".partial" in name or name.endswith((".lock", ".tmp"))]
            # The database keeps finished maps.
            if not what.startswith(("map", "plot paper")) and own.read_bytes() != before:
                problems.append("the database changed")
            problems += others
        for name in leftovers(folder, *SETTLED):
            (folder / name).unlink()
    slowest = max(waits, default=0.0)
    if slowest > LIMIT:
        problems.append("too slow")
    found = f"slowest {slowest:.2f} s" + (f"; {', '.join(dict.fromkeys(problems))}" if problems else "")
    return Outcome(f"`chemdb {what}`", len(waits), found, len(waits) == TIMES and not problems)
