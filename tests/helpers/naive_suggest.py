"""Suggestions, slow and obvious: exact fractions, one composition after another."""

from collections import Counter
from fractions import Fraction
from itertools import combinations
from math import exp, prod

REGULARISATION = 100


def frames(known):
    """Return the fillers of each frame; a composition is a tuple of (element, factor), a frame the rest and a factor."""
    fillers = {}
    for composition in known:
        for element, factor in composition:
            rest = frozenset(composition) - {(element, factor)}
            fillers.setdefault((rest, factor), set()).add(element)
    return fillers


def shared(known):
    """Return how many frames two elements both fill."""
    return Counter((a, b) for fillers in frames(known).values() for a in fillers for b in fillers)


def weights(known, elements):
    """Return W[a, b] = -P[a, b] / P[b, b] of the elements, with P = (G + λ)⁻¹."""
    gram = shared(known)
    matrix = [[Fraction(gram[a, b] + REGULARISATION * (a == b)) for b in elements] for a in elements]
    inverse = inverted(matrix)
    return {
        (a, b): float(-inverse[i][j] / inverse[j][j]) if a != b else 0.0
        for i, a in enumerate(elements)
        for j, b in enumerate(elements)
    }


def inverted(matrix):
    n = len(matrix)
    rows = [[*row, *(Fraction(i == j) for j in range(n))] for i, row in enumerate(matrix)]
    for i in range(n):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(n):
            if j != i:
                rows[j] = [value - rows[j][i] * at for value, at in zip(rows[j], rows[i], strict=True)]
    return [row[n:] for row in rows]


def analogues(composition, fillers):
    """Return (filler, element) for each known composition that differs by one element."""
    return [
        (filler, element)
        for element, factor in composition
        for filler in fillers.get((frozenset(composition) - {(element, factor)}, factor), ())
        if filler != element
    ]


def score(composition, fillers, w):
    return sum(w[pair] for pair in analogues(composition, fillers))


def expected(composition, known, allowed, stoichiometries, elements):
    """Return what ranks compositions without an analogue, see chemdb/suggest/expected.py.

    Compositions, known and allowed alike have their elements in order of electronegativity; `allowed` are the
    known ones that are allowed; `stoichiometries` are all of the size of `composition`; `elements` are all.
    """
    k = len(composition)
    factors = tuple(factor for _, factor in composition)
    gram = shared(known)
    total = sum(gram[a, a] for a in elements)

    def alike(a, b):
        if a == b:
            return 1.0
        overall = sum(gram[c, b] for c in elements if c != b) / max(1, total)
        return ((gram[a, b] + 20 * overall) / (gram[a, a] + 20)) ** 1.5

    near = sum(
        prod(alike(y, x) for (y, _), (x, _) in zip(other, composition, strict=True))
        for other in known
        if tuple(factor for _, factor in other) == factors
    )
    seen = [other for other in allowed if len(other) == k]
    of = Counter(tuple(factor for _, factor in other) for other in seen)
    same = [other for other in stoichiometries if sorted(other) == sorted(factors)]
    n_anonymous = sum(of[other] for other in same)
    value = 0.1 * (of[factors] + 0.4 * (n_anonymous + 0.5) / len(same))
    counts = Counter(element for other in seen for element, _ in other)
    for place, (element, factor) in enumerate(composition):
        chance = (counts[element] + 0.5) / (sum(counts.values()) + 0.5 * len(elements))
        at_place = [other[place] for other in seen]
        with_factor = [one for one in at_place if one[1] == factor]
        in_stoichiometry = [o[place] for o in seen if tuple(f for _, f in o) == factors]
        for some, prior in ((at_place, 50), (with_factor, 30), (in_stoichiometry, 10)):
            chance = (sum(one[0] == element for one in some) + prior * chance) / (len(some) + prior)
        value *= chance
    pairs = 1.0
    for a, b in combinations([element for element, _ in composition], 2):
        both = sum({a, b} <= {element for element, _ in other} for other in seen)
        by_chance = counts[a] * counts[b] * (k - 1) / (k * max(1, len(seen)))
        pairs *= (both + 3) / (by_chance + 3)
    return near + value * min(max(pairs, exp(-4)), exp(4))
