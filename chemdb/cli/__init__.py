"""The command line: every command parses, calls and prints; nothing else lives here."""

import gc
import sys

from chemdb.cli.app import app
from chemdb.runtime.interrupt import repeat_lost_interrupt


def main() -> None:
    """Run the command line."""
    # A tenth of a short command would be spent looking for garbage among what it imports.
    gc.set_threshold(50_000)
    sys.unraisablehook = repeat_lost_interrupt
    app(prog_name="chemdb")


# Commands register themselves with the app, in the order --help shows them.
from chemdb.cli.commands import (  # noqa: E402, I001
    build, query, report, info, sql, explain, label, sample, export, map, plot, known, count, verify,  # noqa: F401
)  # fmt: skip

__all__ = ["app", "main"]
