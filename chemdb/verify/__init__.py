"""Is a file what chemdb made: counts, checksums, and with `deep` every decision taken anew."""

from collections.abc import Iterator

import duckdb

from chemdb.runtime.progress import Steps, no_steps
from chemdb.verify.check import Check, unreadable
from chemdb.verify.quick import QUICK

__all__ = ["Check", "found_by"]


def found_by(con: duckdb.DuckDBPyConnection, deep: bool = False, steps: Steps = no_steps) -> Iterator[Check]:
    """Yield what is checked of a file and what is found.

    Parameters
    ----------
    con : DuckDBPyConnection
    deep : bool
        Enumerate everything anew from the species in the file, and compare every decision; and
        compare samples with a plain form of the rule, with SMACT and with the formula reader.
    steps : Steps
    """
    groups = list(QUICK)
    if deep:
        from chemdb.verify.deep import DEEP  # numba and SMACT

        groups += DEEP
    for name, group in groups:
        with steps(name) as progress:
            try:
                yield from group(con, progress)
            except duckdb.FatalException as error:
                # DuckDB reads no more of this file until it is opened again.
                yield unreadable(name, error)
                return
            except duckdb.OutOfMemoryException:
                raise  # which says nothing of the file
            except (duckdb.Error, LookupError, ValueError) as error:
                yield unreadable(name, error)
