"""Parts of the page: tables and numbers."""

from collections.abc import Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; a column whose name begins with ``>`` is aligned to the right."""
    lines = [
        [name.removeprefix(">") for name in columns],
        ["---:" if name.startswith(">") else "---" for name in columns],
        *rows,
    ]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def digits(value: float) -> str:
    """Return a number with three significant digits, whole and with commas from a hundred on.

    Examples
    --------
    >>> digits(0.012345), digits(6.6623), digits(6662364.2)
    ('0.0123', '6.66', '6,660,000')
    """
    if value >= 100:
        power = 10 ** (len(str(int(value))) - 3)
        return f"{round(value / power) * power:,}"
    return f"{value:.3g}"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it.

    Examples
    --------
    >>> duration(7.31), duration(0.0123), duration(9.7e-8)
    ('7.31 s', '12.3 ms', '97 ns')
    """
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{digits(seconds / size)} {unit}"
    return f"{digits(seconds * 1e9)} ns"
