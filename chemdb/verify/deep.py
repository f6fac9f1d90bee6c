"""The deep checks: every composition decided again, and samples decided by independent implementations."""

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES, category_of
from chemdb.chemistry.formula import read_formulas
from chemdb.chemistry.species import SMACT_SETS, OxidationStates
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS
from chemdb.database.arrays import as_array, bit_rows, read_systems
from chemdb.database.connection import threads_of
from chemdb.database.execution import execute
from chemdb.database.metadata import build_info, elements_of, max_stoichiometry_of, states_of
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.by_signature import enumerate_by_signature
from chemdb.enumeration.element_table import ElementTable, elements_by_symbol, rule_table
from chemdb.enumeration.row_file import row_file
from chemdb.query.sample import sample_categories
from chemdb.rule.reference import is_allowed
from chemdb.runtime.progress import Progress
from chemdb.substitution.frames import Compositions
from chemdb.substitution.model import learn, stored_model
from chemdb.verify.check import Check, check
from chemdb.verify.quick import Group, built_nelements

#: Sampled compositions per category and number of elements; the slow SMACT and SQL decide some of them.
N_SAMPLED = 300
N_SLOW = 40
#: Systems whose bits are compared at a time, 30 MB.
BATCH = 1 << 16
#: Sets of five elements that are read at a time, 33 MB.
SETS_AT_ONCE = 1 << 13


