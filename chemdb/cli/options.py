"""Options shared by several commands."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from chemdb.runtime.limits import available_processors, is_memory, limited_thread_pools
from chemdb.runtime.threads import can_start

T = TypeVar("T")

#: A system that allows so many threads allows enough.
MANY = 64
#: Help panel of the options that limit threads and memory.
RESOURCES = "Resources"


def default_path() -> Path:
    """Return ``$CHEMDB_PATH``, else chemdb.duckdb in the current folder."""
    return Path(os.environ.get("CHEMDB_PATH") or "chemdb.duckdb")


class Format(StrEnum):
    """Formats of a table."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


def only_with(context: typer.Context, what: str, *names: str) -> None:
    """Refuse options that would be ignored because they apply to something else.

    Parameters
    ----------
    context : typer.Context
    what : str
        What the options apply to.
    *names : str
        Parameters of the command.

    Raises
    ------
    typer.BadParameter
    """
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name in names and source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"{parameter.opts[0]} goes with {what}")


def nelements_range(text: str) -> range:
    """Return the numbers of elements in ``3`` or ``2-4``."""
    match = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", text.strip())
    if not match or int(match[2] or match[1]) < int(match[1]):
        raise typer.BadParameter(f"{text!r} is not a number of elements or a range, such as 3 or 2-4")
    return range(int(match[1]), int(match[2] or match[1]) + 1)


@dataclass(frozen=True)
class PartOfPieces:
    """Every n-th piece of a query, from piece `number` - 1."""

    number: int
    n: int

    def __str__(self) -> str:
        return f"{self.number}/{self.n}"

    def of(self, pieces: Sequence[T]) -> Sequence[T]:
        """Return this part of the pieces."""
        return pieces[self.number - 1 :: self.n]


def part_of_pieces(text: str) -> PartOfPieces:
    """Return the part in ``3/10``: the third of ten."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise typer.BadParameter(f"{text!r} is not a part, such as 3/10: the third of ten")
    return PartOfPieces(int(match[1]), int(match[2]))


def memory(text: str) -> str:
    """Return a memory limit that DuckDB understands."""
    if not is_memory(text):
        raise typer.BadParameter(f"{text!r} is not an amount of memory, such as 2GB")
    return text.strip()


def _limited_thread_pools(context: typer.Context, threads: int | None) -> int | None:
    """Limit libraries with thread pools of their own, which read their number when imported.

    Without threads to spare work in one: OpenBLAS would end the process with SIGINT.
    """
    if threads is None and not can_start(min(16 * available_processors(), MANY)):
        threads = 1
    context.with_resource(limited_thread_pools(threads or available_processors()))
    return threads


def _table_or_json(text: str) -> Format:
    """Return the format, which must be table or json."""
    if text not in (Format.TABLE, Format.JSON):
        raise typer.BadParameter(f"{text!r} is not table or json")
    return Format(text)


def _memory_limit(default: str) -> Any:
    return typer.Option(
        "--memory-limit",
        parser=memory,
        metavar="SIZE",
        show_default=default,
        help="Memory for DuckDB, such as 2GB; chemdb itself uses up to 0.5 GB more.",
        rich_help_panel=RESOURCES,
    )


def _column(help: str) -> Any:
    return typer.Option(metavar="NAME", show_default="found by its name", help=help)


def stored_nelements(help: str) -> Any:
    """Return an option for numbers of elements, by default all of the file."""
    return typer.Option(parser=nelements_range, metavar="N or N-M", show_default="all of the file", help=help)


Database = Annotated[
    Path,
    typer.Option(
        "--db",
        default_factory=default_path,
        show_default="$CHEMDB_PATH or chemdb.duckdb",
        help="The database file.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1024,
        callback=_limited_thread_pools,
        show_default="all processors",
        help="Threads to use.",
        rich_help_panel=RESOURCES,
    ),
]
MemoryLimit = Annotated[str | None, _memory_limit("80% of memory")]
#: Of commands that answer many questions at once, beside other programs.
ServedMemoryLimit = Annotated[str | None, _memory_limit("200MB; 1GB for exports")]
TempDirectory = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        writable=True,
        show_default="$TMPDIR or /tmp",
        help="Folder for what does not fit into that memory.",
        rich_help_panel=RESOURCES,
    ),
]
NElements = Annotated[
    range,
    typer.Option("--nelements", parser=nelements_range, metavar="N or N-M", help="Numbers of elements."),
]
MaxStoichiometry = Annotated[
    int, typer.Option("--max-stoichiometry", help="Largest stoichiometric factor, 1 to 12.")
]
OxidationStateSet = Annotated[
    str,
    typer.Option(
        "--oxidation-states",
        metavar="SET or FILE",
        help="smact14, icsd16, icsd24, wiki, pymatgen_sp, or a file with lines like 'Fe +2 +3'.",
    ),
]
FormulaColumn = Annotated[str | None, _column("Column with the formulas.")]
IdColumn = Annotated[str | None, _column("Column with the identifiers.")]
EnergyColumn = Annotated[
    str | None, _column("Column with the energies above the hull, in eV/atom unless it says meV.")
]
MpApiKey = Annotated[
    str | None,
    typer.Option(
        metavar="KEY",
        show_default="$MP_API_KEY or $PMG_MAPI_KEY",
        help="Materials Project API key. Other users can see it in the process list: prefer $MP_API_KEY.",
    ),
]
OutputFormat = Annotated[Format, typer.Option("--format", "-f", help="Output format.")]
TableOrJson = Annotated[
    Format,
    typer.Option("--format", "-f", parser=_table_or_json, metavar="[table|json]", help="Output format."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", show_default="the screen", help="Write to a file."),
]
Seed = Annotated[int, typer.Option(min=0, help="Random seed.")]
#: Help panel of the options that spread work over processes.
MANY_PROCESSES = "Many processes (docs/scaling.md)"
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        show_default="this process",
        help="Where to run: local:N (N processes on this computer), tcp://HOST:PORT (a Dask scheduler), or "
        "FILE.py:NAME (a concurrent.futures.Executor).",
        rich_help_panel=MANY_PROCESSES,
    ),
]
Part = Annotated[
    PartOfPieces | None,
    typer.Option(
        parser=part_of_pieces,
        metavar="I/N",
        show_default="all",
        help="Do only part I of N, as a job of a job array; --finish merges the parts.",
        rich_help_panel=MANY_PROCESSES,
    ),
]
Finish = Annotated[
    bool,
    typer.Option("--finish", help="Merge the parts once all are done.", rich_help_panel=MANY_PROCESSES),
]
