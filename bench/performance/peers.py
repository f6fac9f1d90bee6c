"""chemdb compared with other programs, which do the same work on the same input in the same run."""

import random
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import smact
from elementembeddings.composition import CompositionalEmbedding
from elementembeddings.core import Embedding
from measure import Cost, once, warm
from page import digits, duration, table
from pymatgen.core import Composition
from smact.screening import smact_filter, smact_validity

from chemdb.api import Database
from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.element_table import ElementTable, elements_by_symbol, rule_table

#: Random systems that `smact_filter` decides, by number of elements.
SYSTEMS = {2: 200, 3: 100, 4: 30}
MAX_FACTOR = 8
SYSTEM = "select elements, factors from allowed where chemsys = ?"
TOGETHER = "one of all systems of {k} elements, decided together"
#: Formulas that chemdb decides, and how many of them its peers do.
N, N_PEER = 100_000, 3_000
N_GUESSED, N_EMBEDDED, EMBEDDING = 300, 20_000, "mat2vec"


@dataclass(frozen=True)
class Ratio:
    """The cost of a piece of work for a peer and for chemdb.

    Attributes
    ----------
    peer, work, agreement : str
        `agreement` says what was compared of the answers.
    theirs, ours : Cost
        Of one piece.
    """

    peer: str
    work: str
    theirs: Cost
    ours: Cost
    agreement: str

    @property
    def ratio(self) -> float:
        """How many times the processor time of chemdb the peer takes."""
        return self.theirs.cpu / self.ours.cpu


def peers(db: Database) -> list[Ratio]:
    """Return the ratios to libraries that decide or embed formulas; raise where answers differ."""
    warnings.filterwarnings("ignore", message="No Pauling electronegativity")
    return [*filtered(db), validity(db), guesses(db), vectors(db)]


def ratios(found: list[Ratio]) -> str:
    """Return the table of ratios."""
    return table(
        ["compared with", "work", ">peer, CPU", ">chemdb, CPU", ">ratio", "answers"],
        (
            (r.peer, r.work, duration(r.theirs.cpu), duration(r.ours.cpu), digits(r.ratio), r.agreement)
            for r in found
        ),
    )


def in_short(found: list[Ratio]) -> tuple[str, str]:
    """Return label and value of the ratio of quaternary systems, decided together, to `smact_filter`."""
    [ratio] = [r.ratio for r in found if r.work == TOGETHER.format(k=4)]
    return (
        "one of all quaternary systems, compared with `smact_filter`, CPU seconds",
        f"{digits(ratio)} times faster",
    )


def rule() -> ElementTable:
    """Return the elements and the oxidation states of the default file."""
    return rule_table(elements_by_symbol(elements()), oxidation_states("smact14"))


def random_systems(nelements: int, n: int) -> list[list[str]]:
    """Return random chemical systems, the same each time."""
    draw = random.Random(nelements)
    return [draw.sample([element.symbol for element in elements()], nelements) for _ in range(n)]


def allowed_by_smact(system: list[str], max_factor: int = MAX_FACTOR) -> int:
    """Return how many compositions of a system `smact_filter` allows."""
    try:
        return len(
            smact_filter(
                [smact.Element(symbol) for symbol in system],
                threshold=max_factor,
                species_unique=False,
                oxidation_states_set="smact14",
            )
        )
    except ValueError:  # an element without oxidation states
        return 0


