"""A filter as SQL conditions, on chemical systems and on compositions."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from chemdb.query.filter import (
    Allowed,
    Amount,
    And,
    AtomicFraction,
    Chemsys,
    ElementCount,
    ElementRatios,
    EnergyAboveHull,
    Factors,
    Filter,
    FormulaAnonymous,
    Known,
    KnownIn,
    Not,
    Or,
    Quantity,
    SpeciesTogether,
    terms_of,
)
from chemdb.query.statement.columns import LISTED, POSITIONS
from chemdb.query.statement.parameters import Parameters

#: Columns that, with the places of elements, say which species a system of five elements can have; else 0.
SIGNATURES = ("head_signature", "tail_signature")


class SystemColumns:
    """The columns of a chemical system that a filter reads.

    A filter depends on a system only through the positions of its sets of elements: a small
    number per set, whose bit i is set when element i + 1 of the system is in the set.

    Attributes
    ----------
    element_sets : dict of frozenset of str to str
        Column of positions, by set of elements.
    chemsys : list of str
        Chemical systems that the filter names; the column `named` is the position in it, from 1.
    species : dict of tuple to str
        Species terms; each name is that of a part of WITH, see `chemdb.query.statement.systems`.
    listed, by_signature : bool
        Whether there are systems that are rows of a table, and systems of five elements.

    Parameters
    ----------
    condition : Filter
    listed, by_signature : bool
    """

    def __init__(self, condition: Filter, listed: bool = True, by_signature: bool = False) -> None:
        self.listed = listed
        self.by_signature = by_signature
        self.element_sets: dict[frozenset[str], str] = {}
        self.chemsys: list[str] = []
        self.species: dict[tuple[tuple[str, int], ...], str] = {}
        for term in terms_of(condition):
            match term:
                case ElementCount(elements) | Amount(elements) | AtomicFraction(elements):
                    self.element_sets.setdefault(elements, f"places{len(self.element_sets)}")
                case Chemsys(symbols) if "-".join(symbols) not in self.chemsys:
                    self.chemsys.append("-".join(symbols))
                case SpeciesTogether(states):
                    self.species.setdefault(states, f"species{len(self.species)}")
                    for symbol, _ in states:
                        self.element_sets.setdefault(frozenset([symbol]), f"places{len(self.element_sets)}")

    @property
    def names(self) -> list[str]:
        """Names of the columns that `expressions` adds to a system."""
        return [*self.element_sets.values(), *(["named"] if self.chemsys else [])]

    @property
    def key(self) -> list[str]:
        """Names of the columns that decide which stoichiometries of a system match."""
        return ["nelements", *self.names, "allowed_set_id", *self.species_key]

    @property
    def species_key(self) -> list[str]:
        """Names of the columns that decide which stoichiometries of a system have the species asked for."""
        if not self.species:
            return []
        species_sets = [f"{name}_set" for name in self.species.values()] if self.listed else []
        return [*species_sets, *(SIGNATURES if self.by_signature else [])]

    def present(self, states: Sequence[tuple[str, int]], places: str = "{}") -> str:
        """Return the condition that a system has the elements of a species term.

        Parameters
        ----------
        states : sequence of (str, int)
        places : str
            SQL of a column of `places`, with the name as a slot.
        """
        columns = (self.element_sets[frozenset([symbol])] for symbol, _ in states)
        return " and ".join(f"{places.format(column)} > 0" for column in columns)

    @property
    def places(self) -> list[str]:
        """Names of the columns with the places of elements."""
        return list(self.element_sets.values())

    def expressions(self, elements: Sequence[str], parameters: Parameters) -> str:
        """Return the columns `names` in SQL, each after a comma; see `place_expressions`."""
        columns = self.place_expressions(elements, parameters)
        if self.chemsys:
            named = parameters.bind("named", self.chemsys)
            columns += f",\n        coalesce(list_position({named}, chemsys), 0)::integer as named"
        return columns

    def place_expressions(self, elements: Sequence[str], parameters: Parameters, first: int = 0) -> str:
        """Return the columns `places` in SQL, each after a comma.

        Parameters
        ----------
        elements : sequence of str
            SQL of the elements of a system; null where it has fewer.
        parameters : Parameters
        first : int
            Place of the first of them in the system, from 0.
        """
        return "".join(
            f",\n        {_positions(symbols, elements, parameters, first)} as {name}"
            for symbols, name in self.element_sets.items()
        )


class Conditions:
    """Writes filters as SQL conditions.

    Parameters
    ----------
    columns : SystemColumns
        Of a filter that has all terms of the conditions.
    parameters : Parameters
    """

    def __init__(self, columns: SystemColumns, parameters: Parameters) -> None:
        self._columns = columns
        self._bind = parameters.bind

    def on_system(self, condition: Filter) -> str:
        """Return a filter as a condition on a row of store.listed_system with `SystemColumns`.

        Parameters
        ----------
        condition : Filter
            Only of terms that a system alone decides.
        """
        match condition:
            case Or(terms) if sum(isinstance(term, Chemsys) for term in terms) > 1:
                # A single look-up; many comparisons would each scan all systems.
                chemsys = ["-".join(term.elements) for term in terms if isinstance(term, Chemsys)]
                lookup = f"chemsys in (select unnest({self._bind('chemsys', chemsys)}))"
                rest = (self.on_system(term) for term in terms if not isinstance(term, Chemsys))
                return f"({' or '.join([lookup, *rest])})"
            case And() | Or() | Not():
                return _connective(condition, self.on_system)
            case ElementCount(elements, "=", 0):
                return f"({self._has_one_of(elements)} is not true)"
            case ElementCount(elements, ">=", 1):
                return f"({self._has_one_of(elements)} is true)"
            case ElementCount():
                return self._element_count(condition, "nelements")
            case Chemsys(symbols):
                return f"chemsys = {self._bind('chemsys', '-'.join(symbols))}"
            case Quantity(name, comparison, number):
                return self._comparison(name, comparison, number)
        raise ValueError(f"not a condition on chemical systems: {condition}")

    def on_places(self, condition: Filter, nelements: int) -> str:
        """Return a filter as `on_system` does, given `SystemColumns` and the number of elements alone."""
        match condition:
            case And() | Or() | Not():
                return _connective(condition, lambda term: self.on_places(term, nelements))
            case ElementCount():
                return self._element_count(condition, str(nelements))
            case Quantity(_, comparison, number):
                return self._comparison(f"{nelements}", comparison, number)
            case Chemsys():
                return "false"
        raise ValueError(f"not a condition on chemical systems: {condition}")

    def on_composition(self, condition: Filter, allowed: str = "", species: Sequence[str] = ()) -> str:
        """Return a filter as a condition on a stoichiometry `t` with `SystemColumns`.

        Parameters
        ----------
        condition : Filter
        allowed : str
            SQL of whether the composition is allowed.
        species : sequence of str
            SQL of whether it is allowed with each of `SystemColumns.species`.
        """
        match condition:
            case And() | Or() | Not():
                return _connective(condition, lambda term: self.on_composition(term, allowed, species))
            case ElementCount():
                return self._element_count(condition, "t.nelements")
            case Chemsys(symbols):
                return f"named = {self._columns.chemsys.index('-'.join(symbols)) + 1}"
            case Factors(factors):
                amounts = (f"t.f{i} = {self._bind('n', n)}" for i, n in enumerate(factors, 1))
                return f"({' and '.join(amounts)})"
            case Quantity(name, comparison, number):
                return self._comparison(f"t.{name}", comparison, number)
            case Amount(elements, comparison, number):
                return self._comparison(self._amount(elements), comparison, number)
            case AtomicFraction(elements, comparison, number):
                natoms = f"t.natoms::bigint * {self._bind('n', number.numerator)}"
                amount = f"{self._amount(elements)} * {self._bind('n', number.denominator)}"
                return f"{amount} {comparison} {natoms}"
            case ElementRatios(every, comparisons):
                meets = " or ".join(
                    f"(factor::bigint * {self._bind('n', number.denominator)} {comparison} "
                    f"t.natoms::bigint * {self._bind('n', number.numerator)})"
                    for comparison, number in comparisons
                )
                n_meeting = f"len(list_filter(t.factors, lambda factor: {meets}))"
                return f"({n_meeting} {'= t.nelements' if every else '> 0'})"
            case FormulaAnonymous(text):
                return f"t.formula_anonymous = {self._bind('formula_anonymous', text)}"
            case Allowed():
                return allowed
            case SpeciesTogether(states):
                return species[list(self._columns.species).index(states)]
            case Known():
                return "true"
            case KnownIn(source):
                return f"list_contains(t.sources, {self._bind('source', source)})"
            case EnergyAboveHull(comparison, number):
                energy = self._bind("energy", float(number))
                return f"coalesce(t.energy_above_hull {comparison} {energy}, false)"

    def _has_one_of(self, elements: frozenset[str]) -> str:
        """Return whether a system has one of some elements; null or false if not."""
        if len(elements) == 1:
            member = f"{{}} = {self._bind('element', *elements)}::element_symbol"
        else:
            # Bits by place in the ENUM, made once, are three times as fast as a search in a list.
            listed = f"list_contains({self._bind('elements', sorted(elements))}, symbol::varchar)::integer"
            bits = f"array_to_string([{listed} for symbol in enum_range(null::element_symbol)], '')::bit"
            member = f"get_bit({bits}, enum_code({{}})::integer) = 1"
        return f"({' or '.join(member.format(f'element{i}') for i in LISTED)})"

    def _element_count(self, term: ElementCount, nelements: str) -> str:
        number = nelements if term.number is None else self._bind("n", term.number)
        return f"bit_count({self._columns.element_sets[term.elements]}::integer) {term.comparison} {number}"

    def _amount(self, elements: frozenset[str]) -> str:
        """Return the atoms of some elements in the formula."""
        places = self._columns.element_sets[elements]
        return "(" + " + ".join(f"(({places} >> {i - 1}) & 1)::bigint * t.f{i}" for i in POSITIONS) + ")"

    def _comparison(self, quantity: str, comparison: str, number: Fraction) -> str:
        """Return the comparison of an integer with a fraction, in integers."""
        if number.denominator == 1:
            return f"{quantity} {comparison} {self._bind('n', number.numerator)}"
        scaled = f"{quantity}::bigint * {self._bind('n', number.denominator)}"
        return f"{scaled} {comparison} {self._bind('n', number.numerator)}"


def both(first: str, second: str) -> str:
    """Return two conditions joined by AND."""
    return second if first == "true" else f"({first} and {second})"


def _connective(condition: And | Or | Not, write: Callable[[Filter], str]) -> str:
    match condition:
        case And(terms):
            return "(" + " and ".join(map(write, terms)) + ")" if terms else "true"
        case Or(terms):
            return "(" + " or ".join(map(write, terms)) + ")" if terms else "false"
        case Not(term):
            return f"not {write(term)}"


def _positions(symbols: frozenset[str], elements: Sequence[str], parameters: Parameters, first: int) -> str:
    """Return a number whose bit i is set when element i is one of `symbols`; elements count from `first`."""
    if len(symbols) == 1:
        # A comparison takes a third of the time of a search in a list.
        meets = f"{{element}} = {parameters.bind('element', *symbols)}::element_symbol"
    else:
        meets = (
            f"list_contains({parameters.bind('elements', sorted(symbols))}::element_symbol[], {{element}})"
        )
    return " + ".join(
        f"case when {meets.format(element=element)} then {1 << i} else 0 end"
        for i, element in enumerate(elements, first)
    )
