"""Compare the speed of `chemdb label` on a million formulas with SMACT's `smact_validity`.

python bench/label.py chemdb.duckdb
"""

import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from smact.screening import smact_validity

from chemdb.chemistry.elements import elements

N, N_PEER = 1_000_000, 300


def formulas(n: int) -> list[str]:
    """Return random formulas of two to six elements with factors up to 12."""
    draw = random.Random(0)
    symbols = [element.symbol for element in elements()]
    return [
        "".join(
            f"{symbol}{draw.randint(1, 12)}"
            for symbol in draw.sample(symbols, draw.choice((2, 3, 3, 4, 4, 5, 6)))
        )
        for _ in range(n)
    ]


def main() -> None:
    texts = formulas(N)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        with source.open("w", newline="") as stream:
            csv.writer(stream).writerows([["id", "formula"], *enumerate(texts)])
        command = [sys.executable, "-m", "chemdb", "label", source, "-o", target, "--db", sys.argv[1]]
        subprocess.run(command, check=True, capture_output=True)
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        ours = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    start = time.perf_counter()
    for text in texts[:N_PEER]:
        smact_validity(text, oxidation_states_set="smact14")
    theirs = (time.perf_counter() - start) / N_PEER
    print(f"chemdb label: {N:,} formulas, CSV to CSV, complete process: {ours:.1f} s, {peak:.2f} GB")
    print(
        f"smact_validity: {1e6 * theirs:.0f} s for as many, from {1e3 * theirs:.2f} ms per formula over {N_PEER}"
    )
    print(f"ratio: {1e6 * theirs / ours:,.0f}")


if __name__ == "__main__":
    main()
