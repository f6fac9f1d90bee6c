"""Queries made at random, to ask the page and the database the same."""

import random

SYMBOLS = (  # noqa: SIM905
    "H Li Be B C N O F Na Mg Al Si P S Cl K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Rb Sr Y Zr Nb Mo Ag Cd In Sn "
    "Sb Te I Cs Ba La Ce Eu Gd Yb Hf Ta W Pt Au Hg Tl Pb Bi U He Ar Pm Lr"
).split()
GROUPS = (  # noqa: SIM905
    "alkali alkaline_earth transition_metal coinage_metal lanthanoid actinoid rare_earth metalloid triel tetrel pnictogen "
    "chalcogen halogen noble_gas nonmetal metal platinum_group"
).split()
CATEGORIES = ["standard", "missing", "interesting", "unlikely"]
COMPARISONS = ["=", "!=", "<", "<=", ">", ">="]


def queries(n, seed, nelements=(2, 3, 4), max_factor=8, sources=("mp-snapshot",)):
    """Return the texts of `n` queries without species."""
    make = _Maker(random.Random(seed), list(nelements), max_factor, sources)
    return [make.query() for _ in range(n)]


class _Maker:
    def __init__(self, rng, nelements, max_factor, sources):
        self.rng, self.nelements, self.max_factor, self.sources = rng, nelements, max_factor, sources

    def query(self):
        terms = [self.term() for _ in range(self.rng.choice([1, 1, 2, 2, 3, 4]))]
        if len(terms) > 1 and self.rng.random() < 0.25:
            first, second, *rest = terms
            terms = [f"({first} OR {second})", *rest]
        if self.rng.random() < 0.4:
            terms.append(self.rng.choice([*CATEGORIES, "known", "allowed", "NOT known", "NOT allowed"]))
        return " ".join(f"NOT ({term})" if self.rng.random() < 0.1 else term for term in terms)

    def names(self, most):
        chosen = [self.name() for _ in range(self.rng.randint(1, most))]
        return ",".join(dict.fromkeys(chosen))

    def name(self):
        return self.rng.choice(SYMBOLS if self.rng.random() < 0.75 else GROUPS)

    def formula(self, letters):
        factors = [self.rng.randint(1, self.max_factor) for _ in letters]
        return "".join(f"{x}{n if n > 1 else ''}" for x, n in zip(letters, factors, strict=True))

    def term(self):
        rng = self.rng
        k = rng.choice(self.nelements)
        match rng.randrange(17):
            case 0 | 1 | 2:
                return f"elements={self.names(min(3, self.nelements[-1]))}"
            case 3:
                return f"any={self.names(4)}"
            case 4:
                return f"exclude={self.names(5)}"
            case 5:
                return f"only={self.names(8)}"
            case 6:
                return rng.choice(["chemsys=", ""]) + "-".join(rng.sample(SYMBOLS, k))
            case 7:
                names = [*rng.sample(SYMBOLS, k - 1), rng.choice(["*", *GROUPS])]
                return f"chemsys={'-'.join(names)}"
            case 8:
                return f"within={'-'.join(rng.sample(SYMBOLS, rng.randint(2, 7)))}"
            case 9:
                return f"nelements={rng.choice(self.nelements)}"
            case 10:
                return f"natoms{rng.choice(['<=', '<', '=', '>='])}{rng.randint(5, 14)}"
            case 11:
                return f"max_factor{rng.choice(COMPARISONS)}{rng.randint(2, self.max_factor - 1)}"
            case 12:
                return f"anonymous={self.formula('ABCD'[:k])}"
            case 13:
                return self.formula(["A", "X", rng.choice(["O", "F", "S"]), "M"][:k])
            case 14:
                return f"{self.name()}{rng.choice(COMPARISONS)}{rng.randint(1, self.max_factor - 1)}"
            case 15:
                low, high = sorted(rng.sample([0.1, 0.2, 0.25, 1 / 3, 0.5, 0.6, 0.75, 0.9], 2))
                name = self.name()
                return rng.choice(
                    [f"{low}<x({name})<={high}", f"x({name})>={high}", f"x({name})=1/{rng.randint(2, 4)}"]
                )
            case _:
                return rng.choice(
                    [self.formula(rng.sample(SYMBOLS, k)), f"known_in={rng.choice(self.sources)}"]
                    + ["energy_above_hull<=0.1", "energy_above_hull>0.05"] * (len(self.sources) > 1)
                )
