"""The terms of a query: keys, comparisons and bare words to filters."""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import combinations
from math import gcd
from typing import NamedTuple, NoReturn

from chemdb.chemistry.category import CATEGORIES
from chemdb.chemistry.composition import read_composition
from chemdb.chemistry.elements import HYDROGEN_ISOTOPES
from chemdb.chemistry.stoichiometry import anonymous_formula
from chemdb.database.metadata import SpaceLimits
from chemdb.errors import FormulaError, QueryError, counted, nearest
from chemdb.query.filter import (
    Allowed,
    Amount,
    AtomicFraction,
    Chemsys,
    ElementCount,
    EnergyAboveHull,
    Factors,
    Filter,
    FormulaAnonymous,
    Known,
    KnownIn,
    Quantity,
    SpeciesTogether,
    all_of,
    any_of,
    category,
    negation,
)
from chemdb.query.parse.vocabulary import Vocabulary
from chemdb.rule.oxidation_states import species_text

#: Beyond any energy above the hull, in eV/atom.
MAX_ENERGY = 10**9
#: Keys that are compared with numbers.
NUMBERS = ("nelements", "natoms", "max_factor", "energy_above_hull")
#: Alternative spellings of comparisons, and each comparison with its sides swapped.
SPELLINGS = {"==": "=", ":": "=", "≤": "<=", "≥": ">="}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
#: Placeholders in a formula pattern such as ABX3: letters that are not element symbols.
PLACEHOLDERS = frozenset("AEGJLMQRXZ")


class Word(NamedTuple):
    """A word of a query and the position of its first character, from 1."""

    text: str
    position: int


