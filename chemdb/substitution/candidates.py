"""All compositions one substitution away from a known one, with their scores.

score(x) = Σ over places h of x, Σ over known fillers f of the frame of x at h:  W[f, element of x at h]
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from chemdb.chemistry.elements import N_ELEMENTS, Element
from chemdb.chemistry.stoichiometry import MAX_FACTOR, MAX_LISTED_NELEMENTS, MAX_STORED_NELEMENTS
from chemdb.database.arrays import as_array
from chemdb.database.execution import registered
from chemdb.database.metadata import elements_of, system_ranges
from chemdb.substitution.frames import BATCH, Frames
from chemdb.substitution.weights import PER_UNIT

#: Most candidates that are summed at a time.
AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Space:
    """How the compositions of a file are numbered.

    Attributes
    ----------
    rank : array of int64, shape (104,)
        Place of each element in order of electronegativity, by atomic number.
    letter : array of int64, shape (104,)
        Place of its symbol in alphabetical order, by atomic number.
    first_system : dict of int to int
        First system_id by number of elements; systems follow in alphabetical order, those of five elements in
        order of electronegativity.
    stoichiometry : array of int32, shape (13,) * 5
        stoichiometry_id by the factors, 0 for absent elements; -1 where there is none.
    """

    rank: NDArray[np.int64]
    letter: NDArray[np.int64]
    first_system: dict[int, int]
    stoichiometry: NDArray[np.int32]

    @property
    def n_stoichiometries(self) -> int:
        """Largest number of stoichiometries of one number of elements."""
        return int(self.stoichiometry.max()) + 1


def space_of(con: duckdb.DuckDBPyConnection) -> Space:
    """Return how the compositions of a file are numbered."""
    elements = elements_of(con)
    rank, letter = (_places(elements, by) for by in ("rank", "symbol"))
    first = {nelements: first for nelements, (first, _) in system_ranges(con).items()}
    stoichiometry = np.full((MAX_FACTOR + 1,) * MAX_STORED_NELEMENTS, -1, np.int32)
    for factors, number in con.execute(
        "select factors, stoichiometry_id from store.stoichiometry"
    ).fetchall():
        stoichiometry[(*factors, *[0] * (stoichiometry.ndim - len(factors)))] = number
    return Space(rank, letter, first, stoichiometry)


def _places(elements: Sequence[Element], by: str) -> NDArray[np.int64]:
    places = np.zeros(N_ELEMENTS + 1, np.int64)
    ordered = sorted(elements, key=lambda element: getattr(element, by))
    places[[element.atomic_number for element in ordered]] = np.arange(N_ELEMENTS)
    return places


def candidates(frames: Frames, weights: NDArray[np.float64], space: Space) -> pa.Table:
    """Return every composition with a known analogue, once, known ones too.

    Returns
    -------
    pyarrow.Table
        system_id (int32), stoichiometry_id (int32), score (double), in order of the first two.
    """
    # Small matrices: more threads would not be faster, and the caller may have asked for one.
    with threadpool_limits(1):
        return pa.concat_tables(_tables(frames, weights, space))


def with_sets(con: duckdb.DuckDBPyConnection, table: pa.Table, space: Space) -> pa.Table:
    """Return candidates with nelements and allowed_set_id: a join with all systems takes more memory."""
    systems = as_array(table["system_id"])
    sizes = sorted(space.first_system)
    firsts = np.array([space.first_system[size] for size in sizes])
    nelements = np.array(sizes, np.uint8)[np.searchsorted(firsts, systems, side="right") - 1]
    sets = np.empty(len(systems), np.int32)
    listed = nelements <= MAX_LISTED_NELEMENTS
    rows = con.sql("select system_id, allowed_set_id from store.listed_system").to_arrow_table()
    if len(rows):
        # Rows come in any order.
        set_of = np.empty(len(rows), np.int32)
        set_of[as_array(rows["system_id"]) - firsts[0]] = as_array(rows["allowed_set_id"])
        sets[listed] = set_of[systems[listed] - firsts[0]]
    some = np.unique(systems[~listed])
    if len(some):
        with registered(con, {"some_system": pa.table({"system_id": some})}):
            rows = con.sql(
                "select system_id, allowed_set_id from store.systems_in('some_system') order by system_id"
            ).to_arrow_table()
        sets[~listed] = as_array(rows["allowed_set_id"])[np.searchsorted(some, systems[~listed])]
    return table.append_column("nelements", pa.array(nelements)).append_column(
        "allowed_set_id", pa.array(sets)
    )


def _tables(frames: Frames, weights: NDArray[np.float64], space: Space) -> Iterator[pa.Table]:
    elements, factors, hole = frames.rest()
    size = 1 + (elements > 0).sum(axis=1)
    for nelements in sorted(space.first_system):
        rows = np.flatnonzero(size == nelements)
        rest = slice(0, nelements - 1)
        # All candidates of a range of systems at a time, in several passes over the frames of a long list.
        for first, last in _ranges(space.first_system[nelements], nelements, len(rows)):
            numbers, scores = [], []
            for start in range(0, len(rows), BATCH):
                some = rows[start : start + BATCH]
                systems, stoichiometries = _completed(
                    elements[some, rest], factors[some, rest], hole[some], space
                )
                kept = (first <= systems) & (systems < last)
                numbers.append(systems[kept] * space.n_stoichiometries + stoichiometries[kept])
                scores.append((frames.filled(some) @ weights[:, 1:])[kept])
            yield _summed(_joined(numbers), _joined(scores), space.n_stoichiometries)


def _ranges(first_system: int, nelements: int, n_frames: int) -> list[tuple[int, int]]:
    """Return ranges of systems with about `AT_ONCE` candidates each."""
    n_systems = comb(N_ELEMENTS, nelements)
    n = 1 + n_frames * N_ELEMENTS // AT_ONCE
    ends = [first_system + n_systems * i // n for i in range(n + 1)]
    return list(pairwise(ends))


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays as one, and forget them."""
    joined = np.concatenate(parts) if parts else np.empty(0, np.int64)
    parts.clear()
    return joined


