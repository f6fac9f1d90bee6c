"""What all figures of a database have in common: their maps are made, they are drawn and saved."""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chemdb.plot.drawing import Drawing, check_target, save
from chemdb.runtime.progress import Steps

if TYPE_CHECKING:
    import duckdb

    from chemdb.compare.comparison import Comparison
    from chemdb.maps.stored import MapSpec
    from chemdb.plot.captioned_figure import CaptionedFigure
    from chemdb.query.result import Result

#: A file to save a figure to; its caption goes to a .txt file beside it.
Target = str | os.PathLike[str] | None


class PlottedDatabase(Protocol):
    """What figures need of a `chemdb.api.Database`."""

    def cursor(self) -> AbstractContextManager["duckdb.DuckDBPyConnection"]: ...  # noqa: D102

    def query(self, text: str = "") -> "Result": ...  # noqa: D102

    def add_maps(self, specs: "Sequence[MapSpec]", steps: Steps) -> "list[MapSpec]": ...  # noqa: D102

    def compare(self, first: Any, second: str | None = None, *, steps: Steps) -> "Comparison": ...  # noqa: D102


class DatabaseFigures:
    """The figures of a database: `chemdb.accessors.plots.Plots` adds functions of this package as methods.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: PlottedDatabase) -> None:
        self.database = database


def add_maps(figures: DatabaseFigures, specs: "Sequence[MapSpec]", output: Target, steps: Steps) -> None:
    """Make the maps of a figure that the file does not have, once it is clear that it can be saved."""
    if output is not None:
        check_target(Path(output))
    figures.database.add_maps(specs, steps)


def drawn(
    figures: DatabaseFigures, output: Target, draw: "Callable[[duckdb.DuckDBPyConnection], Drawing]"
) -> "CaptionedFigure":
    """Return a figure with its caption, saved if there is an output."""
    if output is not None:
        check_target(Path(output))
    with figures.database.cursor() as con:
        drawing = draw(con)
    if output is not None:
        save(drawing, Path(output))
    drawing.figure.caption = str(drawing.caption)
    return drawing.figure
