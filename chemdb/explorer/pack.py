"""The whole space of a file, packed for a browser: a few parts, each compressed.

Chemical systems are all combinations of the elements, so only the number of each system's set of allowed
stoichiometries is packed, in order of electronegativity. `page/space/pack.js` reads the parts:

=============  ==============================================================================
head           JSON: elements, oxidation states, limits, sources, counts, sizes of the others
known          JSON: known compositions and their entries
systems        for each number of elements: number of sets (uint32), allowed stoichiometries of each
               (uint16), then the set of each system in three planes of bytes, the lowest first
sets_K         bitmaps of the sets of K elements, rows of 32-bit words; bit i is stoichiometry i
substitutions  JSON: weights of substitutions, what scores are worth
map_ID         JSON: the points of a stored map
=============  ==============================================================================
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import comb
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.chemistry.elements import Element
from chemdb.chemistry.stoichiometry import reduced_factors
from chemdb.database.arrays import SystemArrays, read_systems
from chemdb.database.metadata import elements_of, max_stoichiometry_of
from chemdb.errors import DatabaseError
from chemdb.explorer.contents import head, known, map_points, map_titles, packed_nelements, substitutions
from chemdb.runtime.progress import Progress, no_progress

#: Compression levels of zstd: the smallest parts, and those that are made at once.
SMALLEST, FASTEST = 19, 3


def pack(
    con: duckdb.DuckDBPyConnection,
    delivery: str,
    level: int = SMALLEST,
    threads: int = 1,
    progress: Progress = no_progress,
) -> dict[str, bytes]:
    """Return the parts of a file by name, compressed by zstd.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    delivery : str
        How the page gets them: served, folder or file.
    level : int
        Of compression: 19 takes twenty seconds for the whole space, 3 a second for twice the size.
    threads : int
    progress : callable, optional
    """
    elements = elements_of(con)
    nelements, max_factor = packed_nelements(con), max_stoichiometry_of(con)
    order = systems_in_order(elements)
    raw: dict[str, Callable[[], bytes]] = {}
    systems = b""
    rows: dict[int, NDArray[np.int64]] = {}
    for k in nelements:
        arrays = read_systems(con, k)
        _check(arrays, k, max_factor)
        rows[k] = order(arrays.elements)
        numbers, sets = _distinct_sets(arrays, rows[k])
        sizes = np.bitwise_count(sets).sum(axis=1, dtype="<u2")
        systems += len(sizes).to_bytes(4, "little") + sizes.tobytes() + _planes(numbers)
        raw[f"sets_{k}"] = sets.tobytes
    raw = {"known": lambda: _json(known(con, rows)), "systems": lambda: systems} | raw
    raw["substitutions"] = lambda: _json(substitutions(con))
    for title in map_titles(con):
        raw[f"map_{title['id']}"] = partial(_map, con, title["id"])
    parts = _compressed({name: read() for name, read in raw.items()}, level, threads, progress)
    lengths = {name: len(part) for name, part in parts.items()}
    return parts | _compressed({"head": _json(head(con, delivery, lengths))}, level, 1, no_progress)


def systems_in_order(elements: list[Element]) -> Callable[[NDArray[np.uint8]], NDArray[np.int64]]:
    """Return a function from systems, by atomic numbers, to their places in order of electronegativity.

    Examples
    --------
    >>> from chemdb.chemistry.elements import elements
    >>> systems_in_order(list(elements()))(np.array([[87, 55], [87, 2]], np.uint8)).tolist()
    [0, 96]
    """
    rank = np.zeros(len(elements) + 1, np.int64)
    for place, element in enumerate(sorted(elements, key=lambda element: element.rank)):
        rank[element.atomic_number] = place
    n = len(elements)

    def order(systems: NDArray[np.uint8]) -> NDArray[np.int64]:
        k = systems.shape[1]
        # Combinations that come after one: those that are larger first at place i.
        after = np.array([[comb(n - 1 - first, k - i) for i in range(k)] for first in range(n)], np.int64)
        places = rank[systems]
        result: NDArray[np.int64] = comb(n, k) - 1 - sum(after[places[:, i], i] for i in range(k))
        return result

    return order


def _check(arrays: SystemArrays, k: int, max_factor: int) -> None:
    """Raise unless the systems and stoichiometries are those that the page generates itself."""
    n_systems = comb(103, k)
    if len(arrays.elements) != n_systems or not np.array_equal(
        arrays.factors, reduced_factors(k, max_factor)
    ):
        raise DatabaseError("the file lacks chemical systems or stoichiometries; build it again")


def _distinct_sets(
    arrays: SystemArrays, rows: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the set of each system, and the sets as words, both in order of electronegativity."""
    of_system = np.empty(len(rows), np.int64)
    of_system[rows] = arrays.system_set
    _, first = np.unique(of_system, return_index=True)
    used = of_system[np.sort(first)]
    number = np.zeros(len(arrays.sets), np.uint32)
    number[used] = np.arange(len(used))
    width = -(-len(arrays.factors) // 32) * 4
    words = np.zeros((len(used), width), np.uint8)
    words[:, : arrays.sets.shape[1]] = _reversed_bits()[arrays.sets[used]]
    return number[of_system], words.view("<u4")


def _reversed_bits() -> NDArray[np.uint8]:
    """Return each byte with its bits in the opposite order."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
    reversed_bits: NDArray[np.uint8] = np.packbits(bits, axis=1, bitorder="little")[:, 0]
    return reversed_bits


def _planes(numbers: NDArray[np.uint32]) -> bytes:
    """Return the three lowest bytes of numbers, apart from each other: they compress better."""
    return b"".join((numbers >> shift).astype(np.uint8).tobytes() for shift in (0, 8, 16))


def _map(con: duckdb.DuckDBPyConnection, run_id: str) -> bytes:
    return _json(map_points(con, run_id))


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _compressed(parts: Mapping[str, bytes], level: int, threads: int, progress: Progress) -> dict[str, bytes]:
    total = sum(map(len, parts.values())) or 1
    done = 0

    def compress(part: bytes) -> bytes:
        result: bytes = pa.Codec("zstd", compression_level=level).compress(part, asbytes=True)
        return result

    compressed = {}
    pool = ThreadPoolExecutor(threads)
    try:
        # The largest first, so that no thread waits for it at the end.
        by_size = sorted(parts, key=lambda name: -len(parts[name]))
        futures = {name: pool.submit(compress, parts[name]) for name in by_size}
        for name in reversed(by_size):
            compressed[name] = futures[name].result()
            done += len(parts[name])
            progress(done / total)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return {name: compressed[name] for name in parts}
