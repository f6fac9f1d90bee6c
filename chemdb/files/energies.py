"""Energies above the hull as people write them: decimal commas, units, missing values."""

import math
import re

from chemdb.files.file_columns import plain_name

#: Size in eV/atom; energies above the hull are per atom, whether it is said or not.
UNITS = {"ev": 1.0, "mev": 0.001}
MISSING = ("", "null", "none", "nan", "na", "n/a", "<na>", "-", "--", "?")
VALUE = re.compile(r"([-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[-+]?\d+)?) *(m?ev)?(?: *(?:/|per) *at(?:om|\.)?)?")
UNIT_OF_COLUMN = re.compile("(m?ev)(?:per)?(?:atom)?$")


def split_unit(column: str) -> tuple[str, str]:
    """Return the plain name of a column without its unit, and the unit, eV if it has none.

    Examples
    --------
    >>> split_unit("E above hull (meV/atom)"), split_unit("e_above_hull")
    (('eabovehull', 'mev'), ('eabovehull', 'ev'))
    """
    name = plain_name(column)
    match = UNIT_OF_COLUMN.search(name)
    return (name[: match.start()], match[1]) if match else (name, "ev")


def read_energy(text: str | None, unit: str = "ev") -> float | None:
    """Return an energy in eV/atom, None if the value is missing.

    Parameters
    ----------
    text : str or None
    unit : str
        Key of `UNITS`, used if the text has none.

    Raises
    ------
    ValueError
        The text is not an energy.

    Examples
    --------
    >>> read_energy("0,05"), read_energy("50 meV/atom"), read_energy("5", "mev"), read_energy("NaN")
    (0.05, 0.05, 0.005, None)
    """
    plain = (text or "").strip().lower().replace("\u2212", "-").replace("\u00a0", " ")
    if plain in MISSING:
        return None
    match = VALUE.fullmatch(plain)
    value = float(match[1].replace(",", ".")) * UNITS[match[2] or unit] if match else math.nan
    if not math.isfinite(value):
        raise ValueError(text)
    return value
