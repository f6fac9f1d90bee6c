"""The four categories of compositions: allowed by the rule or not, known or not."""

from collections.abc import Mapping

#: Whether the compositions of each category are allowed, and whether they are known.
ALLOWED_AND_KNOWN: Mapping[str, tuple[bool, bool]] = {
    "standard": (True, True),
    "missing": (True, False),
    "interesting": (False, True),
    "unlikely": (False, False),
}
#: Names of the categories, in the order in which tables, samples and plots list them.
CATEGORIES = tuple(ALLOWED_AND_KNOWN)
#: The categories whose compositions are known; they are small enough to be listed in full.
KNOWN_CATEGORIES = tuple(name for name, (_, known) in ALLOWED_AND_KNOWN.items() if known)


def category_of(allowed: bool, known: bool) -> str:
    """Return the category of a composition.

    Examples
    --------
    >>> category_of(allowed=True, known=False)
    'missing'
    """
    return next(name for name, flags in ALLOWED_AND_KNOWN.items() if flags == (allowed, known))
