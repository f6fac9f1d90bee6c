"""Which oxidation states allow a composition: the choices themselves, the most usual first.

A *witness* gives each element one oxidation state so that the composition is charge-neutral and
every cation strictly less electronegative than every anion. A state of zero is neither.

Elements are taken from the most electronegative down, so that anions come first. Of the choices
so far only their net charge and their *phase* matter for the rest:

======  =====================================================================
FREE    no cation yet, and no anion level with the element at hand
LEVEL   no cation yet, but an anion as electronegative as the element at hand
CATION  a cation has come: no anion may follow
======  =====================================================================

Pure Python: one composition is explained before a compiler would be loaded.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from math import gcd

from chemdb.errors import UndecidedError

FREE, LEVEL, CATION = range(3)

#: Net charges and phases that may be looked at for one composition.
MAX_CHOICES = 1 << 19

#: How often each element is found in each oxidation state (in e), by symbol.
Occurrences = Mapping[str, Mapping[int, int]]
Electronegativities = Mapping[str, float | None]


class Witnesses:
    """The witnesses of a composition, the most usual first; iterate as far as needed.

    How usual a witness is: the product, over its elements, of one more than the occurrences of
    the oxidation state. Equals come in order of their oxidation states, those of the most
    electronegative element first.

    Parameters
    ----------
    elements : sequence of str
        Symbols, in any order.
    amounts : sequence of int
    electronegativities : mapping of str to float or None, or None
        An element without one is in no allowed composition. None instead of a mapping asks for
        charge neutrality alone.
    states : mapping of str to mapping of int to int
        Occurrences of each oxidation state, such as `chemdb.database.metadata.state_occurrences` gives.

    Raises
    ------
    UndecidedError
        There are more than `MAX_CHOICES` net charges to look at.

    Examples
    --------
    >>> electronegativities = {"Fe": 1.83, "Ti": 1.54, "O": 3.44}
    >>> states = {"Fe": {2: 7276, 3: 11917}, "Ti": {3: 1022, 4: 9230}, "O": {-2: 116910, -1: 517}}
    >>> found = Witnesses(["Ti", "Fe", "O"], [1, 1, 3], electronegativities, states)
    >>> found.count, list(found)
    (2, [(4, 2, -2), (3, 3, -2)])
    """

    def __init__(
        self,
        elements: Sequence[str],
        amounts: Sequence[int],
        electronegativities: Electronegativities | None,
        states: Occurrences,
    ) -> None:
        self._ordered = electronegativities is not None
        level = {symbol: (electronegativities or {}).get(symbol) or 0.0 for symbol in elements}
        order = sorted(range(len(elements)), key=lambda i: (-level[elements[i]], elements[i]))
        self._places = {i: place for place, i in enumerate(order)}
        self._amounts = [amounts[i] for i in order]
        self._states = [dict(states.get(elements[i], {})) for i in order]
        if electronegativities and any(electronegativities.get(symbol) is None for symbol in elements):
            self._states = [{} for _ in order]
        levels = [level[elements[i]] for i in order]
        self._ties = [a == b for a, b in zip(levels, [*levels[1:], -1.0], strict=True)]
        self._bound()
        self._known: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.count = self._rest(0, 0, FREE)[1]

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        """Yield oxidation states in e, in the order of the elements given."""
        n = len(self._amounts)
        usual, _ = self._rest(0, 0, FREE)
        # (usualness of the best completion, negative; states so far; their usualness, charge, phase)
        heap: list[tuple[int, tuple[int, ...], int, int, int]] = [(-usual, (), 1, 0, FREE)] if usual else []
        while heap:
            _, chosen, so_far, charge, phase = heappop(heap)
            place = len(chosen)
            if place == n:
                yield tuple(chosen[self._places[i]] for i in range(n))
                continue
            for state, occurrences, then, then_phase in self._choices(place, charge, phase):
                usual, _ = self._rest(place + 1, then, then_phase)
                if usual:
                    now = so_far * (occurrences + 1)
                    heappush(heap, (-now * usual, (*chosen, state), now, then, then_phase))

    def _bound(self) -> None:
        """Set what the elements from a place on can add to the charge: least, most, multiples of."""
        self._lowest, self._highest, self._divisor = [0], [0], [0]
        for amount, states in zip(reversed(self._amounts), reversed(self._states), strict=True):
            self._lowest.append(self._lowest[-1] + amount * min(states, default=0))
            self._highest.append(self._highest[-1] + amount * max(states, default=0))
            self._divisor.append(gcd(self._divisor[-1], amount))
        for bound in (self._lowest, self._highest, self._divisor):
            bound.reverse()

    def _choices(self, place: int, charge: int, phase: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield (state, occurrences, net charge, phase) of choices that the rest may balance."""
        amount, ties, after = self._amounts[place], self._ties[place], place + 1
        lowest, highest, divisor = self._lowest[after], self._highest[after], self._divisor[after]
        for state, occurrences in self._states[place].items():
            if (state < 0 and phase == CATION) or (state > 0 and phase == LEVEL):
                continue
            then = charge + state * amount
            if not -highest <= then <= -lowest or (divisor and then % divisor):
                continue
            if not self._ordered:
                then_phase = FREE
            elif state > 0 or phase == CATION:
                then_phase = CATION
            else:
                then_phase = LEVEL if ties and (state < 0 or phase == LEVEL) else FREE
            yield state, occurrences, then, then_phase

    def _rest(self, place: int, charge: int, phase: int) -> tuple[int, int]:
        """Return usualness of the best completion (0 where there is none), and how many there are."""
        if place == len(self._amounts):
            return (1, 1) if charge == 0 else (0, 0)
        key = (place, charge, phase)
        found = self._known.get(key)
        if found is None:
            best = count = 0
            for _, occurrences, then, then_phase in self._choices(place, charge, phase):
                usual, n = self._rest(place + 1, then, then_phase)
                best = max(best, usual * (occurrences + 1))
                count += n
            if len(self._known) == MAX_CHOICES:
                raise UndecidedError("too many choices of oxidation states to decide")
            found = self._known[key] = (best, count)
        return found


