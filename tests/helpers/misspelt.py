"""Queries with typing errors, made at random."""

import random

#: What is typed by mistake, and words that are easily confused.
PIECES = [
    *" ,()\"'=<>:!&|-*.0123456789₂½·≤ABCMXLinOxeé\t\\", "and", "OR", "not ", "((", "))", "<=", "==", "O>=", "x(", "elements=",
    "formula=", "any=", "chemsys=", "species=Fe3+", "known_in=", "Fe2O3", "Li-O", "1/3", "1e-3", "0.5<", "natoms", "missing ",
    "(OH)2", "alkali", "Ti-O-*", "ABO3", "energy_above_hull<", "=false", " 12", "H2O", "𝛼",
]  # fmt: skip


def misspelt(texts, seed):
    """Return the texts, each with one to three random changes."""
    rng = random.Random(seed)
    return [_changed(rng, text, rng.randint(1, 3)) for text in texts]


def _changed(rng, text, n):
    for _ in range(n):
        at = rng.randint(0, len(text))
        match rng.randrange(4):
            case 0:
                text = text[:at] + text[at + rng.randint(1, 3) :]
            case 1:
                other = rng.randint(0, len(text))
                text = text[:at] + text[other : other + 4] + text[at:]
            case _:
                text = text[:at] + rng.choice(PIECES) + text[at + rng.choice([0, 0, 1]) :]
    return text
