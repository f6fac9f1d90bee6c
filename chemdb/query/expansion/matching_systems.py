"""The chemical systems of a query, and the stoichiometries that match in each, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.database.arrays import as_array, bit_rows, factors_of
from chemdb.database.execution import execute, interruptible, relation
from chemdb.database.metadata import nelements_of, system_ranges
from chemdb.query.filter import Filter
from chemdb.query.statement.systems import BY_SIGNATURE
from chemdb.query.statement.unknown import UNKNOWN, buckets_statement, kinds_statement
from chemdb.query.statement.windows import Window

#: Most systems of five elements in memory at the same time: each may have its own bitmaps of 4 kB.
AT_ONCE = 1 << 15
#: Systems that are counted together.
BUCKET = 1 << 10


@dataclass(frozen=True)
class MatchingSystems:
    """The n systems of k elements in which something unknown matches, and the m stoichiometries.

    Attributes
    ----------
    systems : array of int64, shape (n,)
        Numbers of the systems, ascending.
    elements : array of uint8, shape (n, k)
        Their atomic numbers in order of electronegativity.
    kind : array of int32, shape (n,)
        Row of each system in `matching` and `allowed`.
    matching, allowed : array of uint8, shape (n_kinds, ceil(m / 8))
        The stoichiometries that match, as if nothing were known, and which of them are allowed; bit i from
        the left is stoichiometry i.
    factors : array of uint8, shape (m, k)
    """

    systems: NDArray[np.int64]
    elements: NDArray[np.uint8]
    kind: NDArray[np.int32]
    matching: NDArray[np.uint8]
    allowed: NDArray[np.uint8]
    factors: NDArray[np.uint8]

    @cached_property
    def natoms(self) -> NDArray[np.uint8]:
        """Number of atoms of each stoichiometry, shape (m,)."""
        natoms: NDArray[np.uint8] = self.factors.sum(axis=1, dtype=np.uint8)
        return natoms

    @property
    def first_numbers(self) -> NDArray[np.int64]:
        """Number of the first composition of each system, as in `number`."""
        return self.systems * len(self.factors)

    def number(self, systems: NDArray[np.integer], stoichiometries: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the numbers of compositions of this size: system_id times m plus stoichiometry_id."""
        return systems.astype(np.int64) * len(self.factors) + stoichiometries


def matching_systems(
    con: duckdb.DuckDBPyConnection, condition: Filter, systems: tuple[int, int] | None = None
) -> Iterator[MatchingSystems]:
    """Yield the systems in which unknown compositions meet a filter, for each number of elements.

    Those of five elements come in several parts, each of at most about `AT_ONCE` systems.

    Parameters
    ----------
    con : DuckDBPyConnection
    condition : Filter
    systems : tuple of int, optional
        First and last system_id; all systems by default.
    """
    for window in windows_of(con, condition, systems):
        yield from matching_in(con, condition, window)


def windows_of(
    con: duckdb.DuckDBPyConnection, condition: Filter, systems: tuple[int, int] | None = None
) -> list[Window]:
    """Return consecutive windows whose systems can be in memory at the same time, see `matching_systems`.

    The first has the systems of up to four elements, if there are any; each other one systems of five.
    """
    nelements = nelements_of(con)
    if nelements[-1] < BY_SIGNATURE:
        return [replace(UNKNOWN, systems=systems)]
    first, last = system_ranges(con)[BY_SIGNATURE]
    start, stop = systems or (0, last)
    windows = [replace(UNKNOWN, systems=(start, min(stop, first - 1)))] if start < first else []
    start = max(start, first)
    if stop < start:
        return windows
    five = replace(UNKNOWN, systems=(start, stop))
    statement = buckets_statement(condition, nelements, BUCKET, five)
    total = 0
    for bucket, n in execute(con, statement.text, statement.parameters or None).fetchall():
        if total and total + n > AT_ONCE:
            windows.append(replace(UNKNOWN, systems=(start, bucket * BUCKET - 1)))
            start, total = bucket * BUCKET, 0
        total += n
    return [*windows, replace(UNKNOWN, systems=(start, stop))]


def matching_in(
    con: duckdb.DuckDBPyConnection, condition: Filter, window: Window
) -> Iterator[MatchingSystems]:
    """Yield the systems of a window in which unknown compositions meet a filter, by number of elements."""
    statement = kinds_statement(condition, nelements_of(con), window)
    with relation(con, statement.text, dict(statement.parameters) or None) as rows:
        kinds = interruptible(con, rows.to_arrow_table).combine_chunks()
    for nelements in sorted(pc.unique(kinds["nelements"]).to_pylist()):
        of_size = kinds.filter(pc.equal(kinds["nelements"], nelements)).combine_chunks()
        yield _of_kinds(con, of_size, nelements)


def _of_kinds(con: duckdb.DuckDBPyConnection, kinds: pa.Table, nelements: int) -> MatchingSystems:
    table = factors_of(con, nelements)
    lists = kinds["systems"].combine_chunks()
    systems = as_array(lists.flatten()).astype(np.int64)
    kind = np.repeat(np.arange(len(kinds), dtype=np.int32), np.diff(as_array(lists.offsets)))
    order = np.argsort(systems, kind="stable")
    elements = np.empty((len(systems), nelements), np.uint8)
    for place in range(nelements):
        column = kinds[f"element{place + 1}"].combine_chunks().flatten()
        elements[:, place] = as_array(column.indices)[order] + 1
    width = -(-len(table) // 8)
    matching, allowed = (bit_rows(kinds[name].to_pylist(), width) for name in ("stoichiometries", "allowed"))
    return MatchingSystems(systems[order], elements, kind[order], matching, allowed, table)
