"""An explanation of one composition, as data."""

from dataclasses import asdict, dataclass
from typing import Any

from chemdb.suggest.evidence import Analogue

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
