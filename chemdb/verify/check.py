"""One thing that was checked."""

from typing import Any, NamedTuple

#: Names that a check shows of many.
N_NAMED = 3


class Check(NamedTuple):
    """A row of `chemdb verify`.

    Attributes
    ----------
    name : str
        What was checked.
    expected, found : int or str
    ok : bool
        Whether the file is as it should be.
    """

    name: str
    expected: int | str
    found: int | str
    ok: bool


def check(name: str, expected: Any, found: Any) -> Check:
    """Return a check that wants equality."""
    return Check(name, _shown(expected), _shown(found), bool(expected == found))


def unreadable(name: str, error: Exception) -> Check:
    """Return the check that failed as the file, or what is in it, could not be read."""
    text = str(error).strip() or type(error).__name__
    return Check(name, "can be read", text.splitlines()[0], False)


def some_of(names: list[str]) -> str:
    """Return the first of several names: ``none`` where there are none."""
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return ", ".join(names[:N_NAMED]) + more or "none"


def _shown(value: Any) -> int | str:
    return value if isinstance(value, int) else str(value)
