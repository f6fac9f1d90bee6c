"""Compare chemdb with SMACT's `smact_filter` on random systems.

The systems cover each number of elements and each oxidation-state set.

python bench/smact_agreement.py [--systems 300] [--processes N]
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.progress import track

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from helpers.smact import disagreements

from chemdb.chemistry.species import SMACT_SETS
from chemdb.runtime.limits import available_processors

#: Systems per task; a quaternary system takes SMACT about a second.
SLICE = 10


def compare(task: tuple[str, int, int]) -> list[list[str]]:
    name, nelements, seed = task
    return disagreements(name, nelements, 8, SLICE, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", type=int, default=300)
    parser.add_argument("--processes", type=int, default=available_processors())
    options = parser.parse_args()
    tasks = [
        (name, nelements, 1000 + seed)
        for nelements in (2, 3, 4)
        for name in SMACT_SETS
        for seed in range(options.systems // SLICE)
    ]
    with ProcessPoolExecutor(options.processes) as pool:
        results = track(pool.map(compare, tasks), total=len(tasks), description="Comparing")
        wrong = [system for found in results for system in found]
    print(f"{len(tasks) * SLICE:,} systems compared, {len(wrong)} disagree {wrong or ''}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
