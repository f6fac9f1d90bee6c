import numpy as np
import pytest
from helpers import naive
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

from chemdb.chemistry.elements import elements
from chemdb.chemistry.species import oxidation_states
from chemdb.enumeration import by_signature
from chemdb.enumeration.by_signature import enumerate_by_signature
from chemdb.enumeration.count import count_allowed
from chemdb.enumeration.element_table import ElementTable, elements_by_symbol, rule_table
from chemdb.enumeration.kernel import distinct_rows
from chemdb.enumeration.row_file import row_file
from chemdb.errors import LimitError

# As in test_allowed_sets.py, but with some electronegativity and state more often: five elements are rarely neutral.
element = st.tuples(
    st.sampled_from([0.9, 1.0, 1.5, 1.5, 2.2, 2.2, 3.4, 3.4, None]),
    st.lists(st.integers(-3, 3), min_size=1, max_size=3, unique=True).map(lambda q: tuple(sorted(q)))
    | st.just(()),
)


def enumerated(table, nelements, largest, threads=2):
    """Return systems by signature, and the allowed compositions as `naive.allowed_compositions` does."""
    with row_file() as file:
        systems = enumerate_by_signature(table, nelements, largest, threads, file)
        packed = [bits for _, bits in systems.packed()]
    width = -(-len(systems.factors) // 8)
    bits = np.unpackbits(np.concatenate([np.zeros((1, width), np.uint8), *packed]), axis=1)
    members = [np.flatnonzero(row[: len(systems.factors)]) for row in bits]
    set_of = {(head, tail): number for head, tail, number in systems.pairs.tolist()}
    compositions, n_systems = set(), np.zeros(systems.n_sets, np.int64)
    for head, head_signature in zip(systems.heads.tolist(), systems.head_signature.tolist(), strict=True):
        for (after, *tail), tail_signature in zip(
            systems.tails.tolist(), systems.tail_signature.tolist(), strict=True
        ):
            if after != head[-1]:
                continue
            number = set_of[head_signature, tail_signature]
            n_systems[number] += 1
            for stoichiometry in members[number]:
                pairs = zip([*head, *tail], systems.factors[stoichiometry].tolist(), strict=True)
                compositions.add(tuple(sorted(pairs)))
    assert np.array_equal(n_systems, systems.set_n_systems)
    assert systems.set_n_allowed.tolist() == list(map(len, members))
    return systems, compositions


@examples(60)
@given(
    made_up=st.lists(element, min_size=3, max_size=6),
    limits=st.sampled_from([(3, 3), (4, 2), (5, 1), (5, 2), (5, 2)]),
)
def test_every_composition_agrees_with_the_naive_rule(made_up, limits):
    nelements, largest = limits
    electronegativity, states = zip(*made_up, strict=True)
    table = ElementTable(electronegativity, states, tuple(range(len(made_up))))
    expected = naive.allowed_compositions(electronegativity, states, nelements, largest)
    systems, compositions = enumerated(table, nelements, largest)
    assert compositions == expected
    assert systems.n_allowed == len(expected) == systems.stoichiometry_n_allowed.sum()


def pool(symbols, name="icsd24"):
    return rule_table(
        elements_by_symbol([e for e in elements() if e.symbol in symbols.split()]), oxidation_states(name)
    )


def test_quinaries_of_real_elements_agree_with_the_naive_rule():
    table = pool("Li Fe Co P S O He")
    expected = naive.allowed_compositions(table.electronegativity, table.oxidation_states, 5, 3)
    assert enumerated(table, 5, 3)[1] == expected != set()


def test_quinaries_agree_with_their_count():
    table = pool("Li Na Fe Co Mn P S Cl O F Ar", "wiki")
    with row_file() as file:
        found = enumerate_by_signature(table, 5, 6, 2, file).n_allowed
    assert found == count_allowed(table, 5, 6, 2) > 100_000


def test_number_of_threads_and_size_of_batches_do_not_change_the_result(monkeypatch):
    table = pool("Li Na Fe Co Mn P S Cl O F", "wiki")
    one, compositions = enumerated(table, 5, 2, threads=1)
    monkeypatch.setattr(by_signature, "BATCH_BYTES", 500)
    monkeypatch.setattr(by_signature, "BATCH_HEADS", 3)
    three, same = enumerated(table, 5, 2, threads=3)
    assert compositions == same
    assert np.array_equal(one.pairs, three.pairs)
    assert np.array_equal(one.stoichiometry_n_allowed, three.stoichiometry_n_allowed)


def test_rows_with_equal_keys_are_compared():
    rows = np.random.default_rng(0).integers(0, 3, (200, 2)).astype(np.uint64)
    rows[0] = 1
    keys, slots, set_keys = np.full(200, 7, np.uint64), np.full(1024, -1, np.int32), np.zeros(201, np.uint64)
    set_of_row, fresh = np.zeros(200, np.int32), np.zeros(200, np.int64)
    n_first = distinct_rows.merge_rows(
        rows[:100], keys, slots, set_keys, rows[:0], 1, set_of_row[:100], fresh
    )
    stored = rows[fresh[: n_first - 1]].copy()
    n_sets = distinct_rows.merge_rows(
        rows[100:], keys, slots, set_keys, stored, n_first, set_of_row[100:], fresh
    )
    # Keys are 0 for empty rows only; here they are not, so the empty row is one of the distinct ones.
    distinct = {tuple(row) for row in rows.tolist()}
    assert n_sets - 1 == len(distinct) == 9
    assert len(set(zip(map(tuple, rows.tolist()), set_of_row.tolist(), strict=True))) == 9


def test_bitmaps_too_large_for_a_disk_are_rejected(monkeypatch):
    monkeypatch.setattr(by_signature, "MAX_BITMAP_BYTES", 100_000)
    with (
        row_file() as file,
        pytest.raises(
            LimitError, match=r"5 elements with factors up to 12: .* \(limit 0.0\); choose a smaller"
        ),
    ):
        enumerate_by_signature(pool("Li Na Fe Co Mn P S Cl O F"), 5, 12, 2, file)


def test_bits_are_in_the_order_of_stoichiometries_whatever_the_largest_factor():
    for largest in (1, 7, 8, 9):
        table = pool("Li Fe O")
        expected = naive.allowed_compositions(table.electronegativity, table.oxidation_states, 3, largest)
        assert enumerated(table, 3, largest)[1] == expected


def test_rows_of_a_file_are_read_as_written_and_forgotten():
    rows = np.arange(12, dtype=np.uint64).reshape(3, 4)
    with row_file() as file:
        assert file.read(np.uint64, 4).shape == (0, 4)
        file.write(0, rows[:2])
        first = file.read(np.uint64, 4)
        file.write(64, rows[2:])
        file.forget()
        assert np.array_equal(file.read(np.uint64, 4), rows)
        assert np.array_equal(first, rows[:2])
