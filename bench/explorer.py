"""Time the explorer in Chromium, and compare what it counts and lists with `db.query`.

usage: python bench/explorer.py [chemdb.duckdb] [number of filters]
"""

import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from helpers.browser import chromium
from helpers.generated_queries import SYMBOLS, queries

import chemdb
from chemdb.api import Database

#: Counts, also of each element, and rows of a filter, each with the time that it took.
ASK = """async ([text, offset]) => {
    const start = performance.now();
    const { standard, missing, interesting, unlikely } = await chemdb.counts(text, true);
    const counted = performance.now();
    const rows = await chemdb.rows(text, 20, offset);
    return [{ standard, missing, interesting, unlikely }, rows, counted - start, performance.now() - counted];
}"""
#: When, after the page was opened, something is on the screen.
SHOWN = """async (selector) => {
    const text = () => document.querySelector(selector)?.textContent ?? "";
    while (!/\\d/.test(text())) await new Promise(requestAnimationFrame);
    return performance.now();
}"""
#: Time from a click on an element to the frame after its counts are shown.
CLICK = """async (symbol) => {
    const frame = () => new Promise(requestAnimationFrame);
    const total = () => document.querySelector(".cards").textContent;
    const before = total();
    const start = performance.now();
    document.querySelector(`[data-symbol="${symbol}"]`).click();
    while (total() === before) await frame();
    await frame();
    const time = performance.now() - start;
    location.hash = "";
    while (total() !== before) await frame();
    return time;
}"""


def main(path: str = "chemdb.duckdb", n: int = 1000) -> None:
    """Print the measurements."""
    with tempfile.TemporaryDirectory() as folder, chemdb.open(path) as db:
        small, fast = Path(folder) / "chemdb.html", Path(folder) / "fast.html"
        for target, is_fast in ((fast, True), (small, False)):
            start, work = time.perf_counter(), time.process_time()
            size = db.site(target, fast=is_fast)
            print(
                f"chemdb site{' --fast' if is_fast else ''}: {time.perf_counter() - start:.1f} s "
                f"({time.process_time() - work:.1f} s of processors), {size / 1e6:.2f} MB"
            )
        packed = {
            name: len(text) * 3 // 4
            for name, text in re.findall(r'data-part="(\w+)">([^<]*)<', small.read_text(encoding="utf-8"))
        }
        print(f"pack: {sum(packed.values()) / 1e6:.2f} MB: {packed}")
        with chromium() as browser:
            opening(browser, small.as_uri())
            clicks(browser, small.as_uri())
            agreement(browser, small.as_uri(), db, n)


def opening(browser: Any, url: str) -> None:
    """Print the time from opening the page to the first counts and rows, and to those of the whole space."""
    times = []
    for _ in range(5):
        page = browser.new_page()
        page.goto(url, wait_until="commit")
        shown = [page.evaluate(SHOWN, selector) for selector in (".cards", "table tbody")]
        page.evaluate("chemdb.counts('')")
        times.append([*shown, page.evaluate("performance.now()")])
        page.close()
    counts, rows, all_counts = (statistics.median(column) / 1e3 for column in zip(*times, strict=True))
    print(f"after opening: first counts {counts:.2f} s, rows {rows:.2f} s, everything {all_counts:.2f} s")


def clicks(browser: Any, url: str) -> None:
    """Print the time from a click on an element to its counts on the screen."""
    page = browser.new_page(viewport={"width": 1360, "height": 900})
    page.goto(url)
    page.evaluate("chemdb.counts('')")
    page.evaluate(SHOWN, "table tbody")
    symbols = random.Random(0).choices(SYMBOLS, k=100)
    print(f"click to paint: {summary([page.evaluate(CLICK, symbol) for symbol in symbols])} ms")
    page.close()


def agreement(browser: Any, url: str, db: Database, n: int) -> None:
    """Print how many filters differ, and the times of page and database."""
    page = browser.new_page()
    page.goto(url)
    page.evaluate("chemdb.counts('')")
    rng = random.Random(0)
    differ, n_rows = [], 0
    times: dict[str, list[float]] = {"page counts": [], "page rows": [], "db counts": [], "db rows": []}
    for done, text in enumerate(queries(n, seed=0), 1):
        offset = rng.choice([0, 0, 0, 0, 0, 20, 1_000, 100_000])
        counts, rows, of_counts, of_rows = page.evaluate(ASK, [text, offset])
        result = db.query(text, limit=20, offset=offset)
        start = time.perf_counter()
        expected_counts = result.counts
        counted = time.perf_counter()
        expected = [dict(zip(result.columns, row, strict=True)) for row in result]
        listed = time.perf_counter()
        for name, value in zip(
            times, (of_counts, of_rows, 1e3 * (counted - start), 1e3 * (listed - counted)), strict=True
        ):
            times[name].append(value)
        n_rows += len(expected)
        if counts != expected_counts or [{k: row[k] for k in result.columns} for row in rows] != expected:
            differ.append((text, offset))
            print("differs:", text, offset)
        if done % 100 == 0:
            print(f"{done} filters, {len(differ)} differ", flush=True)
    print(f"{n} filters, {n_rows} rows: {len(differ)} differ")
    for name, values in times.items():
        print(f"{name}: {summary(values)} ms")


def summary(times: Sequence[float]) -> str:
    """Return median, 95th percentile and maximum."""
    ordered = sorted(times)
    return f"median {statistics.median(ordered):.1f}, p95 {ordered[int(0.95 * (len(ordered) - 1))]:.0f}, max {ordered[-1]:.0f}"


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
