"""What a query asks, as an immutable tree: terms joined by `And`, `Or` and `Not`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from chemdb.database.metadata import ALLOWED_AND_KNOWN


@dataclass(frozen=True)
class ElementCount:
    """How many elements of the composition are among `elements`.

    Attributes
    ----------
    elements : frozenset of str
    comparison : str
    number : int or None
        None for all of the composition's elements.
    """

    elements: frozenset[str]
    comparison: str
    number: int | None


@dataclass(frozen=True)
class Quantity:
    """A number of the stoichiometry: nelements, natoms or max_factor."""

    name: str
    comparison: str
    number: Fraction


@dataclass(frozen=True)
class Amount:
    """Atoms of `elements`, together, in the formula."""

    elements: frozenset[str]
    comparison: str
    number: Fraction


@dataclass(frozen=True)
class AtomicFraction:
    """Atoms of `elements`, together, by all atoms."""

    elements: frozenset[str]
    comparison: str
    number: Fraction


@dataclass(frozen=True)
class Chemsys:
    """Exactly these elements, in alphabetical order."""

    elements: tuple[str, ...]


@dataclass(frozen=True)
class Factors:
    """Exactly these stoichiometric factors, in the order of the elements in the formula."""

    factors: tuple[int, ...]


@dataclass(frozen=True)
class FormulaAnonymous:
    """An anonymous formula, amounts ascending: ABC3."""

    formula_anonymous: str


@dataclass(frozen=True)
class Allowed:
    """Allowed by the rule."""


@dataclass(frozen=True)
class SpeciesTogether:
    """Allowed by a choice of oxidation states that has all of these.

    Attributes
    ----------
    states : tuple of (str, int)
        Symbol and oxidation state in e, by symbol.
    """

    states: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Known:
    """In a known source."""


@dataclass(frozen=True)
class KnownIn:
    """In the known source of this name."""

    source: str


@dataclass(frozen=True)
class EnergyAboveHull:
    """Lowest energy above the hull of the known entries, in eV/atom; false where there is none."""

    comparison: str
    number: Fraction


@dataclass(frozen=True)
class And:
    """All of the terms; with none of them, everything."""

    terms: "tuple[Filter, ...]"


@dataclass(frozen=True)
class Or:
    """One of the terms at least; with none of them, nothing."""

    terms: "tuple[Filter, ...]"


@dataclass(frozen=True)
class Not:
    """What the term is not true of."""

    term: "Filter"


Term = (
    ElementCount
    | Quantity
    | Amount
    | AtomicFraction
    | Chemsys
    | Factors
    | FormulaAnonymous
    | Allowed
    | SpeciesTogether
    | Known
    | KnownIn
    | EnergyAboveHull
)
Filter = Term | And | Or | Not

EVERYTHING = And(())
NOTHING = Or(())

#: Terms that only known compositions can meet.
OF_KNOWN = (Known, KnownIn, EnergyAboveHull)


def all_of(*terms: Filter) -> Filter:
    """Return the terms joined by AND, simplified."""
    found: dict[Filter, None] = {}
    for term in terms:
        if term == NOTHING:
            return NOTHING
        found |= dict.fromkeys(term.terms if isinstance(term, And) else (term,))
    return next(iter(found)) if len(found) == 1 else And(tuple(found))


def any_of(*terms: Filter) -> Filter:
    """Return the terms joined by OR, simplified."""
    found: dict[Filter, None] = {}
    for term in terms:
        if term == EVERYTHING:
            return EVERYTHING
        found |= dict.fromkeys(term.terms if isinstance(term, Or) else (term,))
    return next(iter(found)) if len(found) == 1 else Or(tuple(found))


def negation(term: Filter) -> Filter:
    """Return what the term is not true of, simplified."""
    if term == EVERYTHING:
        return NOTHING
    if term == NOTHING:
        return EVERYTHING
    return term.term if isinstance(term, Not) else Not(term)


def category(name: str) -> Filter:
    """Return the filter of a category."""
    allowed, known = ALLOWED_AND_KNOWN[name]
    return all_of(Allowed() if allowed else Not(Allowed()), Known() if known else Not(Known()))


def replaced(whole: Filter, value: Callable[[Term, bool], Filter | None], positive: bool = True) -> Filter:
    """Return a filter with terms replaced, simplified.

    Parameters
    ----------
    whole : Filter
    value : callable
        Of a term and whether it stands under an even number of NOTs; None leaves the term.
    """
    match whole:
        case And(terms):
            return all_of(*(replaced(term, value, positive) for term in terms))
        case Or(terms):
            return any_of(*(replaced(term, value, positive) for term in terms))
        case Not(term):
            return negation(replaced(term, value, not positive))
        case _:
            other = value(whole, positive)
            return whole if other is None else other


def necessary(whole: Filter, decided: Callable[[Term], bool]) -> Filter:
    """Return what must hold for `whole` to hold, in `decided` terms only."""

    def value(term: Term, positive: bool) -> Filter | None:
        if decided(term):
            return None
        return EVERYTHING if positive else NOTHING

    return replaced(whole, value)


def if_known(whole: Filter) -> Filter:
    """Return what a filter asks of a composition that is known."""
    return replaced(whole, lambda term, _: EVERYTHING if isinstance(term, Known) else None)


def if_unknown(whole: Filter) -> Filter:
    """Return what a filter asks of a composition that is not known."""
    return replaced(whole, lambda term, _: NOTHING if isinstance(term, OF_KNOWN) else None)


def of_system(term: Term) -> bool:
    """Say whether a chemical system alone decides a term."""
    return isinstance(term, ElementCount | Chemsys) or (
        isinstance(term, Quantity) and term.name == "nelements"
    )


def of_stoichiometry(term: Term) -> bool:
    """Say whether a stoichiometry alone decides a term."""
    return isinstance(term, Quantity | FormulaAnonymous)


def terms_of(whole: Filter) -> Iterator[Term]:
    """Yield the terms of a filter, from left to right."""
    match whole:
        case And(terms) | Or(terms):
            for term in terms:
                yield from terms_of(term)
        case Not(term):
            yield from terms_of(term)
        case _:
            yield whole


def depth(whole: Filter) -> int:
    """Return how deep the tree of a filter is."""
    match whole:
        case And(terms) | Or(terms):
            return 1 + max((depth(term) for term in terms), default=0)
        case Not(term):
            return 1 + depth(term)
        case _:
            return 0
