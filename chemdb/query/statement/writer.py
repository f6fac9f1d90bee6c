"""SQL of a filter: how many compositions of each category meet it, and which.

A composition is a chemical system and a stoichiometry. What a filter asks of a system depends
only on where in it the filter's sets of elements stand: one small number for each set, whose
bit i is set when element i is in the set. Systems with the same numbers share one bitmap of
the stoichiometries that meet the filter, so that an AND with a system's allowed set, and a
count of bits, answers for thousands of compositions at once. Known compositions are few, and
looked at one by one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from chemdb.database.execution import identifier
from chemdb.query.filter import (
    NOTHING,
    Allowed,
    Amount,
    And,
    AtomicFraction,
    Chemsys,
    ElementCount,
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
    if_known,
    if_unknown,
    necessary,
    of_stoichiometry,
    of_system,
    terms_of,
)
from chemdb.query.statement.columns import KEYS, SHOWN, Order
from chemdb.query.statement.species_sets import species_parts


@dataclass(frozen=True)
class Statement:
    """A SQL query and the values of its ``$name`` parameters."""

    text: str
    parameters: Mapping[str, Any]

    def runnable(self) -> str:
        """Return the query with its values written in, for any DuckDB client."""
        return re.sub(r"\$(\w+)", lambda name: _literal(self.parameters[name[1]]), self.text)


@dataclass(frozen=True)
class Window:
    """A part of the space.

    Attributes
    ----------
    natoms : tuple of int
        Fewest and most atoms of unknown compositions.
    systems : tuple of int
        First and last system_id.
    known, unknown : bool
        Whether known, and unknown, compositions are in it.
    """

    natoms: tuple[int, int] | None = None
    systems: tuple[int, int] | None = None
    known: bool = True
    unknown: bool = True


WHOLE = Window()


def count_statement(whole: Filter, window: Window = WHOLE) -> Statement:
    """Return the query of one row: standard, missing, interesting, unlikely."""
    return _Writer(whole, window).count()


def histogram_statement(whole: Filter, width: int, window: Window = WHOLE) -> Statement:
    """Return the query of unknown compositions in each `width` system_ids: bucket, n."""
    return _Writer(whole, window).histogram(width)


def natoms_statement(whole: Filter) -> Statement:
    """Return the query of the numbers of atoms that matching compositions can have: natoms."""
    return _Writer(whole, WHOLE).natoms()


def by_natoms_statement(whole: Filter) -> Statement:
    """Return the query of unknown compositions by number of atoms: natoms, n."""
    return _Writer(whole, WHOLE).by_natoms()


def rows_statement(
    whole: Filter,
    columns: Sequence[str],
    order: Sequence[Order],
    limit: int | None = None,
    offset: int = 0,
    window: Window = WHOLE,
) -> Statement:
    """Return the query of the compositions themselves.

    Parameters
    ----------
    whole : Filter
    columns : sequence of str
        Names that `chemdb.query.statement.columns` knows.
    order : sequence of Order
    limit : int, optional
    offset : int
    window : Window
    """
    return _Writer(whole, window).rows(columns, order, limit, offset)


class _Writer:
    """Writes the parts of a statement; gathers its parameters."""

    def __init__(self, whole: Filter, window: Window) -> None:
        self._whole = whole
        self._known = if_known(whole) if window.known else NOTHING
        self._unknown = if_unknown(whole) if window.unknown else NOTHING
        self._window = window
        self._parameters: dict[str, Any] = {}
        self._places: dict[frozenset[str], str] = {}
        #: Systems that the filter names.
        self._named: list[str] = []
        self._species: dict[tuple[tuple[str, int], ...], str] = {}
        for term in terms_of(whole):
            match term:
                case ElementCount(elements) | Amount(elements) | AtomicFraction(elements):
                    self._places.setdefault(elements, f"places{len(self._places)}")
                case Chemsys(symbols) if "-".join(symbols) not in self._named:
                    self._named.append("-".join(symbols))
                case SpeciesTogether(states):
                    self._species.setdefault(states, f"species{len(self._species)}")
        #: Columns of a system that the filter's conditions read.
        self._read = [*self._places.values(), *(["named"] if self._named else [])]
        #: Columns that decide which stoichiometries of a system match.
        self._key = ["nelements", *self._read, "allowed_set_id"]
        self._key += [f"{name}_set" for name in self._species.values()]
        self._systems = "system_with_species" if self._species else "system"

    def count(self) -> Statement:
        parts = [*self._system_parts(), *self._known_parts()]
        if self._unknown == NOTHING:
            unknown = "select 0 as allowed, 0 as forbidden"
        else:
            parts += self._answer_parts()
            unknown = (
                "select coalesce(sum(n_systems * bit_count(when_allowed)), 0)::bigint as allowed,\n"
                "        coalesce(sum(n_systems * bit_count(when_forbidden)), 0)::bigint as forbidden\n"
                "    from answer"
            )
        text = f"""
