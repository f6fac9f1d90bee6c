"""Filters as the page writes them, to compare what both understand."""

from dataclasses import fields
from fractions import Fraction

from chemdb.errors import QueryError, one_line
from chemdb.query.parse.language import read_query

#: Returns, in the page, what `understood` returns here.
UNDERSTOOD = """async (texts) => {
    const { parse } = await import("./query/query_text.js");
    const { Vocabulary } = await import("./space/vocabulary.js");
    const { unpackedJson, fetchPart } = await import("./space/pack.js");
    const vocabulary = new Vocabulary(unpackedJson(await fetchPart("head")));
    const text = (_, value) => (typeof value === "bigint" ? String(value) : value);
    return texts.map((one) => JSON.parse(JSON.stringify(parse(one, vocabulary), text)));
}"""


def understood(text, vocabulary):
    """Return the filter of a query, or the message that says what is wrong with it."""
    try:
        return {"filter": as_json(read_query(text, vocabulary))}
    except QueryError as error:
        return {"error": str(error)}


def as_understood(parsed):
    """Return what the page has understood, in the same form."""
    return parsed if "filter" in parsed else {"error": one_line(parsed["error"]["message"])}


def as_json(value):
    match value:
        case Fraction():
            return {"n": str(value.numerator), "d": str(value.denominator)}
        case frozenset():
            return sorted(value)
        case tuple():
            return [as_json(one) for one in value]
        case str() | int() | None:
            return value
    return {"type": type(value).__name__} | {
        field.name: as_json(getattr(value, field.name)) for field in fields(value)
    }
