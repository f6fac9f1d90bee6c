"""Columns that a query can show and sort by, in SQL."""

from collections.abc import Iterable
from dataclasses import dataclass

from chemdb.chemistry.elements import HYDROGEN_ISOTOPES
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS, MAX_STORED_NELEMENTS
from chemdb.errors import QueryError, nearest
from chemdb.query.parse.vocabulary import Vocabulary


@dataclass(frozen=True)
class Key:
    """SQL of a column to sort by, for known and for unknown compositions."""

    known: str
    unknown: str


@dataclass(frozen=True)
class Order:
    """A column to sort by, and its direction."""

    column: str
    descending: bool = False


#: Positions of the elements of a chemical system, from 1.
POSITIONS = range(1, MAX_STORED_NELEMENTS + 1)
#: Those of systems that are listed in a table.
LISTED = range(1, MAX_LISTED_NELEMENTS + 1)
_FORMULA = f"concat({', '.join(f'{{e}}{i}, t.amount{i}' for i in POSITIONS)})"
#: SQL of each column to show; h is a row of `hit`, s its system, t its stoichiometry, k is known_composition.
SHOWN = {
    "formula": _FORMULA.format(e="s.element"),
    "chemsys": "s.chemsys",
    "nelements": "s.nelements",
    "elements": "s.elements",
    "factors": "t.factors",
    "natoms": "t.natoms",
    "max_factor": "t.max_factor",
    "formula_anonymous": "t.formula_anonymous",
    "allowed": "h.allowed",
    "known": "h.known",
    "category": "case when h.allowed then case when h.known then 'standard' else 'missing' end "
    "when h.known then 'interesting' else 'unlikely' end",
    "has_electronegativity": "s.has_electronegativity",
    "known_in": "array_to_string(k.sources, ' ')",
    "material_id": "k.material_id",
    "energy_above_hull": "k.energy_above_hull",
    "score": "coalesce(c.score, 0)",
}
#: SQL of each column to sort by; t is a known composition or stoichiometry, s and e the system, a its answer.
KEYS = {
    "formula": Key("t.formula", _FORMULA.format(e="e.element")),
    "chemsys": Key("t.chemsys", "e.chemsys"),
    "nelements": Key("t.nelements", "s.nelements"),
    "natoms": Key("t.natoms", "t.natoms"),
    "max_factor": Key("t.max_factor", "t.max_factor"),
    "formula_anonymous": Key("t.formula_anonymous", "t.formula_anonymous"),
    "allowed": Key("t.allowed", "get_bit(a.when_allowed, t.stoichiometry_id) = 1"),
    "known": Key("true", "false"),
    "category": Key(
        "case when t.allowed then 0 else 2 end",
        "case when get_bit(a.when_allowed, t.stoichiometry_id) = 1 then 1 else 3 end",
    ),
    "known_in": Key("array_to_string(t.sources, ' ')", "null::varchar"),
    "material_id": Key("t.material_id", "null::varchar"),
    "energy_above_hull": Key("t.energy_above_hull", "null::double"),
    "score": Key("coalesce(c.score, 0)", "coalesce(c.score, 0)"),
}
#: The species that balance a composition: computed in Python for the rows shown.
SPECIES = "species"
#: The score of chemdb suggest: `candidate`, registered by Python, has those that are not 0.
SCORE = "score"
#: Known first, then fewest atoms.
DEFAULT_ORDER = (Order("known", descending=True), Order("natoms"))
DEFAULT_COLUMNS = (
    "formula", "chemsys", "nelements", "natoms", "formula_anonymous", "allowed", "known", "category",
    "known_in", "material_id", "energy_above_hull",
)  # fmt: skip
TABLE_COLUMNS = ("formula", "category", SPECIES, "material_id", "energy_above_hull")


def read_columns(names: Iterable[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the columns to show: of `SHOWN`, species, ``O`` (amount) or ``x(O)`` (atomic fraction).

    Raises
    ------
    QueryError
    """
    columns = tuple(_column(name.strip(), "column", (*SHOWN, SPECIES), vocabulary) for name in names)
    for i, name in enumerate(columns):
        if name in columns[:i]:
            raise QueryError(f"column {name!r} is repeated")
    return columns


def read_order(names: Iterable[str], vocabulary: Vocabulary) -> tuple[Order, ...]:
    """Return the columns to sort by; the prefix ``-`` makes one descending.

    Raises
    ------
    QueryError
    """
    return tuple(
        Order(_column(name.strip().lstrip("+-"), "sort key", KEYS, vocabulary), name.strip().startswith("-"))
        for name in names
    )


def _column(name: str, kind: str, names: Iterable[str], vocabulary: Vocabulary) -> str:
    names = tuple(names)
    if name in (*SHOWN, SPECIES) and name not in names:
        raise QueryError(
            f"rows cannot be sorted by {name}; available: {', '.join(names)}, and O or x(O) for any element"
        )
    symbol = name.removeprefix("x(").removesuffix(")")
    if symbol in HYDROGEN_ISOTOPES:
        name, symbol = name.replace(symbol, "H"), "H"
    if name in names or (symbol in vocabulary.symbols and name in (symbol, f"x({symbol})")):
        return name
    hint = nearest(name, names) or f"; available: {', '.join(names)}, and O or x(O) for any element"
    raise QueryError(f"unknown {kind} {name!r}{hint}")
