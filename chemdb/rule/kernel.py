"""Whether a composition is allowed, for any number of elements and any amounts, and by which states.

The loop goes through the elements of a composition in order of electronegativity. After each
element it holds every net charge that some choice of oxidation states reaches, with the *phase* of
that choice:

=====  ===================================================================
FREE   no anion yet, and no cation as electronegative as the next element
LEVEL  no anion yet, but a cation as electronegative as the next element
ANION  an anion: no cation may follow
=====  ===================================================================

Of the choices that reach the same net charge and phase it keeps the most common, that of the
highest score: the product of the weights of its oxidation states.
"""

import numpy as np
from numba import njit

ALLOWED, FORBIDDEN, UNDECIDED = 1, 0, -1
FREE, LEVEL, ANION = 0, 1, 2

#: Net charges in e up to this size are held once each; larger ones may be held several times.
MAX_CHARGE = 1 << 15
#: Net charges that can be held for one composition.
MAX_CHOICES = 1 << 22
#: Scores below are exact.
EXACT = 2.0**53
#: Larger scores that differ by less, relatively, may be equal or in the other order.
TOLERANCE = 1e-9

FIRST, SECOND, UNCLEAR = 1, 2, 0


@njit(cache=True, nogil=True)
def _more_common(score, state, parent, other_score, other_state, other_parent, states_of, parents, ties):
    """Return which of two choices is more common: `FIRST`, `SECOND` or `UNCLEAR`.

    Of choices of equal score, the one with the lower oxidation state of the last element comes
    first, then of the element before, and so on. Equally electronegative elements (`ties`) have
    no such order here.
    """
    if score >= EXACT or other_score >= EXACT:
        if score > other_score * (1 + TOLERANCE):
            return FIRST
        if other_score > score * (1 + TOLERANCE):
            return SECOND
        return UNCLEAR
    if score != other_score:
        return FIRST if score > other_score else SECOND
    if ties:
        return UNCLEAR
    while state == other_state and parent != other_parent:
        state, parent = states_of[parent], parents[parent]
        other_state, other_parent = states_of[other_parent], parents[other_parent]
    return FIRST if state < other_state else SECOND


@njit(cache=True, nogil=True)
def decide_formulas(
    starts, counts, elements, amounts, electronegativity, states, nstates, weights, decisions, chosen, unclear
):
    """Decide which compositions are allowed, and by which oxidation states most commonly.

    Parameters
    ----------
    starts, counts, elements, amounts
        As `chemdb.chemistry.kernel.read_formulas` fills them.
    electronegativity : array of float64, shape (104,)
        By atomic number; NaN where there is none.
    states : array of int64, shape (104, longest)
        Oxidation states in e by atomic number, padded.
    nstates : array of int64, shape (104,)
    weights : array of float64, shape (104, longest)
        Of each oxidation state: whole numbers from 1.
    decisions : array of int8, shape (n,)
        Filled with `ALLOWED`, `FORBIDDEN` or `UNDECIDED` (no formula, or too many choices).
    chosen : array of int8
        Filled, parallel to `elements`, with the most common oxidation states of allowed compositions.
    unclear : array of bool, shape (n,)
        Filled with whether other oxidation states may be as common.
    """
    # One node for each net charge and phase after each element.
    charges = np.empty(MAX_CHOICES, np.int64)
    phases = np.empty(MAX_CHOICES, np.uint8)
    scores = np.empty(MAX_CHOICES, np.float64)
    parents = np.empty(MAX_CHOICES, np.int32)
    states_of = np.empty(MAX_CHOICES, np.int8)
    # Node of each net charge and phase, plus `base`, which grows so that older entries are lower.
    seen = np.full((3, 2 * MAX_CHARGE + 1), -1, np.int64)
    base = np.int64(0)
    lowest = np.empty(256, np.int64)
    highest = np.empty(256, np.int64)
    for f in range(counts.shape[0]):
        first, k = starts[f], counts[f]
        unclear[f] = False
        if k == 0:
            decisions[f] = UNDECIDED
            continue
        usable, ties = True, False
        for i in range(first, first + k):
            z = elements[i]
            ties = ties or (i > first and electronegativity[elements[i - 1]] == electronegativity[z])
            usable = usable and nstates[z] > 0 and not np.isnan(electronegativity[z])
        if not usable:
            decisions[f] = FORBIDDEN
            continue
        # Lowest and highest charge of the elements from i on.
        lowest[k] = 0
        highest[k] = 0
        for i in range(k - 1, -1, -1):
            z = elements[first + i]
            low, high = states[z, 0], states[z, 0]
            for s in range(1, nstates[z]):
                low = min(low, states[z, s])
                high = max(high, states[z, s])
            lowest[i] = lowest[i + 1] + low * amounts[first + i]
            highest[i] = highest[i + 1] + high * amounts[first + i]
        charges[0] = 0
        phases[0] = FREE
        scores[0] = 1.0
        parents[0] = 0
        states_of[0] = 0
        begin, end, n = 0, 1, 1
        full = False
        for i in range(first, first + k):
            z, amount = elements[i], amounts[i]
            level = i > first and electronegativity[elements[i - 1]] == electronegativity[z]
            rest = i - first + 1
            for c in range(begin, end):
                phase = phases[c]
                if phase == LEVEL and not level:
                    phase = FREE
                for s in range(nstates[z]):
                    q = states[z, s]
                    if q > 0 and phase == ANION:
                        continue
                    if q < 0 and phase == LEVEL:
                        continue
                    charge = charges[c] + q * amount
                    if charge + highest[rest] < 0 or charge + lowest[rest] > 0:
                        continue
                    next_phase = LEVEL if q > 0 else ANION if q < 0 else phase
                    score = scores[c] * weights[z, s]
                    node = n
                    if -MAX_CHARGE <= charge <= MAX_CHARGE:
                        other = seen[next_phase, charge + MAX_CHARGE] - base
                        if other >= end:
                            which = _more_common(
                                score, q, c, scores[other], states_of[other], parents[other],
                                states_of, parents, ties,
                            )  # fmt: skip
                            unclear[f] = unclear[f] or which == UNCLEAR
                            if which != FIRST:
                                continue
                            node = other
                        else:
                            seen[next_phase, charge + MAX_CHARGE] = base + n
                    if node == n:
                        if n == MAX_CHOICES:
                            full = True
                            break
                        n += 1
                    charges[node] = charge
                    phases[node] = next_phase
                    scores[node] = score
                    parents[node] = c
                    states_of[node] = q
                if full:
                    break
            begin, end = end, n
            if full or begin == end:
                break
        base += n
        if full:
            decisions[f] = UNDECIDED
            continue
        decisions[f] = FORBIDDEN
        best = np.int64(-1)
        for c in range(begin, end):
            if charges[c] != 0:
                continue
            if best >= 0:
                which = _more_common(
                    scores[c], states_of[c], parents[c],
                    scores[best], states_of[best], parents[best], states_of, parents, ties,
                )  # fmt: skip
                unclear[f] = unclear[f] or which == UNCLEAR
                if which != FIRST:
                    continue
            best = c
        if best < 0:
            continue
        decisions[f] = ALLOWED
        for i in range(first + k - 1, first - 1, -1):
            chosen[i] = states_of[best]
            best = parents[best]
