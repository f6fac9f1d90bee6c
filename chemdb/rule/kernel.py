"""Whether one composition is allowed, for any number of elements and any amounts.

The elements of a composition stand in order of electronegativity. They are taken one by one;
what is kept is every net charge that some choice of oxidation states reaches, with the
*phase* of that choice:

=====  ====================================================================
FREE   no anion yet, and no cation level with the element at hand
LEVEL  no anion yet, but a cation as electronegative as the element at hand
ANION  an anion has come: no cation may follow
=====  ====================================================================
"""

import numpy as np
from numba import njit

FREE, LEVEL, ANION = 0, 1, 2

#: Net charges up to this size are kept once each; beyond, choices are merely listed.
MAX_CHARGE = 1 << 15
#: Choices that may be listed for one composition.
MAX_CHOICES = 1 << 22


@njit(cache=True, nogil=True)
def _put(count, charge, phase, charges, phases, seen, step):
    """Keep a net charge and phase, once if they fit `seen`; return the new count, -1 when full."""
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
def decide_formulas(starts, counts, elements, amounts, electronegativity, states, nstates, verdicts):
    """Decide compositions one by one.

    Parameters
    ----------
    starts, counts, elements, amounts
        As filled by `formula.read_formulas`.
    electronegativity : array of float64, shape (104,)
        By atomic number; NaN where there is none.
    states : array of int64, shape (104, longest)
        Oxidation states in e by atomic number, padded.
    nstates : array of int64, shape (104,)
    verdicts : array of int8, shape (n,)
        Filled with 1 (allowed), 0 (forbidden) or -1 (no formula, or too many choices).
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
            verdicts[f] = -1
            continue
        usable = True
        for i in range(first, first + k):
            z = elements[i]
            usable = usable and nstates[z] > 0 and not np.isnan(electronegativity[z])
        if not usable:
            verdicts[f] = 0
            continue
        # What the elements from i on can add to the net charge, at least and at most.
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
        now = 0
        charges[now, 0] = 0
        phases[now, 0] = FREE
        n = 1
        for i in range(first, first + k):
            z, amount = elements[i], amounts[i]
            level = i > first and electronegativity[elements[i - 1]] == electronegativity[z]
            step += 1
            after = 1 - now
            rest = i - first + 1
            m = 0
            for c in range(n):
                phase = phases[now, c]
                if phase == LEVEL and not level:
                    phase = FREE
                for s in range(nstates[z]):
                    q = states[z, s]
                    if q > 0 and phase == ANION:
                        continue
                    if q < 0 and phase == LEVEL:
                        continue
                    charge = charges[now, c] + q * amount
                    if charge + highest[rest] < 0 or charge + lowest[rest] > 0:
                        continue
                    then = LEVEL if q > 0 else ANION if q < 0 else phase
                    m = _put(m, charge, then, charges[after], phases[after], seen, step)
                    if m < 0:
                        break
                if m < 0:
                    break
            now = after
            n = m
            if n <= 0:
                break
        if n < 0:
            verdicts[f] = -1
            continue
        verdicts[f] = 0
        for c in range(n):
            if charges[now, c] == 0:
                verdicts[f] = 1
                break