select
    count(*) filter (k.allowed and k.meets_known) as standard,
    any_value(u.allowed) - count(*) filter (k.allowed and k.meets_unknown) as missing,
    count(*) filter (not k.allowed and k.meets_known) as interesting,
    any_value(u.forbidden) - count(*) filter (not k.allowed and k.meets_unknown) as unlikely
from (
    {unknown}
) u
left join known k on true"""
        return self._statement(parts, text)

    def histogram(self, width: int) -> Statement:
        parts = [*self._system_parts(), *self._answer_parts()]
        text = f"""
select s.system_id // {width} as bucket,
    sum(bit_count(a.when_allowed) + bit_count(a.when_forbidden))::bigint as n
from {self._systems} s
join answer a using ({", ".join(self._key)})
group by bucket
order by bucket"""
        return self._statement(parts, text)

    def by_natoms(self) -> Statement:
        parts = [*self._system_parts(), *self._known_parts(), *self._answer_parts()]
        text = f"""
select natoms, sum(n)::bigint as n
from (
    select t.natoms, sum(a.n_systems * bit_count((a.when_allowed | a.when_forbidden) & t.stoichiometries)) as n
    from answer a
    join (
        select t.nelements, d.natoms, {_bitmap("t.natoms = d.natoms")} as stoichiometries
        from amount t join (select distinct nelements, natoms from amount) d using (nelements)
        group by t.nelements, d.natoms
    ) t using (nelements)
    group by t.natoms
    union all
    select natoms, -count(*) from known where meets_unknown group by natoms
)
group by natoms
having sum(n) > 0
order by natoms"""
        return self._statement(parts, text)

    def natoms(self) -> Statement:
        condition = self._condition(necessary(self._unknown, of_stoichiometry))
        text = f"select distinct natoms from store.stoichiometry t where {condition} order by natoms"
        return Statement(text, self._parameters)

    def rows(
        self, columns: Sequence[str], order: Sequence[Order], limit: int | None, offset: int
    ) -> Statement:
        parts = self._system_parts()
        keys = [f"key{i}" for i in range(len(order))]
        branches = []
        if self._known != NOTHING:
            parts += self._known_parts()
            branches.append(self._known_hits(order, keys))
        if self._unknown != NOTHING:
            parts += [*self._answer_parts(), self._member_part()]
            branches.append(self._unknown_hits(order, keys))
        by = [
            f"{key}{' desc' if o.descending else ''} nulls last" for key, o in zip(keys, order, strict=True)
        ]
        by += ["nelements", "system_id", "stoichiometry_id"]
        cut = "" if limit is None else f"\n    limit {self._bind('limit', limit)}"
        cut += f"\n    offset {self._bind('offset', offset)}" if offset else ""
        union = "\n    union all by name\n    ".join(branches) or self._no_hits(keys)
        parts.append(
            f"-- The rows asked for, by their numbers.\nhit as materialized (\n    {union}\n    order by {', '.join(by)}{cut}\n)"
        )
        shown = ",\n    ".join(f"{self._shown(column)} as {identifier(column)}" for column in columns)
        text = f"""
select
    {shown}
