"""Counts by pairs of sets, and lists of changes, against a loop over all compositions."""

import numpy as np
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

from chemdb.compare.category_counts import category_counts, changes, pair_of
from chemdb.database.arrays import SystemArrays

#: Binaries of elements 1 to 5, with ten stoichiometries.
ELEMENTS = np.array([(a, b) for a in range(1, 6) for b in range(a + 1, 6)], np.uint8)
FACTORS = np.array([(1, n) for n in range(1, 11)], np.uint8)
N, M = len(ELEMENTS), len(FACTORS)


@st.composite
def sides(draw):
    """Systems with a few distinct allowed sets, and some known compositions."""
    sets = np.array(draw(st.lists(st.lists(st.booleans(), min_size=M, max_size=M), min_size=1, max_size=4)))
    system_set = draw(st.lists(st.integers(0, len(sets) - 1), min_size=N, max_size=N))
    known = sorted(draw(st.sets(st.tuples(st.integers(0, N - 1), st.integers(0, M - 1)), max_size=6)))
    systems, stoichiometries = np.array(known, int).reshape(-1, 2).T
    return SystemArrays(
        2, ELEMENTS, np.array(system_set, np.int32), np.packbits(sets, axis=1), FACTORS, systems,
        stoichiometries.astype(np.int32), np.zeros(len(systems), bool),
    )  # fmt: skip


def category(side, system, stoichiometry):
    """The place of a category in CATEGORIES."""
    allowed = np.unpackbits(side.sets[side.system_set[system]])[stoichiometry] == 1
    known = (system, stoichiometry) in zip(side.known_system, side.known_stoichiometry, strict=True)
    return [(True, True), (True, False), (False, True), (False, False)].index((allowed, known))


@given(sides(), sides())
@examples(50)
def test_every_composition_is_counted_and_listed(first, second):
    expected = np.zeros((104, 4, 4), int)
    changed = []
    for system in range(N):
        for stoichiometry in range(M):
            cell = category(first, system, stoichiometry), category(second, system, stoichiometry)
            for row in (0, *ELEMENTS[system]):
                expected[(row, *cell)] += 1
            if cell[0] != cell[1]:
                changed.append((system, stoichiometry, *cell))
    pair = pair_of(first, second)
    assert category_counts(pair).tolist() == expected.tolist()
    assert [
        row for chunk in changes(pair) for row in zip(*map(np.ndarray.tolist, chunk), strict=True)
    ] == changed
