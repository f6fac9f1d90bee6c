"""How costs grow with the pool of elements, the factors and the number of elements."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from measure import command, once, process
from page import duration, table
from peers import MAX_FACTOR, allowed_by_smact, random_systems, rule

from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.chemistry.stoichiometry import n_combinations
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.count import count_allowed
from chemdb.enumeration.element_table import ElementTable, elements_by_symbol, rule_table
from chemdb.plot.style import DEFAULT_LOOK, add_legend

FIGURE = Path(__file__).parents[2] / "docs" / "figures" / "growth.svg"
POOLS = (20, 30, 40, 50, 60, 70, 80, 97)
FACTORS = tuple(range(4, 13))
#: Largest factors of the files that are built.
BUILT = (4, 6, 8, 10, 12)
NELEMENTS = (2, 3, 4, 5)
#: Systems that `smact_filter` decides for each point.
N_SYSTEMS = 8
DECIDE, SETS, BUILD, SMACT = "decide", "decide, merge the sets", "build the file", "smact_filter"
_COLOURS = DEFAULT_LOOK.colors
COLOURS = {
    DECIDE: _COLOURS["standard"],
    SETS: _COLOURS["oxide"],
    BUILD: _COLOURS["missing"],
    SMACT: _COLOURS["interesting"],
}


@dataclass(frozen=True)
class Curve:
    """CPU seconds of some work against a size.

    Attributes
    ----------
    against, work : str
    sizes, seconds : sequences of float
    """

    against: str
    work: str
    sizes: Sequence[float]
    seconds: Sequence[float]

    @property
    def exponent(self) -> float:
        """Slope of the least-squares line through the logarithms."""
        return float(np.polyfit(np.log(self.sizes), np.log(self.seconds), 1)[0])


def growth(threads: int, folder: Path) -> list[Curve]:
    """Return all curves."""
    return [*pools(threads), *factors(threads, folder), *numbers_of_elements(threads)]


def pools(threads: int, sizes: Sequence[int] = POOLS) -> list[Curve]:
    """Return the costs of quaternaries of random pools of elements that the rule can decide."""
    against = "elements in the pool (4 elements, factors to 8)"
    tables = [_pool(n) for n in sizes]
    return [
        Curve(
            against, DECIDE, sizes, [_cost(count_allowed, pool, 4, MAX_FACTOR, threads) for pool in tables]
        ),
        Curve(
            against, SETS, sizes, [_cost(enumerate_systems, pool, 4, MAX_FACTOR, threads) for pool in tables]
        ),
    ]


def factors(
    threads: int, folder: Path, largest: Sequence[int] = FACTORS, built: Sequence[int] = BUILT
) -> list[Curve]:
    """Return the costs of all quaternaries with factors up to each of some."""
    against = "largest factor (4 elements, all 103)"
    systems = random_systems(4, N_SYSTEMS)
    return [
        Curve(against, DECIDE, largest, [_cost(count_allowed, rule(), 4, m, threads) for m in largest]),
        Curve(against, SETS, largest, [_cost(enumerate_systems, rule(), 4, m, threads) for m in largest]),
        Curve(against, BUILD, built, [_build(folder, m) for m in built]),
        Curve(against, SMACT, built, [_smact(systems, 4, m) for m in built]),
    ]


def numbers_of_elements(threads: int, numbers: Sequence[int] = NELEMENTS) -> list[Curve]:
    """Return the costs against the number of combinations of two to five elements."""
    against = "combinations (2 to 5 elements, factors to 8)"
    # enumerate_systems holds all sets in memory, and five elements have too many; smact_filter would take an hour.
    fewer = [k for k in numbers if k < 5]
    combinations = [n_combinations(k, MAX_FACTOR) for k in numbers]
    return [
        Curve(against, DECIDE, combinations, [_cost(count_allowed, rule(), k, MAX_FACTOR, threads) for k in numbers]),
        Curve(
            against, SETS, combinations[: len(fewer)],
            [_cost(enumerate_systems, rule(), k, MAX_FACTOR, threads) for k in fewer],
        ),
        Curve(
            against, SMACT, combinations[: len(fewer)],
            [_smact(random_systems(k, N_SYSTEMS * 4 ** (4 - k)), k, MAX_FACTOR) for k in fewer],
        ),
    ]  # fmt: skip


def exponents(curves: Sequence[Curve]) -> str:
    """Return the table of curves with their exponents."""
    return table(
        ["work", "against", ">points", ">from", ">to", ">exponent"],
        (
            (c.work, c.against, len(c.sizes), f"{c.sizes[0]:,}: {duration(c.seconds[0])}",
             f"{c.sizes[-1]:,}: {duration(c.seconds[-1])}", f"{c.exponent:.2f}")
            for c in curves
        ),
    )  # fmt: skip


def draw(curves: Sequence[Curve], target: Path = FIGURE) -> None:
    """Draw the curves, a panel for each size, with their exponents at the right."""
    panels = list(dict.fromkeys(curve.against for curve in curves))
    with DEFAULT_LOOK.applied():
        figure = DEFAULT_LOOK.new_figure(2, 0.4)
        axes = figure.subplots(1, len(panels), sharey=True)
        for ax, against in zip(axes, panels, strict=True):
            for curve in (c for c in curves if c.against == against):
                ax.loglog(
                    curve.sizes,
                    curve.seconds,
                    marker="o",
                    markersize=2.5,
                    linewidth=0.8,
                    color=COLOURS[curve.work],
                )
                ax.annotate(
                    f"{curve.exponent:.1f}", (curve.sizes[-1], curve.seconds[-1]), (4, 0),
                    textcoords="offset points", va="top" if curve.work == DECIDE else "bottom", color=COLOURS[curve.work],
                )  # fmt: skip
            what, _, fixed = against.rpartition(" (")
            ax.set_xlabel(f"{what}\n({fixed}")
            ax.grid(True, which="major", color="#E5E5E5")
            ax.margins(x=0.15)
        whole_numbers(axes[0], (20, 50, 97))
        whole_numbers(axes[1], (4, 6, 8, 10, 12))
        axes[0].set_ylabel("CPU seconds")
        figure.tight_layout(rect=(0, 0, 1, 0.93))
        add_legend(figure, COLOURS, list(COLOURS), all_circles=True, loc="upper center", ncols=len(COLOURS))
        # Without a date the same numbers give the same file.
        figure.savefig(target, metadata={"Date": None})


def whole_numbers(ax: Axes, ticks: Sequence[int]) -> None:
    """Write these sizes below an axis as whole numbers."""
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_xticks([], minor=True)


def _pool(n: int) -> ElementTable:
    states = oxidation_states("smact14")
    usable = [e for e in elements() if e.electronegativity is not None and states.states.get(e.symbol)]
    chosen = random.Random(0).sample(usable, min(n, len(usable)))
    return rule_table(elements_by_symbol(chosen), states)


def _cost(function: Callable[..., object], *arguments: object) -> float:
    """Return the CPU seconds of a call, the least of three where it is short."""
    seconds = [once(lambda: function(*arguments))[0].cpu]
    while len(seconds) < 3 and seconds[0] < 5:
        seconds.append(once(lambda: function(*arguments))[0].cpu)
    return min(seconds)


def _build(folder: Path, largest: int) -> float:
    path = folder / "grown.duckdb"
    cost = process(command("build", "--max-stoichiometry", largest, "--db", path))
    path.unlink()
    return cost.cpu


def _smact(systems: Sequence[list[str]], nelements: int, largest: int) -> float:
    """Return the CPU seconds that `smact_filter` would take for all systems, from some."""
    cost, _ = once(lambda: [allowed_by_smact(system, largest) for system in systems])
    return cost.cpu / len(systems) * comb(len(rule()), nelements)
