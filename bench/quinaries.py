"""Build a file with all compositions of two to five elements; print what it took, and check it.

    python bench/quinaries.py [--db quinaries.duckdb] [--keep]

The number of allowed quinaries is compared with `chemdb count`, and 20,000 random quinaries with the rule as the
tests write it, slow and obvious. With --keep an existing file is checked, not built again.
"""

import argparse
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from helpers import naive

from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.chemistry.stoichiometry import reduced_factors

#: `chemdb count --nelements 5`.
ALLOWED = 516_163_862_166
N_RANDOM = 20_000
COUNTS = {
    "count and sum of allowed over all 92,144,624 chemical systems":
        "select count(*), sum(n_allowed) from store.chemical_system join store.allowed_set using (allowed_set_id)",
    "one chemical system, Li-Fe-P-O-F":
        "select count(*) from store.allowed_pair where element1 = 'Li' and element2 = 'Fe' and element3 = 'P' "
        "and element4 = 'O' and element5 = 'F'",
    "members of all sets of five elements":
        "select sum(bit_count(stoichiometries)) from store.allowed_set where nelements = 5",
}  # fmt: skip
DECIDED = """
select r.number, get_bit(a.stoichiometries, r.stoichiometry_id::integer)::boolean
from random r
join store.system_head h
    on h.element1::varchar = r.e1 and h.element2::varchar = r.e2 and h.element3::varchar = r.e3
join store.system_tail t on t.element3 = h.element3 and t.element4::varchar = r.e4 and t.element5::varchar = r.e5
join store.signature_pair p on p.head_signature = h.head_signature and p.tail_signature = t.tail_signature
join store.allowed_set a using (allowed_set_id)
order by r.number
"""


def build(path: Path) -> None:
    """Build the file in a process of its own, and print what it took."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "chemdb", "build", "--nelements", "2-5", "--db", str(path)],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"| time of the build, s | {time.perf_counter() - start:.0f} |")
    print(f"| CPU time, s | {used.ru_utime + used.ru_stime:.0f} |")
    print(f"| largest resident memory, GB | {used.ru_maxrss / 1e6:.1f} |", flush=True)


def random_quinaries() -> list[tuple[list, tuple[int, ...], int]]:
    """Return elements in order of electronegativity, factors and stoichiometry_id of random quinaries."""
    draw = random.Random(0)
    factors = reduced_factors(5, 8).tolist()
    found = []
    for _ in range(N_RANDOM):
        chosen = sorted(draw.sample(elements(), 5), key=lambda element: element.rank)
        number = draw.randrange(len(factors))
        found.append((chosen, tuple(factors[number]), number))
    return found


def n_wrong(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many random quinaries the file and the rule decide differently."""
    states = oxidation_states("smact14").states
    sample = random_quinaries()
    expected = [
        naive.is_allowed(
            [element.electronegativity for element in chosen],
            [states.get(element.symbol, ()) for element in chosen],
            factors,
        )
        for chosen, factors, _ in sample
    ]
    symbols = zip(*([element.symbol for element in chosen] for chosen, *_ in sample), strict=True)
    columns = {f"e{place}": list(column) for place, column in enumerate(symbols, start=1)}
    con.register(
        "random",
        pa.table(
            {"number": range(N_RANDOM), "stoichiometry_id": [number for *_, number in sample]} | columns
        ),
    )
    decided = con.execute(DECIDED).fetchall()
    assert len(decided) == N_RANDOM
    print(f"| allowed among {N_RANDOM:,} random quinaries | {sum(expected):,} |")
    return sum(found != right for (_, found), right in zip(decided, expected, strict=True))


def main() -> None:
    """Print a table for docs/storage.md; fail where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, default=Path("quinaries.duckdb"))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    print("| two to five elements, factors up to 8 | |")
    print("| --- | ---: |")
    if not options.keep:
        build(options.db)
    print(f"| file, MB | {options.db.stat().st_size / 1e6:.0f} |")
    with duckdb.connect(options.db, read_only=True) as con:
        con.execute("set enable_progress_bar = false; set memory_limit = '2GB'")
        [(allowed, n_sets)] = con.execute(
            "select (select allowed from order_summary where nelements = 5), count(*) from store.allowed_set where nelements = 5"
        ).fetchall()
        print(f"| allowed quinaries | {allowed:,} |")
        print(f"| distinct sets of five elements | {n_sets:,} |")
        wrong = n_wrong(con)
        print(f"| of these {N_RANDOM:,}, decided differently by the plain rule | {wrong} |")
        for name, query in COUNTS.items():
            con.execute(query).fetchall()
            start = time.process_time()
            con.execute(query).fetchall()
            print(f"| {name}, CPU-s | {time.process_time() - start:.3f} |", flush=True)
    if allowed != ALLOWED or wrong:
        sys.exit(f"wrong: {ALLOWED:,} quinaries are allowed")


if __name__ == "__main__":
    main()
