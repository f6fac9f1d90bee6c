"""What every source of known materials provides."""

from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

#: Columns of `KnownSource.entries`; `formula_pretty` and `energy_above_hull` (eV/atom) may be null.
ENTRY_SCHEMA = pa.schema(
    [
        ("material_id", pa.string()),
        ("formula_given", pa.string()),
        ("formula_pretty", pa.string()),
        ("energy_above_hull", pa.float64()),
    ]
)


@dataclass(frozen=True)
class KnownSource:
    """A list of materials that exist, according to someone.

    Attributes
    ----------
    name : str
        Short name, unique in a file.
    description : str
        What it is and where it is published.
    version : str or None
    retrieved : datetime.date or None
        When the data were published or downloaded.
    licence : str or None
    entries : pyarrow.Table
        `ENTRY_SCHEMA`, a row per entry, formulas as given.
    notes : tuple of str
        What whoever adds it should know: its age, what could not be checked.
    """

    name: str
    description: str
    version: str | None
    retrieved: date | None
    licence: str | None
    entries: pa.Table
    notes: tuple[str, ...] = ()

    def named(self, name: str) -> "KnownSource":
        """Return the same source under another name."""
        return replace(self, name=name)
