"""Every inorganic composition of two to four elements: allowed or not, known or not.

>>> import chemdb
>>> db = chemdb.open("chemdb.duckdb")  # doctest: +SKIP
>>> db.query("elements=Li,Zn,O missing").df()  # doctest: +SKIP
"""

import os
from typing import TYPE_CHECKING

from chemdb.errors import ChemdbError
from chemdb.version import __version__ as __version__

if TYPE_CHECKING:
    from chemdb.api import Database

__all__ = ["ChemdbError", "open"]


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
