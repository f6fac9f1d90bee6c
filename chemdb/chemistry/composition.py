"""One composition, read from one formula by a grammar; `chemdb.chemistry.formula` reads them in bulk.

Reading one formula in pure Python is faster than loading compiled code.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import gcd
from typing import TYPE_CHECKING, Any

from chemdb.chemistry.elements import HYDROGEN_ISOTOPES, Element
from chemdb.chemistry.stoichiometry import anonymous_formula, formula_text
from chemdb.errors import FormulaError

if TYPE_CHECKING:
    from lark import Lark

#: An amount must follow what it multiplies without a space; other spaces are ignored.
GRAMMAR = r"""
start: part (_DOT part)*
part: [COEFFICIENT] item+
?item: ATOM | group
group: "(" item+ ROUND | "[" item+ SQUARE | "{" item+ CURLY
COEFFICIENT: /[0-9]+/
ATOM: /[A-Z][a-z]?[0-9]*/
ROUND: /\)[0-9]*/
SQUARE: /\][0-9]*/
CURLY: /\}[0-9]*/
_DOT: /[·•∙⋅*]/
%ignore /[ \t]+/
"""
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
MAX_AMOUNT = 2**31 - 1
MAX_BRACKETS = 32


@dataclass(frozen=True)
class Composition:
    """A reduced composition.

    Attributes
    ----------
    elements : tuple of Element
        In order of electronegativity, those without one last.
    amounts : tuple of int
        Without a common divisor.
    """

    elements: tuple[Element, ...]
    amounts: tuple[int, ...]

    @classmethod
    def of(cls, amounts: Mapping[Element, int]) -> "Composition":
        """Return the reduced composition with these amounts."""
        divisor = gcd(*amounts.values())
        elements = sorted(amounts, key=lambda element: element.rank)
        return cls(tuple(elements), tuple(amounts[element] // divisor for element in elements))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Element symbols in order of electronegativity."""
        return tuple(element.symbol for element in self.elements)

    @property
    def formula(self) -> str:
        """Canonical formula: LiZnO2."""
        return formula_text(self.symbols, self.amounts)

    @property
    def chemsys(self) -> str:
        """Chemical system, symbols in alphabetical order: Li-O-Zn."""
        return "-".join(sorted(self.symbols))

    @property
    def formula_anonymous(self) -> str:
        """Anonymous formula, amounts ascending: ABC2."""
        return anonymous_formula(self.amounts)

    @property
    def fractions(self) -> dict[str, float]:
        """Atomic fractions by symbol."""
        natoms = sum(self.amounts)
        return {symbol: n / natoms for symbol, n in zip(self.symbols, self.amounts, strict=True)}


def read_composition(text: str, elements: Sequence[Element]) -> Composition:
    """Return the composition of one formula, in any spelling that `read_formulas` accepts.

    Raises
    ------
    FormulaError

    Examples
    --------
    >>> from chemdb.chemistry.elements import elements
    >>> read_composition("Fe2(SO4)3·7H2O", elements()).formula
    'Fe2H14S3O19'
    """
    from lark.exceptions import LarkError

    try:
        amounts = _amounts(text)
        by_symbol = {element.symbol: element for element in elements}
        for isotope in HYDROGEN_ISOTOPES:
            amounts["H"] += amounts.pop(isotope, 0)
        return Composition.of({by_symbol[symbol]: n for symbol, n in amounts.items() if n})
    except (LarkError, KeyError, OverflowError):
        return _read_in_bulk(text, elements)


def _read_in_bulk(text: str, elements: Sequence[Element]) -> Composition:
    """Read formulas beyond the grammar, with decimals or full stops; say what is wrong with all others."""
    from chemdb.chemistry.formula import read_formulas

    formulas = read_formulas([text], elements)
    reason = formulas.reason(0)
    if reason:
        raise FormulaError(f"formula {text!r}: {reason}")
    by_number = {element.atomic_number: element for element in elements}
    items = slice(int(formulas.starts[0]), int(formulas.starts[0] + formulas.counts[0]))
    return Composition(
        tuple(by_number[int(z)] for z in formulas.elements[items]), tuple(map(int, formulas.amounts[items]))
    )


@cache
def _parser() -> "Lark":
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=True)


def _amounts(text: str) -> Counter[str]:
    """Return amounts by symbol.

    Raises
    ------
    OverflowError
        An amount is zero or too large, or there are too many brackets.
    """
    if sum(map(text.count, "([{")) > MAX_BRACKETS:
        raise OverflowError
    total: Counter[str] = Counter()
    parts: list[Any] = _parser().parse(text.translate(SUBSCRIPTS)).children
    for part in parts:
        coefficient, *items = part.children
        for symbol, amount in _sum(items).items():
            total[symbol] += _checked(_amount(coefficient or "") * amount)
    return total


def _sum(items: Sequence[Any]) -> Counter[str]:
    total: Counter[str] = Counter()
    for item in items:
        if hasattr(item, "children"):
            *inner, closing = item.children
            amount = _amount(closing[1:])
            for symbol, n in _sum(inner).items():
                total[symbol] += _checked(n * amount)
        else:
            symbol = item.rstrip("0123456789")
            total[symbol] += _amount(item[len(symbol) :])
    return total


def _amount(digits: str) -> int:
    # Twenty digits are too large in any case; Python refuses to convert thousands of them.
    return _checked(int(digits[:20] or 1))


def _checked(amount: int) -> int:
    if not 0 < amount <= MAX_AMOUNT:
        raise OverflowError
    return amount
