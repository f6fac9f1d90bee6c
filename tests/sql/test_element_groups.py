"""The groups of elements that a query names: toxic and scarce."""

import chemdb


def members(db, group):
    [(symbols,)] = db.sql(
        "select string_agg(symbol, ' ' order by symbol) from element_group where element_group = $group", {"group": group}
    )
    return symbols.split()


def test_toxic_and_scarce(small_path):
    with chemdb.open(small_path) as db:
        assert members(db, "toxic") == ["Be", "As", "Se", "Cd", "Hg", "Tl", "Pb", "U"]
        scarce = set(members(db, "scarce"))
        assert {"Te", "Pt", "In", "Au", "Dy", "Ru", "Pm"} <= scarce
        assert not {"Li", "Si", "S", "Mg", "Co", "Nd", "Sn"} & scarce
        assert db.query("elements=O,toxic nelements=2").count() == 8 * 11
        assert db.query("Cd-O exclude=toxic").count() == 0


def test_the_table_has_what_they_follow_from(small_path):
    with chemdb.open(small_path) as db:
        [row] = db.sql("select crustal_abundance, hhi_production, hhi_reserves from element where symbol = 'Li'")
        # Gaultois et al. 2013, Table 1.
        assert row == (20.0, 2900.0, 4200.0)
