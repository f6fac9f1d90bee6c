"""Scores of all candidates, compared with a slow, obvious reference."""

from math import gcd

import numpy as np
import pytest
from helpers import naive_suggest
from hypothesis import given
from hypothesis import strategies as st

from chemdb.database.metadata import elements_of
from chemdb.substitution.analogues import analogues_of
from chemdb.substitution.candidates import candidates, space_of
from chemdb.substitution.frames import Compositions, frame_numbers, frames_of
from chemdb.substitution.weights import PER_UNIT, substitution_weights

# In order of electronegativity.
SYMBOLS = ("K", "Na", "Li", "Zn", "Si", "S", "Cl", "O")


@pytest.fixture(scope="module")
def file(small_path):
    """The numbering of the small database, atomic numbers by symbol, and its compositions by number."""
    from chemdb.database.connection import connect_to_read

    with connect_to_read(small_path) as con:
        systems = dict(
            con.execute("select system_id, elements::varchar[] from store.system_elements").fetchall()
        )
        factors = {
            (n, number): factors
            for n, number, factors in con.execute(
                "select nelements, stoichiometry_id, factors from store.stoichiometry"
            ).fetchall()
        }
        numbers = {element.symbol: element.atomic_number for element in elements_of(con)}
        return space_of(con), numbers, systems, factors


def compositions_of(known, numbers):
    """Return compositions, each a tuple of (symbol, factor), as arrays."""
    n = len(known)
    elements, factors = np.zeros((n, 5), np.int64), np.zeros((n, 5), np.int64)
    for row, composition in enumerate(known):
        for place, (symbol, factor) in enumerate(composition):
            elements[row, place], factors[row, place] = numbers[symbol], factor
    return Compositions(np.array([len(one) for one in known], np.int64), elements, factors)


amounts = st.lists(st.integers(1, 4), min_size=2, max_size=3).filter(lambda factors: gcd(*factors) == 1)
composition = amounts.flatmap(
    lambda factors: st.sets(
        st.sampled_from(range(len(SYMBOLS))), min_size=len(factors), max_size=len(factors)
    ).map(lambda places: tuple(zip((SYMBOLS[i] for i in sorted(places)), factors, strict=True)))
)


@given(known=st.sets(composition, min_size=1, max_size=12).map(sorted))
def test_every_candidate_has_the_score_of_the_reference(known, file):
    space, numbers, systems, factors = file
    arrays = compositions_of(known, numbers)
    frames = frames_of(arrays)
    found = candidates(frames, substitution_weights(frames), space).to_pydict()
    scores = {
        tuple(zip(systems[system], factors[len(systems[system]), stoichiometry], strict=True)): score
        for system, stoichiometry, score in zip(*found.values(), strict=True)
    }
    fillers, used = naive_suggest.frames(known), sorted({e for one in known for e, _ in one})
    w = naive_suggest.weights(known, used)
    # Elements that are not known have weight 0.
    expected = {
        one: sum(w.get(pair, 0.0) for pair in naive_suggest.analogues(one, fillers)) for one in scores
    }
    assert scores == pytest.approx(expected, abs=1e-5)
    # Every composition with an analogue, and each known one.
    every = {
        frozenset(rest | {(symbol, factor)})
        for rest, factor in fillers
        for symbol in numbers
        if symbol not in dict(rest)
    }
    assert {frozenset(one) for one in scores} == every


@given(known=st.sets(composition, min_size=1, max_size=12).map(sorted))
def test_analogues_are_those_of_the_reference(known, file):
    _, numbers, _, _ = file
    arrays = compositions_of(known, numbers)
    frames, symbols = frames_of(arrays), {z: symbol for symbol, z in numbers.items()}
    weights = substitution_weights(frames)
    found = analogues_of(arrays, frames, weights, np.arange(len(known)))
    fillers = naive_suggest.frames(known)
    for row, one in enumerate(known):
        part = slice(found.starts[row], found.starts[row + 1])
        pairs = [
            (symbols[a], symbols[b])
            for a, b in zip(found.element[part].tolist(), found.replaced_by[part].tolist(), strict=True)
        ]
        assert sorted(pairs) == sorted(naive_suggest.analogues(one, fillers))
        assert (np.diff(found.weight[part]) <= 0).all()
        assert found.scores()[row] == round(found.weight[part].sum(), 6)


def test_weights_by_hand():
    """NaCl and KCl share the frame (_ Cl): W[Na, K] = 1 / (λ + 1)."""
    numbers = {"Na": 11, "K": 19, "Cl": 17}
    frames = frames_of(compositions_of([(("Na", 1), ("Cl", 1)), (("K", 1), ("Cl", 1))], numbers))
    assert len(frames) == 3
    weights = substitution_weights(frames)
    assert weights[11, 19] == weights[19, 11] == round(PER_UNIT / 101)
    assert weights[11, 17] == weights[17, 17] == 0


def test_frames_are_equal_only_if_all_is():
    numbers = {"Na": 11, "K": 19, "Cl": 17, "O": 8}
    known = [(("Na", 1), ("Cl", 1)), (("Na", 2), ("O", 1)), (("Na", 1), ("K", 2), ("O", 1))]
    found = frame_numbers(compositions_of(known, numbers))
    assert len(set(found[found >= 0].tolist())) == 7
    assert (found[:2, 2:] == -1).all()


def test_nothing_is_known():
    frames = frames_of(compositions_of([], {}))
    assert len(frames) == 0
    assert not substitution_weights(frames).any()
