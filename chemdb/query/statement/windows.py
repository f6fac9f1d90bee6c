"""Which parts of the space to read for the rows of a query, so that no statement sorts billions.

The default order is known compositions first, then by number of atoms. So a part is either all known
compositions, or the unknown ones with some numbers of atoms in some chemical systems.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from chemdb.query.statement.columns import DEFAULT_ORDER, Order

#: Most rows that one statement sorts, where the order lets them be read in parts.
AT_ONCE = 2_000_000
#: How many times as many rows as needed a window is made for, and by how much the next one is larger.
AMPLE, MORE = 16, 8
#: Rows of an Arrow batch.
BATCH = 100_000
#: Up to this many rows, sorting all is faster than counting first to read fewer.
FEW = 50_000


@dataclass(frozen=True)
class Window:
    """A part of the space.

    Attributes
    ----------
    natoms : tuple of int, optional
        Fewest and most atoms of unknown compositions.
    systems : tuple of int, optional
        First and last system_id.
    known, unknown : bool
        Whether it has known, and unknown, compositions.
    scored : bool
        Whether it has no unknown compositions but those in `candidate`, registered by Python.
    """

    natoms: tuple[int, int] | None = None
    systems: tuple[int, int] | None = None
    known: bool = True
    unknown: bool = True
    scored: bool = False


WHOLE_SPACE = Window()


class Part(NamedTuple):
    """Rows `offset` to ``offset + limit`` of a window; all after `offset` if limit is None.

    Of these the first `n_read` are read. A large limit in SQL takes more memory than reading no further.
    """

    window: Window
    limit: int | None
    offset: int
    n_read: int | None = None


@dataclass(frozen=True)
class WindowCounts:
    """Counts of matching compositions, made by the database when they are needed.

    Attributes
    ----------
    known_and_unknown : callable
        Numbers of known and unknown compositions of a window.
    stoichiometries : callable
        Numbers of atoms and of elements that unknown compositions may have, ascending, and of stoichiometries
        that have both.
    systems : callable
        First and last system_id by number of elements.
    by_natoms : callable
        Numbers of atoms of unknown compositions, ascending, and how many have each.
    system_ranges : callable
        First and last system_id of consecutive ranges of a window with about `AT_ONCE` compositions
        at most.
    """

    known_and_unknown: Callable[[Window], tuple[int, int]]
    stoichiometries: Callable[[], Sequence[tuple[int, int, int]]]
    systems: Callable[[], Mapping[int, tuple[int, int]]]
    by_natoms: Callable[[], Sequence[tuple[int, int]]]
    system_ranges: Callable[[Window], Sequence[tuple[int, int]]]


def one_part(counts: WindowCounts, order: Sequence[Order], limit: int | None, offset: int) -> Part:
    """Return the smallest part that has all rows."""
    known, unknown = counts.known_and_unknown(WHOLE_SPACE)
    if limit is None or unknown <= FEW:
        return Part(WHOLE_SPACE, limit, offset)
    needed = offset + limit
    known_first = list(order[:1]) == [DEFAULT_ORDER[0]]
    if known_first and known >= needed:
        return Part(Window(unknown=False), limit, offset)
    [first_key, *_] = [one for one in order if one != DEFAULT_ORDER[0]] or [Order("")]
    if first_key.column != "natoms" or needed >= known + unknown:
        return Part(WHOLE_SPACE, limit, offset)
    natoms = sorted({natoms for natoms, _, _ in counts.stoichiometries()})
    if first_key.descending:
        natoms.reverse()
    step = 1
    while step < len(natoms):
        fewest, most = sorted((natoms[0], natoms[step - 1]))
        window = Window((fewest, most))
        # Known compositions count only if they come first: otherwise some may have more atoms.
        if counts.known_and_unknown(window)[1] + (known if known_first else 0) >= needed:
            return Part(window, limit, offset)
        step *= 2
    return Part(WHOLE_SPACE, limit, offset)


def first_windows(counts: WindowCounts, needed: int) -> Iterator[Window]:
    """Yield consecutive windows in the default order, of which the first ones likely have `needed` rows.

    Each window is made to have `AMPLE` times as many rows as needed if the matching compositions were
    spread evenly over systems and stoichiometries, and each is larger than the one before: nothing is
    counted, and a few windows suffice wherever the compositions are.
    """
    known, unknown = counts.known_and_unknown(WHOLE_SPACE)
    if known:
        yield Window(unknown=False)
    ranges, stoichiometries = counts.systems(), counts.stoichiometries()
    n_systems = {nelements: last - first + 1 for nelements, (first, last) in ranges.items()}
    pairs: dict[int, int] = {}
    sizes: dict[int, list[int]] = {}
    for natoms, nelements, n in stoichiometries:
        pairs[natoms] = pairs.get(natoms, 0) + n * n_systems.get(nelements, 0)
        sizes.setdefault(natoms, []).append(nelements)
    density = unknown / max(1, sum(pairs.values()))
    wanted = AMPLE * needed
    first, expected = None, 0.0
    for natoms, n in pairs.items():
        expected += n * density
        if first is None and expected > AMPLE * wanted:
            for systems in _growing([ranges[size] for size in sizes[natoms]], wanted / expected):
                yield Window((natoms, natoms), systems, known=False)
        elif expected < wanted and natoms != max(pairs):
            first = first or natoms
            continue
        else:
            yield Window((first or natoms, natoms), known=False)
        first, expected, wanted = None, 0.0, wanted * MORE


def _growing(ranges: Sequence[tuple[int, int]], share: float) -> Iterator[tuple[int, int]]:
    """Yield ranges of systems, the first of a share of each of some ranges, the next ones larger."""
    for first, last in ranges:
        size = max(1, int((last - first + 1) * share))
        while first <= last:
            yield first, min(first + size - 1, last)
            first, size = first + size, size * MORE


def all_parts(counts: WindowCounts, limit: int | None, offset: int) -> Iterator[Part]:
    """Yield consecutive parts of the rows in the default order, each small enough to sort."""
    for window, n in _windows(counts):
        if limit == 0:
            return
        if n <= offset:
            offset -= n
            continue
        if limit is None or offset + limit >= n:
            yield Part(window, None, offset)
        elif limit <= FEW:
            yield Part(window, limit, offset)
        else:
            yield Part(window, None, offset, limit)
        limit = None if limit is None else max(0, limit - (n - offset))
        offset = 0


def _windows(counts: WindowCounts) -> Iterator[tuple[Window, int]]:
    """Yield windows in the default order, and how many compositions each has."""
    yield Window(unknown=False), counts.known_and_unknown(WHOLE_SPACE)[0]
    for natoms, n in _merged(counts.by_natoms()):
        window = Window(natoms, known=False)
        if n <= AT_ONCE:
            yield window, n
            continue
        for systems in counts.system_ranges(window):
            narrowed = replace(window, systems=systems)
            yield narrowed, counts.known_and_unknown(narrowed)[1]


def _merged(by_natoms: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield consecutive ranges of natoms, merged as long as they fit into one part, and their counts."""
    first = last = total = 0
    for natoms, n in by_natoms:
        if total and total + n > AT_ONCE:
            yield (first, last), total
            total = 0
        first, last, total = (first if total else natoms), natoms, total + n
    if total:
        yield (first, last), total
