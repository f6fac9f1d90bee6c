"""The anion class of a compound: pnictide, halide, chalcogenide, oxide or other."""

from collections.abc import Sequence

from chemdb.chemistry.elements import Element

#: Anion classes of Figure 5 of Park et al. 2024; "other" is everything outside the first four.
ANION_CLASSES = ("pnictide", "halide", "chalcogenide", "oxide", "other")
#: Classes by group of the periodic table, except that the class of oxygen is oxide.
CLASS_OF_GROUP = {15: "pnictide", 16: "chalcogenide", 17: "halide"}
#: How the class follows from the elements.
RULE = (
    "The most electronegative element (Pauling) decides the class of a compound: OF2 is a halide, SO2 an "
    "oxide. Of two elements that are equally electronegative (C and Se, H and At), the one that belongs to a "
    "class decides. Elements without an electronegativity are never the anion. The class is other where the "
    "most electronegative element is hydrogen, carbon, another non-metal or a metal."
)


def anion_class(compound: Sequence[Element]) -> str:
    """Return the anion class of a compound, one of `ANION_CLASSES`; see `RULE`.

    Parameters
    ----------
    compound : sequence of Element
        Its elements.

    Examples
    --------
    >>> from chemdb.chemistry.elements import elements
    >>> by_symbol = {element.symbol: element for element in elements()}
    >>> anion_class([by_symbol["O"], by_symbol["F"]]), anion_class([by_symbol["Fe"], by_symbol["C"]])
    ('halide', 'other')
    """
    highest = max(element.electronegativity or 0.0 for element in compound)
    anions = [element for element in compound if element.electronegativity == highest]
    classes = (
        "oxide" if anion.symbol == "O" else CLASS_OF_GROUP.get(anion.periodic_group) for anion in anions
    )
    return next(filter(None, classes), "other")
