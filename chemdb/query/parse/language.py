"""The query language: text to `chemdb.query.filter.Filter`.

`grammar.lark` defines how terms are joined; `chemdb.query.parse.terms` reads each term.
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
from chemdb.query.parse.terms import TermReader, Word
from chemdb.query.parse.vocabulary import Vocabulary

MAX_LENGTH = 20_000
MAX_DEPTH = 40
#: Each species term doubles the work.
MAX_SPECIES = 4


def read_query(text: str, vocabulary: Vocabulary) -> Filter:
    """Return the filter of a query.

    Parameters
    ----------
    text : str
        Such as ``elements=Li,O missing natoms<=10``; empty for everything.
    vocabulary : Vocabulary

    Raises
    ------
    QueryError
        The text is not a query; the message has the position and, if possible, a suggestion.
    """
    check_size(text)
    return checked(lambda: _filter(_parsed(text), TermReader(vocabulary)))


def check_size(text: str) -> None:
    """Raise `QueryError` if a text is too long for a query."""
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"query: longer than {MAX_LENGTH:,} characters; use 'chemdb label' for lists of formulas"
        )


def checked(read: Callable[[], Filter]) -> Filter:
    """Return the filter that `read` returns.

    Raises
    ------
    QueryError
        It is nested too deep or has too many species terms.
    """
    try:
        condition = read()
        too_deep = depth(condition) > MAX_DEPTH
    except RecursionError:
        too_deep = True
    if too_deep:
        raise QueryError(f"query: nested more than {MAX_DEPTH} levels deep")
    if len({term for term in terms_of(condition) if isinstance(term, SpeciesTogether)}) > MAX_SPECIES:
        raise QueryError(
            f"query: more than {MAX_SPECIES} different species terms; split it into several queries"
        )
    return condition


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


def _filter(tree: Tree, reader: TermReader) -> Filter:
    match tree.data:
        case "start":
            return _filter(tree.children[0], reader) if tree.children else EVERYTHING
        case "either":
            return any_of(*(_filter(child, reader) for child in tree.children))
        case "both":
            return all_of(*(_filter(child, reader) for child in tree.children))
        case "negated":
            return negation(_filter(tree.children[0], reader))
        case "word":
            return reader.word(_word(tree.children[0]))
    left, comparison, values, *chained = tree.children
    words = [_word(value) for value in values.children]
    if chained:
        second, right = chained
        return reader.chain(_word(left), str(comparison), words, str(second), _word(right))
    return reader.comparison(_word(left), str(comparison), words)


def _word(token: Any) -> Word:
    quoted = token.type == "QUOTED"
    return Word(str(token)[1:-1] if quoted else str(token), (token.start_pos or 0) + 1)


def _unexpected(error: UnexpectedInput, text: str) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "incomplete query: expected a value or ')'"
    if isinstance(error, UnexpectedCharacters | UnexpectedToken) and error.pos_in_stream is not None:
        position = error.pos_in_stream
        character = text[position : position + 1]
        if character in "\"'":
            return f"query: unclosed quotation mark at character {position + 1}"
        hint = "; a list needs a key, as in elements=Li,O" if character == "," else ""
        return f"query: unexpected {character!r} at character {position + 1}{hint}"
    return "query: invalid syntax; see 'chemdb query --help'"
