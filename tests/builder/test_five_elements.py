"""Files with compositions of five elements, whose chemical systems are stored by signature."""

import shutil
import sys
from math import comb

import duckdb
import pytest
from helpers import naive
from helpers.files import names
from helpers.five import STATES
from helpers.process import python

from chemdb.chemistry.elements import elements
from chemdb.database.connection import connect_to_read
from chemdb.verify import checks_of

N_SYSTEMS = comb(103, 5)


@pytest.fixture(scope="module")
def five(quinaries_path):
    with connect_to_read(quinaries_path) as con:
        yield con


def test_allowed_quinaries_are_those_of_the_naive_rule(five):
    lines = [line.split() for line in STATES.splitlines()]
    states = {symbol: tuple(map(int, charges)) for symbol, *charges in lines}
    pool = sorted((e for e in elements() if e.symbol in states), key=lambda e: e.rank)
    expected = {
        (tuple(pool[i].symbol for i, _ in pairs), tuple(factor for _, factor in pairs))
        for pairs in naive.allowed_compositions(
            [e.electronegativity for e in pool], [states[e.symbol] for e in pool], 5, 4
        )
    }
    rows = five.execute("select elements::varchar[], factors from allowed").fetchall()
    assert {(tuple(symbols), tuple(factors)) for symbols, factors in rows} == expected
    assert len(rows) == len(expected) > 500


def test_systems_are_numbered_in_order_of_their_elements(five):
    first = five.execute(
        "select system_id, element1, element2, element3, element4, element5 from store.chemical_system "
        "where element1 = 'Fr' and element2 = 'Cs' and element3 = 'K' order by system_id limit 2"
    ).fetchall()
    assert [row[4:] for row in first] == [("Rb", "Ba"), ("Rb", "Ra")]
    assert first[1][0] == first[0][0] + 1
    counts = five.execute(
        "select count(*), min(system_id), max(system_id), sum(system_id) from store.chemical_system"
    ).fetchone()
    assert counts == (N_SYSTEMS, 0, N_SYSTEMS - 1, N_SYSTEMS * (N_SYSTEMS - 1) // 2)


def test_systems_by_number_are_those_of_the_view(five):
    found = five.execute(
        "with wanted as (select unnest([0, 1, 1, 40000000, 87541244]) as system_id) "
        "from store.systems_in('wanted') order by system_id"
    ).fetchall()
    assert [row[0] for row in found] == [0, 1, 40_000_000, N_SYSTEMS - 1]
    for row in found:
        places = " and ".join(f"element{i} = '{row[3 + i]}'" for i in range(1, 6))
        assert five.execute(f"from store.system_elements where {places}").fetchall() == [row]
        assert row[2] == "-".join(sorted(row[3]))


def test_elements_without_an_electronegativity_have_systems_too(five):
    systems = "from store.chemical_system where element1 = 'Na' and element2 = 'Fe' and element3 = 'P' and element4 = 'O'"
    rows = five.execute(f"select element5, allowed_set_id, has_electronegativity {systems}").fetchall()
    assert {(set_id, has) for symbol, set_id, has in rows if symbol in ("He", "Ne", "Lr")} == {(0, False)}
    assert [set_id > 0 for symbol, set_id, _ in rows if symbol == "F"] == [True]


def test_known_quinaries_are_found(five):
    known = five.execute(
        "select formula, category, system_id from known_composition order by formula"
    ).fetchall()
    assert ("NaFePO4F", "standard") in [row[:2] for row in known]
    lengths = five.execute(
        "select distinct octet_length(known_stoichiometries::blob) from known_system"
    ).fetchall()
    [(n,)] = five.execute(
        "select distinct octet_length(stoichiometries::blob) from store.allowed_set"
    ).fetchall()
    assert lengths == [(n,)]


#: What is done to the file with another client, and the checks that notice.
CHANGES = [
    (
        "update store.signature_pair set allowed_set_id = 3 where allowed_set_id = 2",
        {"allowed sets with the right number of systems", "checksum of store.signature_pair"},
    ),
    (
        "delete from store.system_head where element1 = 'Na' and element2 = 'Fe' and element3 = 'P'",
        {"systems of the allowed sets", "allowed sets with the right number of systems", "checksum of store.system_head"},
    ),
    (
        "update store.system_head set element3 = 'Te' where element1 = 'Na' and element2 = 'Fe' and element3 = 'P'",
        {"systems of the allowed sets", "checksum of store.system_head"},
    ),
    (
        "update store.system_tail set tail_signature = 0 where element3 = 'P' and element4 = 'O' and element5 = 'F'",
        {"allowed sets with the right number of systems", "checksum of store.system_tail"},
    ),
    (
        "update store.allowed_set set stoichiometries = set_bit(stoichiometries, 0, 1 - get_bit(stoichiometries, 0)) "
        "where allowed_set_id = 2",
        {"5 elements: allowed", "members of the allowed sets", "checksum of store.allowed_set"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "checks"), CHANGES, ids=[change[0][:50] for change in CHANGES])
def test_damage_is_noticed(quinaries_path, tmp_path, statement, checks):
    copy = shutil.copyfile(quinaries_path, tmp_path / "c.duckdb")
    with duckdb.connect(copy) as con:
        con.execute(statement)
    with connect_to_read(copy) as con:
        failed = {check.name for check in checks_of(con) if not check.ok}
    assert checks <= failed


@pytest.mark.skipif(sys.platform != "linux", reason="limits file sizes with RLIMIT_FSIZE")
def test_no_room_for_the_bitmaps(tmp_path):
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000));"
        "sys.argv = ['chemdb', 'build', '--nelements', '5', '--max-stoichiometry', '2', '--known', 'none', '--db', sys.argv[1]];"
        "from chemdb.cli import main; main()"
    )
    done = python("-c", limited, tmp_path / "c.duckdb")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("chemdb: ")
    assert last.endswith("file too large; choose another folder with --temp-directory")
    assert names(tmp_path) == []
