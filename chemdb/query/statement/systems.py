"""The parts of WITH that have the chemical systems of a query.

Systems of two to four elements are rows of a table. A system of five is a head of three elements and a tail
of two that may follow it, and the pair of their signatures has its allowed set, see `sql/1_tables`. What a
filter asks of elements is asked of heads and of tails, which are combined only where the filter can hold.
"""

from collections.abc import Sequence
from math import comb

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.sql_files import filled
from chemdb.query.filter import (
    EVERYTHING,
    NOTHING,
    Chemsys,
    ElementCount,
    Factors,
    Filter,
    Quantity,
    Term,
    all_of,
    necessary,
    replace_terms,
)
from chemdb.query.statement.columns import POSITIONS
from chemdb.query.statement.conditions import SIGNATURES, Conditions, SystemColumns
from chemdb.query.statement.parameters import Parameters

#: Number of elements of the systems that are stored by signature; places of the elements of heads and tails.
BY_SIGNATURE = MAX_LISTED_NELEMENTS + 1
HEAD, TAIL = range(1, BY_SIGNATURE - 1), range(BY_SIGNATURE - 1, BY_SIGNATURE + 1)


def sizes_of(condition: Filter, nelements: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of elements, of some, that compositions which meet a filter can have.

    Examples
    --------
    >>> from fractions import Fraction
    >>> sizes_of(Quantity("nelements", ">", Fraction(3)), (2, 3, 4, 5))
    (4, 5)
    >>> sizes_of(Chemsys(("O", "Zn")), (2, 3))
    (2,)
    """

    def known_by_size(term: Term, size: int) -> Filter | None:
        match term:
            case Quantity("nelements", comparison, number):
                return EVERYTHING if _COMPARE[comparison](size, number) else NOTHING
            case Chemsys(parts) | Factors(parts):
                return None if len(parts) == size else NOTHING
        return None

    def possible(size: int) -> bool:
        of_size = replace_terms(condition, lambda term, _: known_by_size(term, size))
        return necessary(of_size, lambda _: False) != NOTHING

    return tuple(size for size in nelements if possible(size))


_COMPARE = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def without_chemsys_by_signature(condition: Filter) -> Filter:
    """Return a filter in which systems of five elements are named by their elements: they have no text."""

    def as_elements(term: Term, _: bool) -> Filter | None:
        if isinstance(term, Chemsys) and len(term.elements) == BY_SIGNATURE:
            size = Quantity("nelements", "=", BY_SIGNATURE)  # type: ignore[arg-type]
            return all_of(size, ElementCount(frozenset(term.elements), "=", None))
        return None

    return replace_terms(condition, as_elements)


def n_listed(nelements: Sequence[int]) -> int:
    """Return how many chemical systems of a file are listed; the numbers of the others follow."""
    return sum(comb(N_ELEMENTS, size) for size in nelements if size <= MAX_LISTED_NELEMENTS)


class SignatureParts:
    """Writes the parts of WITH that have the systems of five elements which can match.

    Parameters
    ----------
    columns : SystemColumns
        That the filter reads.
    conditions : Conditions
    parameters : Parameters
    necessary : Filter
        Of terms that a system alone decides: what a system must meet.
    allowed_only : bool
        Whether only systems with an allowed composition matter.
    systems : tuple of int, optional
        First and last system_id.
    ids : str, optional
        Table with the system_id of each system that matters.
    """

    def __init__(
        self,
        columns: SystemColumns,
        conditions: Conditions,
        parameters: Parameters,
        necessary: Filter,
        allowed_only: bool,
        systems: tuple[int, int] | None = None,
        ids: str | None = None,
    ) -> None:
        self._columns = columns
        self._parameters = parameters
        self._allowed_only = allowed_only
        self._conditions = conditions
        self._necessary = necessary
        self._systems = systems
        self._ids = ids

    def halves(self) -> list[str]:
        """Return `head` and `tail`, and `fits`, the places of their elements that can match together."""
        names = self._columns.places
        head, tail = (
            self._columns.place_expressions([f"element{i}" for i in places], self._parameters, places[0] - 1)
            for places in (HEAD, TAIL)
        )
        parts = [
            filled(
                "statements/query_heads_and_tails",
                head_columns=head,
                tail_columns=tail,
                where=self._range(),
                pairs_where=" where allowed_set_id > 0" if self._allowed_only else "",
            )
        ]
        if names and self._ids is None:
            parts.append(
                "-- Places of elements in heads and tails with which a system can match.\n"
                "fits as materialized (\n"
                f"    select {', '.join([*_renamed(names, 'head'), *_renamed(names, 'tail')])}\n"
                f"    from (\n        select {', '.join(_sums(names, ('h', 't'), ('head', 'tail')))}\n"
                f"        from (select distinct {', '.join(names)} from head) h,\n"
                f"            (select distinct {', '.join(names)} from tail) t\n"
                f"    )\n    where {self._condition()}\n)"
            )
        return parts

    def systems(self) -> str:
        """Return the SELECT of the systems, with their elements."""
        names = self._columns.places
        return filled(
            "statements/query_signature_systems",
            source=self._ids_source() if self._ids else f"head h{self._tail_join('tail')}",
            columns="".join(f", {one}" for one in [*_sums(names), *self._unnamed(), *self._signatures()]),
            where=self._bounds(),
        )

    def kinds(self, empty_set_only: bool = False) -> str:
        """Return the SELECT of how many systems have each allowed set and places of elements."""
        names = self._columns.places
        if not names and self._systems is None:
            columns = "".join(f"{one}, " for one in self._unnamed())
            return filled(
                "statements/query_signature_sets",
                columns=columns,
                listed=not empty_set_only,
                with_empty=empty_set_only or not self._allowed_only,
            )
        listed = "".join(f"{name}, " for name in names)
        signatures = self._signatures()
        # One head and one tail stand for all of their group.
        head, tail, both = "", "", ""
        if signatures:
            head = "any_value([element1, element2, element3]) as elements, "
            tail = "any_value([element4, element5]) as elements, "
            both = "any_value(h.elements || t.elements) as elements, "
        return filled(
            "statements/query_signature_kinds",
            columns=listed + head,
            sums="".join(f"{one}, " for one in [*_sums(names), *self._unnamed(), *signatures]) + both,
            tail_join=self._tail_join(
                f"(\n        select element3, tail_signature, {listed}{tail}count(*)::bigint as n\n"
                "        from tail group by all\n    )"
            ),
        )

    def _signatures(self) -> list[str]:
        """Return the columns `SIGNATURES`, if there are species terms."""
        if not (self._columns.by_signature and self._columns.species):
            return []
        terms = (self._columns.present(states, "h.{0} + t.{0}") for states in self._columns.species)
        some = f"p.allowed_set_id > 0 and ({' or '.join(terms)})"
        return [f"case when {some} then p.{name} else 0 end as {name}" for name in SIGNATURES]

    def _unnamed(self) -> list[str]:
        """Return the column `named`, if there is one: systems of five elements are not named by text."""
        return ["0 as named"] if self._columns.chemsys else []

    def _range(self) -> str:
        """Return the WHERE of the heads of the systems in the window, if it has one."""
        if self._systems is None:
            return ""
        first, last = (self._parameters.bind("system", n) for n in self._systems)
        return f"\n    where first_system_id <= {last} and first_system_id + n_systems > {first}"

    def _condition(self) -> str:
        """Return the condition on the places of elements."""
        return self._conditions.on_places(self._necessary, BY_SIGNATURE)

    def _bounds(self) -> str:
        conditions = []
        if self._systems is not None:
            first, last = (self._parameters.bind("system", n) for n in self._systems)
            conditions.append(f"system_id between {first} and {last}")
        if self._ids is not None:
            conditions.append(self._condition())
        where = " and ".join(one for one in conditions if one != "true")
        return f"\n    where {where}" if where else ""

    def _tail_join(self, tail: str) -> str:
        names = self._columns.places
        if not names:
            return f"\n        join {tail} t on t.element3 = h.element3"
        of_head = " and ".join(f"f.head_{name} = h.{name}" for name in names)
        of_tail = " and ".join(f"t.{name} = f.tail_{name}" for name in names)
        on = f"t.element3 = h.element3 and {of_tail}"
        return f"\n        join fits f on {of_head}\n        join {tail} t on {on}"

    def _ids_source(self) -> str:
        return (
            f"(select distinct system_id from {self._ids}) i\n"
            "        asof join head h on i.system_id >= h.first_system_id\n"
            "        join tail t on t.element3 = h.element3\n"
            "            and t.tail_number = i.system_id - h.first_system_id"
        )


def _sums(names: Sequence[str], tables: Sequence[str] = ("h", "t"), renamed: Sequence[str] = ()) -> list[str]:
    """Return the places of elements of systems: those of the head and those of the tail."""
    sums = [f"{tables[0]}.{name} + {tables[1]}.{name} as {name}" for name in names]
    halves = [
        f"{table}.{name} as {half}_{name}"
        for table, half in zip(tables, renamed, strict=False)
        for name in names
    ]
    return [*sums, *halves]


def _renamed(names: Sequence[str], half: str) -> list[str]:
    return [f"{half}_{name}" for name in names]


def species_states_part(states: Sequence[tuple[str, int]], name: str, parameters: Parameters) -> str:
    """Return the part of WITH ``name_kind``: the oxidation states of each element in a species term.

    Parameters
    ----------
    states : sequence of (str, int)
        Element symbol and oxidation state of each species.
    name : str
    parameters : Parameters
    """
    return filled(
        "statements/query_species_states",
        name=name,
        symbols=parameters.bind("elements", [symbol for symbol, _ in states]),
        states=parameters.bind("states", [f"{symbol} {state}" for symbol, state in states]),
    )


def bits_of_five(name: str) -> str:
    """Return SQL of the stoichiometries of five elements that have the species of a term, as bits."""
    states = ", ".join(f"{name}_{i}.states" for i in POSITIONS)
    ties = ", ".join(
        f"{name}_{i}.electronegativity = {name}_{i + 1}.electronegativity" for i in POSITIONS[:-1]
    )
    largest = "(select max(max_factor) from amount)"
    return f"neutral_stoichiometries([{states}]::tinyint[][], [{ties}], {largest})::bit"


def states_of_five(name: str, indent: str) -> str:
    """Return the joins that `bits_of_five` needs after a table `c` with elements."""
    return "".join(
        f"\n{indent}left join {name}_kind {name}_{i} on {name}_{i}.symbol = c.elements[{i}]"
        for i in POSITIONS
    )


def species_part(
    states: Sequence[tuple[str, int]], name: str, parameters: Parameters, places: Sequence[int], source: str
) -> str:
    """Return the parts of WITH that end in `name`: system_id, and the set_id of its stoichiometries.

    They read `species_states_part`.

    They apply the rule of the paper with some oxidation states fixed. As in the enumeration, systems whose
    elements have the same oxidation states in the same order are decided once.

    Parameters
    ----------
    states : sequence of (str, int)
        Element symbol and oxidation state of each species.
    name : str
        Prefix of the names of all parts; ``name_set`` has set_id and stoichiometries, as bits.
    parameters : Parameters
    places : sequence of int
        Of the elements of a system, from 1.
    source : str
        What has the systems and their elements.
    """

    def listed(text: str, joined: str = ", ") -> str:
        return joined.join(text.format(i) for i in places)

    steps = []
    for i in places:
        before = f"{{name}}_choice{i - 1}" if i > 1 else "{name}_signature"
        steps.append(
            f"{name}_choice{i} as (\n    select *, unnest(states{i}) as state{i}\n"
            f"    from {before.format(name=name)}\n    where {_in_order(i - 1)}\n),"
        )
    ties = [
        f"coalesce(k{i}.electronegativity = k{i + 1}.electronegativity, false) as tie{i}" for i in places[:-1]
    ]
    return filled(
        "statements/query_species",
        name=name,
        present=" and ".join(_present(symbol, parameters, places) for symbol, _ in states),
        source=source,
        signed=", ".join([listed("k{0}.states as states{0}"), *ties]),
        kinds=listed(
            f"join {name}_kind k{{0}} on k{{0}}.symbol is not distinct from s.element{{0}}", "\n    "
        ),
        choices="\n".join(steps),
        last=places[-1],
        in_order=_in_order(places[-1]),
        state_list=listed("state{}"),
        charge=listed("state{0} * f{0}", " + "),
        signature=", ".join([listed("states{}"), *(f"tie{i}" for i in places[:-1])]),
    )


def _in_order(last: int) -> str:
    """Return that the state at a place makes no cation as electronegative as an anion before it, or more."""
    conditions = []
    for i in range(1, last):
        ties = " and ".join(f"tie{j}" for j in range(i, last))
        conditions.append(f"not (state{i} < 0 and state{last} > 0)")
        conditions.append(f"not (state{i} > 0 and state{last} < 0 and {ties})")
    return " and ".join(conditions) or "true"


def _present(symbol: str, parameters: Parameters, places: Sequence[int]) -> str:
    """Return that a row of chemical systems has an element."""
    element = f"{parameters.bind('element', symbol)}::element_symbol"
    return f"{element} in ({', '.join(f'element{i}' for i in places)})"
