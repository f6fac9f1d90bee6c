"""Malicious and malformed files, given to every command that reads user files."""

import gzip
import json
import os
import random
import shutil
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from child import Child, watched
from experiment import Outcome, command, largest

ABOUT = (
    "Each file is given to `known add`, `label`, `build --known` and, as text, `build --oxidation-states`. The command "
    "must succeed, or exit with a non-zero code and one line on stderr that starts with `chemdb:`; use less than 2 GB of "
    "memory and less than 120 s; and after a failure leave the database unchanged and no other file behind. The exit codes "
    "are those of the four commands in that order; time and memory are the largest of the four; the line shown is that of "
    "`known add` (`-` if it succeeded)."
)
MOST_MEMORY = 2 * 10**9
MOST_SECONDS = 120
#: Control characters that must not reach a terminal.
ESCAPES = "\x1b[31m\x1b]0;title\x07\x9b2J\u202e"


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    (folder / "base.duckdb").write_bytes(db.read_bytes())
    for what, name, make in FILES:
        own = folder / "case"
        own.mkdir()
        meanwhile = make(own / name)
        yield _tried(what, name, own, folder / "base.duckdb", meanwhile)
        shutil.rmtree(own)


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of files and commands, and the largest time and memory."""
    commands = sum(outcome.times for outcome in outcomes)
    seconds, megabytes = largest(outcomes, r"; ([\d.]+) s,"), largest(outcomes, r" s, ([\d,]+) MB;")
    return f"{len(outcomes)} files, {commands} commands; slowest {seconds:.1f} s, peak memory {megabytes:,.0f} MB"


def _tried(
    what: str, name: str, own: Path, base: Path, meanwhile: Callable[[], None] | None = None
) -> Outcome:
    """Give one file to all commands; return the row."""
    before = base.read_bytes()
    db = own / "c.duckdb"
    children: list[Child] = []
    problems: list[str] = []
    for arguments in (
        ("known", "add", f"mine={name}", "--db", db),
        ("label", f"./{name}", "-o", "labelled.parquet", "--db", db),
        ("build", "--nelements", "2", "--known", f"mine={name}", "--db", "new.duckdb"),
        ("build", "--nelements", "2", "--known", "none", "--oxidation-states", name, "--db", "new.duckdb"),
    ):
        db.write_bytes(before)
        child = watched(command(*arguments), own, MOST_SECONDS, 2 * MOST_MEMORY, meanwhile=meanwhile)
        children.append(child)
        who = " ".join(arguments[:2]) if arguments[0] == "known" else f"{arguments[0]} {arguments[-3]}"
        problems += [f"{who}: {problem}" for problem in _problems(child)]
        if child.code and db.read_bytes() != before:
            problems.append(f"{who}: the database changed")
        left = {path.name for path in own.iterdir()} - {name, "c.duckdb", "labelled.parquet", "new.duckdb"}
        if left - {"other.csv"}:
            problems.append(f"{who}: left {sorted(left)}")
        if child.code and any((own / made).exists() for made in ("labelled.parquet", "new.duckdb")):
            problems.append(f"{who}: half-written output")
        for made in ("labelled.parquet", "new.duckdb"):
            (own / made).unlink(missing_ok=True)
    codes = " ".join(str(child.code) for child in children)
    line = children[0].err.strip().splitlines()[-1] if children[0].code else "-"
    line = line.replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
    found = (
        f"exit {codes}; {max(child.seconds for child in children):.1f} s, "
        f"{max(child.peak for child in children) / 1e6:,.0f} MB; `{line[:160]}`"
    )
    return Outcome(what, len(children), "; ".join([found, *problems]), not problems)


def _problems(child: Child) -> Iterator[str]:
    """Yield the faults in how a command ended."""
    lines = child.err.splitlines()
    messages = [line for line in lines if line.startswith("chemdb: ")]
    if child.stopped:
        yield f"killed for its {child.stopped}"
    elif child.code < 0:
        yield f"signal {-child.code}"
    if "Traceback" in child.err:
        yield f"traceback ({lines[-1][:200]})"
    if child.code and len(messages) != 1:
        yield f"{len(messages)} lines starting with chemdb:"
    if child.peak > MOST_MEMORY:
        yield f"{child.peak / 1e6:,.0f} MB"
    if any(c in child.out + child.err for c in ESCAPES if not c.isprintable()):
        yield "escape sequences"


def bytes_of(content: bytes) -> Callable[[Path], None]:
    return lambda path: (path.write_bytes(content), None)[1]


def long_line(path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(b"formula\n")
        for _ in range(1000):
            stream.write(b"NaCl" * 250_000)


def zip_bomb(path: Path) -> None:
    """Write gzip members of 20 million lines each, 100 GB in total."""
    member = gzip.compress(b"NaCl\n" * 20_000_000, 6)
    with path.open("wb") as stream:
        stream.write(gzip.compress(b"formula\n"))
        for _ in range(1000):
            stream.write(member)


def zeros(path: Path) -> None:
    member = gzip.compress(bytes(100_000_000), 9)
    with path.open("wb") as stream:
        for _ in range(1000):
            stream.write(member)


def blank(path: Path) -> None:
    member = gzip.compress(b" " * 100_000_000, 9)
    with path.open("wb") as stream:
        for _ in range(1000):
            stream.write(member)


def zstd_bomb(path: Path) -> None:
    line = pa.Codec("zstd", 19).compress(b"NaCl\n" * 20_000_000, asbytes=True)
    with path.open("wb") as stream:
        stream.write(pa.Codec("zstd").compress(b"formula\n", asbytes=True))
        for _ in range(1000):
            stream.write(line)


def parquet(damage: Callable[[bytearray], bytes | bytearray], **options: object) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        table = pa.table({"formula": ["NaCl", "ZnO", "Fe2O3"] * 50_000, "id": list(range(150_000))})
        pq.write_table(table, path, row_group_size=10_000, **options)
        path.write_bytes(damage(bytearray(path.read_bytes())))

    return make


def flipped(content: bytearray) -> bytearray:
    """Flip one bit in every hundred bytes of the pages, on average."""
    chance = random.Random(0)
    for _ in range(len(content) // 100):
        place = chance.randrange(4, len(content) * 3 // 4)
        content[place] ^= 1 << chance.randrange(8)
    return content


def footer_length(length: int) -> Callable[[bytearray], bytes]:
    return lambda content: bytes(content[:-8]) + struct.pack("<I", length) + b"PAR1"


def footer_noise(content: bytearray) -> bytearray:
    chance = random.Random(1)
    (length,) = struct.unpack("<I", content[-8:-4])
    for _ in range(20):
        content[-8 - chance.randrange(1, length)] = chance.randrange(256)
    return content


def rows_lie(content: bytearray) -> bytearray:
    """Change the row counts in the footer, which are thrift varints."""
    said, lie = _varint(150_000), _varint(1_000_000)
    assert len(said) == len(lie)
    assert content.count(said)
    return content.replace(said, lie)


def _varint(n: int) -> bytes:
    n *= 2
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])


def parquet_bomb(path: Path) -> None:
    """Write a small file of 2 billion formulas, one value repeated."""
    column = pa.array(["NaCl"]).dictionary_encode()
    batch = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000_000, pa.int8()), column.dictionary)
    with pq.ParquetWriter(path, pa.schema([("formula", batch.type)]), compression="zstd") as writer:
        for _ in range(100):
            writer.write_table(pa.table({"formula": batch}), row_group_size=20_000_000)


def sock(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)
    socket.socket(socket.AF_UNIX).bind(path.name)
    os.chdir(here)


def shrinking(path: Path) -> Callable[[], None]:
    """Write a file; the function returned truncates it."""
    whole = b"formula\n" + b"NaCl\n" * 20_000_000
    path.write_bytes(whole)

    def cut() -> None:
        with path.open("r+b") as stream:
            size = max(1000, path.stat().st_size * 9 // 10)
            stream.truncate(size if size > 1000 else len(whole))

    return cut


def changing(path: Path) -> Callable[[], None]:
    chance = random.Random(2)
    path.write_bytes(b"formula\n" + b"NaCl\n" * 10_000_000)

    def change() -> None:
        with path.open("r+b") as stream:
            stream.seek(chance.randrange(50_000_000))
            stream.write(chance.randbytes(20_000))

    return change


def link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


GOOD = b"formula,id\nNaCl,1\nZnO,2\n"
WIDE = ",".join(f"c{i}" for i in range(1_000_000))
FILES: list[tuple[str, str, Callable[[Path], Callable[[], None] | None]]] = [
    ("a million columns", "a.csv", bytes_of(f"{WIDE},formula\n{',' * 1_000_000}NaCl\n".encode())),
    ("a million columns of JSON", "a.json", bytes_of(json.dumps([dict.fromkeys(WIDE.split(","), 1)]).encode())),
    ("a line of 1 GB", "a.csv", long_line),
    ("a line of 1 GB, text", "a.txt", long_line),
    ("a line of 1 GB, JSON lines", "a.jsonl", long_line),
    ("UTF-16", "a.csv", bytes_of(GOOD.decode().encode("utf-16"))),
    ("UTF-16 without a byte-order mark", "a.csv", bytes_of(GOOD.decode().encode("utf-16-le"))),
    ("latin-1", "a.csv", bytes_of("formula,name\nNaCl,Kochsalz für Köche\n".encode("latin-1"))),
    ("UTF-8 with a byte-order mark", "a.csv", bytes_of(b"\xef\xbb\xbf" + GOOD)),
    ("UTF-32", "a.txt", bytes_of("NaCl\nZnO\n".encode("utf-32"))),
    ("NUL bytes", "a.csv", bytes_of(b"formula\nNa\0Cl\n\0\0\0\nZnO\n")),
    ("only NUL bytes", "a.txt", bytes_of(bytes(10_000_000))),
    ("random bytes", "a.csv", bytes_of(random.Random(0).randbytes(5_000_000))),
    ("random bytes named .gz", "a.csv.gz", bytes_of(random.Random(0).randbytes(1_000_000))),
    ("truncated gzip", "a.csv.gz", bytes_of(gzip.compress(GOOD * 10_000)[:-100])),
    ("gzip of 100 GB, formulas", "a.csv.gz", zip_bomb),
    ("gzip of 100 GB, zeros", "a.csv.gz", zeros),
    ("gzip of 100 GB, spaces", "a.json.gz", blank),
    ("zstd of 100 GB, formulas", "a.csv.zst", zstd_bomb),
    ("Parquet of 2 billion rows", "a.parquet", parquet_bomb),
    ("Parquet, no footer", "a.parquet", parquet(lambda content: content[:-1000])),
    ("Parquet, footer of 4 GB", "a.parquet", parquet(footer_length(2**32 - 1))),
    ("Parquet, footer of 0 bytes", "a.parquet", parquet(footer_length(0))),
    ("Parquet, random bytes in the footer", "a.parquet", parquet(footer_noise)),
    ("Parquet, wrong row counts", "a.parquet", parquet(rows_lie)),
    ("Parquet, corrupt pages", "a.parquet", parquet(flipped)),
    ("Parquet, corrupt plain pages", "a.parquet", parquet(flipped, compression="none", use_dictionary=False)),
    ("nested JSON, not closed", "a.json", bytes_of(b"[" * 1_000_000)),
    ("nested JSON, closed", "a.json", bytes_of(b'[{"formula":' + b"[" * 50_000 + b"]" * 50_000 + b"}]")),
    ("JSON with huge numbers", "a.json", bytes_of(b'[{"formula":"NaCl","energy_above_hull":1e999999,"id":' + b"9" * 100_000 + b"}]")),
    ("a formula of 10 MB", "a.jsonl", bytes_of(b'{"formula":"' + b"NaCl" * 2_500_000 + b'"}\n')),
    ("a formula with 10 MB of brackets", "a.jsonl", bytes_of(b'{"formula":"' + b"(" * 10_000_000 + b'"}\n')),
    ("escape sequences in cells", "a.csv", bytes_of(f"formula,id\n{ESCAPES},1\n".encode())),
    ("escape sequences in columns", "a.csv", bytes_of(f"x{ESCAPES},y\n1,2\n".encode())),
    ("a folder", "a.csv", lambda path: path.mkdir()),
    ("a pipe", "a.csv", os.mkfifo),
    ("a socket", "a.csv", sock),
    ("/dev/zero", "a.csv", link("/dev/zero")),
    ("/dev/full", "a.csv", link("/dev/full")),
    ("a symbolic link to itself", "a.csv", link("a.csv")),
    ("a file that shrinks while it is read", "a.csv", shrinking),
    ("a file that changes while it is read", "a.csv", changing),
    ("a name with quotes", "a'\";--.csv", bytes_of(b"x\n1\n")),
    ("a name with a newline", "a\nchemdb: fine\n.csv", bytes_of(b"x\n1\n")),
    ("a name with globs", "*[a-z]?{a,b}.csv", bytes_of(b"x\n1\n")),
    ("a name like an option", "--db.csv", bytes_of(b"x\n1\n")),
    ("a name with escape sequences", f"{ESCAPES}.csv", bytes_of(b"x\n1\n")),
    ("a name that is not UTF-8", os.fsdecode(b"\xff\xfe.csv"), bytes_of(GOOD)),
    ("a name like a URL", "s3:x.csv", bytes_of(GOOD)),
]  # fmt: skip
