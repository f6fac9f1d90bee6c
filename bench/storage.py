"""Measure the size and the speed of listing allowed sets in addition to their bitmaps.

    python bench/storage.py chemdb.duckdb > docs/storage.md

Copies the file, lists more or fewer sets in the copy, and times a scan of all allowed compositions. Then stores the
chemical systems without the text of chemsys, and times queries of a few systems.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

#: Label, and SQL condition for the sets to list in addition to their bitmaps.
CHOICES = {
    "none": "false",
    "as built, `8 * n_systems > n_allowed`": "8 * n_systems > n_allowed and n_allowed > 0",
    "all": "n_allowed > 0",
}


def measure(source: Path, folder: Path, listed: str) -> tuple[int, float, float]:
    """Return the number of rows listed, their size in MB and the CPU time of a full scan in s."""
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
        start = time.process_time()
        [(found,)] = con.execute("select count(*) from allowed").fetchall()
        seconds = time.process_time() - start
        [(expected,)] = con.execute("select sum(allowed) from order_summary").fetchall()
        assert found == expected
    return rows, (after - before) * 0.262144, seconds


#: Label, and what is asked of chemical systems of two to four elements.
QUESTIONS = {
    "`chemsys = 'Li-O-Zn'`": "select allowed_set_id from {systems} where chemsys = 'Li-O-Zn'",
    "elements as columns": "select allowed_set_id from {systems} "
    "where element1 = 'Li' and element2 = 'Zn' and element3 = 'O' and element4 is null",
    "`list_contains(elements, 'Li')`, counted": "select count(*) from {systems} "
    "where list_contains([element1, element2, element3, element4], 'Li')",
}
CHEMSYS = (
    "array_to_string(list_sort(list_filter([element1::varchar, element2::varchar, element3::varchar, "
    "element4::varchar], lambda symbol: symbol is not null)), '-')"
)
#: Label, and statements that make `systems` in a new file; the other one is `c`.
STORED = {
    "as built": ["create table systems as from c.store.listed_system order by system_id"],
    "without the text of `chemsys`": [
        "create table stored as select * exclude (chemsys) from c.store.listed_system order by system_id",
        f"create view systems as select *, {CHEMSYS} as chemsys from stored",
    ],
}  # fmt: skip


def measure_systems(source: Path, folder: Path, statements: list[str]) -> list[float]:
    """Return the size of chemical systems stored in some way in MB, and CPU times of `QUESTIONS` in ms."""
    path = folder / "systems.duckdb"
    with duckdb.connect(path, config={"storage_compatibility_version": "v1.4.0"}) as con:
        con.execute("set enable_progress_bar = false; set threads = 1")
        con.execute(f"attach '{source}' as c (read_only)")
        for statement in statements:
            con.execute(statement)
        con.execute("checkpoint")
        found = []
        for question in QUESTIONS.values():
            query = question.format(systems="systems")
            con.execute(query).fetchall()
            start = time.process_time()
            for _ in range(3):
                con.execute(query).fetchall()
            found.append((time.process_time() - start) / 3 * 1000)
    return [path.stat().st_size / 1e6, *found]


def print_systems(source: Path) -> None:
    """Print what the ways to store chemical systems cost."""
    print("\n## Chemical systems\n")
    print(
        "The 4,603,379 systems are the largest table of the default file. Size of that table alone, and CPU time in ms:\n"
    )
    print(f"| systems | MB | {' | '.join(QUESTIONS)} |")
    print("| --- | ---: |" + " ---: |" * len(QUESTIONS))
    for name, statements in STORED.items():
        with tempfile.TemporaryDirectory() as folder:
            size, *times = measure_systems(source, Path(folder), statements)
        print(f"| {name} | {size:.1f} | {' | '.join(f'{time:,.1f}' for time in times)} |", flush=True)
    print(
        "\nThe text of `chemsys` is stored although it almost doubles the table, because DuckDB's zone maps then find a"
        "\nsystem in milliseconds. Systems of five elements are stored by signature and have no such text."
    )


def main() -> None:
    print("# Storage\n")
    print("Measured by `make bench-storage`.\n")
    print("## Allowed sets\n")
    print(
        "Every allowed set is stored as a bitmap. Some are also listed, stoichiometry by stoichiometry, which is faster to"
    )
    print("scan but larger:\n")
    print("| listed sets | rows | additional MB | `select count(*) from allowed`, CPU-s |")
    print("| --- | ---: | ---: | ---: |")
    for name, listed in CHOICES.items():
        with tempfile.TemporaryDirectory() as folder:
            rows, megabytes, seconds = measure(Path(sys.argv[1]), Path(folder), listed)
        print(f"| {name} | {rows:,} | {megabytes:.1f} | {seconds:.1f} |", flush=True)
    print_systems(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
