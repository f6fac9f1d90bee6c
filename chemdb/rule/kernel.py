"""Whether a composition is allowed, for any number of elements and any amounts.

The loop goes through the elements of a composition in order of electronegativity. After each
element it holds every net charge that some choice of oxidation states reaches, with the *phase* of
that choice:

=====  ===================================================================
FREE   no anion yet, and no cation as electronegative as the next element
LEVEL  no anion yet, but a cation as electronegative as the next element
ANION  an anion: no cation may follow
=====  ===================================================================
"""

import numpy as np
from numba import njit

ALLOWED, FORBIDDEN, UNDECIDED = 1, 0, -1
FREE, LEVEL, ANION = 0, 1, 2

#: Net charges in e up to this size are held once each; larger ones may be held several times.
MAX_CHARGE = 1 << 15
#: Net charges that can be held for one composition.
MAX_CHOICES = 1 << 22


@njit(cache=True, nogil=True)
def _put(count, charge, phase, charges, phases, seen, step):
    """Add a net charge and phase, once if they fit `seen`; return the new count, -1 when full."""
    reach = seen.shape[1] // 2
    if -reach <= charge <= reach:
        if seen[phase, charge + reach] == step:
            return count
        seen[phase, charge + reach] = step
    if count == charges.shape[0]:
        return -1
    charges[count] = charge
    phases[count] = phase
    return count + 1


@njit(cache=True, nogil=True)
def decide_formulas(starts, counts, elements, amounts, electronegativity, states, nstates, decisions):
    """Decide which compositions are allowed.

    Parameters
    ----------
    starts, counts, elements, amounts
        As `chemdb.chemistry.kernel.read_formulas` fills them.
    electronegativity : array of float64, shape (104,)
        By atomic number; NaN where there is none.
    states : array of int64, shape (104, longest)
        Oxidation states in e by atomic number, padded.
    nstates : array of int64, shape (104,)
    decisions : array of int8, shape (n,)
        Filled with `ALLOWED`, `FORBIDDEN` or `UNDECIDED` (no formula, or too many choices).
    """
    charges = np.empty((2, MAX_CHOICES), np.int64)
    phases = np.empty((2, MAX_CHOICES), np.uint8)
    seen = np.zeros((3, 2 * MAX_CHARGE + 1), np.int64)
    lowest = np.empty(256, np.int64)
    highest = np.empty(256, np.int64)
    step = 0
    for f in range(counts.shape[0]):
        first, k = starts[f], counts[f]
        if k == 0:
            decisions[f] = UNDECIDED
            continue
        usable = True
        for i in range(first, first + k):
            z = elements[i]
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
        current = 0
        charges[current, 0] = 0
        phases[current, 0] = FREE
        n = 1
        for i in range(first, first + k):
            z, amount = elements[i], amounts[i]
            level = i > first and electronegativity[elements[i - 1]] == electronegativity[z]
            step += 1
            following = 1 - current
            rest = i - first + 1
            n_following = 0
            for c in range(n):
                phase = phases[current, c]
                if phase == LEVEL and not level:
                    phase = FREE
                for s in range(nstates[z]):
                    q = states[z, s]
                    if q > 0 and phase == ANION:
                        continue
                    if q < 0 and phase == LEVEL:
                        continue
                    charge = charges[current, c] + q * amount
                    if charge + highest[rest] < 0 or charge + lowest[rest] > 0:
                        continue
                    next_phase = LEVEL if q > 0 else ANION if q < 0 else phase
                    n_following = _put(
                        n_following, charge, next_phase, charges[following], phases[following], seen, step
                    )
                    if n_following < 0:
                        break
                if n_following < 0:
                    break
            current = following
            n = n_following
            if n <= 0:
                break
        if n < 0:
            decisions[f] = UNDECIDED
            continue
        decisions[f] = FORBIDDEN
        for c in range(n):
            if charges[current, c] == 0:
                decisions[f] = ALLOWED
                break
