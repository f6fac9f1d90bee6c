"""The parts of WITH (common table expressions) that the statements of a query share.

A composition is a chemical system and a stoichiometry. A filter depends on a system only through the
few columns of `SystemColumns`. Systems with equal columns share one bitmap of the stoichiometries that
match, so that an AND with a system's allowed set and a count of bits decide thousands of compositions
at once. Known compositions are few and tested one by one.
"""

from collections.abc import Sequence
from itertools import product

from chemdb.database.sql_files import filled, sql_part
from chemdb.query.filter import (
    NOTHING,
    Allowed,
    Filter,
    SpeciesTogether,
    Term,
    decided_by_system,
    if_known,
    if_unknown,
    necessary,
    replace_terms,
    terms_of,
)
from chemdb.query.statement.columns import LISTED, POSITIONS
from chemdb.query.statement.conditions import SIGNATURES, Conditions, SystemColumns, both
from chemdb.query.statement.parameters import Parameters, Statement
from chemdb.query.statement.systems import (
    BY_SIGNATURE,
    SignatureParts,
    bits_of_five,
    n_listed,
    sizes_of,
    species_part,
    species_states_part,
    states_of_five,
    without_chemsys_by_signature,
)
from chemdb.query.statement.windows import Window

#: Allowed stoichiometries of a system, as long as its masks also where it has none.
_ALLOWED_SET = "case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end"