def verify_enumeration(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether a new enumeration decides all compositions as the file does."""
    info = build_info(con)
    ordered = elements_by_symbol(elements_of(con))
    table = rule_table(ordered, OxidationStates(info["oxidation_state_set"], states_of(con)))
    numbers = np.array([element.atomic_number for element in ordered], np.uint8)
    for nelements in built_nelements(info):
        if nelements > MAX_LISTED_NELEMENTS:
            yield from _verify_by_signature(con, table, numbers, nelements, progress)
            continue
        expected = enumerate_systems(
            table, nelements, int(info["max_stoichiometry"]), threads_of(con), progress
        )
        stored = read_systems(con, nelements)
        name = f"{nelements} elements: "
        same = np.array_equal(stored.factors, expected.factors)
        yield check(name + "stoichiometries, in order", "identical", "identical" if same else "different")
        same = np.array_equal(stored.elements, numbers[expected.elements])
        yield check(name + "systems, in order", "identical", "identical" if same else "different")
        n_systems, n_decided = len(expected.elements), len(expected.elements) * len(expected.factors)
        if len(stored.elements) != n_systems or stored.sets.shape[1] != expected.bits.shape[1]:
            yield Check(name + "decisions, bit for bit", n_decided, "different systems", False)
            continue
        n_wrong = 0
        for start in range(0, n_systems, BATCH):
            rows = slice(start, start + BATCH)
            differ = stored.sets[stored.system_set[rows]] ^ expected.bits[expected.system_set[rows]]
            if differ.any():
                n_wrong += int(np.bitwise_count(differ).sum())
            progress(min(1.0, (start + BATCH) / n_systems))
        yield check(name + "decisions, bit for bit", n_decided, n_decided - n_wrong)
    # The quick checks compare the number of members, so none is missing.
    [(n_listed, n_right)] = execute(
        con,
        "select count(*), count(*) filter (get_bit(a.stoichiometries, l.stoichiometry_id) = 1) "
        "from store.allowed_stoichiometry l left join store.allowed_set a using (allowed_set_id)",
    ).fetchall()
    yield check("listed stoichiometries that are in their sets", n_listed, n_right)


def _verify_by_signature(
    con: duckdb.DuckDBPyConnection,
    table: ElementTable,
    numbers: NDArray[np.uint8],
    nelements: int,
    progress: Progress,
) -> Iterator[Check]:
    """Yield whether the file has the heads, tails, pairs and sets of a new enumeration by signature."""
    name = f"{nelements} elements: "
    with row_file(None) as file:
        expected = enumerate_by_signature(
            table, nelements, max_stoichiometry_of(con), threads_of(con), file, progress
        )
        halves = {
            "heads": (
                "select enum_code(element1) + 1, enum_code(element2) + 1, enum_code(element3) + 1, "
                "head_signature from store.system_head order by first_system_id",
                np.column_stack([numbers[expected.heads], expected.head_signature]),
            ),
            "tails": (
                "select enum_code(element3) + 1, enum_code(element4) + 1, enum_code(element5) + 1, "
                "tail_signature, tail_number from store.system_tail order by all",
                _sorted(
                    np.column_stack([numbers[expected.tails], expected.tail_signature, expected.tail_number])
                ),
            ),
            "pairs of signatures": (
                "select head_signature, tail_signature, case when allowed_set_id > 0 then allowed_set_id - "
                "(select min(allowed_set_id) from store.allowed_set where nelements = 5) + 1 else 0 end "
                "from store.signature_pair order by all",
                _sorted(expected.pairs),
            ),
        }
        for what, (query, right) in halves.items():
            stored = con.sql(query).to_arrow_table()
            found = np.column_stack([as_array(column.cast("int64")) for column in stored.columns])
            same = np.array_equal(found, right)
            yield check(name + what, "identical", "identical" if same else "different")
        n_decided = expected.n_systems * len(expected.factors)
        n_wrong = 0
        reader = con.sql(
            "select stoichiometries::blob as bits from store.allowed_set where nelements = 5 "
            "order by allowed_set_id"
        ).to_arrow_reader(SETS_AT_ONCE)
        rows = (blob for batch in reader for blob in batch.column(0).to_pylist())
        for first, bits in expected.packed():
            stored_bits = bit_rows(islice(rows, len(bits)), bits.shape[1])
            if stored_bits.shape != bits.shape:
                yield Check(name + "decisions, bit for bit", n_decided, "different sets", False)
                return
            differ = stored_bits ^ bits
            n_systems = expected.set_n_systems[first : first + len(bits)]
            n_wrong += int((np.bitwise_count(differ).sum(axis=1, dtype=np.int64) * n_systems).sum())
            progress(min(1.0, (first + len(bits)) / expected.n_sets))
        yield check(name + "decisions, bit for bit", n_decided, n_decided - n_wrong)


def _sorted(rows: NDArray[Any]) -> NDArray[Any]:
    """Return rows in lexicographic order."""
    ordered: NDArray[Any] = rows[np.lexsort(rows.T[::-1])]
    return ordered


def verify_samples(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether the reference rule, SMACT, SQL and the formula reader agree with the file on samples."""
    info = build_info(con)
    elements = elements_of(con)
    states = states_of(con)
    electronegativity = {element.symbol: element.electronegativity for element in elements}
    known = {formula for (formula,) in execute(con, "select distinct formula from known_entry").fetchall()}
    smact_set = info["oxidation_state_set"] if info["oxidation_state_set"] in SMACT_SETS else None
    sizes = built_nelements(info)
    for done, nelements in enumerate(sizes, start=1):
        for category in CATEGORIES:
            rows = sample_categories(con, [category], [nelements], N_SAMPLED).to_pylist()
            slow_rows = rows[:: max(1, len(rows) // N_SLOW)]
            by_rule = by_smact = by_sql = 0
            for row in rows:
                symbols = row["elements"]
                allowed = is_allowed(
                    [electronegativity[symbol] for symbol in symbols],
                    [states.get(symbol, ()) for symbol in symbols],
                    row["factors"],
                )
                by_rule += category_of(allowed, row["formula"] in known) == category
            name = f"{nelements} elements: {category}, "
            yield check(name + "by the reference rule", len(rows), by_rule)
            for row in slow_rows:
                sql = execute(
                    con, "select category::varchar from composition_of($formula)", {"formula": row["formula"]}
                ).fetchall()
                by_sql += sql == [(category,)]
                if smact_set:
                    allowed = _smact_allows(row["elements"], row["factors"], smact_set)
                    by_smact += category_of(allowed, row["formula"] in known) == category
            yield check(name + "by composition_of", len(slow_rows), by_sql)
            if smact_set:
                yield check(name + "by smact_filter", len(slow_rows), by_smact)
            else:
                yield Check(name + "by smact_filter", "not a SMACT set", 0, True)
            yield check(name + "read in other spellings", len(rows), _n_read(rows, elements))
        progress(done / len(sizes))


def verify_suggestions(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether the substitution weights are learned again, and the suggestions have the right scores."""
    stored, learned = stored_model(con), learn(con)
    # Other linear algebra may round the last digit differently.
    differ = int((np.abs(stored.weights - learned.weights) > 1).sum())
    yield check("substitution weights, learned again", stored.weights.size, stored.weights.size - differ)
    rows = con.sql(
        "select s.formula, k.elements, t.factors, s.score from suggestion s "
        "join store.systems_in('suggestion') k using (system_id) join store.stoichiometry t "
        "on t.nelements = s.nelements and t.stoichiometry_id = s.stoichiometry_id"
    ).to_arrow_table()
    scores = stored.analogues(Compositions.of(rows)).scores()
    yield check("scores of suggestions", len(rows), int((scores == as_array(rows["score"])).sum()))


def _n_read(rows: Sequence[dict[str, Any]], elements: Sequence[Any]) -> int:
    """Return how many formulas are read alike as written, and with doubled amounts in another order."""
    random = Random(0)
    respelled = []
    for row in rows:
        parts = [
            f"{symbol}{2 * factor}" for symbol, factor in zip(row["elements"], row["factors"], strict=True)
        ]
        random.shuffle(parts)
        respelled.append("".join(parts))
    formulas = [row["formula"] for row in rows]
    first = read_formulas(formulas, elements).formula().to_pylist()
    second = read_formulas(respelled, elements).formula().to_pylist()
    chemsys = read_formulas(respelled, elements).chemsys().to_pylist()
    return sum(
        row["formula"] == a == b and row["chemsys"] == system
        for row, a, b, system in zip(rows, first, second, chemsys, strict=True)
    )


def _smact_allows(symbols: Sequence[str], factors: Sequence[int], name: str) -> bool:
    import smact
    from smact.screening import smact_filter

    try:
        allowed = smact_filter(
            [smact.Element(symbol) for symbol in symbols],
            stoichs=[[factor] for factor in factors],
            species_unique=False,
            oxidation_states_set=name,
        )
    except ValueError:  # an element has no oxidation states
        return False
    return bool(allowed)


#: Groups of deep checks.
DEEP: Sequence[tuple[str, Group]] = (
    ("Enumeration", verify_enumeration),
    ("Samples", verify_samples),
    ("Suggestions", verify_suggestions),
)
