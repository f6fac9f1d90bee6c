"""Coverage of chemdb by its tests, with the kernels run as plain Python."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from experiment import Outcome

ABOUT = (
    "Lines and branches of `chemdb/` that `make test` covers, subprocesses included, as measured by "
    "[coverage](https://coverage.readthedocs.io). Compiled code is not traced, so the tests of the kernels run a second "
    "time with `NUMBA_DISABLE_JIT=1`. The column *times* is the number of lines. The promise is that the tests pass and "
    "cover at least 95% of lines and branches."
)
ROOT = Path(__file__).parents[2]
ENOUGH = 95
#: Tests that call every kernel and take only minutes without the compiler.
KERNELS = (
    "tests/chemistry/test_formula.py", "tests/rule/test_bulk.py", "tests/rule/test_oxidation_states.py", "tests/embedding/test_composition_vectors.py",
    "tests/enumeration/test_allowed_sets.py::test_every_composition_agrees_with_the_naive_rule",
    "tests/enumeration/test_count.py::test_count_of_quinaries_agrees_with_the_naive_rule",
    "tests/maps/test_exact_pca.py::test_two_to_four_elements_together",
    "tests/query/test_sample.py::test_a_sample_of_everything_is_the_category",
    "tests/maps/test_density.py::test_every_ternary_is_in_its_cell",
)  # fmt: skip


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    settings = folder / "coverage.ini"
    # Processes that a test kills write no data: lines that only they run count as not covered.
    settings.write_text(
        f"[run]\nsource_pkgs = chemdb\nbranch = true\nparallel = true\npatch = subprocess, _exit\n"
        f"concurrency = multiprocessing, thread\nsigterm = true\ndata_file = {folder / 'data'}\n"
        "[report]\nexclude_also =\n    if TYPE_CHECKING\n"
    )
    passed = tests(settings, "--numprocesses", "auto", "--dist", "worksteal")
    passed = tests(settings, *KERNELS, NUMBA_DISABLE_JIT="1") and passed
    coverage(settings, "combine", "--quiet")
    report = folder / "report.json"
    coverage(settings, "json", "--quiet", "-o", str(report))
    yield from outcomes(json.loads(report.read_text()), passed)


def summary(outcomes: list[Outcome]) -> str:
    """Return the total coverage."""
    return outcomes[-1].found.replace("%", "% of lines and branches", 1)


def tests(settings: Path, *names: str, **environment: str) -> bool:
    """Run tests under coverage; return whether they pass."""
    done = coverage(settings, "run", "-m", "pytest", *names, check=False, **environment)
    return done.returncode == 0


def coverage(
    settings: Path, command: str, *arguments: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess:
    line = [sys.executable, "-m", "coverage", command, f"--rcfile={settings}", *arguments]
    return subprocess.run(line, cwd=ROOT, env=os.environ | environment, check=check)


def outcomes(report: dict, passed: bool) -> Iterator[Outcome]:
    """Yield a row per package, which names its files with the most uncovered lines, and a total."""
    packages = defaultdict(list)
    for name, found in report["files"].items():
        packages[str(Path(name).parent)].append((Path(name).name, found))
    for package, files in sorted(packages.items()):
        yield outcome(f"`{package}/`", files)
    total = outcome("all", [(name, found) for files in packages.values() for name, found in files])
    yield total._replace(ok=total.ok and passed)


def outcome(what: str, files: list[tuple[str, dict]]) -> Outcome:
    """Return the row of a group of files."""
    counted = [(name, f["summary"], f["missing_lines"]) for name, f in files]
    lines = sum(s["num_statements"] for _, s, _ in counted)
    all_ways = lines + sum(s["num_branches"] for _, s, _ in counted)
    run_ways = sum(s["covered_lines"] + s["covered_branches"] for _, s, _ in counted)
    percent = 100 * run_ways / all_ways
    worst = sorted(counted, key=lambda row: -len(row[2]))[:3]
    gaps = ", ".join(f"`{name}` {ranges(missing)}" for name, _, missing in worst if missing)
    n_missing = sum(len(missing) for *_, missing in counted)
    found = f"{percent:.1f}%; {n_missing} lines not covered" + (f": {gaps}" if gaps and what != "all" else "")
    return Outcome(what, lines, found, percent >= ENOUGH)


def ranges(lines: list[int], most: int = 6) -> str:
    """Return line numbers as text, consecutive ones as a range: ``3-5, 9``."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    shown = [f"{a}" if a == b else f"{a}-{b}" for a, b in runs]
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")
