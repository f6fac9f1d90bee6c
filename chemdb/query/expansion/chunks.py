"""The unknown compositions of matching systems, some at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.query.expansion.matching_systems import MatchingSystems

with kernel_cache():
    from chemdb.query.expansion.kernel import expand, members_of_sets


@dataclass(frozen=True)
class Chunk:
    """Some compositions with the same number of elements, k.

    Attributes
    ----------
    size : MatchingSystems
        Of this number of elements.
    rows : array of int32, shape (n,)
        Rows of their systems in `size`.
    stoichiometries : array of int32, shape (n,)
    """

    size: MatchingSystems
    rows: NDArray[np.int32]
    stoichiometries: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def elements(self) -> NDArray[np.uint8]:
        """Atomic numbers in order of electronegativity, shape (n, k)."""
        return self.size.elements[self.rows]

    @cached_property
    def factors(self) -> NDArray[np.uint8]:
        """Stoichiometric factors of the elements, shape (n, k)."""
        return self.size.factors[self.stoichiometries]

    def take(self, rows: NDArray[np.integer] | slice) -> "Chunk":
        """Return some of the compositions."""
        return Chunk(self.size, self.rows[rows], self.stoichiometries[rows])


def unknown_chunks(
    size: MatchingSystems,
    left_out: NDArray[np.int64],
    n_rows: int,
    stoichiometries: NDArray[np.int64] | None = None,
) -> Iterator[Chunk]:
    """Yield the compositions that match, by system and stoichiometry, up to `n_rows` at a time.

    Parameters
    ----------
    size : MatchingSystems
    left_out : array of int64
        Ascending `MatchingSystems.number` of those that are left out, as they are known.
    n_rows : int
    stoichiometries : array of int64, optional
        Only these, ascending.
    """
    if stoichiometries is None:
        stoichiometries = np.arange(len(size.factors))
        n_members = int(np.bitwise_count(size.matching).sum())
    else:
        n_members = len(size.matching) * len(stoichiometries)
    starts = np.empty(len(size.matching) + 1, np.int64)
    members = np.empty(n_members, np.int32)
    if not members_of_sets(size.matching, stoichiometries, starts, members):
        return
    first_numbers = size.first_numbers
    system = place = at_left_out = 0
    while system < len(size.kind):
        rows, found = np.empty(n_rows, np.int32), np.empty(n_rows, np.int32)
        system, place, n, at_left_out = expand(
            size.kind, starts, members, first_numbers, left_out, system, place, 0, at_left_out, rows, found
        )
        if n:
            yield Chunk(size, rows[:n], found[:n])
