"""A figure with its caption, and the files both are saved to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from chemdb.database.metadata import build_info, known_sources
from chemdb.errors import PlotError
from chemdb.plot.style import DEFAULT_LOOK, Look
from chemdb.runtime.atomic_write import atomic_write

if TYPE_CHECKING:
    from chemdb.plot.captioned_figure import CaptionedFigure

FORMATS = (".png", ".svg", ".pdf")
#: What compositions are called by their number of elements.
SIZE_NAMES = {2: "binary", 3: "ternary", 4: "quaternary", 5: "quinary"}


@dataclass(frozen=True)
class Caption:
    """The caption of a figure.

    Attributes
    ----------
    text : str
        One or more sentences.
    details : mapping of str to str
        The data behind the figure: file, known sources, counts, parameters, seed.
    """

    text: str
    details: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [self.text, "", *(f"{name}: {value}" for name, value in self.details.items())]
        return "\n".join(lines).strip() + "\n"


@dataclass(frozen=True)
class Drawing:
    """A figure, its caption and the look it was drawn with."""

    figure: "CaptionedFigure"
    caption: Caption
    look: Look = DEFAULT_LOOK


def file_details(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the caption details of a database: its name, rule, limits and known sources."""
    [(path,)] = con.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    info = build_info(con)
    return {
        "file": f"{Path(path).name} (chemdb {info['chemdb_version']}, {info['oxidation_state_set']}, "
        f"{info['nelements']} elements, factors to {info['max_stoichiometry']})",
        "known": known_sources(con),
    }


def check_target(path: Path, formats: Sequence[str] = FORMATS) -> None:
    """Raise unless a figure can be saved to `path`; call it before any work starts.

    Raises
    ------
    PlotError
        The suffix is not one of `formats`, `path` is a folder, or its folder does not exist.
    """
    if path.suffix.lower() not in formats:
        raise PlotError(f"{path}: the name must end in one of {', '.join(formats)}")
    if path.is_dir():
        raise PlotError(f"{path}: cannot be written (is a folder)")
    if not path.parent.is_dir():
        raise PlotError(f"{path}: the folder {path.parent} does not exist")


def caption_path(path: Path) -> Path:
    """Return the path of the caption of the figure at `path`."""
    return path.with_suffix(".txt")


def save(drawing: Drawing, path: Path) -> None:
    """Write a figure and its caption atomically, side by side.

    Parameters
    ----------
    drawing : Drawing
    path : Path
        Its suffix, one of `FORMATS`, selects the format.

    Raises
    ------
    PlotError
        Either file cannot be written; existing files are unchanged.
    """
    check_target(path)
    suffix = path.suffix.lower()
    # No dates: the same data give the same file.
    metadata = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[suffix]
    with atomic_write(path, caption_path(path), error=PlotError) as [figure_file, caption_file]:
        with drawing.look.applied():
            drawing.figure.savefig(figure_file, format=suffix[1:], metadata=metadata)
        caption_file.write_text(str(drawing.caption), encoding="utf-8")
