"""How every figure looks, and how it is written: colours, print sizes, type, captions, files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chemdb.errors import PlotError, one_of
from chemdb.runtime.atomic_write import atomic_write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Anion classes of Figure 5 that have a colour of their own; all else is "other".
ANION_CLASSES = ("pnictide", "halide", "chalcogenide", "oxide", "other")

#: Colours by the name of the palette. "paper" has the category colours of Park et al. 2024 and
#: the hues that its Figure 5 names; "okabe-ito" the eight colours of Okabe and Ito (2008), which
#: all kinds of colour vision tell apart.
PALETTES: Mapping[str, Mapping[str, str]] = {
    "paper": {
        "standard": "#002FFF",
        "missing": "#FF1201",
        "interesting": "#22E000",
        "unlikely": "#D9D9D9",
        "pnictide": "#F2C500",
        "halide": "#1F5FE0",
        "chalcogenide": "#E0241B",
        "oxide": "#2CA02C",
        "other": "#BDBDBD",
    },
    "okabe-ito": {
        "standard": "#0072B2",
        "missing": "#E69F00",
        "interesting": "#000000",
        "unlikely": "#D9D9D9",
        "pnictide": "#F0E442",
        "halide": "#0072B2",
        "chalcogenide": "#D55E00",
        "oxide": "#009E73",
        "other": "#BDBDBD",
    },
}

#: Print widths in cm of one and two columns (Royal Society of Chemistry).
WIDTHS = {1: 8.3, 2: 17.1}
CM_PER_INCH = 2.54
#: Type sizes in points.
TEXT = 7.0
SMALL = 6.0
HEADING = 8.0

FORMATS = (".png", ".svg", ".pdf")
DPI = 300

#: Settings on top of matplotlib's own defaults, so that a user's matplotlibrc changes nothing.
SETTINGS: dict[Any, Any] = {
    "font.size": TEXT,
    "axes.titlesize": HEADING,
    "axes.labelsize": TEXT,
    "legend.fontsize": TEXT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "axes.linewidth": 0.6,
    "grid.linewidth": 0.4,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
    # Publishers want fonts that can be edited, and the same file from the same data.
    "pdf.fonttype": 42,
    "svg.hashsalt": "chemdb",
}


@dataclass(frozen=True)
class Caption:
    """What a figure shows.

    Attributes
    ----------
    text : str
        One or more sentences.
    details : mapping of str to str
        What was drawn: file, known sources, counts, parameters, seed.
    """

    text: str
    details: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [self.text, "", *(f"{name}: {value}" for name, value in self.details.items())]
        return "\n".join(lines).strip() + "\n"


@dataclass(frozen=True)
class Drawing:
    """A figure and its caption."""

    figure: "Figure"
    caption: Caption


def palette(name: str) -> Mapping[str, str]:
    """Return the colours of a palette: category or anion class to ``#RRGGBB``.

    Raises
    ------
    PlotError
        No such palette.
    """
    return PALETTES[one_of(name, PALETTES, "palette", PlotError)]


@contextmanager
def own_style() -> Iterator[None]:
    """Draw or save with chemdb's settings, and leave matplotlib's as they were."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def new_figure(columns: int, height: float) -> "Figure":
    """Return an empty figure for print.

    Parameters
    ----------
    columns : int
        1 or 2.
    height : float
        As a share of the width.
    """
    from matplotlib.figure import Figure

    width = WIDTHS[columns] / CM_PER_INCH
    return Figure(figsize=(width, width * height), dpi=DPI)


def formula_markup(formula: str) -> str:
    r"""Return a formula with its numbers lowered, as matplotlib's mathtext.

    Examples
    --------
    >>> formula_markup("Li6ZnO4")
    '$\\mathregular{Li_{6}ZnO_{4}}$'
    """
    return "$\\mathregular{" + re.sub(r"(\d+)", r"_{\1}", formula) + "}$"


def bare(axes: "Axes") -> None:
    """Leave an axes without frame and ticks."""
    axes.set_axis_off()


def legend_of(figure: "Figure", colors: Mapping[str, str], names: Sequence[str], **where: Any) -> None:
    """Add a legend of coloured dots."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], linestyle="", marker="o", markersize=4, markeredgewidth=0, color=colors[n])
        for n in names
    ]
    figure.legend(handles, list(names), handletextpad=0.1, columnspacing=1.0, **where)


def check_target(path: Path, formats: Sequence[str] = FORMATS) -> None:
    """Raise `PlotError` unless a figure can go to `path`; for use before any work is done."""
    if path.suffix.lower() not in formats:
        raise PlotError(f"{path}: the name of a figure ends in one of {', '.join(formats)}")
    if path.is_dir():
        raise PlotError(f"{path}: cannot be written (is a folder)")
    if not path.parent.is_dir():
        raise PlotError(f"{path}: the folder {path.parent} does not exist")


def caption_path(path: Path) -> Path:
    """Return where the caption of the figure at `path` goes."""
    return path.with_suffix(".txt")


def save(drawing: Drawing, path: Path) -> None:
    """Write a figure and, beside it, its caption; each file appears whole.

    Parameters
    ----------
    drawing : Drawing
    path : Path
        Its suffix, one of `FORMATS`, chooses the format.

    Raises
    ------
    PlotError
        A file cannot be written; what was there is as it was.
    """
    check_target(path)
    kind = path.suffix.lower()
    # No dates: the same data give the same file.
    metadata = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[kind]

    with atomic_write(path, caption_path(path), error=PlotError) as [figure, caption]:
        with own_style():
            drawing.figure.savefig(figure, format=kind[1:], metadata=metadata)
        caption.write_text(str(drawing.caption), encoding="utf-8")
