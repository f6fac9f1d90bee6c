"""Concurrent readers and writers of one file."""

import itertools
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from experiment import Outcome, chemdb, command, leftovers, one_line

import chemdb as api
from chemdb.builder.change_known import add, remove
from chemdb.builder.pipeline import BuildOptions, build

ABOUT = (
    "Eight processes query the file in a loop, five from Python and three from the command line, while it is "
    "replaced. Each answer consists of several numbers, which must all come from the same version of the file."
)
READERS = (5, 3)
REPLACED = 20
QUESTION = (
    "select (select count(*) from known_composition), (select coalesce(sum(n_entries), 0)::bigint from known_source), "
    "(select sum(known)::bigint from order_summary), (select sum(missing)::bigint from order_summary)"
)
PYTHON = """
import sys, chemdb
while True:
    with chemdb.open(sys.argv[1]) as db:
        for _ in range(5):
            print(*db.sql(sys.argv[2]).read()[1].__next__(), sep=",", flush=True)
"""
CLI = """
import subprocess, sys
while True:
    done = subprocess.run([sys.executable, "-m", "chemdb", "sql", sys.argv[2], "--format", "csv", "--db", sys.argv[1]],
                          capture_output=True, text=True)
    print(done.stdout.splitlines()[1] if done.returncode == 0 else done.stderr.strip(), flush=True)
"""


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    for number, name in enumerate(("a", "b")):
        rows = "".join(f"LiZn{i}O{number + 1}\n" for i in range(1, 5))
        (folder / f"{name}.csv").write_text("formula\n" + rows)
    path = folder / "x.duckdb"
    small = {"nelements": range(2, 4), "max_stoichiometry": 4}
    changes = [
        lambda: build(path, BuildOptions(**small, known=(str(folder / "a.csv"),))),
        lambda: add(path, str(folder / "b.csv")),
        lambda: add(path, "mp-snapshot"),
        lambda: remove(path, "a"),
    ]
    states = set()
    for change in changes:
        change()
        states.add(answer(path))
    yield readers(path, changes, states, folder)
    yield threads(path, changes, states)
    yield two_writers(path, folder)
    small = folder / "threads.duckdb"
    shutil.copyfile(db, small)
    yield a_killed_holder(small, folder)


def readers(path: Path, changes: list, states: set, folder: Path) -> Outcome:
    """Check what several processes read while the file is replaced repeatedly."""
    programs = [PYTHON] * READERS[0] + [CLI] * READERS[1]
    processes, outputs = [], []
    try:
        for number, program in enumerate(programs):
            outputs.append((folder / f"answers-{number}").open("w+"))
            # At the lowest priority, so that the readers do not starve the writer.
            reader = ["nice", "-n", "19", sys.executable, "-c", program, str(path), QUESTION]
            processes.append(subprocess.Popen(reader, stdout=outputs[-1], stderr=subprocess.STDOUT))
        for change in itertools.islice(itertools.cycle(changes), REPLACED):
            change()
        ended = [process.poll() for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    answers: list[str] = []
    for output in outputs:
        output.seek(0)
        # The kill may have truncated the last line.
        answers += output.read().split("\n")[:-1]
        output.close()
    strange = sorted(set(answers) - states)
    seen = len(set(answers) & states)
    ok = not strange and ended == [None] * len(programs) and seen > 1
    found = f"{len(answers):,} answers from {seen} versions, {len(strange)} inconsistent"
    return Outcome(
        f"{len(programs)} processes read while the file is replaced",
        REPLACED,
        found + "".join(strange[:1]),
        ok,
    )


def threads(path: Path, changes: list, states: set) -> Outcome:
    """Check what the threads that share a handle read while the file is replaced."""
    stop = threading.Event()
    answers: list[str] = []
    errors: list[str] = []
    with api.open(path) as db:
        expected = ",".join(map(str, next(iter(db.sql(QUESTION)))))

        def read() -> None:
            while not stop.is_set():
                try:
                    answers.append(",".join(map(str, next(iter(db.sql(QUESTION))))))
                except Exception as error:
                    errors.append(str(error))

        workers = [threading.Thread(target=read) for _ in range(8)]
        for worker in workers:
            worker.start()
        for change in changes:
            change()
        stop.set()
        for worker in workers:
            worker.join()
    ok = not errors and set(answers) == {expected} and expected in states
    found = f"{len(answers):,} answers, all from the file that was opened; {len(errors)} errors" + "".join(
        errors[:1]
    )
    return Outcome(
        "8 threads share a `chemdb.open` handle while the file is replaced", len(changes), found, ok
    )


def two_writers(path: Path, folder: Path, times: int = 20) -> Outcome:
    """Check what happens when two sources are added at the same time."""
    refused = both = lost = unclear = 0
    for number in range(times):
        names = [f"left{number}", f"right{number}"]
        processes = [
            subprocess.Popen(
                command("known", "add", f"{name}={folder / 'b.csv'}", "--db", path),
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )
            for name in names
        ]  # fmt: skip
        errors = [process.communicate()[1] for process in processes]
        with api.open(path) as db:
            there = {name for (name,) in db.sql("select source from known_source")}
        for name, process, error in zip(names, processes, errors, strict=True):
            done = process.returncode == 0
            lost += done != (name in there)
            refused += not done
            clear = one_line(error) and "in use by process" in error and "chemdb known add" in error
            unclear += not done and not clear
        both += all(process.returncode == 0 for process in processes)
    ok = not lost and not unclear and refused + both >= times
    found = f"{refused} rejected with a message naming the other, {both} times both ran in turn, {lost} updates lost"
    return Outcome("two `chemdb known add` at the same time", times, found, ok)


def a_killed_holder(path: Path, folder: Path) -> Outcome:
    """Check that the lock of a killed writer does not block the next one."""
    before = set(leftovers(folder))
    first = subprocess.Popen(command("build", "--db", path), stderr=subprocess.DEVNULL)
    lock = path.with_name(path.name + ".lock")
    while not (lock.exists() and lock.read_text()) and first.poll() is None:
        time.sleep(0.01)
    second = chemdb("known", "add", folder / "b.csv", "--db", path)
    first.kill()
    first.wait()
    third = chemdb("known", "add", folder / "b.csv", "--db", path)
    named = f"in use by process {first.pid} (chemdb build)" in second.stderr
    left = sorted(set(leftovers(folder)) - before)
    ok = named and second.returncode == 1 and third.returncode == 0 and not left
    found = f"`{second.stderr.strip().splitlines()[-1].rpartition('/')[2]}`; after the kill the next run succeeds, leftovers: {left or 'none'}"
    return Outcome("a writer is killed while it blocks another", 1, found, ok)


def answer(path: Path) -> str:
    """Return the answer that the current version of the file gives."""
    with api.open(path) as db:
        return ",".join(map(str, next(iter(db.sql(QUESTION)))))
