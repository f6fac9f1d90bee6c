"""Queries the slow, obvious way: every composition of a small space, one by one.

`queries` generates a query's text together with what it means as a Python predicate.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations, product

from hypothesis import strategies as st

from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from helpers import naive

SYMBOLS = ("Na", "Fe", "Zn", "He", "Cl", "O")
MAX_STOICHIOMETRY = 3
GROUPS = {
    "alkali": {"Na"},
    "transition_metal": {"Fe", "Zn"},
    "noble_gas": {"He"},
    "halogen": {"Cl"},
    "chalcogen": {"O"},
    "metal": {"Na", "Fe", "Zn"},
    "nonmetal": {"He", "Cl", "O"},
}
#: (source, material_id, formula, energy above hull)
ENTRIES = [
    ("lab", "a1", "ZnO", 0.0), ("lab", "a2", "ZnO", 0.3), ("lab", "a3", "FeO", 0.12), ("lab", "a4", "Zn3O", 0.4),
    ("lab", "a5", "NaFeO2", None), ("lab", "a6", "ZnFeO3", 0.01), ("lab", "a7", "NaHe2", 0.02),
    ("other", "b1", "ZnO", None), ("other", "b2", "NaCl", None), ("other", "b3", "Fe2O3", None),
    ("other", "b4", "NaZnClO", None), ("other", "b5", "NaZnFeO3", None), ("other", "b6", "OHe", None),
    ("lab", "a8", "NaZnFeClO2", 0.03), ("other", "b7", "NaZnFeClO", None),
]  # fmt: skip


@dataclass(frozen=True)
class Known:
    sources: frozenset
    energy: float | None


@dataclass(frozen=True)
class Composition:
    amounts: tuple  # of (symbol, amount), in order of electronegativity
    allowed: bool
    witnesses: tuple  # of {symbol: oxidation state}
    known: Known | None

    @property
    def formula(self):
        return "".join(f"{symbol}{n if n > 1 else ''}" for symbol, n in self.amounts)

    @property
    def category(self):
        names = {(1, 1): "standard", (1, 0): "missing", (0, 1): "interesting", (0, 0): "unlikely"}
        return names[self.allowed, self.known is not None]

    @property
    def natoms(self):
        return sum(n for _, n in self.amounts)

    def n_among(self, symbols):
        return sum(symbol in symbols for symbol, _ in self.amounts)

    def amount(self, symbols):
        return sum(n for symbol, n in self.amounts if symbol in symbols)


@cache
def space(largest=4):
    """Every composition of `SYMBOLS`: two to `largest` elements, factors to three."""
    found = []
    known = {}
    for source, _, formula, energy in ENTRIES:
        known.setdefault(formula, []).append((source, energy))
    states = oxidation_states("smact14").states
    by_symbol = {e.symbol: e for e in elements() if e.symbol in SYMBOLS}
    ordered = sorted(
        by_symbol.values(), key=lambda e: (e.electronegativity is None, e.electronegativity or 0)
    )
    for n in range(2, largest + 1):
        for system in combinations(ordered, n):
            values = [e.electronegativity for e in system]
            own = [states.get(e.symbol, ()) for e in system]
            for factors in naive.reduced_factors(n, MAX_STOICHIOMETRY):
                amounts = tuple((e.symbol, f) for e, f in zip(system, factors, strict=True))
                witnesses = tuple(
                    dict(zip((e.symbol for e in system), charges, strict=True))
                    for charges in product(*own)
                    if naive.is_allowed(values, [(q,) for q in charges], factors)
                )
                composition = Composition(amounts, naive.is_allowed(values, own, factors), witnesses, None)
                entries = known.get(composition.formula)
                if entries:
                    energies = [energy for _, energy in entries if energy is not None]
                    about = Known(frozenset(source for source, _ in entries), min(energies, default=None))
                    composition = Composition(amounts, composition.allowed, witnesses, about)
                found.append(composition)
    return found


COMPARE = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
comparisons = st.sampled_from(sorted(COMPARE))
names = st.sampled_from([*((symbol, {symbol}) for symbol in SYMBOLS), *GROUPS.items()])
some_names = st.lists(names, min_size=1, max_size=3, unique_by=lambda name: name[0])


def joined(chosen):
    return ",".join(name for name, _ in chosen)


def union(chosen):
    return set().union(*(symbols for _, symbols in chosen))


def each_has_its_own(chosen, composition):
    """Whether different elements of the composition can be found for all the names."""
    symbols = [symbol for symbol, _ in composition.amounts]
    return any(
        all(symbol in own for symbol, (_, own) in zip(order, chosen, strict=True))
        for order in permutations(symbols, len(chosen))
    )


@st.composite
def terms(draw, largest):
    """Text and predicate of one term, for compositions of two to `largest` elements."""
    kind = draw(st.sampled_from([
        "elements", "any", "only", "exclude", "chemsys", "pattern", "within", "formula", "anonymous", "prototype",
        "category", "flag", "nelements", "natoms", "max_factor", "amount", "fraction", "range", "species",
        "known_in", "energy",
    ]))  # fmt: skip
    if kind in ("elements", "any", "only", "exclude"):
        chosen = draw(some_names)
        found = union(chosen)
        meaning = {
            "elements": lambda c: each_has_its_own(chosen, c),
            "any": lambda c: c.n_among(found) > 0,
            "only": lambda c: c.n_among(found) == len(c.amounts),
            "exclude": lambda c: c.n_among(found) == 0,
        }[kind]
        return f"{kind}={joined(chosen)}", meaning
    if kind in ("chemsys", "within"):
        symbols = draw(st.lists(st.sampled_from(SYMBOLS), min_size=2, max_size=largest, unique=True))
        text = "-".join(symbols)
        if kind == "within":
            return f"within={text}", lambda c: c.n_among(symbols) == len(c.amounts)
        return draw(
            st.sampled_from([text, f"chemsys={text}"])
        ), lambda c: {s for s, _ in c.amounts} == set(symbols)
    if kind == "pattern":
        chosen = draw(st.lists(names, min_size=1, max_size=3, unique_by=lambda name: name[0]))
        stars = draw(st.integers(2 - len(chosen) if len(chosen) < 2 else 0, largest - len(chosen)))
        n = len(chosen) + stars
        text = "-".join(draw(st.permutations([name for name, _ in chosen] + ["*"] * stars)))
        return f"chemsys={text}", lambda c: len(c.amounts) == n and each_has_its_own(chosen, c)
    if kind in ("formula", "anonymous", "prototype"):
        symbols = draw(st.lists(st.sampled_from(SYMBOLS), min_size=2, max_size=largest, unique=True))
        factors = draw(st.sampled_from(naive.reduced_factors(len(symbols), MAX_STOICHIOMETRY)))
        wanted = dict(zip(symbols, factors, strict=True))
        times = draw(st.integers(1, 3))
        if kind == "formula":
            text = "".join(f"{s}{n * times}" for s, n in wanted.items())
            text = draw(st.sampled_from([text, f"formula={text}", f"formula=({text})2"]))
            return text, lambda c: dict(c.amounts) == wanted
        letters = "ABCDE" if kind == "anonymous" else "MXQZR"
        if kind == "anonymous":
            text = "anonymous=" + "".join(f"{x}{n * times}" for x, n in zip(letters, factors, strict=False))
            return text, lambda c: sorted(n for _, n in c.amounts) == sorted(factors)
        fixed = draw(st.integers(0, len(symbols) - 1))
        text = "".join(
            f"{s if i < fixed else letters[i]}{n * times}" for i, (s, n) in enumerate(wanted.items())
        )
        kept = dict(list(wanted.items())[:fixed])
        return (
            text,
            lambda c: (
                sorted(n for _, n in c.amounts) == sorted(factors)
                and all(dict(c.amounts).get(s) == n for s, n in kept.items())
            ),
        )
    if kind == "category":
        chosen = draw(
            st.lists(
                st.sampled_from(["standard", "missing", "interesting", "unlikely"]), min_size=1, max_size=2
            )
        )
        return f"category={','.join(chosen)}", lambda c: c.category in chosen
    if kind == "flag":
        text, meaning = draw(st.sampled_from([
            ("allowed", lambda c: c.allowed), ("known", lambda c: c.known is not None),
            ("known=false", lambda c: c.known is None), ("interesting", lambda c: c.category == "interesting"),
        ]))  # fmt: skip
        return text, meaning
    if kind in ("nelements", "natoms", "max_factor"):
        low, high = {"nelements": (2, largest), "natoms": (2, 3 * largest), "max_factor": (1, 3)}[kind]
        comparison = draw(comparisons)
        number = draw(st.integers(low + (comparison == "<"), high - (comparison == ">")))
        value = {"nelements": lambda c: len(c.amounts), "natoms": lambda c: c.natoms,
                 "max_factor": lambda c: max(n for _, n in c.amounts)}[kind]  # fmt: skip
        text = f"{kind}{comparison}{number}"
        return text, lambda c: COMPARE[comparison](value(c), number)
    if kind == "amount":
        name, symbols = draw(names)
        comparison = draw(comparisons)
        number = draw(st.integers(comparison == "<", 3 - (comparison == ">")))
        return f"{name}{comparison}{number}", lambda c: COMPARE[comparison](c.amount(symbols), number)
    if kind in ("fraction", "range"):
        name, symbols = draw(names)
        low = draw(st.sampled_from(["1/5", "0.25", "1/3", "0.4"]))
        high = draw(st.sampled_from(["0.5", "3/5", "2/3", "0.75"]))
        if kind == "range":
            return (
                f"{low}<x({name})<={high}",
                lambda c: Fraction(low) < Fraction(c.amount(symbols), c.natoms) <= Fraction(high),
            )
        comparison = draw(comparisons)
        return f"x({name}) {comparison} {low}", lambda c: COMPARE[comparison](
            Fraction(c.amount(symbols), c.natoms), Fraction(low)
        )
    if kind == "species":
        chosen = dict(draw(st.lists(
            st.sampled_from([("Na", 1), ("Fe", 2), ("Fe", 3), ("Zn", 2), ("Cl", -1), ("Cl", 5), ("O", -2), ("O", -1)]),
            min_size=1, max_size=2, unique_by=lambda species: species[0],
        )))  # fmt: skip
        text = ",".join(
            f"{s}{abs(q) if abs(q) > 1 else ''}{'+' if q > 0 else '-'}" for s, q in chosen.items()
        )
        return f"species={text}", lambda c: any(chosen.items() <= witness.items() for witness in c.witnesses)
    if kind == "known_in":
        source = draw(st.sampled_from(["lab", "other"]))
        return f"known_in={source}", lambda c: c.known is not None and source in c.known.sources
    comparison, number = draw(comparisons), draw(st.sampled_from([0, 0.01, 0.1, 0.12, 0.5]))
    return (
        f"energy_above_hull{comparison}{number}",
        lambda c: (
            (
                c.known is not None
                and c.known.energy is not None
                and COMPARE[comparison](c.known.energy, number)
            )
            if comparison != "!="
            else (c.known is None or c.known.energy is None or c.known.energy != number)
        ),
    )


def _both(a, b):
    return lambda c: a(c) and b(c)


def _either(a, b):
    return lambda c: a(c) or b(c)


def _not(a):
    return lambda c: not a(c)


def _joined(children):
    pairs = st.tuples(children, children)
    return st.one_of(
        st.tuples(pairs, st.sampled_from([" ", " AND ", " and "])).map(
            lambda x: (f"({x[0][0][0]}){x[1]}({x[0][1][0]})", _both(x[0][0][1], x[0][1][1]))
        ),
        pairs.map(
            lambda x: (
                (f"{x[0][0]} {x[1][0]}", _both(x[0][1], x[1][1]))
                if " OR " not in x[0][0] + x[1][0]
                else (f"({x[0][0]}) ({x[1][0]})", _both(x[0][1], x[1][1]))
            )
        ),
        pairs.map(lambda x: (f"({x[0][0]} OR {x[1][0]})", _either(x[0][1], x[1][1]))),
        children.map(lambda x: (f"NOT ({x[0]})", _not(x[1]))),
    )


queries = st.recursive(terms(4), _joined, max_leaves=4)
#: Also of five elements.
queries_of_five = st.recursive(terms(5), _joined, max_leaves=4)
