"""An explanation of one composition, as data."""

from dataclasses import asdict, dataclass
from typing import Any

from chemdb.errors import counted
from chemdb.notebook.html_table import formula_html, species_html, table_html
from chemdb.suggest.evidence import Analogue

#: Columns, rows and title.
Table = tuple[list[str], list[Any], str | None]
#: Analogues that the summary names; JSON has all.
N_NAMED = 3

#: Most witnesses, entries, neighbours and substitutions that an explanation lists.
MAX_WITNESSES = 20
MAX_ENTRIES = 10
MAX_NEIGHBOURS = 5
MAX_SUBSTITUTIONS = 5


@dataclass(frozen=True)
class Forbidden:
    """The rule that a composition breaks.

    Attributes
    ----------
    rule : str
        ``no_electronegativity`` or ``no_oxidation_states`` (an element has none), ``not_neutral`` (no
        choice of oxidation states is neutral), or ``electronegativity`` (in every neutral choice a
        cation is not less electronegative than an anion).
    because : str
        The reason as a sentence about this composition.
    closest : str or None
        Species that come closest: those with the smallest net charge, or with the smallest
        electronegativity difference of the wrong sign; the most common in the ICSD if several do.
    net_charge : int or None
        Net charge of the formula with these species, in e; 0 if electronegativity forbids it.
    """

    rule: str
    because: str
    closest: str | None = None
    net_charge: int | None = None


@dataclass(frozen=True)
class SetVerdict:
    """Whether one oxidation-state set allows a composition.

    Attributes
    ----------
    oxidation_state_set : str
    used : bool
        Whether the file was built with it.
    allowed : bool or None
        By the rule; None if there are too many choices of oxidation states to decide.
    n_witnesses : int or None
    witness : str or None
        The most common one.
    with_mixed_valence : bool or None
        As ``smact_validity(..., mixed_valence=True, include_alloys=False)``.
    mixed_valence_witness : str or None
        Species that allow the composition with mixed valence only.
    with_alloys : bool or None
        As ``smact_validity(..., include_alloys=True)``.
    """

    oxidation_state_set: str
    used: bool
    allowed: bool | None
    n_witnesses: int | None
    witness: str | None
    with_mixed_valence: bool | None
    mixed_valence_witness: str | None
    with_alloys: bool | None


@dataclass(frozen=True)
class Entry:
    """An entry of a known source with this formula; energy above the convex hull in eV/atom."""

    source: str
    material_id: str | None
    formula_given: str
    energy_above_hull: float | None


@dataclass(frozen=True)
class Neighbour:
    """A known formula of the same chemical system.

    Attributes
    ----------
    formula : str
    distance : float
        Half the sum of the absolute differences of atomic fractions, 0 to 1: the share of the atoms
        that would have to become another element.
    material_id : str or None
        Entry with the lowest energy.
    energy_above_hull : float or None
        Its energy above the convex hull in eV/atom.
    """

    formula: str
    distance: float
    material_id: str | None
    energy_above_hull: float | None


@dataclass(frozen=True)
class Substitution:
    """A known formula in which another element replaces one, in the same oxidation state.

    Attributes
    ----------
    formula : str
    replaced, by : str
        Symbols of the element of the composition, and of the element in its place.
    species : str
        Species in its place.
    same_group : bool
        Whether both elements are in one group of the periodic table; the f block counts as group 3.
    electronegativity_difference : float or None
        Absolute difference on the Pauling scale; None if one of them has no electronegativity.
    material_id : str or None
        Entry with the lowest energy.
    energy_above_hull : float or None
        Its energy above the convex hull in eV/atom.
    """

    formula: str
    replaced: str
    by: str
    species: str
    same_group: bool
    electronegativity_difference: float | None
    material_id: str | None
    energy_above_hull: float | None


@dataclass(frozen=True)
class Explanation:
    """Everything that a file says about one composition.

    Attributes
    ----------
    formula_given : str
    formula, chemsys, formula_anonymous : str
    nelements, natoms : int
    in_space : bool
        Whether the composition is in the enumerated space of the file.
    outside_because : str or None
        Why it is outside the space; None if it is inside.
    allowed, known : bool
    category : str
        standard, missing, interesting or unlikely.
    forbidden : Forbidden or None
        None if the composition is allowed.
    n_witnesses : int
    witnesses : tuple of str
        The most common first, at most `MAX_WITNESSES`.
    all_metal : bool
        Whether all elements are metals according to SMACT.
    verdicts : tuple of SetVerdict
        The set of the file first.
    n_entries : int
    entries : tuple of Entry
        The most stable first, at most `MAX_ENTRIES`.
    neighbours : tuple of Neighbour
        The nearest first, at most `MAX_NEIGHBOURS`.
    substitutions : tuple of Substitution
        The chemically closest first, at most `MAX_SUBSTITUTIONS`.
    score, share_found : float or None
    analogues : tuple of Analogue
        See `chemdb.suggest.evidence.Evidence`.
    """

    formula_given: str
    formula: str
    chemsys: str
    nelements: int
    natoms: int
    formula_anonymous: str
    in_space: bool
    outside_because: str | None
    allowed: bool
    known: bool
    category: str
    forbidden: Forbidden | None
    n_witnesses: int
    witnesses: tuple[str, ...]
    all_metal: bool
    verdicts: tuple[SetVerdict, ...]
    n_entries: int
    entries: tuple[Entry, ...]
    neighbours: tuple[Neighbour, ...]
    substitutions: tuple[Substitution, ...]
    score: float | None
    share_found: float | None
    analogues: tuple[Analogue, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data, as described by ``chemdb/lookup/explain.schema.json``."""
        return asdict(self)

    def _repr_html_(self) -> str:
        (_, summary, _), *others = explanation_tables(self)
        # Names are empty in the further lines of what is allowed.
        rows = [
            (name, species_html(text) if name in ("allowed", "") else formula_html(text))
            for name, text in summary
        ]
        return table_html(["", formula_html(self.formula)], rows) + "".join(
            table_html(columns, rows, title or "") for columns, rows, title in others
        )


def explanation_tables(explanation: "Explanation", known: str | None = None) -> list[Table]:
    """Return the tables of one explanation.

    Parameters
    ----------
    explanation : Explanation
    known : str, optional
        The known sources of the file.
    """
    tables: list[Table] = [
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


def analogue_table(explanation: "Explanation") -> Table:
    """Return the table of the known analogues."""
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
    precision = (
        f"precision at such scores {explanation.share_found:.1%}, with a fifth of the known list hidden"
    )
    return f"{explanation.score:.3f} ({precision})"


def _summary(explanation: "Explanation", known: str | None) -> list[tuple[str, str]]:
    size = "1 element" if explanation.nelements == 1 else f"{explanation.nelements} elements"
    rows = [
        (
            "system",
            f"{explanation.chemsys} ({size}, {explanation.natoms:,} atoms, {explanation.formula_anonymous})",
        ),
        ("in the space", "yes" if explanation.in_space else f"no: {explanation.outside_because}"),
        ("category", f"{explanation.category} ({'known' if explanation.known else 'not known'})"),
    ]
    if known is not None:
        rows.append(("known list", known))
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
