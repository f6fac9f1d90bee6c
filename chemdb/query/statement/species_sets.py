"""SQL of species: which stoichiometries are neutral with oxidation states that a query asks for.

The rule of the paper once more, in SQL and with some oxidation states given: systems whose elements
have the same oxidation states in the same order share an answer, as they do in the enumeration.
"""

from collections.abc import Callable, Sequence
from typing import Any


def species_parts(states: Sequence[tuple[str, int]], name: str, bind: Callable[[str, Any], str]) -> list[str]:
    """Return the parts of WITH that end in `name`: system_id, and the set_id of its stoichiometries.

    Parameters
    ----------
    states : sequence of (str, int)
        Element symbol and oxidation state of each species asked for.
    name : str
        Begins the names of all parts; ``name_set`` has set_id and stoichiometries, as bits.
    bind : callable
        Takes the name of a parameter and its value; returns what stands for it in SQL.
    """
    symbols = bind("elements", [symbol for symbol, _ in states])
    pairs = bind("states", [f"{symbol} {state}" for symbol, state in states])
    present = " and ".join(
        f"{bind('element', symbol)}::element_symbol in (element1, element2, element3, element4)"
        for symbol, _ in states
    )
    four, numbers = range(1, 5), "state1, state2, state3, state4"
    kinds = "".join(
        f"\n    join {name}_kind k{i} on k{i}.symbol is not distinct from s.element{i}" for i in four
    )
    signature = ", ".join(
        [
            *(f"k{i}.states as states{i}" for i in four),
            *(
                f"coalesce(k{i}.electronegativity = k{i + 1}.electronegativity, false) as tie{i}"
                for i in four[:3]
            ),
        ]
    )
    charge = " + ".join(f"state{i} * f{i}" for i in four)
    return [
        "-- Oxidation states of each element; only the ones asked for where there are any.\n"
        f"{name}_kind as materialized (\n"
        "    select symbol, electronegativity, list(oxidation_state::integer order by oxidation_state) as states\n"
        "    from species join element using (symbol)\n"
        "    where used and electronegativity is not null and (\n"
        f"        not list_contains({symbols}, symbol::varchar)\n"
        f"        or list_contains({pairs}, concat(symbol, ' ', oxidation_state))\n"
        "    )\n    group by symbol, electronegativity\n    union all\n    select null, null, [0]\n)",
        "-- Systems whose elements have the same oxidation states in the same order share a signature.\n"
        f"{name}_signed as materialized (\n"
        f"    select s.system_id, s.nelements, {signature}\n"
        f"    from store.chemical_system s\n    semi join system using (system_id){kinds}\n"
        f"    where {present}\n)",
        f"{name}_signature as materialized (\n"
        "    select *, row_number() over () as signature_id\n"
        f"    from (select distinct * exclude (system_id) from {name}_signed)\n)",
        "-- Choices with every cation less electronegative than every anion, element by element.\n"
        f"{name}_choice1 as (select *, unnest(states1) as state1 from {name}_signature)",
        *(_choice_part(name, i) for i in four[1:]),
        f"{name}_choice as materialized (\n"
        f"    select signature_id, nelements, {numbers}\n    from {name}_choice4\n    where {_ordered(4)}\n)",
        f"{name}_neutral as materialized (\n"
        f"    select c.nelements, {numbers},\n"
        "        bit_or(set_bit(z.zero, t.stoichiometry_id, 1)) as stoichiometries\n"
        f"    from (select distinct nelements, {numbers} from {name}_choice) c\n"
        "    join (\n"
        "        select nelements, rpad('', ((count(*) + 7) // 8 * 8)::integer, '0')::bit as zero\n"
        "        from amount group by nelements\n    ) z using (nelements)\n"
        f"    join amount t on t.nelements = c.nelements and {charge} = 0\n    group by all\n)",
        f"{name}_balanced as materialized (\n"
        "    select signature_id, bit_or(stoichiometries) as stoichiometries\n"
        f"    from {name}_choice join {name}_neutral using (nelements, {numbers})\n"
        "    group by signature_id\n)",
        f"{name}_set as materialized (\n"
        "    select stoichiometries, row_number() over () as set_id\n"
        f"    from (select distinct stoichiometries from {name}_balanced)\n)",
        f"{name}_answer as materialized (\n"
        f"    select signature_id, set_id from {name}_balanced join {name}_set using (stoichiometries)\n)",
        f"{name} as materialized (\n"
        f"    select g.system_id, b.set_id\n    from {name}_signed g\n"
        f"    join {name}_signature using (nelements, states1, states2, states3, states4, tie1, tie2, tie3)\n"
        f"    join {name}_answer b using (signature_id)\n)",
    ]


def _ordered(n: int) -> str:
    """Return that the last of n elements in order of electronegativity may have its state."""
    rules = []
    for i in range(1, n):
        ties = " and ".join(f"tie{j}" for j in range(i, n))
        rules.append(f"not (state{i} < 0 and state{n} > 0)")
        rules.append(f"not (state{i} > 0 and state{n} < 0 and {ties})")
    return " and ".join(rules) or "true"


def _choice_part(name: str, i: int) -> str:
    """Return the part that adds the oxidation states of element i to the choices so far."""
    return (
        f"{name}_choice{i} as (\n    select *, unnest(states{i}) as state{i}\n"
        f"    from {name}_choice{i - 1}\n    where {_ordered(i - 1)}\n)"
    )
