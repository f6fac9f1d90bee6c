"""Export all missing compositions, key and formula, through Dask on this computer: renews a part of docs/scaling.md.

python bench/export.py chemdb.duckdb [QUERY]

The sum of the keys is compared with one that is computed here from the bitmaps of the file, without the code that
exports. Needs 4.5 GB of disk in $TMPDIR or /tmp for a while. Another query is measured, but not compared.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import numpy as np
import psutil
from numba import njit

WORKERS = 2
MISSING = "missing"
PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
PART = re.compile(r"<!-- export -->\n.*?<!-- end -->", re.DOTALL)


@njit
def missing_keys(systems, sets, first, known):  # noqa: ANN001, ANN201
    """Return number, and sum modulo 2**64 of SplitMix64, of the allowed compositions that are not known.

    Parameters
    ----------
    systems : array of int64, shape (n,)
        Numbers of the systems.
    sets : array of uint8, shape (n_sets, n_bytes)
        Allowed stoichiometries; bit i from the left is stoichiometry i.
    first : array of int64, shape (n,)
        Row of each system in `sets`.
    known : array of int64
        Keys to leave out, ascending.
    """
    n, total, at = 0, np.uint64(0), 0
    for i in range(len(systems)):
        for byte in range(sets.shape[1]):
            bits = sets[first[i], byte]
            if not bits:
                continue
            for bit in range(8):
                if not bits >> (7 - bit) & 1:
                    continue
                key = systems[i] * 65536 + byte * 8 + bit
                while at < len(known) and known[at] < key:
                    at += 1
                if at < len(known) and known[at] == key:
                    continue
                z = np.uint64(key) + np.uint64(0x9E3779B97F4A7C15)
                z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                total += z ^ (z >> np.uint64(31))
                n += 1
    return n, total


def expected(database: str) -> tuple[int, int]:
    """Return number and sum of all missing compositions."""
    with duckdb.connect(database, read_only=True) as con:
        sets = con.execute(
            "select allowed_set_id, stoichiometries::blob from store.allowed_set order by allowed_set_id"
        ).fetchall()
        systems = con.execute(
            "select system_id, allowed_set_id from store.chemical_system where allowed_set_id > 0 order by system_id"
        ).fetchnumpy()
        known = con.execute(
            "select 65536 * system_id::bigint + stoichiometry_id as key from known_composition order by key"
        ).fetchnumpy()["key"]
    width = max(len(bits) for _, bits in sets)
    packed = np.zeros((len(sets), width), np.uint8)
    row_of = {number: row for row, (number, _) in enumerate(sets)}
    for row, (_, bits) in enumerate(sets):
        packed[row, : len(bits)] = np.frombuffer(bits, np.uint8)
    rows = np.array([row_of[number] for number in systems["allowed_set_id"].tolist()], np.int64)
    n, total = missing_keys(
        np.asarray(systems["system_id"], np.int64), packed, rows, np.asarray(known, np.int64)
    )
    return int(n), int(total)


class Watched:
    """CPU time in s and peak memory in bytes of a process and all that it starts, looked at every half second."""

    def __init__(self, command: list[str]) -> None:
        self.cpu: dict[int, float] = {}
        self.peak: dict[int, int] = {}
        self._process = psutil.Popen(command, stderr=subprocess.DEVNULL)
        before = os.times()
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        self.code = self._process.wait()
        after = os.times()
        # Of all that has been waited for, as the workers have.
        self.total = sum(after[2:4]) - sum(before[2:4])

    def _watch(self) -> None:
        while self._process.is_running():
            try:
                for process in [self._process, *self._process.children(recursive=True)]:
                    times = process.cpu_times()
                    self.cpu[process.pid] = times.user + times.system
                    status = Path(f"/proc/{process.pid}/status").read_text()
                    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
                    self.peak[process.pid] = int(line.split()[1]) * 1024
            except (psutil.Error, OSError, ValueError):
                pass
            time.sleep(0.5)


def table(manifest: dict, n_files: int, on_disk: int, watched: Watched, seconds: float) -> list[str]:
    n = manifest["n_rows"]
    worker = sorted(watched.peak.values())[-1]
    return [
        "| | |",
        "| --- | ---: |",
        f"| compositions, key and formula | {n:,} in {n_files} files |",
        f"| CPU time of all processes, {WORKERS} workers | {watched.total:.0f} s ({seconds:.0f} s elapsed) |",
        f"| compositions per CPU-second | {n / watched.total / 1e6:.1f} million |",
        f"| files | {on_disk / 1e9:.2f} GB, {on_disk / n:.2f} bytes per composition |",
        f"| peak memory of a process | {worker / 1e9:.2f} GB |",
        f"| key sum, equal to that of the database | {manifest['key_sum']} |",
    ]


def main() -> None:
    database, query = (*sys.argv[1:], MISSING)[:2]
    with tempfile.TemporaryDirectory(prefix="chemdb-export-") as parent:
        folder = Path(parent) / "missing"
        command = [
            sys.executable, "-m", "chemdb", "export", "compositions", query, "-o", str(folder), "--db", database,
            "--columns", "formula", "--scheduler", f"local:{WORKERS}",
        ]  # fmt: skip
        start = time.perf_counter()
        watched = Watched(command)
        seconds = time.perf_counter() - start
        if watched.code:
            raise SystemExit(f"exit code {watched.code}: {' '.join(command)}")
        manifest = json.loads((folder / "_manifest.json").read_text())
        files = list(folder.rglob("*.parquet"))
        rows = table(manifest, len(files), sum(path.stat().st_size for path in files), watched, seconds)
    print("\n".join(rows))
    if query == MISSING:
        n, total = expected(database)
        if (manifest["n_rows"], int(manifest["key_sum"], 16)) != (n, total):
            raise SystemExit(f"{n:,} compositions with the sum {total:016x} are in the database")
        part = "\n".join(["<!-- export -->", *rows, "<!-- end -->"])
        PAGE.write_text(PART.sub(lambda _: part, PAGE.read_text()))


if __name__ == "__main__":
    main()
