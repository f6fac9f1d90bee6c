"""chemdb count."""

from chemdb.cli.app import app
from chemdb.cli.options import (
    Format,
    MaxStoichiometry,
    NElements,
    Output,
    OutputFormat,
    OxidationStateSet,
    Threads,
)


@app.command()
def count(
    nelements: NElements = "2-4",  # type: ignore[assignment]  # parsed like what a user types
    max_stoichiometry: MaxStoichiometry = 8,
    oxidation_states: OxidationStateSet = "smact14",
    threads: Threads = None,
    format: OutputFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """Count allowed compositions without storing them: two to five elements, factors up to 12.

    Example: chemdb count --nelements 2-4 --max-stoichiometry 12
    """
    from chemdb.chemistry.elements import elements
    from chemdb.chemistry.species import oxidation_states as read_oxidation_states
    from chemdb.chemistry.stoichiometry import check_limits, n_combinations
    from chemdb.cli.screen import show, steps_on_screen
    from chemdb.enumeration.count import count_allowed
    from chemdb.enumeration.element_table import elements_by_symbol, rule_table
    from chemdb.runtime.limits import Limits

    for n in nelements:
        check_limits(n, max_stoichiometry)
    table = rule_table(elements_by_symbol(elements()), read_oxidation_states(oxidation_states))
    rows = []
    with steps_on_screen() as steps:
        for n in nelements:
            with steps(f"{n} elements") as progress:
                allowed = count_allowed(table, n, max_stoichiometry, Limits.of(threads).threads, progress)
                progress(1, f"{allowed:,} allowed")
            combinations = n_combinations(n, max_stoichiometry)
            rows.append((n, combinations, allowed, round(100 * allowed / combinations, 3)))
    show(["nelements", "combinations", "allowed", "allowed_percent"], rows, format, output)
