"""The result of one check."""

from typing import Any, NamedTuple

#: Names given in a list of many.
MAX_NAMES = 3


class Check(NamedTuple):
    """A row of `chemdb verify`.

    Attributes
    ----------
    name : str
        What was checked.
    expected, found : int or str
    ok : bool
        Whether the check passed.
    """

    name: str
    expected: int | str
    found: int | str
    ok: bool


def check(name: str, expected: Any, found: Any) -> Check:
    """Return a check that passes if both values are equal."""
    return Check(name, _printable(expected), _printable(found), bool(expected == found))


def unreadable(name: str, error: Exception) -> Check:
    """Return a failed check of a file, or an object in it, that cannot be read."""
    text = str(error).strip() or type(error).__name__
    return Check(name, "readable", text.splitlines()[0], False)


def name_list(names: list[str]) -> str:
    """Return the first names and the number of the others; ``none`` if there are none."""
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more or "none"


def _printable(value: Any) -> int | str:
    return value if isinstance(value, int) else str(value)
