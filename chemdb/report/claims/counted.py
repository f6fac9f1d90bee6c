"""Claims 1 and 8, which exact counts answer."""

from dataclasses import replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.database.metadata import build_info, elements_of, nelements_of, states_of
from chemdb.report.claims.claim import Claim, Measurement, judged, outcome_of
from chemdb.report.claims.statistics import partial_spearman, shuffled_spearman, spearman
from chemdb.report.paper_values import TABLE_2, as_in_paper

#: Elements that stand out in Figure 1.
NAMED = ("C", "N", "O", "Si", "P", "S", "Cl", "Ge", "Cr", "Mn", "Fe")
#: Of those, and F: in spite of few oxidation states.
FEW_STATES = ("F", "O")
#: Fewest elements whose ranks say anything.
FEWEST_ELEMENTS = 20
#: Smallest rank correlation that counts as strong (Cohen's large effect).
STRONG = 0.5
#: What "stands out" means: among the first quarter of the elements.
FIRST = 0.25
#: The missing shares of the claim in percent.
PRINTED_SHARES = {2: 4.4, 3: 13.9, 4: 17.2}


def elements_in_binaries(con: duckdb.DuckDBPyConnection, seed: int) -> Claim:
    """Return claim 1, judged by the elements that have oxidation states and an electronegativity."""
    if 2 not in nelements_of(con):
        return judged(1, (), ["this file has no binaries"])
    binaries = dict(
        con.execute("select symbol::varchar, allowed from element_frequency where nelements = 2").fetchall()
    )
    states = states_of(con)
    elements = [each for each in elements_of(con) if each.electronegativity and each.symbol in states]
    if len(elements) < FEWEST_ELEMENTS:
        return judged(1, (), [f"fewer than {FEWEST_ELEMENTS} elements have oxidation states"])
    counts = np.array([binaries[each.symbol] for each in elements], float)
    n_states = np.array([len(states[each.symbol]) for each in elements], float)
    electronegativity = np.array([each.electronegativity for each in elements], float)
    place = {each.symbol: place for place, each in enumerate(elements)}
    found = [
        *_correlation("oxidation states", n_states, "electronegativity", electronegativity, counts, seed),
        *_correlation("electronegativity", electronegativity, "oxidation states", n_states, counts, seed),
    ]
    everywhere = np.full(len(elements), True)
    for symbol in (symbol for symbol in NAMED if symbol in place):
        rank = _rank(symbol, "elements", counts, place[symbol], everywhere)
        found.append(replace(rank, outcome=outcome_of(rank.value <= FIRST * rank.n)))
    for symbol in (symbol for symbol in FEW_STATES if symbol in place):
        few = n_states <= n_states[place[symbol]]
        rank = _rank(symbol, "elements with at most as many states", counts, place[symbol], few)
        found.append(replace(rank, outcome=outcome_of(rank.value == 1)))
    absent = [symbol for symbol in dict.fromkeys((*NAMED, *FEW_STATES)) if symbol not in place]
    return judged(1, found, [f"no oxidation states of {', '.join(absent)}"] if absent else [])


def _correlation(
    name: str,
    values: NDArray[np.float64],
    given: str,
    given_values: NDArray[np.float64],
    counts: NDArray[np.float64],
    seed: int,
) -> list[Measurement]:
    """Return the rank correlation of a property of elements with their counts, also given another one."""
    measure, compared, n = "Spearman correlation", "allowed binaries and a property of elements", len(counts)
    value = spearman(values, counts)
    shuffled, high = shuffled_spearman(values, counts, seed)
    measured = Measurement(measure, compared, 2, None, name, n, value, None, None, shuffled, high)
    partial = partial_spearman(values, counts, given_values)
    return [
        replace(measured, outcome=outcome_of(value >= STRONG and value > high)),
        Measurement(measure, compared, 2, None, f"{name} given {given}", n, partial, control=True),
    ]


def _rank(
    symbol: str, compared: str, counts: NDArray[np.float64], place: int, among: NDArray[np.bool_]
) -> Measurement:
    """Return the rank of an element by its count among some elements; equal counts have their mean rank."""
    n = int(among.sum())
    larger = int((counts[among] > counts[place]).sum())
    equal = int((counts[among] == counts[place]).sum())
    rank = larger + (equal + 1) / 2
    return Measurement("rank by allowed binaries", compared, 2, None, symbol, n, rank, shuffled=(n + 1) / 2)


def missing_share(con: duckdb.DuckDBPyConnection) -> Claim:
    """Return claim 8, judged by the known list of the file and by the known compositions of the paper."""
    rows = con.execute(
        "select nelements, combinations, allowed, missing from order_summary "
        "where list_contains($sizes, nelements) order by nelements",
        {"sizes": list(TABLE_2)},
    ).fetchall()
    as_paper = as_in_paper(build_info(con))
    found = []
    shares = [100 * missing / combinations for _, combinations, _, missing in rows]
    for i, (nelements, combinations, allowed, _) in enumerate(rows):
        near = shares[max(0, i - 1) : i + 2]
        outcome = outcome_of(near == sorted(set(near)))
        found.append(_share("known list of the file", nelements, combinations, shares[i], outcome))
        if as_paper and nelements in TABLE_2:
            share = 100 * (allowed - TABLE_2[nelements]["standard"]) / combinations
            outcome = outcome_of(round(share, 1) == PRINTED_SHARES[nelements])
            found.append(_share("known list of the paper", nelements, combinations, share, outcome))
        control = _share("if nothing were known", nelements, combinations, 100 * allowed / combinations, None)
        found.append(replace(control, control=True))
    if len(rows) < 2:
        return judged(
            8, (replace(each, outcome=None) for each in found), ["growth needs several numbers of elements"]
        )
    not_judged = []
    if not as_paper:
        not_judged.append("the paper's shares need its oxidation states and factors up to 8")
    elif absent := [nelements for nelements in TABLE_2 if nelements not in [row[0] for row in rows]]:
        not_judged.append(f"this file has no compositions of {' or '.join(map(str, absent))} elements")
    return judged(8, found, not_judged)


def _share(known: str, nelements: int, n: int, percent: float, outcome: str | None) -> Measurement:
    return Measurement(
        "missing share in %", "all compositions", nelements, None, known, n, percent, outcome=outcome
    )