def first_witness(
    elements: Sequence[str],
    amounts: Sequence[int],
    electronegativities: Electronegativities,
    states: Occurrences,
) -> tuple[int, ...] | None:
    """Return the most usual witness of a composition, None where nothing allows it.

    Parameters are those of `Witnesses`.

    Examples
    --------
    >>> electronegativities = {"Fe": 1.83, "O": 3.44}
    >>> states = {"Fe": {2: 7276, 3: 11917}, "O": {-2: 116910, -1: 517}}
    >>> first_witness(["Fe", "O"], [2, 3], electronegativities, states)
    (3, -2)
    >>> first_witness(["Fe", "O"], [3, 4], electronegativities, states) is None
    True
    """
    return next(iter(Witnesses(elements, amounts, electronegativities, states)), None)


def species_text(symbol: str, oxidation_state: int) -> str:
    """Return a species as chemists write it.

    Examples
    --------
    >>> species_text("Fe", 3), species_text("Cl", -1), species_text("Xe", 0)
    ('Fe3+', 'Cl-', 'Xe0')
    """
    if oxidation_state == 0:
        return f"{symbol}0"
    amount = str(abs(oxidation_state)) if abs(oxidation_state) > 1 else ""
    return f"{symbol}{amount}{'+' if oxidation_state > 0 else '-'}"


def witness_text(elements: Sequence[str], oxidation_states: Sequence[int]) -> str:
    """Return a witness as text.

    Examples
    --------
    >>> witness_text(["Li", "Zn", "O"], [1, 1, -1])
    'Li+ Zn+ O-'
    """
    return " ".join(map(species_text, elements, oxidation_states))
