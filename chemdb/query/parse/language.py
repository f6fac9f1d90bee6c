"""The query language: text to `chemdb.query.filter.Filter`.

`grammar.lark` says how terms are joined, `chemdb.query.parse.terms` what each term means.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from chemdb.errors import QueryError
from chemdb.query.filter import (
    EVERYTHING,
    Filter,
    SpeciesTogether,
    all_of,
    any_of,
    depth,
    negation,
    terms_of,
)
from chemdb.query.parse.terms import Meaning, Word
from chemdb.query.parse.vocabulary import Vocabulary

MAX_LENGTH = 20_000
MAX_DEPTH = 40
#: Each doubles the work.
MAX_SPECIES = 4


def read_query(text: str, vocabulary: Vocabulary) -> Filter:
    """Return the filter that a query means.

    Parameters
    ----------
    text : str
        Such as ``elements=Li,O missing natoms<=10``; empty for everything.
    vocabulary : Vocabulary

    Raises
    ------
    QueryError
        The text is no query; the message says where and what was probably meant.
    """
    check_size(text)
    return checked(lambda: _filter(_parsed(text), Meaning(vocabulary)))


def check_size(text: str) -> None:
    """Refuse a text too long to be a query.

    Raises
    ------
    QueryError
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"query: longer than {MAX_LENGTH:,} characters; 'chemdb label' takes lists of formulas"
        )


def checked(read: Callable[[], Filter]) -> Filter:
    """Return what `read` returns, unless it is nested too deep or has too many species terms.

    Raises
    ------
    QueryError
    """
    try:
        found = read()
        too_deep = depth(found) > MAX_DEPTH
    except RecursionError:
        too_deep = True
    if too_deep:
        raise QueryError(f"query: nested deeper than {MAX_DEPTH} levels; write it flatter")
    if len({term for term in terms_of(found) if isinstance(term, SpeciesTogether)}) > MAX_SPECIES:
        raise QueryError(f"query: more than {MAX_SPECIES} different species terms; ask in parts")
    return found


def _parsed(text: str) -> Tree:
    try:
        return _grammar().parse(text)
    except UnexpectedInput as error:
        raise QueryError(_unexpected(error, text)) from None


@cache
def _grammar() -> Lark:
    return Lark(
        (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8"),
        parser="lalr",
        maybe_placeholders=False,
    )


def _filter(tree: Tree, meaning: Meaning) -> Filter:
    match tree.data:
        case "start":
            return _filter(tree.children[0], meaning) if tree.children else EVERYTHING
        case "either":
            return any_of(*(_filter(child, meaning) for child in tree.children))
        case "both":
            return all_of(*(_filter(child, meaning) for child in tree.children))
        case "negated":
            return negation(_filter(tree.children[0], meaning))
        case "word":
            return meaning.of_word(_word(tree.children[0]))
    left, comparison, values, *chained = tree.children
    words = [_word(value) for value in values.children]
    if chained:
        second, right = chained
        return meaning.of_chain(_word(left), str(comparison), words, str(second), _word(right))
    return meaning.of_comparison(_word(left), str(comparison), words)


def _word(token: Any) -> Word:
    quoted = token.type == "QUOTED"
    return Word(str(token)[1:-1] if quoted else str(token), (token.start_pos or 0) + 1)


def _unexpected(error: UnexpectedInput, text: str) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "query: ends too early; after the last word a value or a closing parenthesis is missing"
    if isinstance(error, UnexpectedCharacters | UnexpectedToken) and error.pos_in_stream is not None:
        place = error.pos_in_stream
        what = text[place : place + 1]
        if what in "\"'":
            return f"query: the quotation mark at character {place + 1} is not closed"
        hint = "; lists stand behind a key, as in elements=Li,O" if what == "," else ""
        return f"query: unexpected {what!r} at character {place + 1}{hint}"
    return "query: not understood; see 'chemdb query --help'"
