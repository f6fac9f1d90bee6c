"""The vocabulary of queries to a file: its elements, groups, species, sources and limits."""

from dataclasses import dataclass

import duckdb

from chemdb.chemistry.elements import HYDROGEN_ISOTOPES, Element
from chemdb.database.metadata import elements_of, max_stoichiometry_of, nelements_of, state_occurrences

#: Other names of element groups.
ALIASES = {
    "alkali_metal": "alkali",
    "alkaline": "alkaline_earth",
    "alkaline_earth_metal": "alkaline_earth",
    "lanthanide": "lanthanoid",
    "actinide": "actinoid",
    "platinum_group_metal": "platinum_group",
    "icosagen": "triel",
    "crystallogen": "tetrel",
}


@dataclass(frozen=True)
class Vocabulary:
    """What the words of a query can refer to in a file.

    Attributes
    ----------
    elements : tuple of Element
    groups : dict of str to frozenset of str
        Symbols of each element group.
    states : dict of str to dict of int to int
        Of each symbol, the oxidation states in e and the number of ICSD entries with each.
    sources : tuple of str
        Names of the known sources.
    nelements : tuple of int
        Numbers of elements of the compositions, ascending.
    max_stoichiometry : int
        Largest stoichiometric factor.
    """

    elements: tuple[Element, ...]
    groups: dict[str, frozenset[str]]
    states: dict[str, dict[int, int]]
    sources: tuple[str, ...]
    nelements: tuple[int, ...]
    max_stoichiometry: int

    @property
    def symbols(self) -> frozenset[str]:
        """Element symbols."""
        return frozenset(element.symbol for element in self.elements)

    def elements_named(self, word: str) -> frozenset[str] | None:
        """Return the elements of a symbol or element group; None if the word is neither."""
        if word in self.symbols:
            return frozenset((word,))
        if word in HYDROGEN_ISOTOPES:
            return frozenset(("H",))
        name = word.lower().replace("-", "_")
        for spelling in (name, name.removesuffix("s")):
            if elements := self.groups.get(ALIASES.get(spelling, spelling)):
                return elements
        return None


def vocabulary(con: duckdb.DuckDBPyConnection) -> Vocabulary:
    """Return the vocabulary of a file."""
    groups = con.execute(
        "select element_group, list(symbol::varchar) from element_group group by all order by all"
    ).fetchall()
    sources = con.execute("select source from known_source order by added_at").fetchall()
    return Vocabulary(
        tuple(elements_of(con)),
        {name: frozenset(symbols) for name, symbols in groups},
        state_occurrences(con),
        tuple(source for (source,) in sources),
        nelements_of(con),
        max_stoichiometry_of(con),
    )
