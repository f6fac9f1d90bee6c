"""chemdb explain."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, Format, MemoryLimit, Output, TableOrJson, Threads

if TYPE_CHECKING:
    from chemdb.lookup.explanation import Explanation


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
) -> None:
    """Explain why compositions are allowed or not, and list the known compounds nearest to them.

    Shows every assignment of oxidation states that allows a formula, or the rule that it breaks;
    the verdict of each oxidation-state set, also with mixed valence and for alloys as in SMACT's
    smact_validity; known entries; the nearest known formulas of the system and by isovalent
    substitution.

    Example: chemdb explain LiZnO2 Fe3O4
    """
    import chemdb
    from chemdb.cli.screen import show_json, show_tables

    with chemdb.open(db, threads, memory_limit) as opened:
        found = opened.explain(*formulas)
        known = opened.known_sources()
    if format is Format.JSON:
        show_json([explanation.as_dict() for explanation in found], output)
        return
    show_tables([table for explanation in found for table in _tables(explanation, known)], output)


def _tables(found: "Explanation", known: str) -> list[tuple[list[str], list[Any], str | None]]:
    """Return the tables of one explanation: columns, rows, title."""
    tables: list[tuple[list[str], list[Any], str | None]] = [
        (["", found.formula], _summary(found, known), None),
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
                for verdict in found.verdicts
            ],
            "By oxidation-state set (* used by this file), and with the options of SMACT's smact_validity",
        ),
    ]
    if found.entries:
        rows = [
            (entry.source, entry.material_id, entry.formula_given, entry.energy_above_hull)
            for entry in found.entries
        ]
        shown = f", {len(rows)} of {found.n_entries:,}" if len(rows) < found.n_entries else ""
        columns = ["source", "material_id", "formula_given", "energy_above_hull"]
        tables.append((columns, rows, f"Known entries{shown}"))
    if found.neighbours:
        tables.append(
            (
                ["formula", "distance", "material_id", "energy_above_hull"],
                [
                    (near.formula, f"{near.distance:.3f}", near.material_id, near.energy_above_hull)
                    for near in found.neighbours
                ],
                f"Nearest known in {found.chemsys} (distance: fraction of atoms that differ)",
            )
        )
    if found.substitutions:
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
                    for near in found.substitutions
                ],
                "Known with one element replaced by another in the same oxidation state",
            )
        )
    return tables


def _summary(found: "Explanation", known: str) -> list[tuple[str, str]]:
    size = "1 element" if found.nelements == 1 else f"{found.nelements} elements"
    rows = [
        ("system", f"{found.chemsys} ({size}, {found.natoms:,} atoms, {found.formula_anonymous})"),
        ("in the space", "yes" if found.in_space else f"no: {found.outside_because}"),
        ("category", f"{found.category} ({'known' if found.known else 'not known'})"),
        ("known list", known),
    ]
    if found.forbidden:
        return [*rows, ("allowed", f"no: {found.forbidden.because}")]
    first, *others = found.witnesses
    rows.append(("allowed", f"yes: {first}"))
    rows += [("", f"or: {other}") for other in others]
    if found.n_witnesses > len(found.witnesses):
        rows.append(("", f"… {found.n_witnesses:,} in all"))
    return rows


def _yes(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"
