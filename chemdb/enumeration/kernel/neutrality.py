"""Which stoichiometries of a chemical system are charge-neutral, decided in bulk.

The elements of a system are in order of electronegativity. The last two are its *tail*, those
before it its *head*. The head contributes a net charge; for each net charge, one bitmap over the
two factors of the tail holds the factor pairs that cancel it. Elements with the same oxidation
states are interchangeable, so heads and tails are decided once per *signature*: the
oxidation-state lists of their elements and which neighbours tie in electronegativity.

Every cation must be less electronegative than every anion, so no cation may follow an anion or tie
with one. All that the tail depends on, besides the net charge, is the *phase* of the head:

====  ==========================================================================
FREE  no anion yet, and no cation as electronegative as the tail's first element
TIED  no anion yet, but a cation as electronegative as the tail's first element
ANION an anion: the tail may hold no cation
====  ==========================================================================
"""

import numpy as np
from numba import njit

from chemdb.enumeration.kernel.bits import popcount

FREE, TIED, ANION = 0, 1, 2


@njit(cache=True, nogil=True)
def fill_tail_bitmaps(tails, states, nstates, max_factor, reach, bitmaps):
    """Set, for every tail, phase and net charge, the bits of the factor pairs that cancel it.

    Parameters
    ----------
    tails : array of int64, shape (n_tails, 3)
        List number of the first and of the second element, 1 where they tie.
    states : array of int64, shape (n_lists, longest)
        Oxidation states in e, padded.
    nstates : array of int64, shape (n_lists,)
    max_factor : int
    reach : int
        Largest net charge in e that a tail can cancel.
    bitmaps : array of uint64, shape (n_tails, 3 * (2 * reach + 1), n_words)
        Zeroed by the caller; column ``phase * (2 * reach + 1) + charge + reach``.
    """
    width = 2 * reach + 1
    for t in range(tails.shape[0]):
        first, second, tie = tails[t, 0], tails[t, 1], tails[t, 2] == 1
        for i in range(nstates[first]):
            q1 = states[first, i]
            for j in range(nstates[second]):
                q2 = states[second, j]
                if q1 < 0 and q2 > 0:
                    continue
                if q1 > 0 and q2 < 0 and tie:
                    continue
                tied_ok = q1 >= 0 and not (q2 < 0 and tie)
                anion_ok = q1 <= 0 and q2 <= 0
                for n1 in range(max_factor):
                    for n2 in range(max_factor):
                        column = reach - q1 * (n1 + 1) - q2 * (n2 + 1)
                        bit = n1 * max_factor + n2
                        mask = np.uint64(1) << np.uint64(bit & 63)
                        bitmaps[t, column, bit >> 6] |= mask
                        if tied_ok:
                            bitmaps[t, width + column, bit >> 6] |= mask
                        if anion_ok:
                            bitmaps[t, 2 * width + column, bit >> 6] |= mask


