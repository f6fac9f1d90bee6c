"""Measure the size and the speed of listing allowed sets in addition to their bitmaps.

    python bench/storage.py chemdb.duckdb > docs/storage.md

Copies the file, lists more or fewer sets in the copy, and times a scan of all allowed compositions.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

#: Label, and SQL condition for the sets to list in addition to their bitmaps.
CHOICES = {
    "bitmaps only": "false",
    "as built: `8 * n_systems > n_allowed`": "8 * n_systems > n_allowed and n_allowed > 0",
    "all sets listed": "n_allowed > 0",
}


def measure(source: Path, folder: Path, listed: str) -> tuple[int, float, float]:
    """Return the number of rows listed, their size in MB and the time of a full scan in s."""
    path = folder / "copy.duckdb"
    shutil.copyfile(source, path)
    with duckdb.connect(path) as con:
        con.execute("set enable_progress_bar = false")
        con.execute("delete from store.allowed_stoichiometry; checkpoint")
        con.execute(f"update store.allowed_set set listed = {listed}; checkpoint")
        [(before,)] = con.execute("select used_blocks from pragma_database_size()").fetchall()
        con.execute("""
            insert into store.allowed_stoichiometry
            select a.allowed_set_id, t.stoichiometry_id
            from store.allowed_set a
            join store.stoichiometry t
                on t.nelements = a.nelements and get_bit(a.stoichiometries, t.stoichiometry_id) = 1
            where a.listed
            order by all
        """)
        con.execute("checkpoint")
        [(after,)] = con.execute("select used_blocks from pragma_database_size()").fetchall()
        [(rows,)] = con.execute("select count(*) from store.allowed_stoichiometry").fetchall()
        start = time.perf_counter()
        [(found,)] = con.execute("select count(*) from allowed").fetchall()
        seconds = time.perf_counter() - start
        [(expected,)] = con.execute("select sum(allowed) from order_summary").fetchall()
        assert found == expected
    return rows, (after - before) * 0.262144, seconds


def main() -> None:
    print("# Bitmaps and lists\n")
    print(
        "Every allowed set is stored as a bitmap; some sets are also stored as a list of stoichiometries, which is"
    )
    print("faster to scan but larger. Measured by `make bench-storage`.\n")
    print("| allowed sets | rows listed | additional MB | `select count(*) from allowed`, s |")
    print("| --- | ---: | ---: | ---: |")
    for name, listed in CHOICES.items():
        with tempfile.TemporaryDirectory() as folder:
            rows, megabytes, seconds = measure(Path(sys.argv[1]), Path(folder), listed)
        print(f"| {name} | {rows:,} | {megabytes:.1f} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
