"""A database of the compositions that `helpers.naive_query` lists."""

from chemdb.builder.pipeline import BuildOptions, build
from chemdb.database.replacing import replacing
from helpers.naive_query import ENTRIES, MAX_STOICHIOMETRY, SYMBOLS


def build_six(path):
    """Build it, known from two sources."""
    folder = path.parent
    for source in ("lab", "other"):
        rows = [f"{i},{f},{'' if e is None else e}\n" for s, i, f, e in ENTRIES if s == source]
        (folder / f"{source}.csv").write_text("material_id,formula,energy_above_hull\n" + "".join(rows))
    known = tuple(f"{source}={folder / source}.csv" for source in ("lab", "other"))
    build(path, BuildOptions(max_stoichiometry=MAX_STOICHIOMETRY, known=known))
    with replacing(path, edit=True) as con:
        symbols = ", ".join(f"'{symbol}'" for symbol in SYMBOLS)
        con.execute(f"""
            delete from store.chemical_system
            where not (element1 in ({symbols}) and element2 in ({symbols})
                and coalesce(element3 in ({symbols}), true) and coalesce(element4 in ({symbols}), true))
        """)
