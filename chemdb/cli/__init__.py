"""The command line: commands parse options, call functions and print results."""

import sys

from chemdb.cli.app import app
from chemdb.runtime.interrupt import repeat_lost_interrupt


def main() -> None:
    """Run the command line."""
    sys.unraisablehook = repeat_lost_interrupt
    app(prog_name="chemdb")


# Commands register themselves with the app, in the order --help shows them.
from chemdb.cli.commands import (  # noqa: E402, I001
    build, query, suggest, report, info, sql, explain, label, sample, export, attach, score, compare, map,  # noqa: F401
    plot, site, serve, mcp, known, count, verify,  # noqa: F401
)  # fmt: skip

__all__ = ["app", "main"]
