"""What can go wrong for a user: each class is one kind of trouble, each message one line."""

#: Longest message; what stands in its middle gives way.
MAX_MESSAGE = 1000


def printable(text: str) -> str:
    r"""Return a text whose characters a terminal shows, and obeys none but new lines and tabs.

    Examples
    --------
    >>> printable("Li\x1b[31mO\u202e")
    'Li\\x1b[31mO\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    r"""Return a text as one printable line of about `MAX_MESSAGE` characters; blanks in a line stay.

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


def is_utf8(text: str) -> bool:
    """Say whether a text has only characters: names of files can have bytes that are none."""
    return not any("\ud800" <= c <= "\udfff" for c in text)


class ChemdbError(Exception):
    """Something the user can put right; the message says what was wrong and what to do."""

    def __str__(self) -> str:
        """Return the message as one line, whatever of the user's is quoted in it."""
        return one_line(super().__str__())


class SpeciesError(ChemdbError):
    """An oxidation-state set is unknown, or its file cannot be read."""


class LimitError(ChemdbError):
    """The space asked for is outside what can be enumerated or stored."""


class FormulaError(ChemdbError):
    """A text is not a chemical formula with whole-number amounts."""


class UndecidedError(ChemdbError):
    """A composition has more choices of oxidation states than can be looked at."""


class FileError(ChemdbError):
    """A file of the user's cannot be read, or has no formula column."""


class KnownSourceError(ChemdbError):
    """A source of known materials is missing, unreadable or incomplete."""


class DatabaseError(ChemdbError):
    """The database file is missing, damaged, locked, of another kind, or cannot be written."""


class EmbeddingError(ChemdbError):
    """An element representation is unknown, or what is asked of it has no answer."""


class PlotError(ChemdbError):
    """A figure cannot be drawn from what was asked for, or cannot be written."""


class ReductionError(ChemdbError):
    """Vectors cannot be reduced as asked for: unknown method, bad parameter, too few points."""


class QueryError(ChemdbError):
    """A query is not understood, or asks for what cannot be."""


class ProcessError(ChemdbError):
    """A process that worked for this one was ended from outside."""