def _completed(
    elements: NDArray[np.int64], factors: NDArray[np.int64], hole: NDArray[np.int64], space: Space
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the system and stoichiometry that each element makes of each frame, shape (n, 103).

    -1 for the system where the element is already in the frame.
    """
    n, others = elements.shape
    nelements = others + 1
    every = np.arange(1, N_ELEMENTS + 1)
    # Systems are combinations of letters in lexicographic order: their number is a sum over places.
    above = np.array(
        [
            [comb(N_ELEMENTS - 1 - letter, size) for size in range(nelements + 1)]
            for letter in range(N_ELEMENTS)
        ]
    )
    order = space.letter if nelements <= MAX_LISTED_NELEMENTS else space.rank
    letters = np.sort(order[elements], axis=1)
    added = order[every]
    before = np.zeros((n, N_ELEMENTS), np.int64)
    systems = np.full((n, N_ELEMENTS), comb(N_ELEMENTS, nelements) - 1)
    for place in range(others):
        letter = letters[:, place, None]
        later = letter < added
        before += later
        systems -= np.where(later, above[letter, nelements - place], above[letter, nelements - place - 1])
    systems -= above[added, nelements - before]
    systems += space.first_system[nelements]
    place = (space.rank[elements][:, :, None] < space.rank[every]).sum(axis=1)
    by_place = np.empty((n, nelements), np.int64)
    for at in range(nelements):
        parts = np.insert(factors, at, hole, axis=1)
        padded = [parts[:, i] if i < nelements else 0 for i in range(space.stoichiometry.ndim)]
        by_place[:, at] = space.stoichiometry[tuple(padded)]
    stoichiometries = np.take_along_axis(by_place, place, axis=1)
    systems[(elements[:, :, None] == every).any(axis=1)] = -1
    return systems, stoichiometries


def _summed(numbers: NDArray[np.int64], scores: NDArray[np.float64], n_stoichiometries: int) -> pa.Table:
    """Return each number once, taken apart, with the sum of its scores."""
    order = np.argsort(numbers)
    numbers, scores = numbers[order], scores[order]
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    sums = np.add.reduceat(scores, first) / PER_UNIT if len(first) else np.empty(0)
    systems, stoichiometries = np.divmod(numbers[first], n_stoichiometries)
    return pa.table(
        {
            "system_id": systems.astype(np.int32),
            "stoichiometry_id": stoichiometries.astype(np.int32),
            "score": sums,
        }
    )
