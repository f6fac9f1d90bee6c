"""Arguments of the commands that compare."""

from pathlib import Path
from typing import Annotated

import typer

FirstSide = Annotated[
    str, typer.Argument(metavar="A", help="A .duckdb file, an oxidation-state set, or a known source.")
]
SecondSide = Annotated[str, typer.Argument(metavar="B", help="Another of the same kind.")]


def opened_and_compared(first: str, second: str, db: Path) -> tuple[Path, tuple[str, ...]]:
    """Return the database to open, and what `Database.compare` takes.

    Raises
    ------
    typer.BadParameter
        Only one of the two is a database.
    """
    are_files = [_is_database(Path(name)) for name in (first, second)]
    if all(are_files):
        return Path(first), (second,)
    if any(are_files):
        raise typer.BadParameter(
            f"{first} and {second}: give two databases, two oxidation-state sets or two known sources"
        )
    return db, (first, second)


def _is_database(path: Path) -> bool:
    """Return whether a file is a DuckDB file, or is named as one."""
    if path.suffix == ".duckdb":
        return True
    try:
        with path.open("rb") as file:
            return file.read(12)[8:] == b"DUCK"
    except OSError:
        return False