@njit(cache=True, nogil=True)
def list_head_columns(lists, ties, boundary_tie, states, nstates, max_factor, reach, columns, stops):
    """List the columns of the tail bitmaps that each choice of head factors reaches.

    Parameters
    ----------
    lists : array of int64, shape (h,)
        Oxidation-state list of each head element.
    ties : array of int64, shape (h,)
        ``ties[i]`` is 1 where element i ties with element i - 1; ``ties[0]`` is unused.
    boundary_tie : bool
        Whether the head's last element ties with the tail's first.
    states, nstates, max_factor, reach
        As for `fill_tail_bitmaps`.
    columns : array of int32, shape (at least the number of distinct columns of all factors,)
        Filled.
    stops : array of int64, shape (max_factor ** h + 1,)
        Filled: the head factors numbered s reach ``columns[stops[s]:stops[s + 1]]``.
    """
    h = lists.shape[0]
    width = 2 * reach + 1
    n_choices = 1
    for i in range(h):
        n_choices *= nstates[lists[i]]

    charges = np.empty((n_choices, h), np.int64)
    phases = np.empty(n_choices, np.int64)
    n_valid = 0
    for choice in range(n_choices):
        rest = choice
        valid, anion, cation_level = True, False, False
        for i in range(h):
            q = states[lists[i], rest % nstates[lists[i]]]
            rest //= nstates[lists[i]]
            charges[n_valid, i] = q
            # cation_level: there is a cation as electronegative as element i.
            cation_level = cation_level and ties[i] == 1
            if q > 0:
                valid = valid and not anion
                cation_level = True
            elif q < 0:
                valid = valid and not cation_level
                anion = True
        if valid:
            if anion:
                phases[n_valid] = ANION
            elif cation_level and boundary_tie:
                phases[n_valid] = TIED
            else:
                phases[n_valid] = FREE
            n_valid += 1

    seen = np.full(3 * width, -1, np.int64)
    n = 0
    for s in range(stops.shape[0] - 1):
        stops[s] = n
        for choice in range(n_valid):
            net = 0
            rest = s
            for i in range(h - 1, -1, -1):
                net += charges[choice, i] * (rest % max_factor + 1)
                rest //= max_factor
            if -reach <= net <= reach:
                column = phases[choice] * width + net + reach
                if seen[column] != s:
                    seen[column] = s
                    columns[n] = column
                    n += 1
    stops[-1] = n


@njit(cache=True, nogil=True)
def count_systems(last, n_heads, tail_of, electronegativity, counts):
    """Count the systems that one head signature forms with each tail signature.

    Parameters
    ----------
    last : array of int64, shape (n_last,)
        Electronegativity ranks at which heads of this signature end (-1: empty head).
    n_heads : array of int64, shape (n_last,)
        How many heads end there.
    tail_of : array of int64, shape (n, n)
        Tail signature of elements i < j.
    electronegativity : array of float64, shape (n,)
        Ascending.
    counts : array of int64, shape (n_tails, 2)
        Filled; column 1 where head and tail tie at their boundary.
    """
    n = electronegativity.shape[0]
    counts[:] = 0
    for m in range(last.shape[0]):
        end = last[m]
        for i in range(end + 1, n):
            tie = 1 if end >= 0 and electronegativity[end] == electronegativity[i] else 0
            for j in range(i + 1, n):
                counts[tail_of[i, j], tie] += n_heads[m]


@njit(cache=True, nogil=True)
def count_pairs(start, stop, head_stops, last, n_heads, tail_of, electronegativity, n_tails, n_pairs):
    """Count the system signatures that each head signature from start to stop forms.

    Parameters are those of `decide`; `n_pairs`, an array of int64 of shape (n_heads,), is filled.
    """
    counts = np.empty((n_tails, 2), np.int64)
    for head in range(start, stop):
        a, b = head_stops[head], head_stops[head + 1]
        count_systems(last[a:b], n_heads[a:b], tail_of, electronegativity, counts)
        n = 0
        for t in range(n_tails):
            for tie in range(2):
                if counts[t, tie] > 0:
                    n += 1
        n_pairs[head] = n


