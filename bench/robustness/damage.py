"""Damaged files: which step detects the damage, and that no answer is silently wrong."""

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import experiment
from experiment import Outcome, one_line

import chemdb
import chemdb.query.result
import chemdb.verify.deep  # imported before the fork, once for all child processes
from chemdb.errors import ChemdbError

ABOUT = (
    "A file of two and three elements with the shipped known list, damaged on purpose. Each damaged file is opened, "
    "queried (Table 2, a query, one formula) and verified, in its own process; the first file of each kind in which "
    "nothing was detected is also verified with `--deep`. Damage counts as detected if there is one clear error or a "
    "failed check. An answer that differs from that of the undamaged file, without an error, is silently wrong."
)
#: Layout of a DuckDB file: three headers of 4 KiB, then blocks of 256 KiB.
HEADERS, BLOCK = 12_288, 262_144
#: How many files of each kind are also verified with --deep if nothing else detects the damage.
N_DEEP = 1
CRASH = "verify, after a query crashed DuckDB (SIGSEGV)"
WRONG = "verify, after a query gave a different answer"
STAGES = ("opening", "a query", "verify", "verify --deep", CRASH, WRONG)


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    whole = folder / "whole.duckdb"
    experiment.chemdb("build", "--nelements", "2-3", "--db", whole).check_returncode()
    data = whole.read_bytes()
    draw = random.Random(0)

    def flipped(low: int, high: int) -> bytes:
        damaged = bytearray(data)
        damaged[draw.randrange(low, high)] ^= 1 << draw.randrange(8)
        return bytes(damaged)

    def zeroed() -> bytes:
        start = draw.randrange(len(data) // 4096) * 4096
        return data[:start] + bytes(4096) + data[start + 4096 :]

    def block(number: int) -> slice:
        return slice(HEADERS + number * BLOCK, HEADERS + (number + 1) * BLOCK)

    def misplaced() -> bytes:
        damaged = bytearray(data)
        here, there = (block(n) for n in draw.sample(range((len(data) - HEADERS) // BLOCK), 2))
        damaged[here] = data[there]
        return bytes(damaged)

    lengths = [0, 1, 4096, 8192, HEADERS, HEADERS + 1, HEADERS + BLOCK, len(data) - 1, len(data) - BLOCK]
    lengths += [draw.randrange(len(data)) for _ in range(16)]
    kinds: list[tuple[str, list[Callable[[], bytes]]]] = [
        ("one bit flipped in the headers", [lambda: flipped(0, HEADERS)] * 50),
        ("one bit flipped anywhere", [lambda: flipped(0, len(data))] * 150),
        ("4 KiB set to zero", [zeroed] * 20),
        ("truncated", [lambda n=n: data[:n] for n in lengths]),
        ("a block overwritten with another, checksum included", [misplaced] * 40),
    ]
    target = folder / "damaged.duckdb"
    answers = judge(whole)
    for what, damages in kinds:
        noticed: Counter[str] = Counter()
        for damage in damages:
            target.write_bytes(damage())
            noticed[verdict(judge(target, noticed["same"] < N_DEEP), answers)] += 1
        seen = [f"{noticed[stage]} detected by {stage}" for stage in STAGES if noticed[stage]]
        seen.append(f"{noticed['same']} with unchanged answers")
        seen += [f"**{n} {name}**" for name, n in noticed.items() if name not in (*STAGES, "same")]
        yield Outcome(what, len(damages), "; ".join(seen), set(noticed) <= {*STAGES, "same"})
    yield from blocks_in_use(whole)
    yield from full_file(db, folder)


def blocks_in_use(whole: Path) -> Iterator[Outcome]:
    with duckdb.connect(whole, read_only=True) as con:
        [(total, used)] = con.execute(
            "select total_blocks, used_blocks from pragma_database_size()"
        ).fetchall()
    yield Outcome(
        "blocks in that file",
        total,
        f"{used} in use, {total - used} free (a flipped bit there changes nothing)",
        used > 0,
    )


def full_file(db: Path, folder: Path) -> Iterator[Outcome]:
    """Flip bits of the default file and run `chemdb verify` on it."""
    copy = folder / "full.duckdb"
    data = bytearray(db.read_bytes())
    draw = random.Random(1)
    codes: Counter[int] = Counter()
    clear = True
    for _ in range(6):
        place = draw.randrange(len(data))
        damaged = bytearray(data)
        damaged[place] ^= 1 << draw.randrange(8)
        copy.write_bytes(damaged)
        done = experiment.chemdb("verify", "--db", copy)
        codes[done.returncode] += 1
        clear &= done.returncode == 0 or one_line(done.stderr)
    found = f"{codes[1]} detected, {codes[0]} in free blocks"
    yield Outcome(
        "`chemdb verify` of the default file, one bit flipped anywhere",
        6,
        found,
        clear and set(codes) <= {0, 1},
    )


def verdict(found: dict, answers: dict) -> str:
    """Return the stage that detected the damage, ``same`` if no answer changed, or what went wrong."""
    if found["noticed"] == "verify" and found["answers"] not in (None, answers["answers"]):
        return WRONG
    if found["noticed"]:
        return str(found["noticed"])
    if found["ended"]:
        return str(found["ended"])
    return "same" if found["answers"] == answers["answers"] else "silently wrong"


def judge(path: Path, deep: bool = True) -> dict:
    """Use a file in a child process and return the result; if that crashes, run `chemdb verify`."""
    read, write = os.pipe()
    if not (child := os.fork()):
        os.close(read)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        code = 1
        try:
            signal.alarm(240)
            os.write(write, json.dumps(use(path, deep)).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    found = {"noticed": None, "answers": None, "ended": None} | json.loads(text or "{}")
    if code == -signal.SIGSEGV:
        done = experiment.chemdb("verify", "--db", path)
        named = done.returncode == 1 and one_line(done.stderr)
        found["noticed"] = CRASH if named else None
        found["ended"] = None if named else "crash that verify does not report"
    elif code:
        found["ended"] = "traceback" if code > 0 else signal.Signals(-code).name
    return found


def use(path: Path, deep: bool) -> dict:
    """Open, query and verify a file; any exception other than chemdb's own propagates."""
    stage = "opening"
    try:
        with chemdb.open(path) as db:
            stage = "a query"
            answers = [
                repr(list(db.sql("from table2"))),
                repr(list(db.query("elements=Li,O missing", limit=50))),
                repr(list(db.sql("from composition_of('LiZnO2')"))),
            ]
            for depth, stage in enumerate(STAGES[2 : 3 + deep]):
                if not all(check.ok for check in db.verify(bool(depth))):
                    return {"noticed": stage, "answers": answers}
    except ChemdbError:
        return {"noticed": stage}
    return {"noticed": None, "answers": answers}
