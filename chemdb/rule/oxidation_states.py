"""Which oxidation states allow a composition, the most common first.

An *assignment* gives each element one oxidation state so that the composition is charge-neutral and
every cation is strictly less electronegative than every anion. An oxidation state of zero makes
neither a cation nor an anion.

The search goes through the elements from the most electronegative down, so that anions come first.
What the remaining elements can do depends only on the net charge so far and on the *phase*:

======  ==========================================================================
FREE    no cation yet, and no anion as electronegative as the next element
LEVEL   no cation yet, but an anion as electronegative as the next element
CATION  a cation: no anion may follow
======  ==========================================================================

Pure Python, because loading compiled code takes longer than searching for one composition.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from math import gcd

from chemdb.errors import UndecidedError

FREE, LEVEL, CATION = range(3)

#: Most pairs of net charge and phase that are examined for one composition, over all its elements.
MAX_CHOICES = 1 << 19

#: How often each element occurs in each oxidation state (in e), by symbol.
Occurrences = Mapping[str, Mapping[int, int]]
Electronegativities = Mapping[str, float | None]


class OxidationStateAssignments:
    """The oxidation states that allow a composition, the most common first; iterate as far as needed.

    The score of an assignment is the product, over the elements, of one more than the occurrences
    of their oxidation states; the highest score is the most common. Assignments of equal score are
    sorted by their oxidation states, from the most electronegative element to the least.

    Parameters
    ----------
    elements : sequence of str
        Symbols, in any order.
    amounts : sequence of int
        Of each element.
    electronegativities : mapping of str to float or None, or None
        An element without one is in no allowed composition. None instead of a mapping requires
        charge neutrality alone.
    states : mapping of str to mapping of int to int
        Occurrences of each oxidation state, such as `chemdb.database.metadata.state_occurrences` gives.

    Attributes
    ----------
    count : int
        Number of assignments.

    Raises
    ------
    UndecidedError
        More than `MAX_CHOICES` net charges would have to be examined.

    Examples
    --------
    >>> electronegativities = {"Fe": 1.83, "Ti": 1.54, "O": 3.44}
    >>> states = {"Fe": {2: 7276, 3: 11917}, "Ti": {3: 1022, 4: 9230}, "O": {-2: 116910, -1: 517}}
    >>> ilmenite = OxidationStateAssignments(["Ti", "Fe", "O"], [1, 1, 3], electronegativities, states)
    >>> ilmenite.count, list(ilmenite)
    (2, [(4, 2, -2), (3, 3, -2)])
    """

    def __init__(
        self,
        elements: Sequence[str],
        amounts: Sequence[int],
        electronegativities: Electronegativities | None,
        states: Occurrences,
    ) -> None:
        self._checks_electronegativity = electronegativities is not None
        value = {symbol: (electronegativities or {}).get(symbol) or 0.0 for symbol in elements}
        order = sorted(range(len(elements)), key=lambda i: (-value[elements[i]], elements[i]))
        self._places = {i: place for place, i in enumerate(order)}
        self._amounts = [amounts[i] for i in order]
        self._states = [dict(states.get(elements[i], {})) for i in order]
        if electronegativities and any(electronegativities.get(symbol) is None for symbol in elements):
            self._states = [{} for _ in order]
        values = [value[elements[i]] for i in order]
        self._ties = [a == b for a, b in zip(values, [*values[1:], -1.0], strict=True)]
        self._bound_charges()
        self._best_and_count: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.count = self._complete(0, 0, FREE)[1]

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        """Yield oxidation states in e, in the order of the elements given."""
        n = len(self._amounts)
        best, _ = self._complete(0, 0, FREE)
        # (minus the score of the best completion; states so far; their score, net charge and phase)
        heap: list[tuple[int, tuple[int, ...], int, int, int]] = [(-best, (), 1, 0, FREE)] if best else []
        while heap:
            _, states, score, charge, phase = heappop(heap)
            place = len(states)
            if place == n:
                yield tuple(states[self._places[i]] for i in range(n))
                continue
            for state, occurrences, next_charge, next_phase in self._choices(place, charge, phase):
                best, _ = self._complete(place + 1, next_charge, next_phase)
                if best:
                    next_score = score * (occurrences + 1)
                    heappush(
                        heap, (-next_score * best, (*states, state), next_score, next_charge, next_phase)
                    )

    def _bound_charges(self) -> None:
        """Set the lowest and highest charge of the elements from each place on, and its divisor."""
        self._lowest, self._highest, self._divisor = [0], [0], [0]
        for amount, states in zip(reversed(self._amounts), reversed(self._states), strict=True):
            self._lowest.append(self._lowest[-1] + amount * min(states, default=0))
            self._highest.append(self._highest[-1] + amount * max(states, default=0))
            self._divisor.append(gcd(self._divisor[-1], amount))
        for bound in (self._lowest, self._highest, self._divisor):
            bound.reverse()

    def _choices(self, place: int, charge: int, phase: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield (state, occurrences, net charge, phase) where the remaining elements may balance it."""
        amount, ties, after = self._amounts[place], self._ties[place], place + 1
        lowest, highest, divisor = self._lowest[after], self._highest[after], self._divisor[after]
        for state, occurrences in self._states[place].items():
            if (state < 0 and phase == CATION) or (state > 0 and phase == LEVEL):
                continue
            next_charge = charge + state * amount
            if not -highest <= next_charge <= -lowest or (divisor and next_charge % divisor):
                continue
            if not self._checks_electronegativity:
                next_phase = FREE
            elif state > 0 or phase == CATION:
                next_phase = CATION
            else:
                next_phase = LEVEL if ties and (state < 0 or phase == LEVEL) else FREE
            yield state, occurrences, next_charge, next_phase

    def _complete(self, place: int, charge: int, phase: int) -> tuple[int, int]:
        """Return the score of the best completion, 0 where there is none, and how many there are."""
        if place == len(self._amounts):
            return (1, 1) if charge == 0 else (0, 0)
        key = (place, charge, phase)
        result = self._best_and_count.get(key)
        if result is None:
            best = count = 0
            for _, occurrences, next_charge, next_phase in self._choices(place, charge, phase):
                score, n = self._complete(place + 1, next_charge, next_phase)
                best = max(best, score * (occurrences + 1))
                count += n
            if len(self._best_and_count) == MAX_CHOICES:
                raise UndecidedError("too many choices of oxidation states to decide")
            result = self._best_and_count[key] = (best, count)
        return result


def most_common_assignment(
    elements: Sequence[str],
    amounts: Sequence[int],
    electronegativities: Electronegativities,
    states: Occurrences,
) -> tuple[int, ...] | None:
    """Return the most common oxidation states that allow a composition, None where none do.

    Parameters are those of `OxidationStateAssignments`.

    Examples
    --------
    >>> electronegativities = {"Fe": 1.83, "O": 3.44}
    >>> states = {"Fe": {2: 7276, 3: 11917}, "O": {-2: 116910, -1: 517}}
    >>> most_common_assignment(["Fe", "O"], [2, 3], electronegativities, states)
    (3, -2)
    >>> most_common_assignment(["Fe", "O"], [3, 4], electronegativities, states) is None
    True
    """
    return next(iter(OxidationStateAssignments(elements, amounts, electronegativities, states)), None)


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


def assignment_text(elements: Sequence[str], oxidation_states: Sequence[int]) -> str:
    """Return the species of an assignment as text.

    Examples
    --------
    >>> assignment_text(["Li", "Zn", "O"], [1, 1, -1])
    'Li+ Zn+ O-'
    """
    return " ".join(map(species_text, elements, oxidation_states))
