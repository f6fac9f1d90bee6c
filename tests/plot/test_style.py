"""Colours that all readers tell apart, style files, and files of print quality."""

import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from helpers.cli import run
from matplotlib.colors import to_rgb

from chemdb.chemistry.anion_class import ANION_CLASSES
from chemdb.chemistry.category import CATEGORIES
from chemdb.errors import PlotError
from chemdb.plot import chemical_system, periodic_table
from chemdb.plot.drawing import save
from chemdb.plot.style import DEFAULT_PALETTE, PALETTES, Look, formula_markup, palette
from chemdb.plot.tiles import TableOptions

#: Kinds of colour blindness, all of full severity (Machado et al. 2009).
KINDS = [None, "deuteranomaly", "protanomaly", "tritanomaly"]


def seen(color, kind):
    """Return how a reader sees a colour, sRGB from 0 to 1."""
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100} if kind else "sRGB1"
    return np.clip(cspace_convert(to_rgb(color), space, "sRGB1"), 0, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("groups", [CATEGORIES, ANION_CLASSES], ids=["categories", "anions"])
def test_all_readers_tell_the_colours_apart(groups, kind):
    colors = [seen(palette(DEFAULT_PALETTE)[group], kind) for group in groups]
    # CAM02-UCS, in which 1 is just noticeable side by side; the paper's come to 4 on this page.
    assert min(deltaE(a, b, input_space="sRGB1") for a, b in combinations(colors, 2)) > 11
    assert min(deltaE(color, np.ones(3), input_space="sRGB1") for color in colors) > 20


def test_palettes():
    paper = palette("paper")
    assert [paper[c] for c in ("standard", "missing", "interesting", "unlikely")] == [
        "#002FFF", "#FF1201", "#22E000", "#D9D9D9",
    ]  # fmt: skip
    assert [palette("okabe-ito")[c] for c in ("standard", "missing", "interesting")] == [
        "#0072B2", "#D55E00", "#009E73",
    ]  # fmt: skip
    assert set(PALETTES["okabe-ito"]) == set(paper)
    with pytest.raises(PlotError, match="no palette 'okabe'; did you mean okabe-ito"):
        Look("okabe")
    with pytest.raises(PlotError, match="3 columns: a figure is 1 or 2 columns wide"):
        Look(columns=3)


def test_the_explorer_has_the_same_hues():
    from colorsys import rgb_to_hls
    from importlib.resources import files

    css = (files("chemdb.explorer") / "page/style.css").read_text()
    for category in ("standard", "missing", "interesting"):
        shades = [re.search(rf"--{category}: (#\w+)", css)[1], palette(DEFAULT_PALETTE)[category]]
        hues = [360 * rgb_to_hls(*to_rgb(shade))[0] for shade in shades]
        assert abs(hues[0] - hues[1]) < 3, category


def test_formulas_have_subscripts():
    assert formula_markup("Li6ZnO4") == r"$\mathregular{Li_{6}ZnO_{4}}$"


def test_a_style_file_is_honoured(full, tmp_path):
    style = tmp_path / "mine.mplstyle"
    style.write_text("font.family: serif\nfont.size: 9\nimage.cmap: cividis\nbackend: svg\n")
    drawing = periodic_table.draw(full, options=TableOptions(look=Look(style=style)))
    [text] = [text for text in drawing.figure.axes[0].texts if text.get_text() == "Zn"]
    assert text.get_fontfamily() == ["serif"]
    assert text.get_fontsize() == 9 + 1.5
    assert re.search(r"style: mine.mplstyle \(settings \w{8}\)", str(drawing.caption))
    # Its print width is that of the columns.
    assert drawing.figure.get_figwidth() == pytest.approx(17.1 / 2.54)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("font.sise: 9", "Bad key font.sise, line 1"),
        ("font.size 9", "Missing colon, line 1"),
        ("font.size: large", "Could not convert 'large' to float"),
        (b"\xff\xfe", "is not a text file"),
        ("text.usetex: True", "text.usetex is not supported"),
    ],
)
def test_style_files_with_mistakes(small_path, tmp_path, content, problem):
    style = tmp_path / "mine.mplstyle"
    if content is not None:
        style.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(PlotError, match=re.escape(problem)):
        Look(style=style)
    done = run("plot", "composition", "Zn-O", "--style", style, "-o", tmp_path / "a.png", "--db", small_path)
    assert done.exit_code == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"chemdb: style file {style}")
    assert problem in line
    assert not (tmp_path / "a.png").exists()


def test_svg_text_is_text(small, tmp_path):
    save(chemical_system.draw(small, "Li-Zn-O"), tmp_path / "a.svg")
    svg = (tmp_path / "a.svg").read_text()
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert {"Li", "Zn", "O", "standard", "unlikely"} <= set(shown)
    # The letters and subscripts of ZnO3 are parts of one text.
    parts = [re.sub(r"<[^>]+>|\s", "", text) for text in re.findall(r"<text.*?</text>", svg, re.DOTALL)]
    assert "ZnO3" in parts
    assert "dc:date" not in svg


def test_pdf_fonts_are_embedded_and_open(small, tmp_path):
    save(chemical_system.draw(small, "Li-Zn-O"), tmp_path / "a.pdf")
    pdf = (tmp_path / "a.pdf").read_bytes()
    # Type 42 is TrueType, as publishers ask.
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    fonts = set(re.findall(rb"/BaseFont /(?:\w{6}\+)?(\S+)", pdf))
    assert fonts
    assert all(font.startswith(b"DejaVu") for font in fonts)
    assert b"/CreationDate" not in pdf


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_figures_have_the_same_bytes_every_time(small, tmp_path, suffix):
    for draw in (
        lambda: chemical_system.draw(small, "Li-Zn-O", hull_energies=True),
        lambda: periodic_table.draw(small, 3, "combinations"),
    ):
        files = []
        for name in "ab":
            save(draw(), tmp_path / f"{name}{suffix}")
            files.append((tmp_path / f"{name}{suffix}").read_bytes())
        assert all(a == b for a, b in pairwise(files))
