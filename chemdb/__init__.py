"""Every inorganic composition of two to four elements: allowed or not, known or not.

>>> import chemdb
>>> db = chemdb.open("chemdb.duckdb")  # doctest: +SKIP
>>> db.query("elements=Li,Zn,O missing").df()  # doctest: +SKIP
"""

import os
from typing import TYPE_CHECKING, Any

from chemdb.errors import ChemdbError
from chemdb.version import __version__ as __version__

if TYPE_CHECKING:
    from ase.formula import Formula
    from pymatgen.core.composition import Composition

    from chemdb.api import Database

__all__ = ["ChemdbError", "open", "to_ase", "to_pymatgen"]


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
