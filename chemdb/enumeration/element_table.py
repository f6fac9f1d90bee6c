"""The properties of each element that the rule uses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.elements import Element, electronegativity_rank
from chemdb.chemistry.species import OxidationStates


@dataclass(frozen=True)
class ElementTable:
    """The properties of each element that the rule uses; an element's number is its index in the tuples.

    Attributes
    ----------
    electronegativity : tuple of (float or None)
        Pauling scale.
    oxidation_states : tuple of tuple of int
        In e; empty where the set has none.
    tie_break : tuple of int
        Sorts elements of equal electronegativity, and those without one: atomic numbers.
    """

    electronegativity: tuple[float | None, ...]
    oxidation_states: tuple[tuple[int, ...], ...]
    tie_break: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.electronegativity)

    def rank(self) -> NDArray[np.int64]:
        """Return each element's place in order of electronegativity, those without one last."""
        rank = np.empty(len(self), np.int64)
        rank[self.by_electronegativity()] = np.arange(len(self))
        return rank

    def usable(self) -> list[int]:
        """Return the elements that have an electronegativity and oxidation states.

        They are in order of electronegativity.
        """
        return [
            element
            for element in self.by_electronegativity()
            if self.electronegativity[element] is not None and self.oxidation_states[element]
        ]

    def by_electronegativity(self) -> list[int]:
        """Return the elements in order of electronegativity, those without one last."""
        return sorted(
            range(len(self)),
            key=lambda i: electronegativity_rank(self.electronegativity[i], self.tie_break[i]),
        )


def elements_by_symbol(elements: Sequence[Element]) -> list[Element]:
    """Return elements in alphabetical order of their symbols.

    Systems of elements numbered like this are enumerated in alphabetical order of their chemsys.
    """
    return sorted(elements, key=lambda element: element.symbol)


def rule_table(elements: Sequence[Element], states: OxidationStates) -> ElementTable:
    """Return the table of these elements, numbered in the order given."""
    return ElementTable(
        tuple(element.electronegativity for element in elements),
        tuple(states.states.get(element.symbol, ()) for element in elements),
        tuple(element.atomic_number for element in elements),
    )
