"""One composition from one formula, read by a grammar; `chemdb.chemistry.formula` reads them in bulk."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, cycle
from math import gcd
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

from chemdb.chemistry.elements import Element
from chemdb.errors import FormulaError

if TYPE_CHECKING:
    from lark import Lark

#: Amounts stay attached to what they multiply; other spaces do not matter.
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
        """Return the composition with these amounts, reduced and in order."""
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
        parts = zip(self.symbols, self.amounts, strict=True)
        return "".join(f"{symbol}{amount if amount > 1 else ''}" for symbol, amount in parts)

    @property
    def chemsys(self) -> str:
        """Symbols in alphabetical order: Li-O-Zn."""
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
    """Return the composition of one formula, as `chemdb.chemistry.formula.read_formulas` reads it.

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
        for heavy in ("D", "T"):
            amounts["H"] += amounts.pop(heavy, 0)
        return Composition.of({by_symbol[symbol]: n for symbol, n in amounts.items() if n})
    except (LarkError, KeyError, OverflowError):
        return _read_in_bulk(text, elements)


def _read_in_bulk(text: str, elements: Sequence[Element]) -> Composition:
    """Read what the grammar does not: decimals, full stops; and say what is wrong with the rest."""
    from chemdb.chemistry.formula import read_formulas

    found = read_formulas([text], elements)
    reason = found.reason(0)
    if reason:
        raise FormulaError(f"formula {text!r}: {reason}")
    by_number = {element.atomic_number: element for element in elements}
    chosen = slice(int(found.starts[0]), int(found.starts[0] + found.counts[0]))
    return Composition(
        tuple(by_number[int(z)] for z in found.elements[chosen]), tuple(map(int, found.amounts[chosen]))
    )


def anonymous_formula(factors: Sequence[int]) -> str:
    """Return MP's anonymous formula: ascending factors under the letters A to Z, then a to z.

    Examples
    --------
    >>> anonymous_formula((3, 1, 1)), anonymous_formula((1, 2))
    ('ABC3', 'AB2')
    """
    letters = chain(ascii_uppercase, cycle(ascii_lowercase))
    ascending = sorted(map(int, factors))
    return "".join(
        letter + (str(factor) if factor > 1 else "")
        for letter, factor in zip(letters, ascending, strict=False)
    )


@cache
def _parser() -> "Lark":
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=True)


def _amounts(text: str) -> Counter[str]:
    """Return amounts by symbol; OverflowError where one is zero or too large."""
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
    return _checked(int(digits[:20] or 1))


def _checked(amount: int) -> int:
    if not 0 < amount <= MAX_AMOUNT:
        raise OverflowError
    return amount
