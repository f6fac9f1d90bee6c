"""How many compositions are allowed, counted without storing any."""

import numpy as np

from chemdb.chemistry.stoichiometry import check_limits
from chemdb.enumeration.element_table import ElementTable
from chemdb.enumeration.signatures import Signatures
from chemdb.runtime.progress import Progress, no_progress


def count_allowed(
    table: ElementTable,
    nelements: int,
    max_stoichiometry: int,
    threads: int,
    progress: Progress = no_progress,
) -> int:
    """Return how many compositions of `nelements` elements are allowed.

    Parameters
    ----------
    table : ElementTable
    nelements : int
        2 to 5.
    max_stoichiometry : int
        1 to 12.
    threads : int
    progress : callable, optional

    Raises
    ------
    LimitError
    """
    check_limits(nelements, max_stoichiometry)
    if len(table.usable()) < nelements:
        return 0
    signatures = Signatures(table, nelements, max_stoichiometry)
    return signatures.decide(
        np.zeros(len(signatures.heads), np.int64),
        np.empty((0, 0), np.uint64),
        np.empty((0, 0), np.int32),
        np.empty(0, np.int64),
        threads,
        progress,
    )
