"""Measure pieces, scores and exports, and what larger work costs at these rates. Renews a part of docs/scaling.md.

python bench/scaling.py chemdb.duckdb
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import chemdb
import chemdb.api
from chemdb.partition.piece import Partition
from chemdb.partition.score import Scoring

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
PART = re.compile(r"<!-- measured -->\n.*?<!-- end -->", re.DOTALL)
QUERY = "missing nelements=4"
PIECE = 5_000_000
#: Compositions of the tables: all missing of 2 to 4 elements, all allowed of 5, and what is asked about.
SIZES = {"2.92 × 10⁹": 2_920_210_388, "5.16 × 10¹¹": 516_163_862_166, "10¹²": 10**12}
#: Compositions that a model learns from.
SAMPLE = 5_000
EMBEDDINGS = {"magpie": "magpie (22)", "mat2vec": "mat2vec (200)"}
DIMENSIONS = {"magpie": 22, "mat2vec": 200}
KEY_AND_FORMULA = "key and formula"
RIDGE = "ridge with a scaler"
#: The query of whole commands, and their executor.
COMMAND_QUERY = "missing nelements=3"
LOCAL = ("--scheduler", "local:2")

#: A model for the whole command: the mean of the first dimension, which costs nothing.
MODEL = """
class Model:
    def predict(self, vectors):
        return vectors[:, 0]
"""


def cpu(call: Callable[[], Any]) -> float:
    """Return the processor time of a call in this process, in s."""
    before = time.process_time()
    call()
    return time.process_time() - before


#: Runs a command and prints what it and its processes used.
USED = """
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3]))
"""


def of_command(command: Sequence[str], folder: str) -> tuple[float, float]:
    """Return the processor time of a command with its processes, in s, and the largest memory of one, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", USED, *command], check=True, capture_output=True, text=True, cwd=folder
    )
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def rate(pieces: Sequence[Partition], use: Callable[[Any], Any], embedding: str | None = None) -> float:
    """Return the compositions per second of a use of each batch."""

    def all_batches() -> None:
        for piece in pieces:
            for batch in piece.batches(embedding):
                use(batch)

    return sum(piece.n_rows for piece in pieces) / cpu(all_batches)


def models(piece: Partition, embedding: str) -> dict[str, Any]:
    """Return models that learnt a made-up target from some vectors."""
    vectors = next(piece.batches(embedding, SAMPLE)).vectors
    vectors = vectors[~np.isnan(vectors).any(axis=1)]
    target = np.sin(vectors[:, :5]).sum(axis=1)
    made = {
        RIDGE: make_pipeline(StandardScaler(), Ridge()),
        "neural network, 128 × 128": make_pipeline(
            StandardScaler(), MLPRegressor(hidden_layer_sizes=(128, 128), max_iter=20)
        ),
        "gradient boosting, 100 trees": HistGradientBoostingRegressor(max_iter=100),
    }
    with warnings.catch_warnings():
        # The network need not converge.
        warnings.simplefilter("ignore")
        return {name: model.fit(vectors, target) for name, model in made.items()}


