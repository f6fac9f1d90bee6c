"""Compare the speed of composition vectors with elementembeddings' `CompositionalEmbedding`.

python bench/embedding.py chemdb.duckdb
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from elementembeddings.composition import CompositionalEmbedding
from elementembeddings.core import Embedding

import chemdb
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays
from chemdb.embedding.stored_vectors import element_vectors

NAME, N, REPEATS, N_PEER = "mat2vec", 1_000_000, 5, 2_000
QUERY = "missing elements=Li nelements=3"


def main() -> None:
    with chemdb.open(sys.argv[1]) as db:
        rows = db.sample("unlikely", 4, N_PEER)
        threads = db.limits.threads
        with db.cursor() as con:
            vectors = element_vectors(con, NAME)
    elements, factors = (np.tile(array, (N // N_PEER, 1)) for array in element_arrays(rows, vectors.symbols))
    out = np.empty((N, len(vectors.features)), np.float32)
    composition_vectors(elements, factors, vectors, threads, out)
    start = time.perf_counter()
    for _ in range(REPEATS):
        composition_vectors(elements, factors, vectors, threads, out)
    ours = REPEATS * N / (time.perf_counter() - start)
    loaded = Embedding.load_data(NAME)
    start = time.perf_counter()
    theirs = [
        CompositionalEmbedding(text, loaded).feature_vector("mean") for text in rows["formula"].to_pylist()
    ]
    peer = N_PEER / (time.perf_counter() - start)
    worst = np.abs(out[:N_PEER] - np.array(theirs)).max()
    print(f"chemdb, {NAME}, quaternaries, before writing: {ours:,.0f} vectors/s")
    print(f"CompositionalEmbedding, embedding loaded once: {peer:,.0f} vectors/s")
    print(f"ratio: {ours / peer:,.0f}; largest difference {worst:.1e}")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "vectors.parquet"
        command = [sys.executable, "-m", "chemdb", "export", "embeddings", QUERY, "--embedding", NAME]
        start = time.perf_counter()
        done = subprocess.run(
            [*command, "-o", target, "--db", sys.argv[1]], check=True, capture_output=True, text=True
        )
        seconds = time.perf_counter() - start
        size = target.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    written = done.stdout.strip().rpartition(": ")[2]
    print(
        f"chemdb export embeddings {QUERY!r}: {written}, {size:,.0f} MB of Parquet, {seconds:.1f} s, {peak:.2f} GB"
    )


if __name__ == "__main__":
    main()
