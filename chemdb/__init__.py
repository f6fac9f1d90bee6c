"""Every inorganic composition of two to four elements: allowed or not, known or not.

>>> import chemdb
>>> db = chemdb.open("chemdb.duckdb")  # doctest: +SKIP
>>> db.query("elements=Li,Zn,O missing").df()  # doctest: +SKIP
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chemdb.errors import ChemdbError
from chemdb.version import __version__ as __version__

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ase.formula import Formula
    from pymatgen.core.composition import Composition

    from chemdb.api import Database
    from chemdb.dataset.manifest import Manifest
    from chemdb.partition.piece import Partition
    from chemdb.partition.scored import Scores

__all__ = ["ChemdbError", "attach", "export", "open", "score", "to_ase", "to_pymatgen"]


def open(
    path: str | os.PathLike[str] = "chemdb.duckdb",
    threads: int | None = None,
    memory_limit: str | None = None,
    temp_directory: str | os.PathLike[str] | None = None,
) -> "Database":
    """Return a database file opened to be asked, see `chemdb.api.Database`.

    Raises
    ------
    DatabaseError
        No such file, not a chemdb file, of another format, damaged, or being written.
    """
    from chemdb.api import Database

    return Database(path, threads, memory_limit, temp_directory)


def score(
    pieces: "Sequence[Partition]",
    model: Any,
    *,
    embedding: str | None = None,
    top: int = 1000,
    executor: "Executor | None" = None,
) -> "Scores":
    """Return the compositions with the highest scores of a model; ties in the order of the file.

    The answer does not depend on the executor. Compositions with an element that has no vector are left out,
    as are those whose score is NaN; both are counted.

    Parameters
    ----------
    pieces : sequence of Partition
        From `chemdb.api.Database.partitions`.
    model : class, object or function
        A method ``predict`` takes vectors, an array of float32 of shape (n, d), as in scikit-learn; an object
        without one, or a function, is called with the `chemdb.partition.batch.Batch`. Either returns n
        numbers. A class is instantiated without arguments, once in a process.
    embedding : str, optional
        Element representation of the vectors, such as magpie.
    top : int
        Rows to keep.
    executor : concurrent.futures.Executor, optional
        Scores the pieces; by default this process, one after the other.

    Raises
    ------
    ChemdbError
        There is no such embedding, no model, or `top` is below 1.
    PartitionError
        The model failed for some pieces, which the message names; the others were tried.
    ProcessError
        The executor ended.
    """
    from chemdb.partition.score import Scoring, check_scoring
    from chemdb.partition.score import score as scores_of

    scoring = Scoring(model, embedding, top)
    check_scoring(pieces, scoring)
    return scores_of(pieces, scoring, executor)


def export(
    pieces: "Sequence[Partition]",
    folder: str | os.PathLike[str],
    *,
    columns: "Sequence[str]" = (),
    executor: "Executor | None" = None,
) -> "Manifest":
    """Write the compositions of a query as a folder of Parquet files, and return what it consists of.

    Complete files are kept, so an interrupted export resumes.

    Parameters
    ----------
    pieces : sequence of Partition
        From `chemdb.api.Database.partitions`; each becomes a file, or one for each number of elements.
    folder : str or path-like
        A folder, new or with the same export, or an address such as ``s3://bucket/prefix``.
    columns : sequence of str, optional
        Those of `chemdb.partition.batch.Batch.arrow`; by default those of the view composition, and what
        is known of known compositions. The key, system_id and stoichiometry_id, is always there.
    executor : concurrent.futures.Executor, optional
        Writes the files; by default this process, one after the other.

    Raises
    ------
    ChemdbError
        The folder has another export or cannot be written, the database changed, or files failed, which
        the message names; the others are written.
    ProcessError
        The executor ended.
    """
    from chemdb.dataset.exporting import export

    return export(pieces, os.fspath(folder), columns, executor).manifest


def attach(folder: str | os.PathLike[str], target: str | os.PathLike[str]) -> list[str]:
    """Write a small DuckDB file with the public views over an export; return their names.

    Parameters
    ----------
    folder : str or path-like
        Of `export`; the file has its absolute path.
    target : str or path-like
        A file, new or made by this function.

    Raises
    ------
    ChemdbError
        The export is incomplete or damaged, or the target is another file.
    """
    from pathlib import Path

    from chemdb.dataset.views import attach

    return attach(os.fspath(folder), Path(target))


def to_ase(formulas: Any) -> "Formula | list[Formula | None]":
    """Return a formula as an ASE Formula, or several as a list, see `chemdb.lookup.hand_over.to_ase`.

    Raises
    ------
    ChemdbError
        ASE is not installed, or a text is not a formula.
    """
    from chemdb.lookup.hand_over import to_ase

    return to_ase(formulas)


def to_pymatgen(formulas: Any) -> "Composition | list[Composition | None]":
    """Return a formula as a pymatgen Composition, or several as a list.

    See `chemdb.lookup.hand_over.to_pymatgen`.

    Raises
    ------
    ChemdbError
        pymatgen is not installed, or a text is not a formula.
    """
    from chemdb.lookup.hand_over import to_pymatgen

    return to_pymatgen(formulas)
