"""The look of every figure: colours, marks, print sizes, fonts, legend, and the user's style file."""

import hashlib
import logging
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chemdb.errors import PlotError, one_line, one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from chemdb.plot.captioned_figure import CaptionedFigure

#: Colours of categories and anion classes by palette. "okabe-ito": the hues of Park et al. 2024 in the
#: colour-blind safe blue, vermillion, bluish green and orange of Okabe and Ito (2008), and a grey; the
#: explorer has the same hues, shaded for text. "paper": the colours of Park et al. 2024 and the hues named
#: in its Figure 5.
PALETTES: Mapping[str, Mapping[str, str]] = {
    "okabe-ito": {
        "standard": "#0072B2",
        "missing": "#D55E00",
        "interesting": "#009E73",
        "unlikely": "#B0B0B0",
        "pnictide": "#E69F00",
        "halide": "#0072B2",
        "chalcogenide": "#D55E00",
        "oxide": "#009E73",
        "other": "#B0B0B0",
    },
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
}
DEFAULT_PALETTE = "okabe-ito"


class Mark(NamedTuple):
    """The mark of a group of points.

    Attributes
    ----------
    shape : str
        Marker of matplotlib.
    filled : bool
    """

    shape: str
    filled: bool


#: Marks by category and anion class, a second cue beside the colour. As in the explorer: circles are
#: allowed, diamonds are not; filled ones are known, open ones are not.
MARKS: Mapping[str, Mark] = {
    "standard": Mark("o", True),
    "missing": Mark("o", False),
    "interesting": Mark("D", True),
    "unlikely": Mark("D", False),
    "pnictide": Mark("^", True),
    "halide": Mark("s", True),
    "chalcogenide": Mark("D", True),
    "oxide": Mark("o", True),
    "other": Mark("v", True),
}
#: Names of element representations as their authors write them.
EMBEDDING_NAMES = {
    "magpie": "Magpie",
    "mat2vec": "Mat2vec",
    "megnet16": "Megnet16",
    "oliynyk": "Oliynyk",
    "skipatom": "SkipAtom",
    "random_200": "Random",
}

#: Print widths in cm of a figure across one or two columns (Royal Society of Chemistry).
WIDTHS = {1: 8.3, 2: 17.1}
CM_PER_INCH = 2.54

#: A style file of matplotlib: fonts, sizes, line widths.
StyleFile = Path | str | None

