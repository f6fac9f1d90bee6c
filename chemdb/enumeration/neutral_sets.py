"""Allowed stoichiometries where the elements have given oxidation states, for some chemical systems only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.stoichiometry import check_limits, reduced_factors
from chemdb.enumeration.signatures import reduced_bits, tail_words

with kernel_cache():
    from chemdb.enumeration.kernel import distinct_rows, neutrality


def neutral_sets(
    lists: Sequence[NDArray[np.int64]], which: NDArray[np.int64], ties: NDArray[np.bool_], max_factor: int
) -> NDArray[np.uint8]:
    """Return the stoichiometries that the rule allows if elements have some oxidation states.

    Parameters
    ----------
    lists : sequence of arrays of int64
        Lists of oxidation states in e, none of them empty.
    which : array of int64, shape (n, k)
        Number of the list of each element of a system, in order of electronegativity.
    ties : array of bool, shape (n, k - 1)
        Whether each element is as electronegative as the next.
    max_factor : int

    Returns
    -------
    array of uint8, shape (n, ceil(n_stoichiometries / 8))
        Bits, most significant first, as in `store.allowed_set`.

    Raises
    ------
    LimitError
    """
    n, k = which.shape
    check_limits(k, max_factor)
    states = np.zeros((len(lists), max(map(len, lists), default=1)), np.int64)
    for i, one in enumerate(lists):
        states[i, : len(one)] = one
    nstates = np.array([len(one) for one in lists], np.int64)
    reach = 2 * max_factor * int(np.abs(states).max(initial=1))
    tails, tail_of = np.unique(
        np.column_stack([which[:, -2:], ties[:, -1]]).astype(np.int64), axis=0, return_inverse=True
    )
    bitmaps = np.zeros((len(tails), 3 * (2 * reach + 1), tail_words(max_factor)), np.uint64)
    neutrality.fill_tail_bitmaps(tails, states, nstates, max_factor, reach, bitmaps)
    heads, head_of = np.unique(
        np.column_stack([which[:, :-2], ties[:, : k - 2]]).astype(np.int64), axis=0, return_inverse=True
    )
    head_ties = np.zeros((len(heads), k - 2), np.int64)
    head_ties[:, 1:] = heads[:, k - 2 : -1]
    order = np.argsort(head_of, kind="stable")
    coprime = reduced_bits(k, max_factor)
    rows = np.empty((n, len(coprime)), np.uint64)
    neutrality.decide_pairs(
        np.ascontiguousarray(heads[:, : k - 2]),
        head_ties,
        heads[:, -1] == 1,
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
    )
    packed = np.zeros((n, -(-len(reduced_factors(k, max_factor)) // 8)), np.uint8)
    distinct_rows.pack_rows(
        0, n, rows, coprime, np.zeros(n, np.int64), packed, np.empty(n, np.int32),
        np.zeros(64 * len(coprime), np.uint32),
    )  # fmt: skip
    return packed
