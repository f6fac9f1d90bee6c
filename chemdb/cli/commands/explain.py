"""chemdb explain."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, Output, TableOrJson, TempDirectory, Threads
from chemdb.errors import ChemdbError, FormulaError, UndecidedError, counted

if TYPE_CHECKING:
    from chemdb.lookup.explanation import Explanation

#: Analogues that the summary names; JSON has all.
N_NAMED = 3


@app.command()
def explain(
    formulas: Annotated[
        list[str], typer.Argument(metavar="FORMULA...", help="Formulas in any spelling, of any size.")
    ],
    db: Database,
    format: TableOrJson = Format.TABLE,
    output: Output = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Explain why compositions are allowed or not, and list the known compounds nearest to them.

    Shows every assignment of oxidation states that allows a formula, or the rule that it breaks;
    the verdict of each oxidation-state set, also with mixed valence and for alloys as in SMACT's
    smact_validity; known entries; the nearest known formulas of the system and by isovalent
    substitution; the score of chemdb suggest.

    Example: chemdb explain LiZnO2 Fe3O4
    """
    import chemdb
    from chemdb.cli.screen import show_json, show_tables

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
        show_tables([table for explanation in explanations for table in _tables(explanation, known)], output)
    if errors:
        raise ChemdbError("; ".join(errors))


def _tables(explanation: "Explanation", known: str) -> list[tuple[list[str], list[Any], str | None]]:
    """Return the tables of one explanation: columns, rows, title."""
    tables: list[tuple[list[str], list[Any], str | None]] = [
        (["", explanation.formula], _summary(explanation, known), None),
        (
            ["set", "allowed", "mixed valence", "alloys", "oxidation states"],
            [
                (
                    verdict.oxidation_state_set + ("*" if verdict.used else ""),
                    _yes(verdict.allowed),
                    _yes(verdict.with_mixed_valence),
                    _yes(verdict.with_alloys),
                    verdict.witness or verdict.mixed_valence_witness,
                )
                for verdict in explanation.verdicts
            ],
            "By oxidation-state set (* used by this file), and with the options of SMACT's smact_validity",
        ),
    ]
    if explanation.entries:
        rows = [
            (entry.source, entry.material_id, entry.formula_given, entry.energy_above_hull)
            for entry in explanation.entries
        ]
        shown = f", {len(rows)} of {explanation.n_entries:,}" if len(rows) < explanation.n_entries else ""
        columns = ["source", "material_id", "formula_given", "energy_above_hull"]
        tables.append((columns, rows, f"Known entries{shown}"))
    if explanation.neighbours:
        tables.append(
            (
                ["formula", "distance", "material_id", "energy_above_hull"],
                [
                    (near.formula, f"{near.distance:.3f}", near.material_id, near.energy_above_hull)
                    for near in explanation.neighbours
                ],
                f"Nearest known in {explanation.chemsys} (distance: fraction of atoms that differ)",
            )
        )
    if explanation.substitutions:
        tables.append(
            (
                ["formula", "by substitution", "material_id", "energy_above_hull"],
                [
                    (
                        near.formula,
                        f"{near.species} for {near.replaced}",
                        near.material_id,
                        near.energy_above_hull,
                    )
                    for near in explanation.substitutions
                ],
                "Known with one element replaced by another in the same oxidation state",
            )
        )
    return tables


def analogue_table(explanation: "Explanation") -> tuple[list[str], list[Any], str | None]:
    """Return the table of the known analogues: columns, rows, title."""
    rows = [
        (
            near.formula,
            f"{near.replaced_by} for {near.element}",
            f"{near.weight:.3f}",
            near.material_id,
            near.energy_above_hull,
        )
        for near in explanation.analogues
    ]
    n = len(explanation.analogues)
    title = f"Score {score_text(explanation)}, the sum of the weights of {counted(n, 'known analogue')}"
    return ["formula", "substitution", "weight", "material_id", "energy_above_hull"], rows, title


def score_text(explanation: "Explanation") -> str:
    """Return a score, and what it is worth where that is known."""
    if explanation.share_found is None:
        return f"{explanation.score:.3f}"
    share = (
        f"{explanation.share_found:.1%} of such scores were known ones when a fifth of the list was hidden"
    )
    return f"{explanation.score:.3f} ({share})"


def _summary(explanation: "Explanation", known: str) -> list[tuple[str, str]]:
    size = "1 element" if explanation.nelements == 1 else f"{explanation.nelements} elements"
    rows = [
        (
            "system",
            f"{explanation.chemsys} ({size}, {explanation.natoms:,} atoms, {explanation.formula_anonymous})",
        ),
        ("in the space", "yes" if explanation.in_space else f"no: {explanation.outside_because}"),
        ("category", f"{explanation.category} ({'known' if explanation.known else 'not known'})"),
        ("known list", known),
    ]
    if explanation.analogues:
        named = ", ".join(
            f"{near.formula} ({near.replaced_by} for {near.element})"
            for near in explanation.analogues[:N_NAMED]
        )
        more = len(explanation.analogues) - N_NAMED
        rows.append(
            ("score", f"{score_text(explanation)}, by {named}{f' and {more} more' if more > 0 else ''}")
        )
    if explanation.forbidden:
        return [*rows, ("allowed", f"no: {explanation.forbidden.because}")]
    first, *others = explanation.witnesses
    rows.append(("allowed", f"yes: {first}"))
    rows += [("", f"or: {other}") for other in others]
    if explanation.n_witnesses > len(explanation.witnesses):
        rows.append(("", f"… {explanation.n_witnesses:,} in all"))
    return rows


def _yes(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"