def rates_of(db: chemdb.api.Database, pieces: Sequence[Partition]) -> dict[str, float]:
    """Return compositions per CPU-second by kind of work."""
    some = pieces[:: len(pieces) // 4][:4]
    few = db.partitions(QUERY, 400_000)
    # Kernels are compiled, or read.
    rate(few[:1], lambda batch: (batch.arrow(), batch.vectors), "magpie")
    rates = {
        KEY_AND_FORMULA: rate(some, lambda batch: batch.arrow(("system_id", "stoichiometry_id", "formula"))),
        "the eleven columns of a query": rate(some, lambda batch: batch.arrow()),
    }
    for embedding, label in EMBEDDINGS.items():
        rates[f"vectors, {label}"] = rate(some[:2], lambda batch: batch.vectors, embedding)
    for embedding, label in EMBEDDINGS.items():
        for name, model in models(few[0], embedding).items():
            chosen = some[0] if name == RIDGE else few[len(few) // 2]
            scoring = Scoring(model, embedding, 1000)
            with threadpool_limits(1):
                rates[f"{name}, {label}"] = chosen.n_rows / cpu(lambda s=scoring, c=chosen: s(c))
    return rates


def commands(path: str) -> tuple[list[str], list[float]]:
    """Return what whole commands take, and the bytes of a row that `chemdb export compositions` writes."""
    rows, sizes = [], []
    with tempfile.TemporaryDirectory() as folder, chemdb.open(path) as db:
        n = db.query(COMMAND_QUERY).count()
        (Path(folder) / "model.py").write_text(MODEL)
        chemdb_at = [sys.executable, "-m", "chemdb"]
        common = [COMMAND_QUERY, "--db", str(Path(path).absolute())]
        score = ["score", *common, "--with", "model.py:Model", "--embedding", "magpie", "--rows", "500000"]
        for words, label in ((score, "`chemdb score`"), ([*score, *LOCAL], "the same, two processes")):
            seconds, megabytes = of_command([*chemdb_at, *words, "-o", "best.parquet"], folder)
            rows.append(f"| {label} | {seconds:.1f} | {megabytes:.0f} | |")
        export = ["export", "compositions", *common, "-o"]
        for columns, label in (("formula", "key and formula"), ("", "all columns")):
            words = [*export, label, *(["--columns", columns] if columns else [])]
            seconds, megabytes = of_command([*chemdb_at, *words], folder)
            n_bytes = json.loads((Path(folder) / label / "_manifest.json").read_text())["n_bytes"]
            sizes.append(n_bytes / n)
            rows.append(
                f"| `chemdb export compositions`, {label} | {seconds:.1f} | {megabytes:.0f} | {n_bytes / n:.2f} |"
            )
    return rows, sizes


def costs(rates: dict[str, float], sizes: Sequence[float]) -> list[str]:
    """Return tables of what larger work costs, computed from the rates."""
    files = {"key and formula": sizes[0], "all columns": sizes[1]}
    files |= {f"vectors, {EMBEDDINGS[name]}, float32": 4.0 * d for name, d in DIMENSIONS.items()}
    work = rates | {"a Python function of 1 ms": 1000.0}
    return [
        *_costs("estimated size of files", {name: partial(_size, size) for name, size in files.items()}),
        "",
        *_costs("estimated CPU time", {name: partial(_time, r) for name, r in work.items()}),
    ]


def _size(of_row: float, n: int) -> str:
    return amount(of_row * n)


def _time(rate: float, n: int) -> str:
    return hours(n / rate)


def _costs(title: str, rows: dict[str, Callable[[int], str]]) -> list[str]:
    return [
        f"| {title} | {' | '.join(SIZES)} |",
        f"| --- |{' ---: |' * len(SIZES)}",
        *(f"| {name} | {' | '.join(map(cost, SIZES.values()))} |" for name, cost in rows.items()),
    ]


def amount(n: float) -> str:
    """Return bytes in a unit that fits."""
    for unit in ("MB", "GB", "TB"):
        n /= 1e6 if unit == "MB" else 1e3
        if n < 1000:
            break
    return f"{n:,.3g} {unit}"


def hours(seconds: float) -> str:
    """Return processor time in a unit that fits."""
    if seconds < 3600:
        return f"{seconds / 60:.2g} CPU-min"
    return (
        f"{float(f'{seconds / 3600:.2g}'):,.0f} CPU-h" if seconds > 36_000 else f"{seconds / 3600:.2g} CPU-h"
    )


def measured(path: str) -> list[str]:
    with chemdb.open(path, threads=1) as db:
        planning = cpu(lambda: db.partitions(QUERY, PIECE))
        pieces = db.partitions(QUERY, PIECE)
        rates = rates_of(db, pieces)
        n = db.query(COMMAND_QUERY).count()
    rows, sizes = commands(path)
    return [
        f"| pieces of `{QUERY}`, {PIECE:,} compositions each | million per CPU-second |",
        "| --- | ---: |",
        *(f"| {name} | {value / 1e6:.2g} |" for name, value in rates.items()),
        "",
        f"Cutting the query into its {len(pieces)} pieces takes {planning:.1f} CPU-s.",
        "",
        f"| whole commands, `{COMMAND_QUERY}`: {n:,} compositions | CPU-s | MB, largest process | bytes per row |",
        "| --- | ---: | ---: | ---: |",
        *rows,
        "",
        *costs(rates, sizes),
    ]


def main() -> None:
    part = "\n".join(["<!-- measured -->", *measured(sys.argv[1]), "<!-- end -->"])
    PAGE.write_text(PART.sub(lambda _: part, PAGE.read_text()))
    print(part)


if __name__ == "__main__":
    main()