#: Changes to the defaults of matplotlib; sizes are in points.
SETTINGS: dict[Any, Any] = {
    "figure.dpi": 300,
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.labelsize": 7,
    "legend.fontsize": 7,
    "xtick.labelsize": 6,
    "ytick.labelsize": 6,
    "axes.linewidth": 0.6,
    "grid.linewidth": 0.4,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
    # Perceptually uniform, colour-blind safe and readable in grey print.
    "image.cmap": "viridis",
    # Text stays text: TrueType in PDF files, text elements in SVG files.
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
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


@dataclass(frozen=True)
class Look:
    """What the user may choose about the look of a figure; checked when it is made.

    Parameters
    ----------
    palette : str
        One of `PALETTES`.
    columns : int, optional
        Print width, 1 or 2 columns; each figure has its own default.
    style : path-like, optional
        A style file of matplotlib, which goes before `SETTINGS`. The palette and the print width stay.

    Raises
    ------
    PlotError
        Unknown palette or width, or a style file that cannot be read or has mistakes.
    """

    palette: str = DEFAULT_PALETTE
    columns: int | None = None
    style: StyleFile = None
    #: Settings of the style file.
    _settings: Mapping[Any, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        palette(self.palette)
        if self.columns not in (None, *WIDTHS):
            raise PlotError(f"{self.columns} columns: a figure is 1 or 2 columns wide")
        settings = {} if self.style is None else read_style(Path(self.style))
        object.__setattr__(self, "_settings", settings)

    @property
    def colors(self) -> Mapping[str, str]:
        """Colours by category and anion class."""
        return palette(self.palette)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Apply `SETTINGS` and the style file during the body, whatever the matplotlibrc of the user says."""
        import matplotlib

        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(SETTINGS)
            matplotlib.rcParams.update(self._settings)
            yield

    def new_figure(self, columns: int, height: float) -> "CaptionedFigure":
        """Return an empty figure for print.

        Parameters
        ----------
        columns : int
            1 or 2, unless the user has chosen.
        height : float
            Relative to the width.
        """
        from chemdb.plot.captioned_figure import CaptionedFigure

        width = WIDTHS[self.columns or columns] / CM_PER_INCH
        figure = CaptionedFigure(figsize=(width, width * height))
        figure.style = self.applied
        return figure

    def details(self, colored: bool = True) -> dict[str, str]:
        """Return the caption details: the palette, if there are colours of it, and the style file."""
        details = {"palette": self.palette} if colored else {}
        if self.style is not None:
            digest = hashlib.sha256(repr(sorted(self._settings.items())).encode()).hexdigest()
            details["style"] = f"{Path(self.style).name} (settings {digest[:8]})"
        return details


DEFAULT_LOOK = Look()


def read_style(path: Path) -> dict[Any, Any]:
    """Return the settings of a style file of matplotlib.

    Raises
    ------
    PlotError
        It cannot be read, has an unknown setting or an impossible value, or asks for LaTeX.
    """
    import matplotlib

    problems: list[str] = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: problems.append(record.getMessage())  # type: ignore[method-assign]
    # matplotlib logs unknown settings and lines without a colon instead of raising.
    logger = logging.getLogger("matplotlib")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(listener)
    try:
        settings: dict[Any, Any] = dict(
            matplotlib.rc_params_from_file(path, fail_on_error=True, use_default_template=False)
        )
    except OSError as error:
        raise PlotError(f"style file {path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise PlotError(f"style file {path}: is not a text file") from None
    except Exception as error:
        raise PlotError(f"style file {path}: {one_line(str(error))}") from None
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagate
    if problems:
        # Such as: Bad key line.width in file a.mplstyle, line 3 ('line.width: 2').
        first = re.sub(" in file .*, line", ", line", problems[0].strip().splitlines()[0])
        raise PlotError(f"style file {path}: {first}")
    if settings.get("text.usetex"):
        raise PlotError(f"style file {path}: text.usetex is not supported; leave it out")
    # It would choose the backend of the user's other figures.
    settings.pop("backend", None)
    return settings


def points(setting: Any) -> float:
    """Return a font size of the current settings in points.

    Parameters
    ----------
    setting : str
        font.size, xtick.labelsize (small text) or axes.titlesize (headings).
    """
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties

    return float(FontProperties(size=rcParams[setting]).get_size_in_points())


def width_of(figure: "Figure", texts: Sequence[str], size: float) -> float:
    """Return the width in points of the widest text, 0 if there is none."""
    widths = [0.0]
    for text in texts:
        drawn = figure.text(0, 0, text, fontsize=size)
        widths.append(72 * drawn.get_window_extent().width / figure.dpi)
        drawn.remove()
    return max(widths)


def in_lines(figure: "Figure", text: str, size: float, width: float, max_lines: int) -> str:
    """Return a text in lines that fit into a width; if they are too many, it ends with an ellipsis.

    Parameters
    ----------
    figure : Figure
    text : str
    size, width : float
        Of the font and of the lines, in points.
    max_lines : int
    """
    # Few letters are narrower than a fifth of their size.
    longest = min(len(text), int(5 * width / size))
    for n in range(longest, 1, -1):
        lines = textwrap.wrap(text, n, break_on_hyphens=False)
        if len(lines) > max_lines:
            rest = " ".join(lines[max_lines - 1 :])
            lines[max_lines - 1 :] = [rest[: n - 1].rstrip() + "…"]
        if width_of(figure, lines, size) <= width:
            return "\n".join(lines)
    return text


def formula_markup(formula: str) -> str:
    r"""Return a formula with subscripts, as matplotlib's mathtext.

    Examples
    --------
    >>> formula_markup("Li6ZnO4")
    '$\\mathregular{Li_{6}ZnO_{4}}$'
    """
    return "$\\mathregular{" + re.sub(r"(\d+)", r"_{\1}", formula) + "}$"


def mark_style(group: str, color: str, all_filled: bool = False) -> dict[str, Any]:
    """Return the arguments of ``scatter`` for the points of a group.

    Parameters
    ----------
    group : str
        Category or anion class.
    color : str
    all_filled : bool
        Fill open marks too: where there are so many points that marks are as small as lines.
    """
    shape, filled = MARKS[group]
    if filled or all_filled:
        return {"marker": shape, "facecolor": color, "edgecolor": color, "linewidths": 0}
    return {"marker": shape, "facecolor": "white", "edgecolor": color, "linewidths": 0.6}


def add_legend(
    figure: "Figure",
    colors: Mapping[str, str],
    names: Sequence[str],
    all_filled: bool = False,
    all_circles: bool = False,
    **where: Any,
) -> None:
    """Add a legend of marks, see `mark_style`."""
    from matplotlib.lines import Line2D

    def handle(name: str) -> Line2D:
        shape, filled = ("o", True) if all_circles else MARKS[name]
        return Line2D(
            [],
            [],
            linestyle="",
            marker=shape,
            markersize=4 if shape == "o" else 3.4,
            markeredgewidth=0 if filled or all_filled else 0.8,
            markeredgecolor=colors[name],
            markerfacecolor=colors[name] if filled or all_filled else "white",
        )

    figure.legend(list(map(handle, names)), list(names), handletextpad=0.1, columnspacing=1.0, **where)


def panel_letter(axes: "Axes", number: int) -> None:
    """Write (a), (b), ... into the top left corner of a panel."""
    axes.text(
        0.015,
        0.985,
        f"({chr(ord('a') + number)})",
        transform=axes.transAxes,
        ha="left",
        va="top",
        zorder=100,
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "boxstyle": "square,pad=0.1"},
    )
