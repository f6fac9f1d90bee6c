"""The parts of WITH (common table expressions) that the statements of a query share.

A composition is a chemical system and a stoichiometry. A filter depends on a system only through the
few columns of `SystemColumns`. Systems with equal columns share one bitmap of the stoichiometries that
match, so that an AND with a system's allowed set and a count of bits decide thousands of compositions
at once. Known compositions are few and tested one by one.
"""

from collections.abc import Sequence
from itertools import product

from chemdb.database.sql_files import filled
from chemdb.query.filter import (
    NOTHING,
    Allowed,
    Filter,
    decided_by_system,
    if_known,
    if_unknown,
    necessary,
    terms_of,
)
from chemdb.query.statement.columns import POSITIONS
from chemdb.query.statement.conditions import Conditions, SystemColumns, both
from chemdb.query.statement.parameters import Parameters, Statement
from chemdb.query.statement.species_sets import species_part
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
    """

    def __init__(self, condition: Filter, window: Window) -> None:
        self.if_known = if_known(condition) if window.known else NOTHING
        self.if_unknown = if_unknown(condition) if window.unknown else NOTHING
        self.columns = SystemColumns(condition)
        self.parameters = Parameters()
        self.conditions = Conditions(self.columns, self.parameters)
        self.systems = "system_with_species" if self.columns.species else "system"
        self._condition = condition
        self.window = window
        self._species = list(self.columns.species.values())

    def statement(self, parts: Sequence[str], query: str) -> Statement:
        """Return the statement of a query that reads parts of WITH."""
        return Statement("with\n" + ",\n".join(parts) + query, self.parameters.values)

    def system_parts(self) -> list[str]:
        """Return `system` and `amount`, which the other parts read, and the parts of the species terms."""
        columns = self.columns.expressions([f"element{i}" for i in POSITIONS], self.parameters)
        conditions = [
            self._system_range(),
            self.conditions.on_system(necessary(self._condition, decided_by_system)),
        ]
        where = "\n        and ".join(one for one in conditions if one != "true")
        systems = filled(
            "statements/query_systems", columns=columns, where=f"\n    where {where}" if where else ""
        )
        parts = [systems]
        for states, name in self.columns.species.items():
            parts.append(species_part(states, name, self.parameters))
        if self._species:
            sets = "".join(f", coalesce({name}.set_id, 0) as {name}_set" for name in self._species)
            joins = "".join(f"\n    left join {name} using (system_id)" for name in self._species)
            parts.append(f"{self.systems} as (\n    select system.*{sets}\n    from system{joins}\n)")
        return parts

    def known_part(self) -> str:
        """Return `known`: known compositions that match, also as if they were not known."""
        allowed_with_species = [
            f"coalesce(get_bit({name}_set.stoichiometries, t.stoichiometry_id) = 1, false)"
            for name in self._species
        ]
        joins = "".join(
            f"\n    left join {name} using (system_id)\n"
            f"    left join {name}_set on {name}_set.set_id = {name}.set_id"
            for name in self._species
        )
        columns = self.columns.expressions([f"elements[{i}]" for i in POSITIONS], self.parameters)
        systems = self._system_range()
        return filled(
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

    def whole_sets_part(self) -> str | None:
        """Return the counts of compositions, as if none were known, if no stoichiometry is asked for."""
        terms = terms_of(self.if_unknown)
        if self.window.natoms or not all(decided_by_system(t) or isinstance(t, Allowed) for t in terms):
            return None
        return filled(
            "statements/query_set_counts",
            systems=self.systems,
            if_allowed=self.conditions.on_composition(self.if_unknown, "true"),
            if_forbidden=self.conditions.on_composition(self.if_unknown, "false"),
        )

    def matching_part(self) -> str:
        """Return `mask` and `answer`: the stoichiometries that match, as if no composition were known."""
        columns = ["nelements", *self.columns.names]
        joins = "".join(
            f"\n    left join {name}_set on {name}_set.set_id = c.{name}_set" for name in self._species
        )
        return filled(
            "statements/query_matching",
            columns=", ".join(columns),
            c_columns=", ".join(f"c.{column}" for column in columns),
            masks=",\n        ".join(self._masks()),
            systems=self.systems,
            key=", ".join(self.columns.key),
            c_key=", ".join(f"c.{column}" for column in self.columns.key),
            allowed_set=_ALLOWED_SET,
            when_allowed=" | ".join(self._when_allowed()),
            species_joins=joins,
        )

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
            factors = [f"m.{mask}", _ALLOWED_SET]
            for name, holds in zip(self._species, case, strict=True):
                bits = f"coalesce({name}_set.stoichiometries, xor(m.forbidden, m.forbidden))"
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


def bitmap(condition: str) -> str:
    """Return an aggregate: the stoichiometries `t` that meet a condition, as bits like store.allowed_set."""
    bits = f"string_agg(case when {condition} then '1' else '0' end, '' order by t.stoichiometry_id)"
    return f"rpad({bits}, ((count(*) + 7) // 8 * 8)::integer, '0')::bit"
