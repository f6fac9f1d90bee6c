"""Random compositions of five elements: whether the file decides them as `chemdb label` and SMACT do.

Run with a file built by `chemdb build --nelements 2-5`:

    python bench/quinaries.py full.duckdb [n_label] [n_smact]
"""

import sys
from math import gcd
from random import Random

import pyarrow as pa

import chemdb
from chemdb.database.execution import registered

#: Compositions whose decisions are looked up in the file.
LOOK_UP = """
select g.text, get_bit(a.stoichiometries, t.stoichiometry_id) = 1 as allowed
from given g
join store.system_head h on h.element1 = g.elements[1] and h.element2 = g.elements[2] and h.element3 = g.elements[3]
join store.system_tail e on e.element3 = h.element3 and e.element4 = g.elements[4] and e.element5 = g.elements[5]
join store.signature_pair p on p.head_signature = h.head_signature and p.tail_signature = e.tail_signature
join store.allowed_set a using (allowed_set_id)
join store.stoichiometry t on t.nelements = 5 and t.factors = g.factors
"""


def random_compositions(db, n, seed=0):
    """Return symbols and factors of `n` random compositions, the elements in order of electronegativity."""
    random = Random(seed)
    with db.cursor() as con:
        rows = con.execute(
            "select symbol::varchar from element order by electronegativity nulls last, atomic_number"
        ).fetchall()
        [(largest,)] = con.execute("select max(max_factor) from stoichiometry").fetchall()
    ordered = [symbol for (symbol,) in rows]
    found = {}
    while len(found) < n:
        symbols = sorted(random.sample(ordered, 5), key=ordered.index)
        factors = [random.randint(1, largest) for _ in symbols]
        if gcd(*factors) == 1:
            text = "".join(f"{s}{f if f > 1 else ''}" for s, f in zip(symbols, factors, strict=True))
            found[text] = symbols, factors
    return found


def by_smact(symbols, factors, states):
    """Return whether SMACT allows a composition."""
    import smact
    from smact.screening import smact_filter

    try:
        return bool(
            smact_filter(
                [smact.Element(symbol) for symbol in symbols],
                stoichs=[[factor] for factor in factors],
                species_unique=False,
                oxidation_states_set=states,
            )
        )
    except ValueError:  # an element has no oxidation states
        return False


def main(path, n_label=20_000, n_smact=2_000):
    """Print how many decisions differ."""
    with chemdb.open(path) as db:
        found = random_compositions(db, int(n_label))
        given = pa.table(
            {
                "text": list(found),
                "elements": [symbols for symbols, _ in found.values()],
                "factors": pa.array([factors for _, factors in found.values()], pa.list_(pa.uint8())),
            }
        )
        with db.cursor() as con, registered(con, {"given": given}):
            in_file = dict(con.execute(LOOK_UP).fetchall())
        labels = dict(
            zip(*(db.label(list(found))[name].to_pylist() for name in ("formula", "allowed")), strict=True)
        )
        states = db.info()["build_info"]["oxidation_state_set"]
    differ = sum(in_file.get(text) is not labels[text] for text in found)
    print(
        f"{len(found):,} random compositions of five elements, {sum(labels.values()):,} allowed: {differ:,} differ from label"
    )
    some = list(found)[: int(n_smact)]
    differ = sum(in_file.get(text) is not by_smact(*found[text], states) for text in some)
    print(f"{len(some):,} of these: {differ:,} differ from SMACT's smact_filter")


if __name__ == "__main__":
    main(*sys.argv[1:])