def filtered(db: Database, samples: dict[int, int] = SYSTEMS) -> Iterator[Ratio]:
    """Yield `smact_filter` against one system read from the file, and against all systems at once."""
    for k, n in samples.items():
        systems = random_systems(k, n)
        theirs, expected = once(lambda systems=systems: [allowed_by_smact(system) for system in systems])
        names = ["-".join(sorted(system)) for system in systems]
        ours, found = once(lambda names=names: [len(db.sql(SYSTEM, [name]).arrow()) for name in names])
        assert found == expected
        yield Ratio(
            "`smact_filter`", f"one system of {k} elements, read from the file", theirs / n, ours / n,
            f"{sum(found):,} allowed compositions of {n} systems: equal",
        )  # fmt: skip
        together, space = warm(lambda k=k: enumerate_systems(rule(), k, MAX_FACTOR, db.limits.threads), 3)
        rank = rule().rank()
        symbols = [element.symbol for element in elements_by_symbol(elements())]
        counts = dict(
            zip(
                map(tuple, space.elements.tolist()),
                space.set_n_allowed[space.system_set].tolist(),
                strict=True,
            )
        )
        numbered = [tuple(sorted(map(symbols.index, system), key=rank.__getitem__)) for system in systems]
        assert [counts[number] for number in numbered] == expected
        yield Ratio(
            "`smact_filter`", TOGETHER.format(k=k), theirs / n,
            together / len(space.elements), f"the same {n} systems: equal",
        )  # fmt: skip


def random_formulas(n: int) -> list[str]:
    """Return random formulas of two to six elements with factors up to 12."""
    draw = random.Random(0)
    symbols = [element.symbol for element in elements()]
    return [
        "".join(
            f"{symbol}{draw.randint(1, 12)}"
            for symbol in draw.sample(symbols, draw.choice((2, 3, 3, 4, 4, 5, 6)))
        )
        for _ in range(n)
    ]


def validity(db: Database, n: int = N, n_peer: int = N_PEER) -> Ratio:
    """Return `smact_validity` against `Database.label`, by formula."""
    texts = random_formulas(n)
    ours, labelled = warm(lambda: db.label(texts), 3)
    theirs, expected = once(
        lambda: [
            smact_validity(text, include_alloys=False, oxidation_states_set="smact14")
            for text in texts[:n_peer]
        ]
    )
    assert labelled["allowed"].to_pylist()[:n_peer] == expected
    return Ratio(
        "`smact_validity`", f"one of {n:,} random formulas of 2 to 6 elements (peer: the first {n_peer:,})",
        theirs / n_peer, ours / n, f"{n_peer:,} formulas, {sum(expected):,} allowed: equal",
    )  # fmt: skip


def guesses(db: Database, n: int = N_GUESSED) -> Ratio:
    """Return pymatgen's `oxi_state_guesses` with its defaults against the most common states of `label`."""
    with db.cursor() as con:
        known = [
            text for (text,) in con.execute("select formula from known_composition order by all").fetchall()
        ]
    texts = random.Random(0).sample(known, n)
    theirs, guessed = once(lambda: [Composition(text).oxi_state_guesses() for text in texts])
    ours, labelled = warm(lambda: db.label(texts))
    found = [bool(species) for species in labelled["species"].to_pylist()]
    same = sum(a == bool(b) for a, b in zip(found, guessed, strict=True))
    return Ratio(
        "pymatgen `oxi_state_guesses`", f"oxidation states of one of {n:,} known formulas, drawn at random",
        theirs / n, ours / n,
        f"different rule (mixed valence, no Pauling test): same verdict for {same} of {n}",
    )  # fmt: skip


def vectors(db: Database, n: int = N_EMBEDDED, n_peer: int = N_PEER) -> Ratio:
    """Return elementembeddings' `CompositionalEmbedding` against `Database.embed`, by formula."""
    texts = db.sample("missing", 4, n)["formula"].to_pylist()
    ours, (embedded, _) = warm(lambda: db.embed(texts, EMBEDDING), 3)
    loaded = Embedding.load_data(EMBEDDING)
    theirs, expected = once(
        lambda: [CompositionalEmbedding(text, loaded).feature_vector("mean") for text in texts[:n_peer]]
    )
    worst = np.abs(np.array(embedded["vector"].to_pylist()[:n_peer]) - np.array(expected)).max()
    assert worst < 1e-5
    return Ratio(
        "elementembeddings",
        f"{EMBEDDING} vector (mean) of one of {n:,} missing quaternaries, from its formula "
        f"(peer: the first {n_peer:,}, embedding loaded once)",
        theirs / n_peer, ours / n, f"largest difference {worst:.0e}",
    )  # fmt: skip