from hit h
join store.system_elements s using (system_id)
join store.stoichiometry t on t.nelements = h.nelements and t.stoichiometry_id = h.stoichiometry_id
left join known_composition k on k.system_id = h.system_id and k.stoichiometry_id = h.stoichiometry_id
order by {", ".join(f"h.{part}" for part in by)}"""
        return self._statement(parts, text)

    def _statement(self, parts: Sequence[str], text: str) -> Statement:
        return Statement("with\n" + ",\n".join(parts) + text, self._parameters)

    def _system_parts(self) -> list[str]:
        """Return what the other parts read: the systems that can match, and species in them."""
        read = self._columns_read([f"element{i}" for i in range(1, 5)])
        conditions = [self._condition(necessary(self._whole, of_system), names_systems=True)]
        if self._window.systems:
            first, last = (self._bind("system", n) for n in self._window.systems)
            conditions.insert(0, f"system_id between {first} and {last}")
        where = "\n        and ".join(condition for condition in conditions if condition != "true")
        parts = [
            "-- Chemical systems that can match, and where in them the sets of elements stand.\n"
            f"system as (\n    select system_id, nelements, allowed_set_id{read}\n"
            f"    from store.chemical_system\n" + (f"    where {where}\n" if where else "") + ")",
            "-- Stoichiometries, absent elements with an amount of 0.\n"
            "amount as materialized (\n"
            "    select *, factors[1] as f1, factors[2] as f2,\n"
            "        coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4\n"
            "    from store.stoichiometry\n)",
        ]
        for states, name in self._species.items():
            parts += species_parts(states, name, self._bind)
        if self._species:
            names = self._species.values()
            sets = "".join(f", coalesce({name}.set_id, 0) as {name}_set" for name in names)
            joins = "".join(f"\n    left join {name} using (system_id)" for name in names)
            parts.append(f"{self._systems} as (\n    select system.*{sets}\n    from system{joins}\n)")
        return parts

    def _columns_read(self, elements: Sequence[str]) -> str:
        """Return the columns `_read`, from the columns that have a system's elements and its chemsys."""
        columns = [
            f"{self._places_of(symbols, elements)} as {name}" for symbols, name in self._places.items()
        ]
        if self._named:
            named = self._bind("named", self._named)
            columns.append(f"coalesce(list_position({named}, chemsys), 0)::integer as named")
        return "".join(f",\n        {column}" for column in columns)

    def _places_of(self, elements: frozenset[str], columns: Sequence[str]) -> str:
        """Return a number whose bit i tells whether the element of column i is in a set."""
        bound = self._bind("elements", sorted(elements))
        return " + ".join(
            f"{1 << i} * coalesce(list_contains({bound}::element_symbol[], {column}), false)::utinyint"
            for i, column in enumerate(columns)
        )

    def _answer_parts(self) -> list[str]:
        """Return the parts that end in the matching stoichiometries of each kind of system."""
        key, places = ", ".join(self._key), ["nelements", *self._read]
        natoms = self._natoms("t")
        cases = list(product((True, False), repeat=len(self._species)))
        allowed = [
            f"{_bitmap(_both(natoms, self._condition(self._unknown, 'true', [_boolean(b) for b in case])))} as allowed{i}"
            for i, case in enumerate(cases)
        ]
        nowhere = ["false"] * len(self._species)
        forbidden = f"{_bitmap(_both(natoms, self._condition(self._unknown, 'false', nowhere)))} as forbidden"
        parts = [
            "-- Stoichiometries that match, as bits, where the rule allows them and where not.\n"
            "mask as materialized (\n"
            f"    select {', '.join(f'c.{place}' for place in places)},\n        "
            + ",\n        ".join([*allowed, forbidden])
            + f"\n    from (select distinct {', '.join(places)} from {self._systems}) c\n"
            "    join amount t on t.nelements = c.nelements\n"
            "    group by all\n)"
        ]
        found = "case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end"
        when_allowed = []
        for i, case in enumerate(cases):
            factors = [f"m.allowed{i}", found]
            for name, holds in zip(self._species.values(), case, strict=True):
                bits = f"coalesce({name}_set.stoichiometries, xor(m.forbidden, m.forbidden))"
                factors.append(bits if holds else f"~({bits})")
            when_allowed.append("(" + " & ".join(f"({factor})" for factor in factors) + ")")
        joins = "".join(
            f"\n    left join {name}_set on {name}_set.set_id = c.{name}_set"
            for name in self._species.values()
        )
        grouped = ", ".join(f"c.{column}" for column in self._key)
        parts.append(
            "-- The same within the allowed set of each system.\n"
            "answer as materialized (\n"
            f"    select {grouped}, c.n_systems,\n"
            f"        {' | '.join(when_allowed)} as when_allowed,\n"
            f"        ~({found}) & m.forbidden as when_forbidden\n"
            f"    from (select {key}, count(*) as n_systems from {self._systems} group by {key}) c\n"
            f"    join mask m using ({', '.join(places)})\n"
            f"    join store.allowed_set a on a.allowed_set_id = c.allowed_set_id{joins}\n"
            "    where bit_count(when_allowed) + bit_count(when_forbidden) > 0\n)"
        )
        return parts

    def _member_part(self) -> str:
        """Return the part that lists the masks, so that other stoichiometries are never looked at."""
        either = " | ".join([*(f"m.allowed{i}" for i in range(2 ** len(self._species))), "m.forbidden"])
        return (
            "member as materialized (\n"
            f"    select {''.join(f'm.{column}, ' for column in self._read)}t.*\n"
            "    from mask m\n"
            f"    join amount t on t.nelements = m.nelements and get_bit({either}, t.stoichiometry_id) = 1\n)"
        )

    def _known_parts(self) -> list[str]:
        read = self._columns_read([f"elements[{i}]" for i in range(1, 5)])
        joins = "".join(
            f"\n    left join {name} using (system_id)\n    left join {name}_set on {name}_set.set_id = {name}.set_id"
            for name in self._species.values()
        )
        held = [
            f"coalesce(get_bit({name}_set.stoichiometries, t.stoichiometry_id) = 1, false)"
            for name in self._species.values()
        ]
        natoms = self._natoms("t")
        met = self._condition(self._known, "t.allowed", held)
        as_unknown = _both(natoms, self._condition(self._unknown, "t.allowed", held))
        systems = ""
        if self._window.systems:
            first, last = (self._bind("system", n) for n in self._window.systems)
            systems = f"\n        where system_id between {first} and {last}"
        return [
            "-- Known compositions that match, and those that would if they were not known.\n"
            "known as materialized (\n"
            f"    select t.*,\n        {met} as meets_known,\n        {as_unknown} as meets_unknown\n"
            "    from (\n        select *, list_max(factors) as max_factor, factors[1] as f1, factors[2] as f2,\n"
            "            coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4"
            f"{read}\n        from known_composition{systems}\n    ) t{joins}\n"
            "    where meets_known or meets_unknown\n)",
        ]

    def _known_hits(self, order: Sequence[Order], keys: Sequence[str]) -> str:
        chosen = self._keys(order, keys, known=True)
        return (
            f"select t.system_id, t.stoichiometry_id, t.nelements, true as known, t.allowed{chosen}\n"
            "    from known t\n    where t.meets_known"
        )

    def _unknown_hits(self, order: Sequence[Order], keys: Sequence[str]) -> str:
        chosen = self._keys(order, keys, known=False)
        systems = (
            "    join store.chemical_system e using (system_id)\n"
            if "e.element" in chosen or "e.chemsys" in chosen
            else ""
        )
        same = "".join(f" and t.{column} = s.{column}" for column in self._read)
        return (
            "select s.system_id, t.stoichiometry_id, s.nelements, false as known,\n"
            f"        get_bit(a.when_allowed, t.stoichiometry_id) = 1 as allowed{chosen}\n"
            f"    from {self._systems} s\n    join answer a using ({', '.join(self._key)})\n{systems}"
            f"    join member t on t.nelements = s.nelements{same}\n"
            "        and get_bit(a.when_allowed | a.when_forbidden, t.stoichiometry_id) = 1\n"
            "    anti join known_composition k\n"
            "        on k.system_id = s.system_id and k.stoichiometry_id = t.stoichiometry_id"
        )

    def _no_hits(self, keys: Sequence[str]) -> str:
        nothing = "".join(f", 0 as {key}" for key in keys)
        return (
            "select 0 as system_id, 0 as stoichiometry_id, 0 as nelements, true as known, true as allowed"
            f"{nothing}\n    where false"
        )

    def _keys(self, order: Sequence[Order], keys: Sequence[str], known: bool) -> str:
        """Return the values that rows are sorted by, where `hit` finds them."""
        return "".join(
            f",\n        {self._key_expression(one.column, known)} as {key}"
            for one, key in zip(order, keys, strict=True)
        )

    def _key_expression(self, column: str, known: bool) -> str:
        if column in KEYS:
            return KEYS[column].known if known else KEYS[column].unknown
        elements = [f"t.elements[{i}]" if known else f"e.element{i}" for i in range(1, 5)]
        return self._share(column, elements)

    def _shown(self, column: str) -> str:
        if column in SHOWN:
            return SHOWN[column]
        amounts = [f"coalesce(t.factors[{i}], 0)" for i in range(1, 5)]
        return self._share(column, [f"s.element{i}" for i in range(1, 5)], amounts)

    def _share(
        self, column: str, elements: Sequence[str], amounts: Sequence[str] = ("t.f1", "t.f2", "t.f3", "t.f4")
    ) -> str:
        """Return the amount of an element, or its atomic fraction if the column is ``x(O)``."""
        symbol = column.removeprefix("x(").removesuffix(")")
        bound = f"{self._bind('element', symbol)}::element_symbol"
        amount = " + ".join(
            f"case when {element} = {bound} then {n} else 0 end"
            for element, n in zip(elements, amounts, strict=True)
        )
        return f"({amount})" if symbol == column else f"({amount}) / t.natoms"

    def _natoms(self, table: str) -> str:
        if self._window.natoms is None:
            return "true"
        fewest, most = self._window.natoms
        return f"{table}.natoms between {self._bind('natoms', fewest)} and {self._bind('natoms', most)}"

    def _condition(
        self,
        part: Filter,
        allowed: str = "",
        species: Sequence[str] = (),
        names_systems: bool = False,
    ) -> str:
        """Return a filter as SQL over a row of amounts, and of places of elements."""

        def of(term: Filter) -> str:
            return self._condition(term, allowed, species, names_systems)

        match part:
            case And(terms):
                return "(" + " and ".join(map(of, terms)) + ")" if terms else "true"
            case Or(terms):
                named = ["-".join(term.elements) for term in terms if isinstance(term, Chemsys)]
                if names_systems and len(named) > 1:
                    # One look-up, where many comparisons would each read every system.
                    others = (of(term) for term in terms if not isinstance(term, Chemsys))
                    found = f"chemsys in (select unnest({self._bind('chemsys', named)}))"
                    return f"({' or '.join([found, *others])})"
                return "(" + " or ".join(map(of, terms)) + ")" if terms else "false"
            case Not(term):
                return f"not {of(term)}"
            case ElementCount(elements, comparison, number):
                own = "nelements" if names_systems else "t.nelements"
                n = own if number is None else self._bind("n", number)
                return f"bit_count({self._places[elements]}::integer) {comparison} {n}"
            case Chemsys(symbols):
                if names_systems:
                    return f"chemsys = {self._bind('chemsys', '-'.join(symbols))}"
                return f"named = {self._named.index('-'.join(symbols)) + 1}"
            case Factors(factors):
                amounts = (f"t.f{i} = {self._bind('n', n)}" for i, n in enumerate(factors, 1))
                return f"({' and '.join(amounts)})"
            case Quantity(name, comparison, number):
                if names_systems:
                    return self._compare(name, comparison, number)
                return self._compare(f"t.{name}", comparison, number)
            case Amount(elements, comparison, number):
                return self._compare(self._amount(elements), comparison, number)
            case AtomicFraction(elements, comparison, number):
                natoms = f"t.natoms::bigint * {self._bind('n', number.numerator)}"
                amount = f"{self._amount(elements)} * {self._bind('n', number.denominator)}"
                return f"{amount} {comparison} {natoms}"
            case FormulaAnonymous(text):
                return f"t.formula_anonymous = {self._bind('formula_anonymous', text)}"
            case Allowed():
                return allowed
            case SpeciesTogether(states):
                return species[list(self._species).index(states)]
            case Known():
                return "true"
            case KnownIn(source):
                return f"list_contains(t.sources, {self._bind('source', source)})"
            case EnergyAboveHull(comparison, number):
                return (
                    f"coalesce(t.energy_above_hull {comparison} {self._bind('energy', float(number))}, false)"
                )

    def _amount(self, elements: frozenset[str]) -> str:
        places = self._places[elements]
        return "(" + " + ".join(f"(({places} >> {i}) & 1)::bigint * t.f{i + 1}" for i in range(4)) + ")"

    def _compare(self, quantity: str, comparison: str, number: Fraction) -> str:
        if number.denominator == 1:
            return f"{quantity} {comparison} {self._bind('n', number.numerator)}"
        return f"{quantity}::bigint * {self._bind('n', number.denominator)} {comparison} {self._bind('n', number.numerator)}"

    def _bind(self, name: str, value: Any) -> str:
        """Return ``$name`` for a value; the same value of the same name is bound once."""
        for used, bound in self._parameters.items():
            if used.rstrip("0123456789").rstrip("_") == name and bound == value:
                return f"${used}"
        taken = f"{name}_{len(self._parameters)}"
        self._parameters[taken] = value
        return f"${taken}"


def _bitmap(condition: str) -> str:
    """Return an aggregate: bits of the stoichiometries that meet a condition, like those of allowed_set."""
    bits = f"string_agg(case when {condition} then '1' else '0' end, '' order by t.stoichiometry_id)"
    return f"rpad({bits}, ((count(*) + 7) // 8 * 8)::integer, '0')::bit"


def _both(first: str, second: str) -> str:
    return second if first == "true" else f"({first} and {second})"


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _literal(value: Any) -> str:
    """Return a value as SQL writes it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
