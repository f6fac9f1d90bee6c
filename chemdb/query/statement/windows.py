"""Which parts of the space to read for the rows asked for, so that no statement sorts billions.

The default order is known compositions first, then by number of atoms: so a part is all known
compositions, or the unknown ones of some numbers of atoms in some chemical systems.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from chemdb.query.statement.columns import DEFAULT_ORDER, Order
from chemdb.query.statement.writer import WHOLE, Window

#: Most rows that one statement sorts, where the order lets them be read in parts.
AT_ONCE = 2_000_000
#: Rows that are sorted whole rather than counted first for the few that are asked for.
FEW = 50_000


class Part(NamedTuple):
    """Rows `offset` to ``offset + limit`` of a window; all after `offset` if limit is None."""

    window: Window
    limit: int | None
    offset: int


@dataclass(frozen=True)
class Space:
    """What is asked of the database to plan with.

    Attributes
    ----------
    count : callable
        Of a window: known and unknown compositions in it.
    natoms : callable
        Numbers of atoms that unknown compositions may have, ascending.
    by_natoms : callable
        Numbers of atoms of unknown compositions, ascending, and how many have each.
    systems : callable
        Of a window: chunks (first, last system_id) with at most about `AT_ONCE` compositions.
    """

    count: Callable[[Window], tuple[int, int]]
    natoms: Callable[[], Sequence[int]]
    by_natoms: Callable[[], Sequence[tuple[int, int]]]
    systems: Callable[[Window], Sequence[tuple[int, int]]]


def one_part(space: Space, order: Sequence[Order], limit: int | None, offset: int) -> Part:
    """Return the smallest part that has all the rows asked for."""
    known, unknown = space.count(WHOLE)
    if limit is None or unknown <= FEW:
        return Part(WHOLE, limit, offset)
    needed = offset + limit
    known_first = list(order[:1]) == [DEFAULT_ORDER[0]]
    if known_first and known >= needed:
        return Part(Window(unknown=False), limit, offset)
    [by, *_] = [one for one in order if one != DEFAULT_ORDER[0]] or [Order("")]
    if by.column != "natoms" or needed >= known + unknown:
        return Part(WHOLE, limit, offset)
    natoms = list(space.natoms())
    if by.descending:
        natoms.reverse()
    step = 1
    while step < len(natoms):
        reached = sorted((natoms[0], natoms[step - 1]))
        window = Window((reached[0], reached[1]))
        # Known ones count where they come first; in between they may have more atoms.
        if space.count(window)[1] + (known if known_first else 0) >= needed:
            return Part(window, limit, offset)
        step *= 2
    return Part(WHOLE, limit, offset)


def all_parts(space: Space, limit: int | None, offset: int) -> Iterator[Part]:
    """Yield parts that follow each other in the default order, each small enough to sort."""
    for window, n in _windows(space):
        if limit == 0:
            return
        if n <= offset:
            offset -= n
            continue
        yield Part(window, limit, offset)
        limit = None if limit is None else max(0, limit - (n - offset))
        offset = 0


def _windows(space: Space) -> Iterator[tuple[Window, int]]:
    """Yield windows in the default order, and how many compositions each has."""
    yield Window(unknown=False), space.count(WHOLE)[0]
    for natoms, n in _merged(space.by_natoms()):
        window = Window(natoms, known=False)
        if n <= AT_ONCE:
            yield window, n
            continue
        for systems in space.systems(window):
            part = replace(window, systems=systems)
            yield part, space.count(part)[1]


def _merged(by_natoms: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield ranges of natoms that follow each other, joined as far as they fit into one part."""
    first = last = total = 0
    for natoms, n in by_natoms:
        if total and total + n > AT_ONCE:
            yield (first, last), total
            total = 0
        first, last, total = (first if total else natoms), natoms, total + n
    if total:
        yield (first, last), total
