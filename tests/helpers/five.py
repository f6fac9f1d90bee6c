"""Small databases with compositions of five elements: few elements have oxidation states."""

from chemdb.builder.pipeline import BuildOptions, build
from chemdb.chemistry.species import oxidation_states
from chemdb.database.replacing import replacing
from helpers.naive_query import ENTRIES, MAX_STOICHIOMETRY, SYMBOLS

#: Sodium iron phosphate fluorides and the like.
STATES = "Na 1\nK 1\nFe 2 3\nZn 2\nP 5\nAs 5\nO -2\nF -1\n"
KNOWN = "NaFePO4 NaFePO4F KFePO4F NaFeAsO4F NaZnPO4F KZnPO4F ZnO Fe2O3 NaZnFeO2F"


def build_five(path):
    """All compositions of six elements, up to five in each, with factors to three; two known sources."""
    folder = path.parent
    for source in ("lab", "other"):
        rows = [f"{i},{f},{'' if e is None else e}\n" for s, i, f, e in ENTRIES if s == source]
        (folder / f"{source}.csv").write_text("material_id,formula,energy_above_hull\n" + "".join(rows))
    states = oxidation_states("smact14").states
    lines = [f"{symbol} {' '.join(map(str, states[symbol]))}\n" for symbol in SYMBOLS if symbol in states]
    (folder / "states.txt").write_text("".join(lines))
    known = tuple(f"{source}={folder / source}.csv" for source in ("lab", "other"))
    options = BuildOptions(range(2, 6), MAX_STOICHIOMETRY, str(folder / "states.txt"), known)
    build(path, options)
    symbols = ", ".join(f"'{symbol}'" for symbol in SYMBOLS)
    with replacing(path, edit=True) as con:
        con.execute(f"""
            delete from store.listed_system
            where not (element1 in ({symbols}) and element2 in ({symbols})
                and coalesce(element3 in ({symbols}), true) and coalesce(element4 in ({symbols}), true));
            delete from store.system_head
            where not (element1 in ({symbols}) and element2 in ({symbols}) and element3 in ({symbols}));
            delete from store.system_tail
            where not (element3 in ({symbols}) and element4 in ({symbols}) and element5 in ({symbols}));
            update store.allowed_set set n_systems = coalesce(
                (
                    select sum(n_heads * n_tails) from store.system_group g
                    where g.allowed_set_id = allowed_set.allowed_set_id
                ),
                0
            );
            update order_summary set n_systems = 6 where nelements = 5;
        """)


def build_quinaries(path, nelements=range(5, 6)):
    """All compositions of five elements with factors to four, of which those of eight elements may be allowed."""
    (path.parent / "states.txt").write_text(STATES)
    (path.parent / "lab.csv").write_text("formula\n" + KNOWN.replace(" ", "\n"))
    states, known = str(path.parent / "states.txt"), (str(path.parent / "lab.csv"),)
    build(path, BuildOptions(nelements, 4, states, known))
