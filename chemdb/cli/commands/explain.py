"""chemdb explain."""

from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, Output, TableOrJson, TempDirectory, Threads
from chemdb.errors import ChemdbError, FormulaError, UndecidedError


@app.command()
def explain(
    formulas: Annotated[
        list[str], typer.Argument(metavar="FORMULA...", help="Formulas with any elements and amounts.")
    ],
    db: Database,
    format: TableOrJson = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Explain why compositions are allowed or not, and list the nearest known compounds.

    Shows every assignment of oxidation states that allows a formula, or the rule that it breaks;
    the verdict of each oxidation-state set, also with the options of SMACT's smact_validity for mixed
    valence and alloys; known entries; the nearest known formulas in the system and by isovalent
    substitution; the score of chemdb suggest.

    Example: chemdb explain LiZnO2 Fe3O4
    """
    import chemdb
    from chemdb.cli.screen import show_json, show_tables
    from chemdb.lookup.explanation import explanation_tables

    with chemdb.open(db, threads, memory_limit, temp_directory) as opened:
        explanations, errors = [], []
        for formula in formulas:
            try:
                explanations += opened.explain(formula)
            except (FormulaError, UndecidedError) as error:
                errors.append(str(error))
        known = opened.known_sources()
    if format is Format.JSON and explanations:
        show_json([explanation.as_dict() for explanation in explanations], output)
    elif explanations:
        show_tables(
            [table for explanation in explanations for table in explanation_tables(explanation, known)],
            output,
        )
    if errors:
        raise ChemdbError("; ".join(errors))
