"""Columns that a query can show and be sorted by, and where their values come from."""

from collections.abc import Iterable
from dataclasses import dataclass

from chemdb.errors import QueryError, nearest
from chemdb.query.parse.vocabulary import Vocabulary


@dataclass(frozen=True)
class Key:
    """A column to sort by, in SQL: of known compositions, and of others."""

    known: str
    unknown: str


@dataclass(frozen=True)
class Order:
    """A column to sort by, and in which direction."""

    column: str
    descending: bool = False


_FORMULA = "concat({e}1, t.amount1, {e}2, t.amount2, {e}3, t.amount3, {e}4, t.amount4)"
#: Columns by name; h is the row's numbers, s its system, t its stoichiometry, k its known composition.
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
    "known_in": "array_to_string(k.sources, ' ')",
    "material_id": "k.material_id",
    "energy_above_hull": "k.energy_above_hull",
}
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
}
#: The species that balance a composition; found for the rows shown, not by SQL.
SPECIES = "species"
#: Known first, then fewest atoms.
DEFAULT_ORDER = (Order("known", descending=True), Order("natoms"))
DEFAULT_COLUMNS = (
    "formula", "chemsys", "nelements", "natoms", "formula_anonymous", "allowed", "known", "category",
    "known_in", "material_id", "energy_above_hull",
)  # fmt: skip
TABLE_COLUMNS = ("formula", "category", SPECIES, "material_id", "energy_above_hull")


def read_columns(names: Iterable[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return columns to show: those of `SHOWN`, species, ``O`` (amount) and ``x(O)`` (fraction).

    Raises
    ------
    QueryError
    """
    found = tuple(_column(name.strip(), "column", (*SHOWN, SPECIES), vocabulary) for name in names)
    for i, name in enumerate(found):
        if name in found[:i]:
            raise QueryError(f"column {name!r} comes twice")
    return found


def read_order(names: Iterable[str], vocabulary: Vocabulary) -> tuple[Order, ...]:
    """Return what to sort by; a name with ``-`` before it is descending.

    Raises
    ------
    QueryError
    """
    return tuple(
        Order(_column(name.strip().lstrip("+-"), "sort key", KEYS, vocabulary), name.strip().startswith("-"))
        for name in names
    )


def _column(name: str, what: str, names: Iterable[str], vocabulary: Vocabulary) -> str:
    names = tuple(names)
    symbol = name.removeprefix("x(").removesuffix(")")
    if name in names or (symbol in vocabulary.symbols and name in (symbol, f"x({symbol})")):
        return name
    hint = nearest(name, names) or f"; there are {', '.join(names)}, O and x(O) of any element"
    raise QueryError(f"{what} {name!r}: not one of the columns{hint}")
