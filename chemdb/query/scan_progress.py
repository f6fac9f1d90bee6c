"""How far a user's SQL has got, and what would make it quick, while it takes seconds."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from chemdb.database.connection import hide_progress_bar
from chemdb.database.execution import while_waiting
from chemdb.query.point_query import EXPANDED
from chemdb.runtime.interrupt import POLL

if TYPE_CHECKING:
    from rich.progress import Progress

#: Seconds of waiting after which it is said that a statement takes long.
PATIENCE = 1.5


@contextmanager
def scan_progress(con: duckdb.DuckDBPyConnection, statement: str) -> Iterator[None]:
    """Show on stderr that the statement, which the body runs, takes seconds.

    A terminal gets a progress bar, anything else one line.
    """
    # DuckDB knows how far it has got only if it could show a bar of its own.
    hide_progress_bar(con, measured=True)
    shown = _ScanProgress(con, statement)
    try:
        with while_waiting(con, shown.wait):
            yield
    finally:
        shown.close()


class _ScanProgress:
    def __init__(self, con: duckdb.DuckDBPyConnection, statement: str) -> None:
        self._con = con
        self._statement = statement
        self._waited = 0.0
        self._bars: Progress | None = None

    def wait(self) -> None:
        """Show what there is to show after another `POLL` seconds of waiting."""
        said = self._waited >= PATIENCE
        self._waited += POLL
        if self._waited < PATIENCE:
            return
        if not said:
            self._say()
        if self._bars is not None:
            percent = max(0.0, min(100.0, self._con.query_progress()))
            self._bars.update(self._bars.task_ids[0], completed=percent)

    def close(self) -> None:
        """Remove the bar."""
        if self._bars is not None:
            self._bars.stop()

    def _say(self) -> None:
        if sys.stderr is None:
            return
        print(f"chemdb: note: {_hint(self._statement)}", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeElapsedColumn

            self._bars = Progress(
                BarColumn(),
                TaskProgressColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bars.add_task("", total=100.0)
            self._bars.start()


def _hint(statement: str) -> str:
    """Return what would make a statement quick.

    Examples
    --------
    >>> _hint("select count(*) from composition where formula like 'Li%'")[:61]
    'sql: reading composition, computed for each chemical system; '
    """
    views = sorted(EXPANDED & set(re.findall(r"\w+", statement.lower())))
    if not views:
        return "sql: still running; Ctrl-C ends it"
    return (
        f"sql: reading {' and '.join(views)}, computed for each chemical system; filter by chemsys, "
        "nelements or elements, as in chemsys = 'Fe-Li-O-P' and formula = 'LiFePO4'; counts are in "
        "order_summary and chemical_system"
    )
