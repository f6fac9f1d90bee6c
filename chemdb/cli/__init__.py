"""The command line: every command parses, calls and prints; nothing else lives here."""

from chemdb.cli.app import app


def main() -> None:
    """Run the command line."""
    app(prog_name="chemdb")


# Commands register themselves with the app, in the order --help shows them.
from chemdb.cli import (  # noqa: E402, I001
    build, query, report, info, sql, explain, label, sample, export, map, plot, known, count,  # noqa: F401
)  # fmt: skip

__all__ = ["app", "main"]
