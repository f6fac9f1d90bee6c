"""SQL of a species term: the stoichiometries that are neutral with the oxidation states it names.

It applies the rule of the paper with some oxidation states fixed. As in the enumeration, systems whose
elements have the same oxidation states in the same order are decided once.
"""

from collections.abc import Sequence

from chemdb.database.sql_files import filled
from chemdb.query.statement.parameters import Parameters


def species_part(states: Sequence[tuple[str, int]], name: str, parameters: Parameters) -> str:
    """Return the parts of WITH that end in `name`: system_id, and the set_id of its stoichiometries.

    Parameters
    ----------
    states : sequence of (str, int)
        Element symbol and oxidation state of each species.
    name : str
        Prefix of the names of all parts; ``name_set`` has set_id and stoichiometries, as bits.
    parameters : Parameters
    """
    return filled(
        "statements/query_species",
        name=name,
        symbols=parameters.bind("elements", [symbol for symbol, _ in states]),
        states=parameters.bind("states", [f"{symbol} {state}" for symbol, state in states]),
        present=" and ".join(_present(symbol, parameters) for symbol, _ in states),
    )


def _present(symbol: str, parameters: Parameters) -> str:
    """Return that a row of store.chemical_system has an element."""
    element = f"{parameters.bind('element', symbol)}::element_symbol"
    return f"{element} in (element1, element2, element3, element4)"
