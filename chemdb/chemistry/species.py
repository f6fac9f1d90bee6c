"""Oxidation-state sets: those of SMACT, or a user file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chemdb.chemistry.elements import BEYOND, elements
from chemdb.errors import SpeciesError

MAX_CHARGE = 12
#: Largest oxidation-state file in bytes; 103 lines need a few thousand.
MAX_FILE = 1_000_000

#: Attribute of `smact.Element` by the name of the set, which is SMACT's.
SMACT_SETS: Mapping[str, str] = {
    "smact14": "oxidation_states_smact14",
    "icsd16": "oxidation_states_icsd16",
    "icsd24": "oxidation_states_icsd24",
    "wiki": "oxidation_states_wiki",
    "pymatgen_sp": "oxidation_states_sp",
}


@dataclass(frozen=True)
class OxidationStates:
    """One oxidation-state set.

    Attributes
    ----------
    name : str
        SMACT's name of the set, or the name of the user file.
    states : mapping of str to tuple of int
        Ascending oxidation states in e of each element that has any.
    n_ignored : int
        Species of a user file beyond Z = 103.
    """

    name: str
    states: Mapping[str, tuple[int, ...]]
    n_ignored: int = 0

    @property
    def n_species(self) -> int:
        """Number of species (element and oxidation state); 421 for smact14."""
        return sum(map(len, self.states.values()))

    @property
    def checksum(self) -> str:
        """SHA-256 of the content, independent of how its file was laid out."""
        text = "".join(f"{symbol} {states}\n" for symbol, states in sorted(self.states.items()))
        return hashlib.sha256(text.encode()).hexdigest()


def smact_oxidation_states(name: str) -> OxidationStates:
    """Return the SMACT oxidation-state set of that name.

    Examples
    --------
    >>> smact_oxidation_states("smact14").n_species
    421
    """
    import smact

    attribute = SMACT_SETS[name]
    states = {e.symbol: getattr(smact.Element(e.symbol), attribute) for e in elements()}
    return OxidationStates(name, {s: tuple(sorted(set(q))) for s, q in states.items() if q})


@cache
def icsd_occurrences() -> Mapping[tuple[str, int], int]:
    """Return the number of ICSD entries (2024, counted by SMACT) with each symbol and oxidation state."""
    import smact

    path = Path(smact.data_directory) / "oxidation_states_icsd24_counts.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {(row["element"], row["oxidation_state"]): row["results_count"] for row in rows}


def read_oxidation_states(path: Path) -> OxidationStates:
    """Return the set in a file in SMACT's format: a line per element, ``Fe +2 +3``, with # comments.

    Species beyond Z = 103 are ignored and counted.

    Raises
    ------
    SpeciesError
        The file cannot be read, names no species, or a line is not an element symbol
        followed by whole charges.
    """
    try:
        # A pipe would block, and a device may never end.
        if not path.is_file():
            raise SpeciesError(f"oxidation-state file {path}: not a regular file")
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise SpeciesError(f"oxidation-state file {path}: larger than {MAX_FILE:,} bytes")
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise SpeciesError(f"oxidation-state file {path}: cannot be read ({_reason(error)})") from None
    known_symbols = {e.symbol for e in elements()}
    states: dict[str, tuple[int, ...]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        symbol, *charges = line.partition("#")[0].split() or [""]
        if not symbol:
            continue
        where = f"oxidation-state file {path}, line {number}"
        if symbol not in known_symbols and symbol not in BEYOND:
            raise SpeciesError(f"{where}: {symbol!r} is not the symbol of an element up to Z = 103")
        if symbol in states:
            raise SpeciesError(f"{where}: {symbol} already has a line")
        try:
            values = sorted({int(charge) for charge in charges})
        except ValueError:
            raise SpeciesError(
                f"{where}: oxidation states are whole numbers such as +2 or -1, not {charges}"
            ) from None
        if any(abs(value) > MAX_CHARGE for value in values):
            raise SpeciesError(f"{where}: oxidation states beyond {MAX_CHARGE} are not supported")
        states[symbol] = tuple(values)
    n_ignored = sum(len(states.pop(symbol, ())) for symbol in BEYOND)
    states = {symbol: values for symbol, values in states.items() if values}
    if not states:
        raise SpeciesError(f"oxidation-state file {path}: no species in it; lines look like 'Fe +2 +3'")
    return OxidationStates(path.name, states, n_ignored)


def oxidation_states(name_or_path: str) -> OxidationStates:
    """Return a SMACT set by its name, or the set in a file.

    Raises
    ------
    SpeciesError
    """
    if name_or_path in SMACT_SETS:
        return smact_oxidation_states(name_or_path)
    path = Path(name_or_path)
    if not path.exists():
        raise SpeciesError(
            f"oxidation states {name_or_path!r}: neither a set ({', '.join(SMACT_SETS)}) nor a file"
        )
    return read_oxidation_states(path)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "not UTF-8 text"
