"""The SQL of typical queries, kept as files: a change of the SQL shows as a change of a file.

`pytest tests/query tests/cli --snapshot-update` writes the files anew; read the difference before you commit it.
"""

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

import chemdb
from chemdb.query.statement.counts import count_statement

QUERIES = {
    "everything": "",
    "elements": "elements=Li,Zn,O",
    "elements_missing": "elements=Li,Zn,O missing",
    "element_named_twice": "elements=alkali,Li,O",
    "groups": "elements=alkali,halogen 0.3<x(O)<0.6",
    "any": "any=lanthanoid nelements=2",
    "only": "only=Li,Zn,O",
    "exclude": "exclude=radioactive,noble_gas",
    "within": "within=Li-Zn-Sn-O",
    "chemsys": "chemsys=Li-Zn-Sn-O",
    "two_systems": "chemsys=Li-O,Zn-O",
    "wildcard": "Ti-O-*",
    "formula": "LiZnO2",
    "formulas": "formula=LiZnO2,ZnO",
    "unknown_formula": "formula=Fe3O4",
    "prototype": "ABO3 missing",
    "prototype_without_oxygen": "ABX3 exclude=O",
    "perovskite": "CsBI3",
    "anonymous": "anonymous=ABC3",
    "standard": "standard",
    "missing": "missing nelements=4",
    "interesting": "category=interesting",
    "unlikely": "unlikely nelements=2",
    "two_categories": "category=missing,interesting nelements=3",
    "known": "known",
    "not_known": "NOT known natoms<=10",
    "allowed_not_known": "allowed NOT known chemsys=Li-O",
    "nelements": "nelements=2,3 known",
    "natoms": "natoms!=5 nelements=2",
    "max_factor": "max_factor<=2 nelements=3",
    "amount": "O>=2 elements=Fe",
    "amount_of_group": "halogen>2 nelements=3",
    "fraction": "x(O)>=1/2 nelements=3",
    "fraction_of_group": "x(alkali)>0.5 known",
    "species": "species=Fe3+",
    "two_species": "species=Fe3+,O2-",
    "either_species": "species=Fe3+ OR species=Fe2+",
    "not_species": "elements=Fe NOT species=Fe2+ allowed nelements=2",
    "known_in": "known_in=mp-snapshot",
    "energy": "energy_above_hull<0.05",
    "nested": "elements=Fe NOT (O>2 OR natoms>8)",
}


class Sql(SingleFileSnapshotExtension):
    """A `.sql` file for each query."""

    _write_mode = WriteMode.TEXT
    file_extension = "sql"


@pytest.fixture
def sql(snapshot):
    return snapshot.use_extension(Sql)


@pytest.fixture(scope="module")
def db(full_path):
    with chemdb.open(full_path) as opened:
        yield opened


@pytest.mark.parametrize("name", QUERIES)
def test_sql_of_rows(name, db, sql):
    assert db.query(QUERIES[name], limit=20).sql + ";\n" == sql


@pytest.mark.parametrize("name", ["elements", "species", "two_species", "known", "nested"])
def test_sql_of_counts(name, db, sql):
    assert count_statement(db.query(QUERIES[name]).filter, (2, 3, 4)).runnable() + ";\n" == sql


@pytest.mark.parametrize("order", ["formula", "-natoms", "-x(O),formula", "category", "energy_above_hull"])
def test_sql_of_sorted_rows(order, db, sql):
    rows = db.query(
        "elements=Fe,O nelements=2", limit=5, offset=2, sort=order.split(","), columns=["formula", "O"]
    )
    assert rows.sql + ";\n" == sql
