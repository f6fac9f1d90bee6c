"""The look of every figure: colours, print sizes, fonts, legend."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chemdb.errors import PlotError, one_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chemdb.plot.captioned_figure import CaptionedFigure

#: Anion classes of Figure 5; "other" is everything outside the first four.
ANION_CLASSES = ("pnictide", "halide", "chalcogenide", "oxide", "other")

#: Colours of categories and anion classes by palette. "paper": the category colours of Park et al. 2024
#: and the hues named in its Figure 5. "okabe-ito": the colour-blind-safe colours of Okabe and Ito (2008).
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

#: Print widths in cm of a figure across one or two columns (Royal Society of Chemistry).
WIDTHS = {1: 8.3, 2: 17.1}
CM_PER_INCH = 2.54
#: Font sizes in points.
TEXT = 7.0
SMALL = 6.0
HEADING = 8.0

DPI = 300

#: Changes to the defaults of matplotlib.
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
    # Publishers ask for editable (TrueType) fonts.
    "pdf.fonttype": 42,
    # Reproducible element ids: the same data give the same file.
    "svg.hashsalt": "chemdb",
}


def palette(name: str) -> Mapping[str, str]:
    """Return the colours (``#RRGGBB``) of a palette by category and anion class.

    Raises
    ------
    PlotError
        No such palette.
    """
    return PALETTES[one_of(name, PALETTES, "palette", PlotError)]


@contextmanager
def chemdb_style() -> Iterator[None]:
    """Apply `SETTINGS` during the body, whatever the matplotlibrc of the user says."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def new_figure(columns: int, height: float) -> "CaptionedFigure":
    """Return an empty figure for print.

    Parameters
    ----------
    columns : int
        1 or 2.
    height : float
        Relative to the width.
    """
    from chemdb.plot.captioned_figure import CaptionedFigure

    width = WIDTHS[columns] / CM_PER_INCH
    figure = CaptionedFigure(figsize=(width, width * height), dpi=DPI)
    figure.style = chemdb_style
    return figure


def formula_markup(formula: str) -> str:
    r"""Return a formula with subscripts, as matplotlib's mathtext.

    Examples
    --------
    >>> formula_markup("Li6ZnO4")
    '$\\mathregular{Li_{6}ZnO_{4}}$'
    """
    return "$\\mathregular{" + re.sub(r"(\d+)", r"_{\1}", formula) + "}$"


def add_legend(figure: "Figure", colors: Mapping[str, str], names: Sequence[str], **where: Any) -> None:
    """Add a legend of coloured dots."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], linestyle="", marker="o", markersize=4, markeredgewidth=0, color=colors[n])
        for n in names
    ]
    figure.legend(handles, list(names), handletextpad=0.1, columnspacing=1.0, **where)
