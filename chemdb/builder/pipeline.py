"""Build a database: species, enumeration, tables, known materials, views, checks."""

import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa

from chemdb.builder.column_comments import inherit_comments
from chemdb.builder.load_known import Loaded, add_source, renew_categories
from chemdb.builder.tables import (
    Space,
    allowed_set_reader,
    element_embedding_table,
    element_table,
    embedding_table,
    listed_system_reader,
    signature_tables,
    species_table,
    stoichiometry_table,
)
from chemdb.chemistry.elements import N_ELEMENTS, elements
from chemdb.chemistry.species import SMACT_SETS, OxidationStates, oxidation_states
from chemdb.chemistry.stoichiometry import (
    DEFAULT_NELEMENTS,
    MAX_LISTED_NELEMENTS,
    check_limits,
    n_combinations,
)
from chemdb.database.checksum import renew_checksums
from chemdb.database.connection import FORMAT_VERSION
from chemdb.database.execution import execute, registered
from chemdb.database.replacing import replacing
from chemdb.database.sql_files import files_in, run_file, sql_text
from chemdb.enumeration.allowed_sets import enumerate_systems
from chemdb.enumeration.by_signature import enumerate_by_signature
from chemdb.enumeration.element_table import ElementTable, elements_by_symbol, rule_table
from chemdb.enumeration.row_file import RowFile, row_file
from chemdb.errors import DatabaseError, KnownSourceError, LimitError, counted
from chemdb.files.file_columns import FileColumns
from chemdb.known.registry import NONE, is_file, source_reader
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Progress, Steps, no_progress, no_steps
from chemdb.version import __version__

#: DuckDB's memory in a build of five elements, unless the user gives a limit.
MEMORY_LIMIT = "1GB"


@dataclass(frozen=True)
class BuildOptions:
    """Options of a build.

    Attributes
    ----------
    nelements : range
        Numbers of elements, within 2 to 5.
    max_stoichiometry : int
        Largest stoichiometric factor, 1 to 12.
    oxidation_states : str
        Name of a SMACT set, or path of a file.
    known : tuple of str
        Sources as `chemdb.known.registry.source_reader` takes them; empty for none.
    columns : FileColumns
        Of the known files.
    mp_api_key : str, optional
    """

    nelements: range = DEFAULT_NELEMENTS
    max_stoichiometry: int = 8
    oxidation_states: str = "smact14"
    known: tuple[str, ...] = ("mp-snapshot",)
    columns: FileColumns = field(default_factory=FileColumns)
    mp_api_key: str | None = field(default=None, repr=False)


def build(
    path: Path, options: BuildOptions, limits: Limits | None = None, steps: Steps = no_steps
) -> list[Loaded]:
    """Build a database at `path`; an existing chemdb file is replaced when the new one is complete.

    Returns
    -------
    list of Loaded
        Counts of each known source.

    Raises
    ------
    ChemdbError
        Invalid options or sources, or a file that cannot be written; `path` is unchanged.
    """
    limits = limits or Limits()
    if options.nelements and options.nelements[-1] > MAX_LISTED_NELEMENTS and limits.memory_limit is None:
        # By default DuckDB would hold gigabytes of sets before it writes them.
        limits = replace(limits, memory_limit=MEMORY_LIMIT)
    started = datetime.now(UTC)
    clock = time.perf_counter()
    for nelements in options.nelements:
        check_limits(nelements, options.max_stoichiometry)
    if not options.nelements:
        raise LimitError("nothing to build: the range of numbers of elements is empty")
    known = [spec for spec in options.known if spec != NONE]
    if options.columns != FileColumns() and not any(map(is_file, known)):
        raise KnownSourceError("no known source is a file, so there are no columns to name")
    readers = [
        source_reader(spec, options.columns if is_file(spec) else None, options.mp_api_key, limits)
        for spec in known
    ]
    states = oxidation_states(options.oxidation_states)
    ignored = f" ({states.n_ignored:,} beyond Z = {N_ELEMENTS} ignored)" if states.n_ignored else ""
    with replacing(path, limits) as con, row_file(limits.temp_directory) as file:
        with steps(f"Species{ignored}") as progress:
            others = [oxidation_states(name) for name in SMACT_SETS if name != states.name]
            run_file(con, "1_tables/01_element", {"new_element": element_table(elements())})
            run_file(con, "1_tables/02_species", {"new_species": species_table(states, others)})
            progress(1, f"{states.n_species:,} of {states.name}")
        with steps("Known sources") as progress:
            sources = [read(progress) for read in readers]
            progress(1, counted(sum(len(source.entries) for source in sources), "entry"))
        ordered = elements_by_symbol(elements())
        with steps("Enumeration") as progress:
            spaces = _enumerate(rule_table(ordered, states), options, limits.threads, file, progress)
            progress(1, f"{sum(space.n_allowed for space in spaces):,} compositions allowed")
        with steps("Load") as progress:
            run_file(con, "1_tables/03_stoichiometry", {"new_stoichiometry": stoichiometry_table(spaces)})
            sets = allowed_set_reader(spaces, progress)
            run_file(con, "1_tables/04_allowed_set", {"new_allowed_set": sets})
            symbols = [element.symbol for element in ordered]
            systems = listed_system_reader(spaces, symbols, progress)
            by_signature = signature_tables(spaces, symbols)
            run_file(con, "1_tables/05_chemical_system", {"new_listed_system": systems} | by_signature)
            if options.nelements[-1] <= MAX_LISTED_NELEMENTS:
                run_file(con, "statements/listed_systems_only")
            run_file(con, "1_tables/06_system_views")
            progress(1, counted(sum(space.n_systems for space in spaces), "chemical system"))
        # Later tables then reuse freed blocks, which makes the file 1 MB smaller.
        execute(con, "checkpoint")
        with steps("Known materials") as progress:
            run_file(con, "1_tables/07_known_entry")
            loaded = [add_source(con, source, elements()) for source in sources]
            progress(1, f"{counted(sum(one.n_in_space for one in loaded), 'formula')} in this space")
        with steps("Views, summaries and comments"):
            run_file(
                con,
                "1_tables/08_element_embedding",
                {"new_embedding": embedding_table(), "new_element_embedding": element_embedding_table()},
            )
            run_file(con, "1_tables/09_build_info", {"new_build_info": _build_info(options, states, started)})
            run_file(con, "1_tables/10_checksum")
            renew_categories(con)
            for name in files_in("3_views"):
                run_file(con, name)
            if options.nelements[-1] > MAX_LISTED_NELEMENTS:
                run_file(con, "statements/composition_of_five")
            inherit_comments(con)
        with steps("Check"):
            check_counts(con, path, expected_counts(spaces, options.max_stoichiometry))
            seconds = f"{time.perf_counter() - clock:.1f}"
            execute(con, "update store.build_info set value = ? where property = 'build_seconds'", [seconds])
        with steps("Checksums"):
            renew_checksums(con)
    return loaded


