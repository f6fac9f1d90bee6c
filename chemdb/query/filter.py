"""The filter of a query: an immutable tree of terms joined by `And`, `Or` and `Not`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from chemdb.chemistry.category import ALLOWED_AND_KNOWN


@dataclass(frozen=True)
class ElementCount:
    """The number of elements of the composition that are in `elements`.

    Attributes
    ----------
    elements : frozenset of str
    comparison : str
    number : int or None
        None for the number of elements of the composition.
    """

    elements: frozenset[str]
    comparison: str
    number: int | None


@dataclass(frozen=True)
class Quantity:
    """A property of the stoichiometry: nelements, natoms or max_factor."""

    name: str
    comparison: str
    number: Fraction


@dataclass(frozen=True)
class Amount:
    """Total number of atoms of `elements` in the formula."""

    elements: frozenset[str]
    comparison: str
    number: Fraction


@dataclass(frozen=True)
class AtomicFraction:
    """Total share of the atoms that are of `elements`, 0 to 1."""

    elements: frozenset[str]
    comparison: str
    number: Fraction


@dataclass(frozen=True)
class ElementRatios:
    """Atomic fractions of single elements: that of some element, or of every one, meets a comparison.

    Attributes
    ----------
    every : bool
    comparisons : tuple of (str, Fraction)
        Alternatives.
    """

    every: bool
    comparisons: tuple[tuple[str, Fraction], ...]


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
    """Exactly this anonymous formula, factors ascending: ABC3."""

    formula_anonymous: str


@dataclass(frozen=True)
class Allowed:
    """Allowed by the rule."""


@dataclass(frozen=True)
class SpeciesTogether:
    """Allowed by a choice of oxidation states that includes all of these.

    Attributes
    ----------
    states : tuple of (str, int)
        Symbol and oxidation state in e, sorted by symbol.
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
    """Lowest energy above hull of the known entries, in eV/atom; false if there is none."""

    comparison: str
    number: Fraction


@dataclass(frozen=True)
class And:
    """All of the terms hold; without terms, always true."""

    terms: "tuple[Filter, ...]"


@dataclass(frozen=True)
class Or:
    """At least one of the terms holds; without terms, always false."""

    terms: "tuple[Filter, ...]"


@dataclass(frozen=True)
class Not:
    """The term does not hold."""

    term: "Filter"


Term = (
    ElementCount
    | Quantity
    | Amount
    | AtomicFraction
    | ElementRatios
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

#: Terms that hold only for known compositions.
KNOWN_TERMS = (Known, KnownIn, EnergyAboveHull)


def all_of(*terms: Filter) -> Filter:
    """Return the terms joined by AND, simplified."""
    distinct: dict[Filter, None] = {}
    for term in terms:
        if term == NOTHING:
            return NOTHING
        distinct |= dict.fromkeys(term.terms if isinstance(term, And) else (term,))
    return next(iter(distinct)) if len(distinct) == 1 else And(tuple(distinct))


def any_of(*terms: Filter) -> Filter:
    """Return the terms joined by OR, simplified."""
    distinct: dict[Filter, None] = {}
    for term in terms:
        if term == EVERYTHING:
            return EVERYTHING
        distinct |= dict.fromkeys(term.terms if isinstance(term, Or) else (term,))
    return next(iter(distinct)) if len(distinct) == 1 else Or(tuple(distinct))


def negation(term: Filter) -> Filter:
    """Return the negation of a term, simplified."""
    if term == EVERYTHING:
        return NOTHING
    if term == NOTHING:
        return EVERYTHING
    return term.term if isinstance(term, Not) else Not(term)


def category(name: str) -> Filter:
    """Return the filter of a category."""
    allowed, known = ALLOWED_AND_KNOWN[name]
    return all_of(Allowed() if allowed else Not(Allowed()), Known() if known else Not(Known()))


def replace_terms(
    condition: Filter, replacement: Callable[[Term, bool], Filter | None], positive: bool = True
) -> Filter:
    """Return a filter with terms replaced, simplified.

    Parameters
    ----------
    condition : Filter
    replacement : callable
        Takes a term and whether it is under an even number of NOTs; returns None to keep the term.
    positive : bool
        Whether `condition` itself is under an even number of NOTs.
    """
    match condition:
        case And(terms):
            return all_of(*(replace_terms(term, replacement, positive) for term in terms))
        case Or(terms):
            return any_of(*(replace_terms(term, replacement, positive) for term in terms))
        case Not(term):
            return negation(replace_terms(term, replacement, not positive))
        case _:
            replaced = replacement(condition, positive)
            return condition if replaced is None else replaced


def necessary(condition: Filter, decidable: Callable[[Term], bool]) -> Filter:
    """Return a necessary condition of a filter that has only `decidable` terms."""

    def relaxed(term: Term, positive: bool) -> Filter | None:
        if decidable(term):
            return None
        return EVERYTHING if positive else NOTHING

    return replace_terms(condition, relaxed)


def if_known(condition: Filter) -> Filter:
    """Return what a filter requires of known compositions."""
    return replace_terms(condition, lambda term, _: EVERYTHING if isinstance(term, Known) else None)


def if_unknown(condition: Filter) -> Filter:
    """Return what a filter requires of unknown compositions."""
    return replace_terms(condition, lambda term, _: NOTHING if isinstance(term, KNOWN_TERMS) else None)


def decided_by_system(term: Term) -> bool:
    """Return whether the chemical system alone decides a term."""
    return isinstance(term, ElementCount | Chemsys) or (
        isinstance(term, Quantity) and term.name == "nelements"
    )


def decided_by_stoichiometry(term: Term) -> bool:
    """Return whether the stoichiometry alone decides a term."""
    return isinstance(term, Quantity | FormulaAnonymous | ElementRatios)


def terms_of(condition: Filter) -> Iterator[Term]:
    """Yield the terms of a filter, from left to right."""
    match condition:
        case And(terms) | Or(terms):
            for term in terms:
                yield from terms_of(term)
        case Not(term):
            yield from terms_of(term)
        case _:
            yield condition


def depth(condition: Filter) -> int:
    """Return the depth of the tree of a filter; 0 for a single term."""
    match condition:
        case And(terms) | Or(terms):
            return 1 + max((depth(term) for term in terms), default=0)
        case Not(term):
            return 1 + depth(term)
        case _:
            return 0
