"""What a claim is, what is measured for it, and how measurements become a verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chemdb.errors import counted

HOLDS, PARTLY, NOT, NOT_JUDGED = "holds", "partly", "not", "not judged"


@dataclass(frozen=True)
class Measurement:
    """One number, and what it says about a claim.

    Attributes
    ----------
    measure : str
        Such as balanced accuracy.
    compared : str
        What the number is about, such as interesting and standard.
    nelements : int or None
        Number of elements of the compositions; None for several.
    space : str or None
        full for vectors, pca for their first two principal components.
    subject : str
        What is measured: an element representation, an element, a property of elements.
    n : int
        Number of compositions or elements.
    value : float
    low, high : float or None
        95% confidence interval of the value; None if everything was counted.
    shuffled : float or None
        The same with shuffled labels: what chance gives.
    shuffled_high : float or None
        Upper end of the 95% interval of chance.
    outcome : str or None
        Whether the number supports the claim: holds, partly or not; None if the claim does not name it.
    control : bool
        Whether it shows what is measured without that which the claim is about, such as chemistry.
    """

    measure: str
    compared: str
    nelements: int | None
    space: str | None
    subject: str
    n: int
    value: float
    low: float | None = None
    high: float | None = None
    shuffled: float | None = None
    shuffled_high: float | None = None
    outcome: str | None = None
    control: bool = False


@dataclass(frozen=True)
class Claim:
    """A claim of the paper and the verdict on it.

    Attributes
    ----------
    number : int
    where : str
        Figure or table of the paper.
    statement : str
        The claim in our words.
    measurements : tuple of Measurement
    not_judged : str
        Why the claim, or a part of it, cannot be judged by this file; empty if all of it can.
    """

    number: int
    where: str
    statement: str
    measurements: tuple[Measurement, ...] = ()
    not_judged: str = ""

    @property
    def verdict(self) -> str:
        """Return holds if all measurements support the claim, not if none does, partly otherwise."""
        outcomes = {each.outcome for each in self.measurements} - {None}
        if not outcomes:
            return NOT_JUDGED
        return outcomes.pop() if len(outcomes) == 1 else PARTLY  # type: ignore[return-value]

    @property
    def reason(self) -> str:
        """Return how many measurements support the claim, and what cannot be judged."""
        outcomes = [each.outcome for each in self.measurements if each.outcome]
        holds, partly, against = (outcomes.count(name) for name in (HOLDS, PARTLY, NOT))
        parts = [
            f"{counted(holds, 'number')} {'supports' if holds == 1 else 'support'} it" if outcomes else "",
            f"{partly} {'does' if partly == 1 else 'do'} in part" if partly else "",
            f"{against} {'does' if against == 1 else 'do'} not" if against else "",
        ]
        return "; ".join(filter(None, (", ".join(filter(None, parts)), self.not_judged)))


#: The claims in our words.
CLAIMS = (
    Claim(
        1,
        "Fig. 1",
        "Elements with more oxidation states, or more electronegative ones, occur in more allowed binaries; "
        "C, N, O, Si, P, S, Cl, Ge, Cr, Mn and Fe stand out, F and O in spite of few states.",
    ),
    Claim(
        2,
        "Fig. 2",
        "Binaries spread in mat2vec, skipatom and random_200, and concentrate in magpie and oliynyk.",
    ),
    Claim(
        3,
        "Fig. 5",
        "mat2vec, skipatom and random_200 group binaries by anion class, with oxides in clusters of their "
        "own: the kinds of atoms make much of the map.",
    ),
    Claim(
        4,
        "Fig. 2",
        "PCA of mat2vec, oliynyk and megnet16 sets interesting binaries apart from standard and missing "
        "ones.",
    ),
    Claim(
        5,
        "Fig. 3",
        "Standard ternaries stand apart from interesting and missing ones, above all in mat2vec, megnet16 "
        "and oliynyk.",
    ),
    Claim(6, "Fig. 4", "Standard and missing quaternaries are distributed apart."),
    Claim(7, "Figs. 2 to 4", "Clustering by category grows from binaries to quaternaries."),
    Claim(8, "Table 2", "The missing share of all compositions grows from 4.4% to 13.9% to 17.2%."),
)


def judged(number: int, measurements: Iterable[Measurement], not_judged: Sequence[str] = ()) -> Claim:
    """Return a claim with its measurements, and why parts of it cannot be judged."""
    [claim] = [claim for claim in CLAIMS if claim.number == number]
    return replace(
        claim, measurements=tuple(measurements), not_judged="; ".join(dict.fromkeys(filter(None, not_judged)))
    )


def outcome_of(is_true: bool) -> str:
    """Return holds or not."""
    return HOLDS if is_true else NOT
