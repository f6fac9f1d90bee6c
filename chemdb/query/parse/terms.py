"""What each term of a query means: keys, comparisons and bare words to filters."""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import combinations
from math import gcd
from typing import NamedTuple, NoReturn

from chemdb.chemistry.composition import anonymous_formula, read_composition
from chemdb.database.metadata import CATEGORIES
from chemdb.errors import FormulaError, QueryError, nearest
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

#: Keys that compare numbers.
NUMBERS = ("nelements", "natoms", "max_factor", "energy_above_hull")
#: Other spellings of comparisons, and each comparison seen from its other side.
SPELLINGS = {"==": "=", ":": "=", "≤": "<=", "≥": ">="}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
#: Letters that stand for any element in a prototype such as ABX3, where they are no element.
PLACEHOLDERS = frozenset("AEGJLMQRXZ")


class Word(NamedTuple):
    """A word of a query and the character, from 1, at which it starts."""

    text: str
    place: int


class Meaning:
    """What the terms of a query mean with the words of one file."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary
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

    def of_word(self, word: Word) -> Filter:
        """Return what a word alone means: a flag, a system, a formula or a prototype."""
        flag = self._flags.get(word.text.lower())
        if flag is not None:
            return flag
        found = self._words.elements_named(word.text)
        if found or word.text.lower() in (*self._lists, *NUMBERS):
            suggestion = f"elements={word.text}" if found else f"{word.text.lower()}=..."
            what = "an element or group" if found else "a key"
            _fail(word, f"is {what}, not a term; did you mean {suggestion}?")
        if "-" in word.text.strip("-") and not word.text[-1:].isdigit():
            return self._chemsys(word)
        try:
            return self._formula_or_prototype(word)
        except FormulaError:
            known = (*self._flags, *self._lists, *NUMBERS)
            hint = nearest(word.text, known) or nearest(word.text, self._words.groups)
            _fail(word, f"is no key, category, formula, prototype or chemical system{hint}")

    def of_chain(self, left: Word, first: str, middle: Sequence[Word], second: str, right: Word) -> Filter:
        """Return what ``0.3<x(O)<0.6`` means."""
        ascending, descending = ("<", "<="), (">", ">=")
        first, second = SPELLINGS.get(first, first), SPELLINGS.get(second, second)
        if len(middle) != 1 or not any(first in way and second in way for way in (ascending, descending)):
            _fail(right, "is one comparison too many; a range is written 0.3<x(O)<0.6")
        low, high = _number(left), _number(right)
        if first in descending:
            low, high = high, low
        if low > high or (low == high and (first, second) not in ((">=", ">="), ("<=", "<="))):
            _fail(right, f"makes an impossible range: nothing is between {_text(low)} and {_text(high)}")
        return all_of(
            self.of_comparison(middle[0], MIRRORED[first], [left]),
            self.of_comparison(middle[0], second, [right]),
        )

    def of_comparison(self, left: Word, comparison: str, values: Sequence[Word]) -> Filter:
        """Return what ``key=value,value`` or ``natoms<=10`` means."""
        comparison = SPELLINGS.get(comparison, comparison)
        key = left.text.lower()
        if key in self._lists or key in self._flags:
            if comparison not in ("=", "!="):
                _fail(left, f"is not a number: use {key}=...")
            found = self._lists[key](values) if key in self._lists else self._flag(key, values)
            return found if comparison == "=" else negation(found)
        if _is_number(left.text) and len(values) == 1 and not _is_number(values[0].text):
            left, values, comparison = values[0], [left], MIRRORED[comparison]
        made = self._numbers(left)
        if len(values) > 1 and comparison not in ("=", "!="):
            _fail(values[1], f"is one number too many for {left.text}{comparison}")
        equal = "=" if comparison == "!=" else comparison
        found = any_of(*(made(equal, value) for value in values))
        return negation(found) if comparison == "!=" else found

    def _numbers(self, left: Word) -> Callable[[str, Word], Filter]:
        """Return what makes a filter of a comparison with the number that `left` names."""
        orders, largest = self._words.nelements, self._words.max_stoichiometry
        key = left.text.lower()
        if key == "energy_above_hull":
            return lambda comparison, value: EnergyAboveHull(comparison, _number(value))
        if key in NUMBERS:
            low, high = {
                "nelements": (orders[0], orders[-1]),
                "natoms": (orders[0], orders[-1] * largest),
                "max_factor": (1, largest),
            }[key]
            return lambda comparison, value: Quantity(
                key, comparison, _possible(left, comparison, value, low, high)
            )
        inner = re.fullmatch(r"x\((.+)\)", left.text, re.IGNORECASE | re.DOTALL)
        if inner:
            elements = self._union([Word(inner[1], left.place + 2)])
            return lambda comparison, value: _present(
                AtomicFraction(elements, comparison, _possible(left, comparison, value, 0, 1))
            )
        named = self._words.elements_named(left.text)
        if named is None:
            keys = (*self._lists, *NUMBERS, *self._flags, *self._words.groups, *self._words.symbols)
            _fail(left, f"is no key, element or element group{nearest(left.text, keys)}")
        most = largest * min(len(named), orders[-1])
        return lambda comparison, value: _present(
            Amount(named, comparison, _possible(left, comparison, value, 0, most))
        )

    def _flag(self, key: str, values: Sequence[Word]) -> Filter:
        [word, *more] = values
        answer = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            word.text.lower()
        )
        if answer is None or more:
            _fail(word, f"is neither true nor false; '{key}' and 'NOT {key}' need no value")
        return self._flags[key] if answer else negation(self._flags[key])

    def _named(self, word: Word) -> frozenset[str]:
        found = self._words.elements_named(word.text)
        if found is None:
            hint = nearest(word.text, self._words.symbols | self._words.groups.keys())
            if "-" in word.text:
                hint = "; separate elements by commas"
            _fail(word, f"is no element or element group{hint}")
        return found

    def _union(self, words: Sequence[Word]) -> frozenset[str]:
        return frozenset().union(*map(self._named, words))

    def _elements(self, words: Sequence[Word]) -> Filter:
        return self._places([(word, self._named(word)) for word in words])

    def _places(self, named: Sequence[tuple[Word, frozenset[str]]]) -> Filter:
        """Return that each name has an element of its own: an element named twice counts once."""
        singles = {elements for _, elements in named if len(elements) == 1}
        sets = [*singles, *(elements for _, elements in named if len(elements) > 1)]
        most = self._words.nelements[-1]
        if len(sets) > most:
            _fail(named[most][0], f"is one element too many: this file has at most {most} in a composition")
        # Hall's theorem: each k of the names must find k elements.
        counts = [
            ElementCount(frozenset().union(*chosen), ">=", k)
            for k in range(1, len(sets) + 1)
            for chosen in combinations(sorted(sets, key=sorted), k)
            if k == 1 or any(a & b for a, b in combinations(chosen, 2))
        ]
        return all_of(*counts)

    def _within(self, words: Sequence[Word]) -> Filter:
        parts = [Word(text, place) for word in words for text, place in _parts(word)]
        return ElementCount(self._union(parts), "=", None)

    def _chemsys(self, word: Word) -> Filter:
        parts = [Word(text, place) for text, place in _parts(word)]
        orders = self._words.nelements
        if len(parts) not in orders:
            _fail(
                word,
                f"has {len(parts)} elements; this file has systems of {orders[0]} to {orders[-1]}",
            )
        named = [(part, self._named(part)) for part in parts if part.text != "*"]
        exact = [next(iter(elements)) for _, elements in named if len(elements) == 1]
        for i, (part, elements) in enumerate(named):
            if len(elements) == 1 and elements in [other for _, other in named[:i]]:
                _fail(part, f"comes twice in {word.text!r}")
        if len(exact) == len(parts):
            return Chemsys(tuple(sorted(exact)))
        return all_of(Quantity("nelements", "=", Fraction(len(parts))), self._places(named))

    def _formula(self, word: Word) -> Filter:
        try:
            return self._formula_or_prototype(word)
        except FormulaError as error:
            _fail(word, f"is no formula ({str(error).partition(': ')[2]})")

    def _formula_or_prototype(self, word: Word) -> Filter:
        parts = re.findall(r"([A-Z][a-z]?)(\d{0,4})", word.text)
        if "".join(symbol + amount for symbol, amount in parts) == word.text:
            symbols = [symbol for symbol, _ in parts]
            places = set(PLACEHOLDERS)
            for letter in "ABCDEFGH":
                if letter not in symbols:
                    break
                places.add(letter)
            if places & set(symbols):
                return self._prototype(word, [(s, int(n or 1)) for s, n in parts], frozenset(places))
        composition = read_composition(word.text, self._words.elements)
        self._must_fit(word, composition.amounts)
        return all_of(Chemsys(tuple(composition.chemsys.split("-"))), Factors(tuple(composition.amounts)))

    def _prototype(self, word: Word, parts: Sequence[tuple[str, int]], places: frozenset[str]) -> Filter:
        """Return what ABO3 means: oxygen, and any two elements in the place of A and B."""
        names = [symbol for symbol, _ in parts]
        for symbol, _ in parts:
            if symbol not in places and symbol not in self._words.symbols:
                raise FormulaError(
                    f"formula {word.text!r}: {symbol!r} is neither an element nor a placeholder"
                )
            if names.count(symbol) > 1:
                raise FormulaError(f"formula {word.text!r}: {symbol} comes twice")
        amounts = _reduced(word, [n for _, n in parts])
        self._must_fit(word, amounts)
        fixed = [(s, n) for s, n in zip(names, amounts, strict=True) if s not in places]
        return all_of(
            Quantity("nelements", "=", Fraction(len(amounts))),
            FormulaAnonymous(anonymous_formula(amounts)),
            *(_present(Amount(frozenset((symbol,)), "=", Fraction(n))) for symbol, n in fixed),
        )

    def _anonymous(self, word: Word) -> Filter:
        parts = re.findall(r"([A-Z])(\d{0,4})", word.text)
        letters = [letter for letter, _ in parts]
        if (
            not parts
            or "".join(a + b for a, b in parts) != word.text
            or letters != list("ABCDEFGHIJ"[: len(letters)])
        ):
            _fail(word, "is no anonymous formula: A, B, C ... in order with amounts, as ABC3")
        amounts = _reduced(word, [int(n or 1) for _, n in parts])
        self._must_fit(word, amounts)
        return FormulaAnonymous(anonymous_formula(amounts))

    def _must_fit(self, word: Word, amounts: Sequence[int]) -> None:
        orders, largest = self._words.nelements, self._words.max_stoichiometry
        if len(amounts) not in orders:
            outside = f"{len(amounts)} element{'s' if len(amounts) > 1 else ''}"
        elif max(amounts) > largest:
            outside = f"factor {max(amounts)}"
        else:
            return
        _fail(
            word,
            f"is outside this file ({outside}), which has {orders[0]} to {orders[-1]} elements and factors "
            f"to {largest}; 'chemdb label' and 'chemdb explain' decide any formula",
        )

    def _category(self, word: Word) -> Filter:
        if word.text.lower() not in CATEGORIES:
            _fail(
                word,
                f"is no category{nearest(word.text, CATEGORIES) or '; there are ' + ', '.join(CATEGORIES)}",
            )
        return self._flags[word.text.lower()]

    def _species(self, words: Sequence[Word]) -> Filter:
        states: dict[str, int] = {}
        for word in words:
            match = re.fullmatch(r"([A-Z][a-z]?)(?:(\d{0,2})([+-])|([+-])(\d{1,2})|(0))", word.text)
            if not match:
                _fail(word, "is no species; write it like Fe3+ or O2-")
            symbol, state = (
                match[1],
                int((match[3] or match[4] or "") + (match[2] or match[5] or match[6] or "1")),
            )
            own = self._words.states.get(symbol, {})
            if symbol not in self._words.symbols:
                _fail(word, f"is no species: {symbol} is no element{nearest(symbol, self._words.symbols)}")
            if state not in own:
                have = ", ".join(species_text(symbol, q) for q in own)
                _fail(word, f"is not a species of this file, which has {have or 'none of ' + symbol}")
            if states.setdefault(symbol, state) != state:
                _fail(
                    word,
                    f"is impossible beside another state of {symbol}: each element has one oxidation state",
                )
        # That the elements are there follows, but makes it plain which systems can match.
        present = [ElementCount(frozenset((symbol,)), ">=", 1) for symbol in sorted(states)]
        return all_of(*present, SpeciesTogether(tuple(sorted(states.items()))))

    def _known_in(self, word: Word) -> Filter:
        by_lower = {source.lower(): source for source in self._words.sources}
        if word.text.lower() not in by_lower:
            have = ", ".join(self._words.sources) or "none"
            _fail(word, f"is no known source of this file{nearest(word.text, by_lower)} (it has {have})")
        return KnownIn(by_lower[word.text.lower()])


def _present(term: Amount | AtomicFraction) -> Filter:
    """Return a term; if it asks for some of an element, with that it is there, which finds systems."""
    some = term.comparison == ">" or (term.comparison in ("=", ">=") and term.number > 0)
    return all_of(ElementCount(term.elements, ">=", 1), term) if some else term


def _fail(word: Word, problem: str) -> NoReturn:
    shown = word.text if len(word.text) <= 40 else word.text[:37] + "..."
    raise QueryError(f"query: {shown!r} at character {word.place} {problem}")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,9}(\.\d{0,9}|/\d{1,9})?|\.\d{1,9}", text, re.ASCII) is not None


def _number(word: Word) -> Fraction:
    if not _is_number(word.text) or re.search(r"/0+$", word.text):
        _fail(word, "is not a number, such as 3, 0.25 or 2/3")
    return Fraction(word.text)


def _possible(key: Word, comparison: str, value: Word, low: int, high: int) -> Fraction:
    """Return a number, if some composition can compare with it in this way."""
    number = _number(value)
    possible = {
        "=": low <= number <= high, "<": number > low, "<=": number >= low, ">": number < high,
        ">=": number <= high,
    }  # fmt: skip
    if not possible[comparison]:
        _fail(value, f"makes an impossible range: {key.text} is from {low} to {high} in this file")
    # What is far outside compares like what is just outside, and fits into SQL's integers.
    return min(max(number, Fraction(low - 1)), Fraction(high + 1))


def _parts(word: Word) -> Iterator[tuple[str, int]]:
    """Yield the parts of a chemical system and where each starts."""
    place = word.place
    for part in word.text.split("-"):
        yield part, place
        place += len(part) + 1


def _reduced(word: Word, amounts: Sequence[int]) -> list[int]:
    if not all(amounts):
        _fail(word, "has an amount of zero")
    common = reduce(gcd, amounts)
    return [n // common for n in amounts]


def _text(number: Fraction) -> str:
    return str(number) if number.denominator == 1 else f"{float(number):g}"