def expected_counts(spaces: Sequence[Space], max_stoichiometry: int) -> pa.Table:
    """Return the counts that `sql/statements/check_counts.sql` expects for each number of elements."""
    combinations = [n_combinations(space.nelements, max_stoichiometry) for space in spaces]
    n_stoichiometries = [len(space.factors) for space in spaces]
    return pa.table(
        {
            "nelements": [space.nelements for space in spaces],
            "n_stoichiometries": n_stoichiometries,
            "n_systems": [total // n for total, n in zip(combinations, n_stoichiometries, strict=True)],
            "combinations": combinations,
            "allowed": [space.n_allowed for space in spaces],
        }
    )


def check_counts(con: duckdb.DuckDBPyConnection, path: Path, expected: pa.Table) -> None:
    """Raise `DatabaseError` unless the new file is consistent and has the `expected` counts."""
    with registered(con, {"expected": expected}):
        wrong = [
            f"{name}: {found} instead of {wanted}"
            for name, wanted, found in execute(con, sql_text("statements/check_counts")).fetchall()
            if found != wanted
        ]
    if wrong:
        raise DatabaseError(
            f"{path}: the new file failed its own checks and was not kept ({'; '.join(wrong)})"
        )


def _enumerate(
    table: ElementTable, options: BuildOptions, threads: int, file: RowFile, progress: Progress
) -> list[Space]:
    # Each number of elements takes about fifty times as long as the one before: only the last is shown.
    spaces: list[Space] = []
    for nelements in options.nelements:
        shown = progress if nelements == options.nelements[-1] else no_progress
        if nelements <= MAX_LISTED_NELEMENTS:
            spaces.append(enumerate_systems(table, nelements, options.max_stoichiometry, threads, shown))
        else:
            spaces.append(
                enumerate_by_signature(table, nelements, options.max_stoichiometry, threads, file, shown)
            )
    return spaces


def _build_info(options: BuildOptions, states: OxidationStates, started: datetime) -> pa.Table:
    info = {
        "format_version": FORMAT_VERSION,
        "chemdb_version": __version__,
        "smact_version": version("smact"),
        "elementembeddings_version": version("elementembeddings"),
        "duckdb_version": duckdb.__version__,
        "python_version": platform.python_version(),
        "nelements": f"{options.nelements[0]}-{options.nelements[-1]}",
        "max_stoichiometry": options.max_stoichiometry,
        "oxidation_state_set": states.name,
        "oxidation_state_checksum": f"sha256:{states.checksum}",
        "n_species": states.n_species,
        "electronegativity": "Pauling, from SMACT",
        "rule": "Park et al., Faraday Discuss. 2024, d4fd00063c: one oxidation state per element, "
        "charge-neutral, every cation less electronegative than every anion",
        "build_started": started.isoformat(timespec="seconds"),
        "build_seconds": "",
    }
    return pa.table({"property": list(info), "value": [str(value) for value in info.values()]})
