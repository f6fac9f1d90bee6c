"""The OPTIMADE filter language: text to `chemdb.query.filter.Filter`, with the parser of optimade.

Supported structure properties: elements, nelements, elements_ratios (also with
elements, as in ``elements:elements_ratios HAS "O":>0.5``), chemical_formula_reduced,
chemical_formula_descriptive and chemical_formula_anonymous. Properties of chemdb have the
prefix that OPTIMADE requires: ``_chemdb_category="missing"``, ``_chemdb_natoms<=10``.
Those with the prefix of another provider have no value: a comparison with one matches nothing,
nor does its negation.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import NoReturn

from lark import Token, Tree
from optimade.exceptions import BadRequest
from optimade.filterparser import LarkParser

from chemdb.errors import QueryError, nearest, warn
from chemdb.query.filter import (
    EVERYTHING,
    NOTHING,
    Allowed,
    ElementRatios,
    EnergyAboveHull,
    Filter,
    Known,
    all_of,
    any_of,
    negation,
)
from chemdb.query.parse.language import check_size, checked
from chemdb.query.parse.terms import MIRRORED, TermReader, Word
from chemdb.query.parse.vocabulary import Vocabulary

FORMULAS = {
    "chemical_formula_reduced": "formula",
    "chemical_formula_descriptive": "formula",
    "chemical_formula_anonymous": "anonymous",
}
CHEMDB_KEYS = ("category", "species", "known_in", "chemsys", "natoms", "max_factor", "energy_above_hull")
RATIOS = "elements_ratios"
PROPERTIES = {"elements": "elements", "nelements": "nelements", RATIOS: RATIOS, **FORMULAS} | {
    f"_chemdb_{key}": key for key in CHEMDB_KEYS
}
#: What has a value of each property that not all compositions have.
HAS_VALUE: Mapping[str, Filter] = {
    "species": Allowed(),
    "known_in": Known(),
    "energy_above_hull": any_of(EnergyAboveHull("<", Fraction(0)), EnergyAboveHull(">=", Fraction(0))),
}
SETS = {"ALL": "elements", "ANY": "any", "ONLY": "only"}


def read_optimade(text: str, vocabulary: Vocabulary) -> Filter:
    """Return the filter of an OPTIMADE filter.

    Raises
    ------
    QueryError
        The text is not an OPTIMADE filter, or uses a property that compositions do not have.
    """
    check_size(text)
    return checked(lambda: _Reader(TermReader(vocabulary)).filter(_parsed(text)))


@cache
def _parser() -> LarkParser:
    return LarkParser()


def _parsed(text: str) -> Tree:
    try:
        tree: Tree = _parser().parse(text)
    except BadRequest as error:
        lines = str(error).partition("Lark traceback: ")[2].split("\n")
        problem = next((line.strip(" .") for line in lines if line.strip()), "invalid syntax")
        raise QueryError(f"OPTIMADE filter: {problem.partition('. Expected')[0]}") from None
    return tree


class _Reader:
    """Turns the parse tree of optimade into a filter."""

    def __init__(self, terms: TermReader) -> None:
        self._terms = terms

    def filter(self, tree: Tree, positive: bool = True) -> Filter:
        """Return the filter of a part that is under an even number of NOTs, or else an odd one."""
        match tree.data:
            case "filter" | "expression_clause":
                return all_of(*(self.filter(part, positive) for part in tree.children))
            case "expression":
                return any_of(*(self.filter(part, positive) for part in tree.children))
            case "expression_phrase":
                *negated, inner = tree.children
                if any(negated):
                    return negation(self.filter(inner, not positive))
                return self.filter(inner, positive)
            case "comparison":
                if foreign := _foreign_properties(tree):
                    return self._without_value(tree, foreign[0], positive)
                return self.filter(tree.children[0], positive)
            case "constant_first_comparison":
                constant, operator, value = tree.children
                if not (properties := list(value.find_data("property"))):
                    _fail("a constant cannot be compared with a constant")
                return self._compared(properties[0], MIRRORED[str(operator)], _words(constant))
            case _:
                return self._property_first(tree)

    def _without_value(self, tree: Tree, name: str, positive: bool) -> Filter:
        """Return the filter of a comparison with a property that nothing has."""
        warn(f"OPTIMADE filter: {name} is not a property of chemdb, so no composition has a value of it")
        if next(tree.find_data("known_op_rhs"), None):
            return EVERYTHING if "UNKNOWN" in map(str, _tokens(tree)) else NOTHING
        # Neither the comparison nor its negation matches.
        return NOTHING if positive else EVERYTHING

    def _property_first(self, tree: Tree) -> Filter:
        left, right = tree.children
        key = self._key(left)
        kind, parts = right.data, right.children
        if kind == "known_op_rhs":
            known = HAS_VALUE.get(key, EVERYTHING)
            return negation(known) if str(parts[-1]) == "UNKNOWN" else known
        if kind == "value_op_rhs":
            return self._compared(left, str(parts[0]), _words(parts[1]))
        if kind == "length_op_rhs" and key in ("elements", RATIOS):
            operator = next((str(token) for token in _tokens(right) if token.type == "OPERATOR"), "=")
            return self._terms.comparison(Word("nelements", 1), operator, _words(parts[-1]))
        if kind == "set_op_rhs" and key == "elements":
            if any(token.type == "OPERATOR" for token in _tokens(right)):
                _fail("elements does not support HAS with a comparison")
            quantifier = next((str(part) for part in parts if str(part) in SETS), "ALL")
            return self._terms.comparison(Word(SETS[quantifier], 1), "=", _words(parts[-1]))
        if kind == "set_op_rhs" and key == RATIOS:
            return self._any_ratio(right)
        if kind == "set_zip_op_rhs" and key in ("elements", RATIOS):
            return self._ratios(right, key)
        _fail(f"{_name(left)} does not support {_text(right)}")

    def _compared(self, left: Tree, operator: str, words: Sequence[Word]) -> Filter:
        key = self._key(left)
        if key in ("elements", RATIOS):
            value = '"O"' if key == "elements" else "0.5"
            _fail(f"{key} needs HAS, as in {key} HAS {value}, or LENGTH")
        if not words:
            _fail(f"{_name(left)} must be compared with a number or a string")
        return self._terms.comparison(Word(key, 1), operator, words)

    def _any_ratio(self, right: Tree) -> Filter:
        """Return the filter of ``elements_ratios HAS ANY >0.5, 0.25``."""
        operator, comparisons = "=", []
        for token in _tokens(right):
            if token.type == "OPERATOR":
                operator = str(token)
            elif token.type in ("SIGNED_INT", "SIGNED_FLOAT"):
                word = Word(str(token), (token.start_pos or 0) + 1)
                comparisons.append(self._terms.ratio(Word(RATIOS, 1), operator, word))
                operator = "="
            elif token.type == "ESCAPED_STRING":
                _fail(f"{RATIOS} are numbers, as in {RATIOS} HAS 0.5")
        quantifiers = [str(part) for part in right.children if str(part) in SETS]
        if "ONLY" in quantifiers:
            return ElementRatios(True, tuple(comparisons))
        if "ANY" in quantifiers:
            return ElementRatios(False, tuple(comparisons))
        return all_of(*(ElementRatios(False, (comparison,)) for comparison in comparisons))

    def _ratios(self, right: Tree, first: str) -> Filter:
        """Return the filter of ``elements:elements_ratios HAS ALL "O":>0.5,"Li":<0.2``."""
        addon, *rest = right.children
        properties = {first, *(_name(tree) for tree in addon.find_data("property"))}
        if properties != {"elements", RATIOS} or first != "elements":
            _fail(f"only elements:{RATIOS} can be compared together, in this order")
        pairs = []
        for pair in right.find_data("value_zip"):
            tokens = [token for token in _tokens(pair) if token.type != "COLON"]
            values = _words(pair)
            operators = [str(token) for token in tokens if token.type == "OPERATOR"]
            if len(values) != 2 or len(operators) > 1 or not tokens or tokens[0].type != "ESCAPED_STRING":
                _fail('write ratios as "O":>0.5')
            element, ratio = values
            term = self._terms.comparison(
                Word(f"x({element.text})", element.position), operators[0] if operators else "=", [ratio]
            )
            pairs.append(all_of(self._terms.comparison(Word("elements", 1), "=", [element]), term))
        if any(str(part) == "ONLY" for part in rest):
            _fail("ratios do not support HAS ONLY")
        return any_of(*pairs) if any(str(part) == "ANY" for part in rest) else all_of(*pairs)

    def _key(self, tree: Tree) -> str:
        name = _name(tree)
        if name not in PROPERTIES:
            hint = nearest(name, PROPERTIES) or f"; available: {', '.join(PROPERTIES)}"
            _fail(f"compositions have no property {name!r}{hint}")
        return PROPERTIES[name]


def _foreign_properties(tree: Tree) -> list[str]:
    """Return the properties with the prefix of another provider."""
    names = map(_name, tree.find_data("property"))
    return [name for name in names if re.match("_(?!chemdb_)[a-z0-9]+_", name)]


def _fail(problem: str) -> NoReturn:
    raise QueryError(f"OPTIMADE filter: {problem}")


def _name(tree: Tree) -> str:
    return ".".join(map(str, tree.children))


def _tokens(tree: Tree) -> Iterator[Token]:
    for child in tree.children:
        if isinstance(child, Token):
            yield child
        elif child is not None:
            yield from _tokens(child)


def _text(tree: Tree) -> str:
    return " ".join(map(str, _tokens(tree)))


def _words(tree: Tree) -> list[Word]:
    """Return the strings and numbers in a part of the tree."""
    return [
        Word(str(token)[1:-1] if token.type == "ESCAPED_STRING" else str(token), (token.start_pos or 0) + 1)
        for token in _tokens(tree)
        if token.type in ("ESCAPED_STRING", "SIGNED_INT", "SIGNED_FLOAT")
    ]
