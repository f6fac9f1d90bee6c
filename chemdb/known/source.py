"""The common form of all sources of known materials."""

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
    """A list of known materials and its provenance.

    Attributes
    ----------
    name : str
        Short name, unique in a database.
    description : str
        What the list is and where it is published.
    version : str or None
    retrieved : datetime.date or None
        Date of publication or download.
    licence : str or None
    entries : pyarrow.Table
        One row per entry, columns `ENTRY_SCHEMA`, formulas as the source writes them.
    notes : tuple of str
        Notes for the user who adds the source, such as its age or an incomplete check.
    """

    name: str
    description: str
    version: str | None
    retrieved: date | None
    licence: str | None
    entries: pa.Table
    notes: tuple[str, ...] = ()

    def renamed(self, name: str) -> "KnownSource":
        """Return the same source under another name."""
        return replace(self, name=name)
