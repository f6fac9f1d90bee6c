"""The quick checks: what can be counted, summed and compared without deciding anything anew."""

import re
from collections.abc import Callable, Iterator, Sequence

import duckdb
import pyarrow as pa

from chemdb.chemistry.species import OxidationStates
from chemdb.chemistry.stoichiometry import n_combinations, reduced_factors
from chemdb.database.checksum import compute, statements
from chemdb.database.execution import execute, registered
from chemdb.database.metadata import build_info, states_of
from chemdb.database.sql_files import STAGES, files_in, sql_text
from chemdb.known import snapshot
from chemdb.report import paper_values
from chemdb.runtime.progress import Progress
from chemdb.verify.check import Check, check, some_of, unreadable

#: A group of checks.
Group = Callable[[duckdb.DuckDBPyConnection, Progress], Iterator[Check]]


def orders_of(info: dict[str, str]) -> range:
    """Return the numbers of elements that a file was built for."""
    first, last = map(int, info["nelements"].split("-"))
    return range(first, last + 1)


def counts(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield counts against closed forms and against each other."""
    info = build_info(con)
    largest = int(info["max_stoichiometry"])
    allowed: dict[int, int] = dict(
        execute(
            con,
            "select s.nelements, sum(s.n * bit_count(a.stoichiometries)) from ("
            "select nelements, allowed_set_id, count(*) as n from store.chemical_system group by all"
            ") s join store.allowed_set a using (allowed_set_id) group by all",
        ).fetchall()
    )
    expected = []
    for order in orders_of(info):
        combinations, n_stoichiometries = n_combinations(order, largest), len(reduced_factors(order, largest))
        expected.append(
            {
                "nelements": order,
                "n_stoichiometries": n_stoichiometries,
                "n_systems": combinations // n_stoichiometries,
                "combinations": combinations,
                "allowed": int(allowed.get(order, 0)),
            }
        )
    with registered(con, {"expected": pa.Table.from_pylist(expected)}):
        counted = execute(con, sql_text("statements/check_counts")).fetchall()
    for name, wanted, found in counted:
        yield check(name, wanted, found)
    for row in expected:
        name = f"{row['nelements']} elements: allowed, as published"
        if paper_values.as_in_paper(info):
            yield check(name, paper_values.TABLE_2[row["nelements"]]["allowed"], row["allowed"])
        else:
            yield Check(name, "no published count", row["allowed"], True)


def species(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether the species are those that the build named."""
    info = build_info(con)
    found = OxidationStates(info["oxidation_state_set"], states_of(con))
    yield check("species", int(info["n_species"]), found.n_species)
    yield check("oxidation states", info["oxidation_state_checksum"], f"sha256:{found.checksum}")


def sources(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether each known source is as it was added, and the shipped one complete."""
    for name, version, expected, found in execute(con, sql_text("statements/check_source")).fetchall():
        for what in expected:
            yield check(f"known source {name}: {what.replace('_', ' ')}", expected[what], found[what])
        if name == snapshot.NAME and version == snapshot.VERSION:
            yield check(
                f"known source {name}: rows, as shipped",
                snapshot.n_rows(),
                found["entries"] + found["rejected"],
            )


def objects(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether every table, view and macro is there, has its comments, and can be read."""
    commented = dict(execute(con, sql_text("statements/check_comment")).fetchall())
    made = [
        name if "." in name else f"main.{name}"
        for stage in STAGES
        for maker in files_in(stage)
        for name in re.findall(
            r"^create (?:or replace )?(?:table|view|macro) ([\w.]+)", sql_text(maker), re.MULTILINE
        )
    ]
    yield check(
        "tables, views and macros that are missing", "none", some_of([n for n in made if n not in commented])
    )
    yield check("without a comment", "none", some_of([name for name, ok in commented.items() if not ok]))
    views = execute(
        con, "select concat(schema_name, '.', view_name) from duckdb_views() where not internal order by all"
    ).fetchall()
    for statement in [f"from {view} limit 0" for (view,) in views] + ["from composition_of('NaCl')"]:
        try:
            execute(con, statement).fetchall()
        except (duckdb.FatalException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            yield unreadable(statement, error)
    yield check("views", sum(name in made for (name,) in views), len(views))


def checksums(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether every row of every table is as chemdb wrote it."""
    kept = execute(
        con, "select table_name, n_rows, checksum, statement from store.checksum order by table_name"
    ).fetchall()
    without = set(statements(con)) - {name for name, *_ in kept}
    yield check("tables without a checksum", "none", some_of(sorted(without)))
    for done, (name, n_rows, checksum, statement) in enumerate(kept, start=1):
        title = f"checksum of {name.removeprefix('main.')}"
        try:
            found = compute(con, statement)
        except (duckdb.FatalException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            yield unreadable(title, error)
        else:
            yield check(title, f"{n_rows} rows, {checksum}", str(found))
        progress(done / len(kept))


#: The groups of quick checks, cheap ones first.
QUICK: Sequence[tuple[str, Group]] = (
    ("Counts", counts),
    ("Species", species),
    ("Known sources", sources),
    ("Tables and views", objects),
    ("Checksums", checksums),
)
