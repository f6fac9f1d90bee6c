"""The first 103 elements, from SMACT; their places in the periodic table, from pymatgen."""

from dataclasses import dataclass
from functools import cache
from math import inf

N_ELEMENTS = 103
#: Symbols beyond Z = 103, which SMACT's oxidation-state files have too.
BEYOND = ("Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og")
#: Symbols that count as hydrogen in formulas and queries.
HYDROGEN_ISOTOPES = ("D", "T")


@dataclass(frozen=True)
class Element:
    """One chemical element; the row of the table ``element`` with the same names.

    Attributes
    ----------
    symbol, name : str
    atomic_number : int
    electronegativity : float or None
        Pauling scale; None for He, Ne, Ar, Pm, Rn and Lr.
    periodic_group : int
        1 to 18; the lanthanoids and actinoids count as group 3.
    period : int
        1 to 7.
    block : str
        s, p, d or f; Lu and Lr are in the d block.
    smact_metal : bool
        Whether SMACT lists it as a metal.
    smact_mixed_valence : bool
        Whether SMACT lets its atoms have different oxidation states.
    crustal_abundance : float or None
        In mg/kg; None where SMACT has none.
    hhi_production, hhi_reserves : float or None
        Herfindahl-Hirschman indices of the countries that produce it and that have its reserves, 0 to 10,000.
    """

    symbol: str
    name: str
    atomic_number: int
    electronegativity: float | None
    periodic_group: int
    period: int
    block: str
    smact_metal: bool
    smact_mixed_valence: bool
    crustal_abundance: float | None
    hhi_production: float | None
    hhi_reserves: float | None

    @property
    def rank(self) -> tuple[float, int]:
        """Sort key of elements in formulas, see `electronegativity_rank`."""
        return electronegativity_rank(self.electronegativity, self.atomic_number)


def electronegativity_rank(electronegativity: float | None, atomic_number: int) -> tuple[float, int]:
    """Return the sort key of electronegativity: elements without one last, ties by atomic number."""
    return (inf if electronegativity is None else electronegativity, atomic_number)


@cache
def elements() -> tuple[Element, ...]:
    """Return the first 103 elements by atomic number."""
    # Half a second: only a build pays for it.
    import smact
    from pymatgen.core.periodic_table import Element as PymatgenElement
    from smact.screening import MIXED_VALENCE_ELEMENTS

    def element(symbol: str) -> Element:
        entry, place = smact.Element(symbol), PymatgenElement(symbol)
        # pymatgen draws the lanthanoids and actinoids as rows 8 and 9, and helium in the p block.
        period = place.row - 2 if place.row > 7 else place.row
        return Element(
            symbol,
            entry.name,
            entry.number,
            entry.pauling_eneg or None,
            place.group,
            period,
            "s" if period == 1 else place.block,
            symbol in smact.metals,
            symbol in MIXED_VALENCE_ELEMENTS,
            entry.crustal_abundance,
            entry.HHI_p,
            entry.HHI_r,
        )

    return tuple(map(element, smact.ordered_elements(1, N_ELEMENTS)))