@njit(cache=True, nogil=True)
def decide(
    start,
    stop,
    heads,
    head_ties,
    head_stops,
    last,
    n_heads,
    tail_of,
    electronegativity,
    states,
    nstates,
    bitmaps,
    coprime,
    max_factor,
    reach,
    first_row,
    rows,
    row_of,
    row_systems,
):
    """Decide every system whose head signature is start to stop; return how many are allowed.

    Parameters
    ----------
    start, stop : int
        Slice of head signatures.
    heads, head_ties : arrays of int64, shape (n_heads, h)
        As `lists` and `ties` of `list_head_columns`.
    head_stops, last, n_heads
        Of head signature i: ``last[head_stops[i]:head_stops[i + 1]]``, see `count_systems`.
    bitmaps : array of uint64, shape (n_tails, n_columns, n_words)
        From `fill_tail_bitmaps`.
    coprime : array of uint64, shape (max_factor ** h * n_words,)
        Bits of the reduced factors.
    first_row : array of int64, shape (n_heads,)
        First row of each head signature in `rows`.
    rows : array of uint64, shape (n_signatures, max_factor ** h * n_words)
        Filled with the allowed factors; of shape (0, 0) to count only.
    row_of : array of int32, shape (n_heads, 2 * n_tails)
        Filled with the row of each head, tail and boundary tie; unused to count only.
    row_systems : array of int64, shape (n_signatures,)
        Filled with the number of systems of each row; unused to count only.
    """
    h = heads.shape[1]
    n_head_factors = max_factor**h
    n_tails, n_columns, n_words = bitmaps.shape
    n_choices = 1
    for _ in range(h):
        n_choices *= states.shape[1]
    columns = np.empty(n_head_factors * min(n_choices, n_columns), np.int32)
    stops = np.empty(n_head_factors + 1, np.int64)
    counts = np.empty((n_tails, 2), np.int64)
    keep = rows.shape[0] > 0
    total = 0
    for head in range(start, stop):
        a, b = head_stops[head], head_stops[head + 1]
        count_systems(last[a:b], n_heads[a:b], tail_of, electronegativity, counts)
        row = first_row[head]
        for tie in range(2):
            any_systems = False
            for t in range(n_tails):
                any_systems = any_systems or counts[t, tie] > 0
            if not any_systems:
                continue
            list_head_columns(
                heads[head], head_ties[head], tie == 1, states, nstates, max_factor, reach, columns, stops
            )
            for t in range(n_tails):
                n_systems = counts[t, tie]
                if n_systems == 0:
                    continue
                bitmap = bitmaps[t]
                n_allowed = 0
                for s in range(n_head_factors):
                    for w in range(n_words):
                        word = np.uint64(0)
                        for c in range(stops[s], stops[s + 1]):
                            word |= bitmap[columns[c], w]
                        word &= coprime[s * n_words + w]
                        n_allowed += popcount(word)
                        if keep:
                            rows[row, s * n_words + w] = word
                total += n_allowed * n_systems
                if keep:
                    row_of[head, 2 * t + tie] = row
                    row_systems[row] = n_systems
                    row += 1
    return total


@njit(cache=True, nogil=True)
def decide_pairs(
    heads,
    head_ties,
    boundary_ties,
    head_of,
    tail_of,
    order,
    states,
    nstates,
    bitmaps,
    coprime,
    max_factor,
    reach,
    rows,
):
    """Decide some pairs of a head and a tail.

    Parameters
    ----------
    heads, head_ties : arrays of int64, shape (n_heads, h)
        As `lists` and `ties` of `list_head_columns`.
    boundary_ties : array of bool, shape (n_heads,)
        Whether each head's last element ties with the tail's first.
    head_of, tail_of : arrays of int64, shape (n,)
        Head and tail of each pair.
    order : array of int64, shape (n,)
        Pairs in the order of their heads.
    states, nstates, max_factor, reach
        As for `fill_tail_bitmaps`.
    bitmaps : array of uint64, shape (n_tails, n_columns, n_words)
        From `fill_tail_bitmaps`.
    coprime : array of uint64, shape (max_factor ** h * n_words,)
        Bits of the reduced factors.
    rows : array of uint64, shape (n, max_factor ** h * n_words)
        Filled with the allowed factors.
    """
    h = heads.shape[1]
    n_head_factors = max_factor**h
    n_words = bitmaps.shape[2]
    n_choices = 1
    for _ in range(h):
        n_choices *= states.shape[1]
    columns = np.empty(n_head_factors * min(n_choices, bitmaps.shape[1]), np.int32)
    stops = np.empty(n_head_factors + 1, np.int64)
    listed = -1
    for pair in order:
        head = head_of[pair]
        if head != listed:
            listed = head
            list_head_columns(
                heads[head], head_ties[head], boundary_ties[head], states, nstates, max_factor, reach,
                columns, stops,
            )  # fmt: skip
        bitmap = bitmaps[tail_of[pair]]
        for s in range(n_head_factors):
            for w in range(n_words):
                word = np.uint64(0)
                for c in range(stops[s], stops[s + 1]):
                    word |= bitmap[columns[c], w]
                rows[pair, s * n_words + w] = word & coprime[s * n_words + w]