class TermReader:
    """Reads the terms of queries to a file with some vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lists: dict[str, Callable[[Sequence[Word]], Filter]] = {
            "elements": self._elements,
            "any": lambda words: ElementCount(self._union(words), ">=", 1),
            "only": lambda words: ElementCount(self._union(words), "=", None),
            "exclude": lambda words: ElementCount(self._union(words), "=", 0),
            "within": self._within,
            "chemsys": lambda words: any_of(*map(self._chemsys, words)),
            "formula": lambda words: any_of(*map(self._formula, words)),
            "anonymous": lambda words: any_of(*map(self._anonymous, words)),
            "formula_anonymous": lambda words: any_of(*map(self._anonymous, words)),
            "category": lambda words: any_of(*map(self._category, words)),
            "species": self._species,
            "known_in": lambda words: any_of(*map(self._known_in, words)),
        }
        self._flags: dict[str, Filter] = {"allowed": Allowed(), "known": Known()}
        self._flags |= {name: category(name) for name in CATEGORIES}

    def word(self, word: Word) -> Filter:
        """Return the filter of a single word: a flag, system, formula or formula pattern."""
        flag = self._flags.get(word.text.lower())
        if flag is not None:
            return flag
        elements = self._vocabulary.elements_named(word.text)
        if elements or word.text.lower() in (*self._lists, *NUMBERS):
            suggestion = f"elements={word.text}" if elements else f"{word.text.lower()}=..."
            kind = "an element or group" if elements else "a key"
            _fail(word, f"is {kind}, not a term; did you mean {suggestion}?")
        if "-" in word.text.strip("-") and not word.text[-1:].isdigit():
            return self._chemsys(word)
        try:
            return self._formula_or_pattern(word)
        except FormulaError:
            keys = (*self._flags, *self._lists, *NUMBERS)
            hint = nearest(word.text, keys) or nearest(word.text, self._vocabulary.groups)
            _fail(word, f"is not a key, category, formula, formula pattern or chemical system{hint}")

    def chain(self, left: Word, first: str, middle: Sequence[Word], second: str, right: Word) -> Filter:
        """Return the filter of a range, such as ``0.3<x(O)<0.6``."""
        ascending, descending = ("<", "<="), (">", ">=")
        first, second = SPELLINGS.get(first, first), SPELLINGS.get(second, second)
        if len(middle) != 1 or not any(
            first in direction and second in direction for direction in (ascending, descending)
        ):
            _fail(right, "is a second comparison that does not make a range; write ranges as 0.3<x(O)<0.6")
        low, high = _number(left), _number(right)
        if first in descending:
            low, high = high, low
        if low > high or (low == high and (first, second) not in ((">=", ">="), ("<=", "<="))):
            _fail(right, f"makes an empty range: no number is between {_text(low)} and {_text(high)}")
        return all_of(
            self.comparison(middle[0], MIRRORED[first], [left]),
            self.comparison(middle[0], second, [right]),
        )

    def comparison(self, left: Word, comparison: str, values: Sequence[Word]) -> Filter:
        """Return the filter of a comparison, such as ``key=value,value`` or ``natoms<=10``."""
        comparison = SPELLINGS.get(comparison, comparison)
        key = left.text.lower()
        if key in self._lists or key in self._flags:
            if comparison not in ("=", "!="):
                _fail(left, f"is not a numeric key: use {key}=...")
            equal = self._lists[key](values) if key in self._lists else self._flag(key, values)
            return equal if comparison == "=" else negation(equal)
        if _is_number(left.text) and len(values) == 1 and not _is_number(values[0].text):
            left, values, comparison = values[0], [left], MIRRORED[comparison]
        compare = self._numeric(left)
        if len(values) > 1 and comparison not in ("=", "!="):
            _fail(values[1], f"is a second number after {left.text}{comparison}, which takes one")
        if comparison in ("=", "!="):
            equal = any_of(*(_equal(compare, value) for value in values))
            return equal if comparison == "=" else negation(equal)
        return compare(comparison, values[0])

    def ratio(self, key: Word, comparison: str, value: Word) -> tuple[str, Fraction]:
        """Return a comparison with the atomic fraction of any one element."""
        comparison = SPELLINGS.get(comparison, comparison)
        most = self._vocabulary.nelements[-1] * self._vocabulary.max_stoichiometry
        return comparison, _in_range(key, comparison, value, 0, 1, most)

    def _numeric(self, left: Word) -> Callable[[str, Word], Filter]:
        """Return a function that makes the filter of a comparison of a numeric key with a value."""
        nelements, largest = self._vocabulary.nelements, self._vocabulary.max_stoichiometry
        key = left.text.lower()
        if key == "energy_above_hull":
            # Larger numbers would not fit into a double, and compare the same.
            return lambda comparison, value: EnergyAboveHull(
                comparison, min(max(_number(value), Fraction(-MAX_ENERGY)), Fraction(MAX_ENERGY))
            )
        if key in NUMBERS:
            low, high = {
                "nelements": (nelements[0], nelements[-1]),
                "natoms": (nelements[0], nelements[-1] * largest),
                "max_factor": (1, largest),
            }[key]
            return lambda comparison, value: Quantity(
                key, comparison, _in_range(left, comparison, value, low, high)
            )
        inner = re.fullmatch(r"x\((.+)\)", left.text, re.IGNORECASE | re.DOTALL)
        if inner:
            elements = self._union([Word(inner[1], left.position + 2)])
            return lambda comparison, value: _with_presence(
                AtomicFraction(
                    elements, comparison, _in_range(left, comparison, value, 0, 1, nelements[-1] * largest)
                )
            )
        members = self._vocabulary.elements_named(left.text)
        if members is None:
            keys = (*self._lists, *NUMBERS, *self._flags, *self._vocabulary.groups, *self._vocabulary.symbols)
            _fail(left, f"is not a key, element or element group{nearest(left.text, keys)}")
        most = largest * min(len(members), nelements[-1])
        return lambda comparison, value: _with_presence(
            Amount(members, comparison, _in_range(left, comparison, value, 0, most))
        )

    def _flag(self, key: str, values: Sequence[Word]) -> Filter:
        [word, *more] = values
        value = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            word.text.lower()
        )
        if value is None or more:
            _fail(word, f"is neither true nor false; '{key}' and 'NOT {key}' need no value")
        return self._flags[key] if value else negation(self._flags[key])

    def _members(self, word: Word) -> frozenset[str]:
        """Return the elements of a symbol or element group."""
        elements = self._vocabulary.elements_named(word.text)
        if elements is None:
            hint = nearest(word.text, self._vocabulary.symbols | self._vocabulary.groups.keys())
            if "-" in word.text:
                hint = "; separate elements by commas"
            _fail(word, f"is not an element or element group{hint}")
        return elements

    def _union(self, words: Sequence[Word]) -> frozenset[str]:
        return frozenset().union(*map(self._members, words))

    def _elements(self, words: Sequence[Word]) -> Filter:
        return self._distinct_elements([(word, self._members(word)) for word in words])

    def _distinct_elements(self, members: Sequence[tuple[Word, frozenset[str]]]) -> Filter:
        """Return that the words stand for distinct elements; a repeated element counts once."""
        singles = {elements for _, elements in members if len(elements) == 1}
        sets = [*singles, *(elements for _, elements in members if len(elements) > 1)]
        most = self._vocabulary.nelements[-1]
        if len(sets) > most:
            _fail(
                members[most][0],
                f"is one element too many: compositions in this file have at most {most}",
            )
        # Hall's theorem: for any k of the words, the composition must have at least k of their elements.
        counts = [
            ElementCount(frozenset().union(*chosen), ">=", k)
            for k in range(1, len(sets) + 1)
            for chosen in combinations(sorted(sets, key=sorted), k)
            if k == 1 or any(a & b for a, b in combinations(chosen, 2))
        ]
        return all_of(*counts)

    def _within(self, words: Sequence[Word]) -> Filter:
        parts = [Word(text, position) for word in words for text, position in _parts(word)]
        return ElementCount(self._union(parts), "=", None)

    def _chemsys(self, word: Word) -> Filter:
        parts = [Word(text, position) for text, position in _parts(word)]
        nelements = self._vocabulary.nelements
        if len(parts) not in nelements:
            _fail(
                word,
                f"has {counted(len(parts), 'element')}; "
                f"this file has systems of {nelements[0]} to {nelements[-1]}",
            )
        members = [(part, self._members(part)) for part in parts if part.text != "*"]
        exact = [next(iter(elements)) for _, elements in members if len(elements) == 1]
        for i, (part, elements) in enumerate(members):
            if len(elements) == 1 and elements in [before for _, before in members[:i]]:
                _fail(part, f"is repeated in {word.text!r}")
        if len(exact) == len(parts):
            return Chemsys(tuple(sorted(exact)))
        return all_of(Quantity("nelements", "=", Fraction(len(parts))), self._distinct_elements(members))

    def _formula(self, word: Word) -> Filter:
        try:
            return self._exact_formula(word)
        except FormulaError as error:
            hint = "; write formula patterns without 'formula='" if self._is_formula_pattern(word) else ""
            _fail(word, f"is not a formula ({str(error).partition(': ')[2]}){hint}")

    def _is_formula_pattern(self, word: Word) -> bool:
        try:
            self._formula_or_pattern(word)
        except (FormulaError, QueryError):
            return False
        return True

    def _formula_or_pattern(self, word: Word) -> Filter:
        parts = re.findall(r"([A-Z][a-z]?)(\d{0,4})", word.text)
        if "".join(symbol + amount for symbol, amount in parts) == word.text:
            symbols = [symbol for symbol, _ in parts]
            placeholders = set(PLACEHOLDERS)
            for letter in "ABCDEFGH":
                if letter not in symbols:
                    break
                placeholders.add(letter)
            if placeholders & set(symbols):
                return self._formula_pattern(
                    word, [(s, int(n or 1)) for s, n in parts], frozenset(placeholders)
                )
        return self._exact_formula(word)

    def _exact_formula(self, word: Word) -> Filter:
        composition = read_composition(word.text, self._vocabulary.elements)
        self._must_fit(word, composition.amounts)
        return all_of(Chemsys(tuple(composition.chemsys.split("-"))), Factors(tuple(composition.amounts)))

    def _formula_pattern(
        self, word: Word, parts: Sequence[tuple[str, int]], placeholders: frozenset[str]
    ) -> Filter:
        """Return the filter of a formula pattern: for ABO3, oxygen and any two elements as A and B."""
        symbols = [symbol for symbol, _ in parts]
        for symbol, _ in parts:
            if symbol not in placeholders and symbol not in self._vocabulary.symbols:
                raise FormulaError(
                    f"formula {word.text!r}: {symbol!r} is neither an element nor a placeholder"
                )
            if symbols.count(symbol) > 1:
                raise FormulaError(f"formula {word.text!r}: {symbol} is repeated")
        amounts = _reduced(word, [n for _, n in parts])
        self._must_fit(word, amounts)
        fixed = [(s, n) for s, n in zip(symbols, amounts, strict=True) if s not in placeholders]
        return all_of(
            Quantity("nelements", "=", Fraction(len(amounts))),
            FormulaAnonymous(anonymous_formula(amounts)),
            *(_with_presence(Amount(frozenset((symbol,)), "=", Fraction(n))) for symbol, n in fixed),
        )

    def _anonymous(self, word: Word) -> Filter:
        parts = re.findall(r"([A-Z])(\d{0,4})", word.text)
        letters = [letter for letter, _ in parts]
        if (
            not parts
            or "".join(a + b for a, b in parts) != word.text
            or letters != list("ABCDEFGHIJ"[: len(letters)])
        ):
            _fail(word, "is not an anonymous formula: letters A, B, C ... in order with amounts, as in ABC3")
        amounts = _reduced(word, [int(n or 1) for _, n in parts])
        self._must_fit(word, amounts)
        return FormulaAnonymous(anonymous_formula(amounts))

    def _must_fit(self, word: Word, amounts: Sequence[int]) -> None:
        nelements, largest = self._vocabulary.nelements, self._vocabulary.max_stoichiometry
        outside = SpaceLimits(nelements, largest).outside_because(len(amounts), max(amounts))
        if outside is None:
            return
        _fail(
            word,
            f"is outside this file ({outside}), which covers {nelements[0]} to {nelements[-1]} elements and "
            f"factors up to {largest}; use 'chemdb label' or 'chemdb explain' for other formulas",
        )

    def _category(self, word: Word) -> Filter:
        if word.text.lower() not in CATEGORIES:
            hint = nearest(word.text, CATEGORIES) or f"; available: {', '.join(CATEGORIES)}"
            _fail(word, f"is not a category{hint}")
        return self._flags[word.text.lower()]

    def _species(self, words: Sequence[Word]) -> Filter:
        states: dict[str, int] = {}
        for word in words:
            match = re.fullmatch(r"([A-Z][a-z]?)(?:(\d{0,2})([+-])|([+-])(\d{1,2})|(0))", word.text)
            if not match:
                _fail(word, "is not a species; write species like Fe3+ or O2-")
            symbol, state = (
                match[1],
                int((match[3] or match[4] or "") + (match[2] or match[5] or match[6] or "1")),
            )
            symbol = "H" if symbol in HYDROGEN_ISOTOPES else symbol
            file_states = self._vocabulary.states.get(symbol, {})
            if symbol not in self._vocabulary.symbols:
                hint = nearest(symbol, self._vocabulary.symbols)
                _fail(word, f"is not a species: {symbol} is not an element{hint}")
            if state not in file_states:
                available = ", ".join(species_text(symbol, q) for q in file_states)
                _fail(word, f"is not a species of this file, which has {available or 'none of ' + symbol}")
            if states.setdefault(symbol, state) != state:
                _fail(
                    word,
                    f"conflicts with another state of {symbol}: each element has one oxidation state",
                )
        # Implied by the species, but these terms narrow down the chemical systems.
        present = [ElementCount(frozenset((symbol,)), ">=", 1) for symbol in sorted(states)]
        return all_of(*present, SpeciesTogether(tuple(sorted(states.items()))))

    def _known_in(self, word: Word) -> Filter:
        by_lower = {source.lower(): source for source in self._vocabulary.sources}
        if word.text.lower() not in by_lower:
            available = ", ".join(self._vocabulary.sources) or "none"
            hint = nearest(word.text, by_lower)
            _fail(word, f"is not a known source of this file{hint} (it has {available})")
        return KnownIn(by_lower[word.text.lower()])


def _with_presence(term: Amount | AtomicFraction) -> Filter:
    """Return a term; if it implies that an element is present, say so, to narrow down the systems."""
    implied = term.comparison == ">" or (term.comparison in ("=", ">=") and term.number > 0)
    return all_of(ElementCount(term.elements, ">=", 1), term) if implied else term


def _equal(compare: Callable[[str, Word], Filter], value: Word) -> Filter:
    """Return that a quantity is a number, or in a range such as ``3-4``."""
    low, dash, high = value.text.partition("-")
    if not (dash and _is_number(low) and _is_number(high)):
        return compare("=", value)
    first, last = Word(low, value.position), Word(high, value.position + len(low) + 1)
    if _number(first) > _number(last):
        _fail(value, f"makes an empty range: write {high}-{low}")
    return all_of(compare(">=", first), compare("<=", last))


def _fail(word: Word, problem: str) -> NoReturn:
    shown = word.text if len(word.text) <= 40 else word.text[:37] + "..."
    raise QueryError(f"query: {shown!r} at character {word.position} {problem}")


def _is_number(text: str) -> bool:
    decimal, ratio = r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", r"[+-]?\d+/\d+"
    return re.fullmatch(f"{decimal}|{ratio}", text, re.ASCII | re.IGNORECASE) is not None


def _number(word: Word) -> Fraction:
    if not _is_number(word.text) or re.search(r"/0+$", word.text):
        _fail(word, "is not a number like 3, 0.25, 1e-3 or 2/3")
    return Fraction(word.text)


def _in_range(key: Word, comparison: str, value: Word, low: int, high: int, denominator: int = 1) -> Fraction:
    """Return a number of few digits that compares in the same way; fail if no composition can match.

    Parameters
    ----------
    key, comparison, value : Word, str, Word
    low, high : int
        Range of the quantity in this file.
    denominator : int
        Largest denominator of the quantity.
    """
    number = _number(value)
    possible = {
        "=": low <= number <= high, "!=": True, "<": number > low, "<=": number >= low, ">": number < high,
        ">=": number <= high,
    }  # fmt: skip
    if not possible[comparison]:
        _fail(value, f"is out of range: {key.text} is from {low} to {high} in this file")
    # Other numbers would overflow SQL integers; just outside the range, they compare the same.
    number = min(max(number, Fraction(low - 1)), Fraction(high + 1))
    # So they do anywhere between two values of the quantity, which are 1 / denominator**2 apart or more.
    value_of_quantity = number.limit_denominator(denominator)
    shift = Fraction((number > value_of_quantity) - (number < value_of_quantity), 2 * denominator**2)
    return value_of_quantity + shift


def _parts(word: Word) -> Iterator[tuple[str, int]]:
    """Yield the parts of a chemical system and the position of each."""
    position = word.position
    for part in word.text.split("-"):
        yield part, position
        position += len(part) + 1


def _reduced(word: Word, amounts: Sequence[int]) -> list[int]:
    if not all(amounts):
        _fail(word, "has an amount of zero")
    common = reduce(gcd, amounts)
    return [n // common for n in amounts]


def _text(number: Fraction) -> str:
    return str(number) if number.denominator == 1 else f"{float(number):g}"
