"""Names that users type."""

from collections.abc import Iterable
from difflib import get_close_matches

from chemdb.errors import ChemdbError


def one_of(name: str, known: Iterable[str], kind: str, error: type[ChemdbError] = ChemdbError) -> str:
    """Return `name` if it is known.

    Raises
    ------
    ChemdbError
        It is not: the nearest known names are in the message.

    Examples
    --------
    >>> one_of("umpa", ("pca", "tsne", "umap"), "method")
    Traceback (most recent call last):
    chemdb.errors.ChemdbError: no method 'umpa'; did you mean umap? There are pca, tsne, umap
    """
    names = list(known)
    if name in names:
        return name
    near = get_close_matches(name, names)
    hint = f"did you mean {' or '.join(near)}? There" if near else "there"
    raise error(f"no {kind} {name!r}; {hint} are {', '.join(names)}")


def nearest(word: str, words: Iterable[str]) -> str:
    """Return words that `word` may be a slip of, as a question to put behind a message."""
    by_lower = {known.lower(): known for known in sorted(words, reverse=True)}
    found = get_close_matches(word.lower(), by_lower, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(by_lower[name] for name in found)}?" if found else ""
