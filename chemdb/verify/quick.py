"""The quick checks: counts, species, known sources, objects and checksums."""

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
from chemdb.verify.check import Check, check, name_list, unreadable

#: A function that makes a group of checks.
Group = Callable[[duckdb.DuckDBPyConnection, Progress], Iterator[Check]]


def built_nelements(info: dict[str, str]) -> range:
    """Return the numbers of elements that a file was built for, from its ``build_info``."""
    first, last = map(int, info["nelements"].split("-"))
    return range(first, last + 1)


def verify_counts(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether counts agree with closed forms and with each other."""
    info = build_info(con)
    largest = int(info["max_stoichiometry"])
    allowed: dict[int, int] = dict(
        execute(
            con,
            "select s.nelements, sum(s.n_systems * bit_count(a.stoichiometries)) from store.system_count s "
            "join store.allowed_set a using (allowed_set_id) group by all",
        ).fetchall()
    )
    expected = []
    for nelements in built_nelements(info):
        combinations = n_combinations(nelements, largest)
        n_stoichiometries = len(reduced_factors(nelements, largest))
        expected.append(
            {
                "nelements": nelements,
                "n_stoichiometries": n_stoichiometries,
                "n_systems": combinations // n_stoichiometries,
                "combinations": combinations,
                "allowed": int(allowed.get(nelements, 0)),
            }
        )
    with registered(con, {"expected": pa.Table.from_pylist(expected)}):
        counts = execute(con, sql_text("statements/check_counts")).fetchall()
    for name, right, stored in counts:
        yield check(name, right, stored)
    for row in expected:
        name = f"{row['nelements']} elements: allowed, as published"
        if paper_values.as_in_paper(info) and row["nelements"] in paper_values.TABLE_2:
            yield check(name, paper_values.TABLE_2[row["nelements"]]["allowed"], row["allowed"])
        else:
            yield Check(name, "no published count", row["allowed"], True)


def verify_species(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether the species are those that ``build_info`` records."""
    info = build_info(con)
    states = OxidationStates(info["oxidation_state_set"], states_of(con))
    yield check("species", int(info["n_species"]), states.n_species)
    yield check("oxidation states", info["oxidation_state_checksum"], f"sha256:{states.checksum}")


def verify_sources(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether each known source is unchanged, and the shipped one complete."""
    for name, version, expected, found in execute(con, sql_text("statements/check_source")).fetchall():
        for count in expected:
            yield check(f"known source {name}: {count.replace('_', ' ')}", expected[count], found[count])
        if name == snapshot.NAME and version == snapshot.VERSION:
            yield check(
                f"known source {name}: rows, as shipped",
                snapshot.n_rows(),
                found["entries"] + found["rejected"],
            )


def verify_objects(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether all tables, views and macros exist, have comments and can be read."""
    commented = dict(execute(con, sql_text("statements/check_comment")).fetchall())
    created = [
        name if "." in name else f"main.{name}"
        for stage in STAGES
        for file in files_in(stage)
        for name in re.findall(
            r"^create (?:or replace )?(?:table|view|macro) ([\w.]+)", sql_text(file), re.MULTILINE
        )
    ]
    missing = [name for name in created if name not in commented]
    yield check("missing tables, views and macros", "none", name_list(missing))
    uncommented = [name for name, ok in commented.items() if not ok]
    yield check("tables, views and macros without a comment", "none", name_list(uncommented))
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
    yield check("views", sum(name in created for (name,) in views), len(views))


def verify_checksums(con: duckdb.DuckDBPyConnection, progress: Progress) -> Iterator[Check]:
    """Yield whether all rows of all tables are as chemdb wrote them."""
    stored = execute(
        con, "select table_name, n_rows, checksum, statement from store.checksum order by table_name"
    ).fetchall()
    without = set(statements(con)) - {name for name, *_ in stored}
    yield check("tables without a checksum", "none", name_list(sorted(without)))
    for done, (name, n_rows, checksum, statement) in enumerate(stored, start=1):
        title = f"checksum of {name.removeprefix('main.')}"
        try:
            found = compute(con, statement)
        except (duckdb.FatalException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            yield unreadable(title, error)
        else:
            yield check(title, f"{n_rows} rows, {checksum}", str(found))
        progress(done / len(stored))


#: Groups of quick checks, the cheapest first.
QUICK: Sequence[tuple[str, Group]] = (
    ("Counts", verify_counts),
    ("Species", verify_species),
    ("Known sources", verify_sources),
    ("Tables and views", verify_objects),
    ("Checksums", verify_checksums),
)
