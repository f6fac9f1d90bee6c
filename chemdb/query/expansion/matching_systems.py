"""The chemical systems of a query, the stoichiometries that match in each, and compositions, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.database.arrays import as_array
from chemdb.database.execution import interruptible, relation
from chemdb.query.filter import Filter
from chemdb.query.statement.unknown import kinds_statement


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

    @property
    def first_numbers(self) -> NDArray[np.int64]:
        """Number of the first composition of each system, as in `number`."""
        return self.systems * len(self.factors)

    def number(self, systems: NDArray[np.int64], stoichiometries: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of compositions of this size: system times m plus stoichiometry."""
        return systems * len(self.factors) + stoichiometries


@dataclass(frozen=True)
class Chunk:
    """Some compositions with the same number of elements.

    Attributes
    ----------
    size : MatchingSystems
        Of this number of elements.
    natoms : int or array of uint8, shape (n,)
        Of all, or of each.
    rows : array of int32, shape (n,)
        Rows of their systems in `size`.
    stoichiometries : array of int32, shape (n,)
    elements, factors : array of uint8, shape (n, k)
    """

    size: MatchingSystems
    natoms: int | NDArray[np.uint8]
    rows: NDArray[np.int32]
    stoichiometries: NDArray[np.int32]
    elements: NDArray[np.uint8]
    factors: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.rows)


def matching_systems(
    con: duckdb.DuckDBPyConnection, condition: Filter, systems: tuple[int, int] | None = None
) -> Iterator[MatchingSystems]:
    """Yield the systems in which unknown compositions meet a filter, for each number of elements.

    Parameters
    ----------
    con : DuckDBPyConnection
    condition : Filter
    systems : tuple of int, optional
        First and last system_id; all systems by default.
    """
    statement = kinds_statement(condition, systems)
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
    matching, allowed = (_packed(kinds[name], width) for name in ("stoichiometries", "allowed"))
    return MatchingSystems(systems[order], elements, kind[order], matching, allowed, table)


def factors_of(con: duckdb.DuckDBPyConnection, nelements: int) -> NDArray[np.uint8]:
    """Return the factors of all stoichiometries of a number of elements, shape (m, nelements)."""
    factors = con.sql(
        "select factors from store.stoichiometry where nelements = $n order by stoichiometry_id",
        params={"n": nelements},
    ).to_arrow_table()["factors"]
    table: NDArray[np.uint8] = as_array(factors.combine_chunks().flatten()).reshape(-1, nelements)
    return table


def _packed(blobs: pa.ChunkedArray, width: int) -> NDArray[np.uint8]:
    """Return blobs as rows of `width` bytes."""
    rows = b"".join(blob[:width].ljust(width, b"\0") for blob in blobs.to_pylist())
    return np.frombuffer(rows, np.uint8).reshape(-1, width)
