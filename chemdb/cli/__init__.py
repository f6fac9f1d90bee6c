"""The command line: every command parses, calls and prints; nothing else lives here."""

from chemdb.cli.app import app


def main() -> None:
    """Run the command line."""
    app(prog_name="chemdb")


# Commands register themselves with the app, in the order --help shows them.
from chemdb.cli import build, query, report, info, sql, label, sample, export, map, plot, known, count  # noqa: E402, F401, I001

__all__ = ["app", "main"]