class CommonTables:
    """Writes the shared parts of WITH for a filter and a window, and collects their parameters.

    Attributes
    ----------
    if_known, if_unknown : Filter
        What is required of known, and of unknown, compositions of the window.
    columns : SystemColumns
    parameters : Parameters
    conditions : Conditions
    window : Window
    systems : str
        The part that has the chemical systems with all columns.
    signatures : SignatureParts or None
        Where chemical systems that are stored by signature can match.
    listed : bool
        Whether others can match.
    by_kind : bool
        Whether systems are only counted, by kind: then there is no part `systems`.

    Parameters
    ----------
    condition : Filter
    window : Window
    nelements : sequence of int
        Numbers of elements of the file.
    counted : bool
        Whether the statement only counts, so that it need not know the systems themselves.
    ids : str, optional
        Table with the system_id of each system that matters, if there are few.
    plain : bool
        Whether the statement is for any DuckDB client, without `chemdb.query.neutral_function`.
    """

    def __init__(
        self,
        condition: Filter,
        window: Window,
        nelements: Sequence[int],
        counted: bool = False,
        ids: str | None = None,
        plain: bool = False,
    ) -> None:
        first_by_signature = n_listed(nelements)
        if BY_SIGNATURE in nelements:
            condition = without_chemsys_by_signature(condition)
            nelements = sizes_of(condition, nelements)
            if window.systems is not None:
                # A window may have both kinds of systems.
                first, last = window.systems
                nelements = [
                    size
                    for size in nelements
                    if (last >= first_by_signature if size == BY_SIGNATURE else first < first_by_signature)
                ]
        self.if_known = if_known(condition) if window.known else NOTHING
        self.if_unknown = if_unknown(condition) if window.unknown else NOTHING
        self.listed = BY_SIGNATURE not in nelements or len(nelements) > 1
        # In plain SQL, systems of five elements are decided as all others.
        by_function = BY_SIGNATURE in nelements and not plain
        self.columns = SystemColumns(condition, self.listed or plain, by_function)
        self.parameters = Parameters()
        self.conditions = Conditions(self.columns, self.parameters)
        # Systems that are rows of a table have the columns of species terms from further parts.
        self._species_by_system = bool(self.columns.species) and self.columns.listed
        self._species_by_function = bool(self.columns.species) and by_function
        self.systems = "system_with_species" if self._species_by_system else "system"
        self.window = window
        self._necessary = necessary(condition, decided_by_system)
        self._species = list(self.columns.species.values())
        self.signatures: SignatureParts | None = None
        self.by_kind = False
        if BY_SIGNATURE in nelements:
            self.signatures = SignatureParts(
                self.columns,
                self.conditions,
                self.parameters,
                self._necessary,
                _allows_only(self.if_unknown),
                window.systems,
                ids or ("candidate" if window.scored else None),
            )
            self.by_kind = (
                counted and window.systems is None and not (self._species and not self._species_by_function)
            )

    def statement(self, parts: Sequence[str], query: str) -> Statement:
        """Return the statement of a query that reads parts of WITH."""
        return Statement("with\n" + ",\n".join(parts) + query, self.parameters.values)

    def system_parts(self, by_set: bool = False) -> list[str]:
        """Return `system` and `amount`, which the other parts read, and the parts of the species terms.

        Parameters
        ----------
        by_set : bool
            Whether `kind` is to have no kinds of systems by signature but that with the empty set, see
            `can_count_by_set`.
        """
        parts = self._systems(by_set)
        for states, name in self.columns.species.items():
            parts.append(species_states_part(states, name, self.parameters))
            if not self._species_by_system:
                continue
            places, source = LISTED, "store.listed_system s\n    semi join system using (system_id)"
            if self.signatures and not self._species_by_function:
                places, source = POSITIONS, "system s"
            parts.append(species_part(states, name, self.parameters, places, source))
        if self._species_by_system:
            sets = "".join(f", coalesce({name}.set_id, 0) as {name}_set" for name in self._species)
            joins = "".join(f"\n    left join {name} using (system_id)" for name in self._species)
            parts.append(f"{self.systems} as (\n    select system.*{sets}\n    from system{joins}\n)")
        if self.by_kind:
            parts.append(self._kind(by_set))
        return parts

    def _systems(self, by_set: bool) -> list[str]:
        if self.signatures is None:
            columns, where = self._listed()
            return [filled("statements/query_systems", columns=columns, where=where)]
        parts = [sql_part("statements/query_amounts"), *self.signatures.halves()]
        systems = []
        if self.listed:
            columns, where = self._listed()
            signatures = "".join(f", 0 as {one}" for one in SIGNATURES if self._species_by_function)
            systems.append(
                "select system_id, nelements, allowed_set_id, element1, element2, element3, element4,\n"
                f"        null::element_symbol as element5{columns}{signatures}\n"
                f"    from store.listed_system{where}"
            )
        if not self.by_kind:
            systems.append(self.signatures.systems())
        joined = "\n    union all by name\n    ".join(systems)
        return [*parts, f"system as (\n    {joined}\n)"] if systems else parts

    def _kind(self, by_set: bool) -> str:
        """Return `kind`, of which `system` has the systems that are rows of a table, if there are any."""
        assert self.signatures is not None
        key = ", ".join(self.columns.key)
        kinds = [self.signatures.kinds(by_set)]
        if self.listed:
            kinds.insert(
                0, f"select {key}, count(*) as n_systems\n    from {self.systems}\n    group by {key}"
            )
        joined = "\n    union all by name\n    ".join(kinds)
        return f"kind as materialized (\n    {joined}\n)"

    def _listed(self) -> tuple[str, str]:
        """Return the columns that the filter reads of systems in the table, and the WHERE of these."""
        columns = self.columns.expressions([f"element{i}" for i in LISTED], self.parameters)
        conditions = [self._system_range(), self.conditions.on_system(self._necessary)]
        where = "\n        and ".join(one for one in conditions if one != "true")
        return columns, f"\n    where {where}" if where else ""

    @property
    def can_count_by_set(self) -> bool:
        """Whether systems by signature differ by their allowed sets only."""
        return self.by_kind and not self.columns.places

    @property
    def kinds(self) -> str:
        """What has the number of systems of each kind, `n_systems`, and the columns of the key."""
        if self.by_kind:
            return "kind"
        key = ", ".join(self.columns.key)
        one = ""
        if self._species_by_function:
            one = "any_value([element1, element2, element3, element4, element5]) as elements, "
        return f"(select {key}, {one}count(*) as n_systems from {self.systems} group by {key})"

    def known_part(self) -> str:
        """Return `known`: known compositions that match, also as if they were not known."""
        bits = [self._bits_of(name, f"{name}_known.stoichiometries") for name in self._species]
        allowed_with_species = [f"coalesce(get_bit({one}, t.stoichiometry_id) = 1, false)" for one in bits]
        joins = ""
        for name in self._species:
            if self._species_by_system:
                joins += (
                    f"\n    left join {name} using (system_id)\n"
                    f"    left join {name}_set on {name}_set.set_id = {name}.set_id"
                )
            if self._species_by_function:
                joins += f"\n    left join {name}_known on {name}_known.elements = t.elements"
        columns = self.columns.expressions([f"elements[{i}]" for i in POSITIONS], self.parameters)
        systems = self._system_range()
        known = filled(
            "statements/query_known",
            meets_known=self.conditions.on_composition(self.if_known, "t.allowed", allowed_with_species),
            meets_unknown=both(
                self._natoms_range(),
                self.conditions.on_composition(self.if_unknown, "t.allowed", allowed_with_species),
            ),
            columns=columns,
            where="" if systems == "true" else f"\n        where {systems}",
            species_joins=joins,
        )
        if not self._species_by_function:
            return known
        with_species = [
            filled(
                "statements/query_known_species",
                name=name,
                present=" and ".join(
                    f"list_contains(elements, {self.parameters.bind('element', symbol)}::element_symbol)"
                    for symbol, _ in states
                ),
                bits=bits_of_five(name),
                joins=states_of_five(name, "    "),
            )
            for states, name in self.columns.species.items()
        ]
        return ",\n".join([*with_species, known])

    def _bits_of(self, name: str, of_five: str) -> str:
        """Return SQL of the stoichiometries that have a species term, null if there are none.

        Parameters
        ----------
        name : str
            Of the term.
        of_five : str
            The same for systems of five elements that are not rows of a table.
        """
        bits = [f"{name}_set.stoichiometries"] if self._species_by_system else []
        bits += [of_five] if self._species_by_function else []
        return f"coalesce({', '.join(bits)})" if len(bits) > 1 else bits[0]

    def whole_sets_part(self) -> str | None:
        """Return the counts of compositions, as if none were known, if no stoichiometry is asked for."""
        terms = terms_of(self.if_unknown)
        if self.window.natoms or not all(decided_by_system(t) or isinstance(t, Allowed) for t in terms):
            return None
        return filled(
            "statements/query_set_counts",
            kinds="kind" if self.by_kind else self.systems,
            times="t.n_systems * " if self.by_kind else "",
            if_allowed=self.conditions.on_composition(self.if_unknown, "true"),
            if_forbidden=self.conditions.on_composition(self.if_unknown, "false"),
        )

    def matching_part(self, once: bool = False) -> str:
        """Return `mask` and `answer`: the stoichiometries that match, as if no composition were known.

        Parameters
        ----------
        once : bool
            Whether the statement reads `answer` once only.
        """
        columns = ["nelements", *self.columns.names]
        joins = ""
        if self._species_by_system:
            joins = "".join(
                f"\n    left join {name}_set on {name}_set.set_id = c.{name}_set" for name in self._species
            )
        systems = "kind" if self.by_kind else self.systems
        allowed_join = ""
        if not self._species_only:
            allowed_join = "\n    " + filled("statements/query_allowed_sets", systems=systems)
        return filled(
            "statements/query_matching",
            columns=", ".join(columns),
            c_columns=", ".join(f"c.{column}" for column in columns),
            masks=",\n        ".join(self._masks()),
            systems=systems,
            kinds=self._kinds_with_species() if self._species_by_function else self.kinds,
            materialized="" if self.by_kind or once else "materialized ",
            c_key=", ".join(f"c.{column}" for column in self.columns.key),
            allowed_set=self._allowed_set,
            allowed_join=allowed_join,
            when_allowed=" | ".join(self._when_allowed()),
            species_joins=joins,
        )

    @property
    def _species_only(self) -> bool:
        """Whether all that matches has a species of the query, so that the allowed sets need not be read."""

        def absent(term: Term, _: bool) -> Filter | None:
            return NOTHING if isinstance(term, SpeciesTogether) else None

        return self._species_by_function and replace_terms(self.if_unknown, absent) == NOTHING

    @property
    def _allowed_set(self) -> str:
        """The allowed stoichiometries, or some that match nowhere else."""
        return "m.forbidden" if self._species_only else _ALLOWED_SET

    def _kinds_with_species(self) -> str:
        """Return `kinds` with the stoichiometries that have each species term in systems of five elements."""
        bits = "".join(
            f",\n            case when c.head_signature > 0 and {self.columns.present(states, 'c.{}')}\n"
            f"                then {bits_of_five(name)} end as {name}_five"
            for states, name in self.columns.species.items()
        )
        joins = "".join(states_of_five(name, "        ") for name in self._species)
        return filled("statements/query_species_of_five", kinds=self.kinds, bits=bits, joins=joins)

    def member_part(self) -> str:
        """Return `member`: a row per bit of the masks, so that no other stoichiometry is tested."""
        masks = " | ".join(f"m.{name}" for name in [*self._allowed_masks(), "forbidden"])
        return (
            "-- Stoichiometries that match in some system, a row each.\n"
            "member as materialized (\n"
            f"    select {''.join(f'm.{column}, ' for column in self.columns.names)}t.*\n"
            "    from mask m\n"
            f"    join amount t on t.nelements = m.nelements and get_bit({masks}, t.stoichiometry_id) = 1\n)"
        )

    def _species_cases(self) -> list[tuple[bool, ...]]:
        """Return every combination of species terms that hold."""
        return list(product((True, False), repeat=len(self._species)))

    def _allowed_masks(self) -> list[str]:
        """Return the names of the masks of allowed compositions, one per case of the species terms."""
        return [f"allowed{i}" for i in range(len(self._species_cases()))]

    def _masks(self) -> list[str]:
        natoms = self._natoms_range()

        def mask(allowed: str, species: Sequence[str]) -> str:
            return bitmap(both(natoms, self.conditions.on_composition(self.if_unknown, allowed, species)))

        cases = [["true" if holds else "false" for holds in case] for case in self._species_cases()]
        allowed = [
            f"{mask('true', case)} as {name}" for case, name in zip(cases, self._allowed_masks(), strict=True)
        ]
        return [*allowed, f"{mask('false', ['false'] * len(self._species))} as forbidden"]

    def _when_allowed(self) -> list[str]:
        """Return the allowed stoichiometries that match in each case of the species terms."""
        cases = []
        for mask, case in zip(self._allowed_masks(), self._species_cases(), strict=True):
            factors = [f"m.{mask}"] if self._species_only else [f"m.{mask}", _ALLOWED_SET]
            for name, holds in zip(self._species, case, strict=True):
                bits = f"coalesce({self._bits_of(name, f'c.{name}_five')}, xor(m.forbidden, m.forbidden))"
                factors.append(bits if holds else f"~({bits})")
            cases.append("(" + " & ".join(f"({factor})" for factor in factors) + ")")
        return cases

    def _system_range(self) -> str:
        """Return that a system is in the window."""
        if self.window.systems is None:
            return "true"
        first, last = (self.parameters.bind("system", n) for n in self.window.systems)
        return f"system_id between {first} and {last}"

    def _natoms_range(self) -> str:
        """Return that the stoichiometry `t` is in the window."""
        if self.window.natoms is None:
            return "true"
        fewest, most = (self.parameters.bind("natoms", n) for n in self.window.natoms)
        return f"t.natoms between {fewest} and {most}"


def _allows_only(condition: Filter) -> bool:
    """Return whether only allowed compositions meet a filter."""
    forbidden = replace_terms(
        condition, lambda term, _: NOTHING if isinstance(term, Allowed | SpeciesTogether) else None
    )
    return forbidden == NOTHING


def bitmap(condition: str) -> str:
    """Return an aggregate: the stoichiometries `t` that meet a condition, as bits like store.allowed_set."""
    bits = f"string_agg(case when {condition} then '1' else '0' end, '' order by t.stoichiometry_id)"
    return f"rpad({bits}, ((count(*) + 7) // 8 * 8)::integer, '0')::bit"
