"""A piece of a query: small enough to send to any process, which opens the file itself."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import duckdb

from chemdb.database.open_file import OpenFile
from chemdb.errors import ChemdbError, DatabaseError
from chemdb.query.neutral_function import read_filter
from chemdb.runtime.limits import Limits

if TYPE_CHECKING:
    from chemdb.partition.batch import Batch

#: Rows of a batch.
ROWS_PER_BATCH = 100_000
#: Files that a process keeps open for the pieces that it reads.
KEPT_OPEN = 4


@dataclass(frozen=True)
class Partition:
    """The compositions of a query in a range of chemical systems.

    Attributes
    ----------
    path : str
        The file, with its folder.
    fingerprint : str
        Of the file's content.
    query : str
    number : int
        Of this piece, from 0.
    n_partitions : int
        Number of all pieces of the query.
    first_system, last_system : int
        The first and last system_id.
    n_rows : int
        Number of compositions.
    """

    path: str
    fingerprint: str
    query: str
    number: int
    n_partitions: int
    first_system: int
    last_system: int
    n_rows: int

    def __str__(self) -> str:
        return f"piece {self.number}"

    @property
    def of_query(self) -> tuple[str, str, str, int]:
        """What all pieces of a query have in common."""
        return self.path, self.fingerprint, self.query, self.n_partitions

    def batches(self, embedding: str | None = None, rows: int = ROWS_PER_BATCH) -> "Iterator[Batch]":
        """Yield the compositions, known and unknown, by system and stoichiometry.

        All compositions of a batch have the same number of elements.

        Parameters
        ----------
        embedding : str, optional
            Element representation of ``batch.vectors``, such as magpie.
        rows : int
            Most compositions of a batch.

        Raises
        ------
        ChemdbError
            The file changed since the pieces were made, or cannot be opened; it has no such representation.
        """
        from chemdb.partition.batch import Batch, Source
        from chemdb.partition.system_range import compositions

        if rows < 1:
            raise ChemdbError(f"batches: {rows} rows; a batch has 1 or more")
        file = opened(self.path, self.fingerprint)
        source = Source(file, embedding)
        condition = read_filter(file, self.query)
        with file.cursor() as con:
            for found in compositions(con, condition, (self.first_system, self.last_system), rows):
                yield Batch(found, source)


@lru_cache(maxsize=KEPT_OPEN)
def opened(path: str, fingerprint: str) -> OpenFile:
    """Return a file, kept open by this process with one thread, because other processes read other pieces.

    Raises
    ------
    DatabaseError
        It cannot be opened, or its content is not what it was.
    """
    file = OpenFile(path, Limits(threads=1))
    if file.remember(fingerprint_of) != fingerprint:
        raise DatabaseError(f"{path}: changed since the pieces of the query were made; make them again")
    return file


def fingerprint_of(con: duckdb.DuckDBPyConnection) -> str:
    """Return a checksum of all rows of a file, except those of its maps."""
    rows = con.execute(
        "select table_name, n_rows, checksum from store.checksum "
        "where not starts_with(table_name, 'main.projection') order by all"
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def check_pieces(pieces: object) -> None:
    """Raise unless there is a sequence of pieces.

    Raises
    ------
    ChemdbError
        It is something else, such as a query or a single piece.
    """
    if not isinstance(pieces, Sequence) or not all(isinstance(piece, Partition) for piece in pieces):
        kind = type(pieces).__name__
        raise ChemdbError(f"pieces: {kind} is no list of pieces, as db.partitions(query) returns")


def check_all_pieces(pieces: Sequence[Partition]) -> None:
    """Raise unless these are all pieces of one query, in order.

    Raises
    ------
    ChemdbError
        They are not.
    """
    check_pieces(pieces)
    numbers, queries = [piece.number for piece in pieces], {piece.of_query for piece in pieces}
    if pieces and (len(queries) > 1 or numbers != list(range(pieces[0].n_partitions))):
        raise ChemdbError("pieces: give all of one query, in order, as db.partitions(query) returns them")
