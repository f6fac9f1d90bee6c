"""Errors that a user can fix: one class for each kind, one line for each message."""

from collections.abc import Iterable, Mapping
from typing import Any

#: Longest message in characters; longer ones lose their middle.
MAX_MESSAGE = 1000


def printable(text: str) -> str:
    r"""Return a text with control characters escaped, except newlines and tabs.

    Examples
    --------
    >>> printable("Li\x1b[31mO\u202e")
    'Li\\x1b[31mO\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    r"""Return a text as one printable line of at most about `MAX_MESSAGE` characters.

    Examples
    --------
    >>> one_line("no formula in '  '\n  of this line\n")
    "no formula in '  ' of this line"
    >>> one_line("no formula column among a\tb")
    'no formula column among a\\tb'
    """
    if len(text) > MAX_MESSAGE:
        text = f"{text[: MAX_MESSAGE - 300]} ... {text[-200:]}"
    return printable(" ".join(line.strip() for line in text.splitlines() if line.strip())).replace(
        "\t", r"\t"
    )


def counted(n: int, noun: str) -> str:
    """Return a number and a noun, which is in the plural unless there is one.

    Examples
    --------
    >>> counted(1, "entry"), counted(1200, "entry"), counted(0, "row")
    ('1 entry', '1,200 entries', '0 rows')
    """
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun[:-1]}ies" if noun.endswith("y") else f"{n:,} {noun}s"


def is_utf8(text: str) -> bool:
    """Return whether a text can be encoded as UTF-8; file names may contain other bytes."""
    return not any("\ud800" <= c <= "\udfff" for c in text)


class ChemdbError(Exception):
    """An error that the user can fix; the message says what was wrong and what to do."""

    def __str__(self) -> str:
        """Return the message as one line, even if it quotes user input."""
        return one_line(super().__str__())


class SpeciesError(ChemdbError):
    """An oxidation-state set is unknown, or its file cannot be read."""


class LimitError(ChemdbError):
    """The limits are outside what can be enumerated or stored."""


class FormulaError(ChemdbError):
    """A text is not a chemical formula with whole-number amounts."""


class UndecidedError(ChemdbError):
    """A composition has too many combinations of oxidation states to decide."""


class FileError(ChemdbError):
    """A user file cannot be read, or has no formula column."""


class KnownSourceError(ChemdbError):
    """A source of known materials is missing, unreadable or incomplete."""


class DatabaseError(ChemdbError):
    """The database file is missing, damaged, locked, of another kind, or cannot be written."""


class EmbeddingError(ChemdbError):
    """An element representation is unknown, or cannot be used as requested."""


class PlotError(ChemdbError):
    """A figure cannot be drawn as requested, or cannot be written."""


class ReductionError(ChemdbError):
    """Vectors cannot be reduced: unknown method, invalid parameter, or too few points."""


class QueryError(ChemdbError):
    """A query cannot be parsed, or a value in it is impossible."""


class DatasetError(ChemdbError):
    """An exported folder is incomplete, damaged, or of another export."""


class ProcessError(ChemdbError):
    """A worker process was killed."""


class PartitionError(ChemdbError):
    """Some pieces of a query failed; the others are done.

    Attributes
    ----------
    failures : dict of Partition to str
        Why each of them failed.
    """

    def __init__(self, message: str, failures: Mapping[Any, str]) -> None:
        super().__init__(message)
        self.failures = dict(failures)


class ChemdbWarning(UserWarning):
    """An answer is right, but may not be what was meant; the message says why."""


def warn(message: str) -> None:
    """Warn in one line, at the line that called chemdb; commands show it on stderr."""
    import sys
    import warnings

    level = 1
    while sys._getframe(level).f_globals.get("__name__", "").partition(".")[0] == "chemdb":
        level += 1
    warnings.warn(one_line(message), ChemdbWarning, stacklevel=level + 1)


def one_of(name: str, known: Iterable[str], kind: str, error: type[ChemdbError] = ChemdbError) -> str:
    """Return `name` if it is one of the known names.

    Raises
    ------
    ChemdbError
        It is not; the message lists the nearest names.

    Examples
    --------
    >>> one_of("umpa", ("pca", "tsne", "umap"), "method")
    Traceback (most recent call last):
    chemdb.errors.ChemdbError: no method 'umpa'; did you mean umap? There are pca, tsne, umap
    """
    names = list(known)
    if name in names:
        return name
    from difflib import get_close_matches

    near = get_close_matches(name, names)
    hint = f"did you mean {' or '.join(near)}? There" if near else "there"
    raise error(f"no {kind} {name!r}; {hint} are {', '.join(names)}")


def nearest(word: str, words: Iterable[str]) -> str:
    """Return ``; did you mean ...?`` with the words closest to a misspelt one, or nothing."""
    from difflib import get_close_matches

    by_lower = {known.lower(): known for known in sorted(words, reverse=True)}
    close = get_close_matches(word.lower(), by_lower, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(by_lower[name] for name in close)}?" if close else ""
