"""What the computer can do, measured by the simplest program, beside the figures of chemdb that it bounds."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from measure import Cost, command, once, process, warm
from numba import njit
from page import digits, duration, table
from peers import MAX_FACTOR, rule

from chemdb.api import Database
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.enumeration.count import count_allowed
from chemdb.enumeration.kernel.bits import popcount
from chemdb.enumeration.signatures import Signatures
from chemdb.runtime.threads import map_slices

EMBEDDING, N_VECTORS, N_SAMPLED = "mat2vec", 500_000, 2_000
ROWS = "missing nelements=3"


@dataclass(frozen=True)
class Bound:
    """A figure of chemdb and the simplest program that bounds it.

    Attributes
    ----------
    figure : str
    ours : float
        Seconds.
    program : str
    least : float
        Seconds of the simplest program, for as much work.
    unit : str
        Wall or CPU seconds.
    rate : str
        What the simplest program does in a second.
    """

    figure: str
    ours: float
    program: str
    least: float
    unit: str
    rate: str = ""


def bounds(db: Database, build: Cost, scan: Cost, folder: Path) -> list[Bound]:
    """Return the figures of chemdb with their bounds.

    Parameters
    ----------
    db : Database
    build, scan : Cost
        Of its file, and of counting all allowed compositions in a process of its own.
    folder : Path
        For files.
    """
    return [
        *starts(db),
        deciding(db.limits.threads),
        *written(db, build, folder),
        vectors(db),
        scanned(db, scan),
    ]


def bound_table(found: list[Bound]) -> str:
    """Return the table of bounds."""
    return table(
        ["what", ">chemdb", "the simplest program", ">bound", "rate per second", ">chemdb / bound"],
        (
            (
                b.figure, f"{duration(b.ours)} {b.unit}", b.program, f"{duration(b.least)} {b.unit}", b.rate,
                digits(b.ours / b.least),
            )
            for b in found
        ),
    )  # fmt: skip


def starts(db: Database) -> Iterator[Bound]:
    """Yield whole processes against a Python that does nothing, and one that only opens the file."""
    empty = process([sys.executable, "-c", "pass"], 7)
    yield Bound("`chemdb --help`", process(command("--help"), 7).wall, "`python -c pass`", empty.wall, "wall")
    opened = process(
        [
            sys.executable, "-c",
            f"import duckdb; duckdb.connect({str(db.path)!r}, read_only=True).sql('from table2').fetchall()",
        ],
        7,
    )  # fmt: skip
    asked = process(command("query", "elements=Li,Zn,O", "--db", db.path), 7)
    yield Bound(
        '`chemdb query "elements=Li,Zn,O"`', asked.wall,
        "Python imports DuckDB, opens the file and reads one small table", opened.wall, "wall",
    )  # fmt: skip


@njit(nogil=True)
def _count_bits(words: np.ndarray, times: int) -> int:
    n = 0
    for _ in range(times):
        for word in words:
            n += popcount(word)
    return n


def deciding(threads: int) -> Bound:
    """Return the decision of all compositions of four elements against the population counts that it needs."""
    signatures = Signatures(rule(), 4, MAX_FACTOR)
    n_words = int(signatures.count_rows(threads).sum()) * signatures.row_words
    # As many words as stay in the nearest cache.
    words = np.random.default_rng(0).integers(0, 2**63, 2_048, np.uint64)

    def count() -> None:
        map_slices(lambda start, stop: _count_bits(words, stop - start), n_words // len(words), threads)

    least, _ = warm(count, 5)
    ours, _ = warm(lambda: count_allowed(rule(), 4, MAX_FACTOR, threads), 5)
    return Bound(
        "deciding all 16.9 billion quaternaries", ours.cpu,
        f"counting the bits of the {n_words:,} 64-bit words of their allowed sets", least.cpu, "CPU",
        f"{n_words / least.cpu / 1e9:.2f} billion popcounts",
    )  # fmt: skip


def written(db: Database, build: Cost, folder: Path) -> Iterator[Bound]:
    """Yield files against writing as many bytes, and against writing the same data without finding it first."""
    size = db.path.stat().st_size
    least = disk_write(folder / "bytes", size)
    yield Bound(
        "`chemdb build`", build.wall, f"writing its {size / 1e6:.0f} MB and waiting for the disk", least.wall,
        "wall", f"{size / least.wall / 1e6:,.0f} MB",
    )  # fmt: skip
    copied = process([sys.executable, "-c", _COPY.format(source=db.path, target=folder / "copy.duckdb")])
    yield Bound(
        "`chemdb build`", build.cpu, "DuckDB copies the finished tables to a new file", copied.cpu, "CPU"
    )
    target = folder / "rows.parquet"
    ours = process(command("query", ROWS, "--limit", 0, "-o", target, "--db", db.path))
    size = target.stat().st_size
    least = disk_write(folder / "bytes", size)
    figure = f'`chemdb query "{ROWS}" --limit 0 -o rows.parquet`'
    yield Bound(
        figure, ours.wall, f"writing its {size / 1e6:.0f} MB and waiting for the disk", least.wall, "wall",
        f"{size / least.wall / 1e6:,.0f} MB",
    )  # fmt: skip
    rows = pq.read_table(target)
    encoded, _ = once(lambda: pq.write_table(rows, folder / "again.parquet", compression="zstd"))
    yield Bound(
        figure, ours.cpu, "pyarrow writes the same table from memory", encoded.cpu, "CPU",
        f"{len(rows) / encoded.cpu / 1e6:.1f} million rows",
    )  # fmt: skip
    for name in ("bytes", "copy.duckdb", "rows.parquet", "again.parquet"):
        (folder / name).unlink()


_COPY = """
import duckdb
con = duckdb.connect()
con.execute("attach '{source}' as one (read_only); attach '{target}' as two; copy from database one to two")
"""


def disk_write(path: Path, size: int) -> Cost:
    """Return the cost of writing `size` bytes that do not compress, until they are on the disk."""
    block = np.random.default_rng(0).bytes(4_000_000)

    def write() -> None:
        with path.open("wb") as stream:
            for _ in range(-(-size // len(block))):
                stream.write(block)
            stream.flush()
            os.fsync(stream.fileno())

    return warm(write, 3)[0]


def vectors(db: Database) -> Bound:
    """Return composition vectors against filling the same memory."""
    with db.cursor() as con:
        stored = element_vectors(con, EMBEDDING)
    rows = db.sample("missing", 4, N_SAMPLED)
    elements, factors = (
        np.tile(array, (N_VECTORS // N_SAMPLED, 1)) for array in element_arrays(rows, stored.symbols)
    )
    out = np.empty((len(elements), len(stored.features)), np.float32)
    ours, _ = warm(lambda: composition_vectors(elements, factors, stored, db.limits.threads, out), 5)

    def fill() -> None:
        map_slices(lambda start, stop: out[start:stop].fill(1), len(out), db.limits.threads)

    least, _ = warm(fill, 5)
    return Bound(
        f"{len(out):,} {EMBEDDING} vectors of quaternaries, before writing", ours.cpu,
        f"NumPy fills as much memory ({out.nbytes / 1e6:.0f} MB)", least.cpu, "CPU",
        f"{out.nbytes / least.cpu / 1e9:.1f} GB",
    )  # fmt: skip


def scanned(db: Database, scan: Cost) -> Bound:
    """Return a scan of all allowed compositions against as many rows without content."""
    with db.cursor() as con:
        [(n,)] = con.execute("select sum(allowed)::bigint from table2").fetchall()
    # The condition keeps DuckDB from knowing the answer before it has made the rows.
    statement = f"select count(*) from range({n}) numbers (i) where i >= 0"
    least = process(
        [sys.executable, "-c", f"import duckdb; duckdb.connect().execute({statement!r}).fetchall()"]
    )
    return Bound(
        f"`select count(*) from allowed`, {n:,} rows", scan.cpu,
        "DuckDB generates as many integers and compares each", least.cpu, "CPU",
        f"{n / least.cpu / 1e6:,.0f} million rows",
    )  # fmt: skip
