"""The score of one composition, term by term.

Independent of `chemdb.substitution` and without NumPy, for quick answers about single formulas.
"""

from dataclasses import dataclass

import duckdb

from chemdb.chemistry.composition import Composition
from chemdb.chemistry.elements import Element

_ANALOGUES = """
select k.formula, k.replaced, k.by, coalesce(w.weight, 0), c.material_id, c.energy_above_hull
from (select unnest($formulas) as formula, unnest($replaced) as replaced, unnest($by) as by) k
join known_composition c using (formula)
left join substitution w on w.element = k.replaced and w.replaced_by = k.by
order by 4 desc, 1
"""
_SHARE = """
select share_found from score_band
where nelements = $nelements and (score_from <= $score or score_from is null)
order by score_from desc nulls last limit 1
"""


@dataclass(frozen=True)
class Analogue:
    """A known composition that differs by one element.

    Attributes
    ----------
    formula : str
    element, replaced_by : str
        Element of the analogue, and the one in its place.
    weight : float
        Term of the score.
    material_id : str or None
        Entry with the lowest energy.
    energy_above_hull : float or None
        Its energy above the convex hull in eV/atom.
    """

    formula: str
    element: str
    replaced_by: str
    weight: float
    material_id: str | None
    energy_above_hull: float | None


@dataclass(frozen=True)
class Evidence:
    """The score of a composition, and the analogues of which it is the sum.

    Attributes
    ----------
    score : float or None
        Sum of the weights; 0 without an analogue, None outside the space of the file.
    share_found : float or None
        Precision at such scores with a fifth of the known compositions hidden; None for forbidden
        compositions and without an analogue.
    analogues : tuple of Analogue
        The largest weights first.
    """

    score: float | None
    share_found: float | None
    analogues: tuple[Analogue, ...]


#: What the known compositions say of a composition outside the space of the file.
OUTSIDE = Evidence(None, None, ())


def evidence(
    con: duckdb.DuckDBPyConnection, composition: Composition, elements: list[Element], allowed: bool
) -> Evidence:
    """Return the score and the analogues of a composition of the space."""
    amounts = dict(zip(composition.elements, composition.amounts, strict=True))
    rows = [
        (Composition.of({new if one == old else one: n for one, n in amounts.items()}).formula, new, old)
        for old in composition.elements
        for new in elements
        if new not in amounts
    ]
    parameters = {
        "formulas": [formula for formula, _, _ in rows],
        "replaced": [new.symbol for _, new, _ in rows],
        "by": [old.symbol for _, _, old in rows],
    }
    analogues = tuple(Analogue(*row) for row in con.execute(_ANALOGUES, parameters).fetchall())
    score = round(sum(analogue.weight for analogue in analogues), 6)
    shares = con.execute(_SHARE, {"nelements": len(amounts), "score": score}).fetchall()
    share = shares[0][0] if shares and allowed and analogues else None
    return Evidence(score + 0.0, share, analogues)
