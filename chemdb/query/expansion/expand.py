"""The rows of unknown compositions that match a query, in the default order, without SQL for each row."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.database.arrays import as_array
from chemdb.database.metadata import elements_of
from chemdb.query.expansion.chunks import Chunk, unknown_chunks
from chemdb.query.expansion.matching_systems import MatchingSystems, matching_in, windows_of
from chemdb.query.expansion.row_columns import RowColumns
from chemdb.query.filter import Filter
from chemdb.query.statement.systems import BY_SIGNATURE
from chemdb.query.statement.windows import BATCH, Window

#: Windows of `windows_of` whose systems are kept in memory; others are read for each number of atoms.
N_KEPT = 3
Sized: TypeAlias = list[tuple[MatchingSystems, NDArray[np.int64]]]


def unknown_rows(
    con: duckdb.DuckDBPyConnection,
    condition: Filter,
    schema: pa.Schema,
    skipped: int,
    n: int,
) -> Iterator[pa.RecordBatch]:
    """Yield `n` unknown compositions that meet a filter, after the first `skipped`.

    They are those of `chemdb.query.statement.listing.rows_statement`, in the same order: by number of atoms,
    number of elements, system and stoichiometry.

    Parameters
    ----------
    con : DuckDBPyConnection
    condition : Filter
    schema : pyarrow.Schema
        Of columns in `chemdb.query.expansion.row_columns.COLUMNS`.
    skipped, n : int
        There must be ``skipped + n`` such compositions.
    """
    make = RowColumns(elements_of(con))
    waiting: list[pa.RecordBatch] = []
    n_waiting = 0
    for chunk in _chunks(con, condition, skipped, n):
        n -= len(chunk)
        if len(chunk):
            batch = pa.RecordBatch.from_arrays(make.columns(chunk, schema), schema=schema)
            if len(batch) == BATCH and not waiting:
                yield batch
                continue
            waiting.append(batch)
            n_waiting += len(batch)
        if waiting and (n_waiting >= BATCH or not n):
            yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()
            waiting, n_waiting = [], 0
        if not n:
            return


def _chunks(con: duckdb.DuckDBPyConnection, condition: Filter, skipped: int, n: int) -> Iterator[Chunk]:
    """Yield `n` compositions in order after the first `skipped`, at most `BATCH` at a time."""
    windows = windows_of(con, condition)
    parts = [_Systems(con, condition, window, whole=i < N_KEPT) for i, window in enumerate(windows)]
    every = sorted({natoms for part in parts for natoms in part.natoms})
    for atoms in every:
        for part in parts:
            for size, known in part.having(atoms):
                for chunk in unknown_chunks(size, known, BATCH, np.flatnonzero(size.natoms == atoms)):
                    shown = chunk.take(slice(skipped, skipped + n))
                    skipped = max(0, skipped - len(chunk))
                    n -= len(shown)
                    yield shown
                    if not n:
                        return


class _Systems:
    """The matching systems of a window, which are read once if they are kept, else for each number of atoms.

    Attributes
    ----------
    natoms : list of int
        Numbers of atoms of the stoichiometries.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, condition: Filter, window: Window, whole: bool
    ) -> None:
        self._read = partial(matching_in, con, condition)
        self._window = window
        self._con = con
        self._kept = self._with_known(window) if whole else None
        if self._kept is None:
            self.natoms = _natoms_of_five(con)
        else:
            self.natoms = sorted({atoms for size, _ in self._kept for atoms in size.natoms.tolist()})

    def having(self, atoms: int) -> Sized:
        """Return the systems for stoichiometries of some number of atoms, see `_with_known`."""
        if self._kept is not None:
            return self._kept
        return self._with_known(replace(self._window, natoms=(atoms, atoms)))

    def _with_known(self, window: Window) -> Sized:
        """Return systems, and the numbers of known compositions."""
        return [(size, _known_numbers(self._con, size)) for size in self._read(window)]


def _natoms_of_five(con: duckdb.DuckDBPyConnection) -> list[int]:
    rows = con.execute(
        f"select distinct natoms from store.stoichiometry where nelements = {BY_SIGNATURE}"
    ).fetchall()
    return [natoms for (natoms,) in rows]


def _known_numbers(con: duckdb.DuckDBPyConnection, size: MatchingSystems) -> NDArray[np.int64]:
    known = con.sql(
        "select system_id, stoichiometry_id from known_composition where nelements = $n order by all",
        params={"n": size.factors.shape[1]},
    ).to_arrow_table()
    return size.number(*(as_array(known[name]) for name in known.column_names))
