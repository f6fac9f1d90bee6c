"""Integrity checks of a file: counts and checksums; deep checks decide every composition again."""

from collections.abc import Iterator

import duckdb

from chemdb.runtime.progress import Steps, no_steps
from chemdb.verify.check import Check, unreadable
from chemdb.verify.quick import QUICK

__all__ = ["Check", "checks_of"]


def checks_of(con: duckdb.DuckDBPyConnection, deep: bool = False, steps: Steps = no_steps) -> Iterator[Check]:
    """Yield the checks of a file, with their results, as they are made.

    Parameters
    ----------
    con : DuckDBPyConnection
    deep : bool
        Also enumerate all compositions again from the species in the file and compare every decision,
        and compare samples with the reference rule, SMACT, SQL and the formula reader.
    steps : Steps
        A step for each group of checks.
    """
    groups = list(QUICK)
    if deep:
        from chemdb.verify.deep import DEEP  # numba and SMACT

        groups += DEEP
    for name, group in groups:
        with steps(name) as progress:
            made: list[Check] = []
            try:
                for check in group(con, progress):
                    made.append(check)
                    yield check
                progress(1, f"{sum(check.ok for check in made)} of {len(made)} checks passed")
            except duckdb.FatalException as error:
                # DuckDB cannot read on before the file is opened again.
                yield unreadable(name, error)
                return
            except duckdb.OutOfMemoryException:
                raise  # this is no fault of the file
            except (duckdb.Error, LookupError, ValueError) as error:
                yield unreadable(name, error)
