"""Draw the figures in docs/figures and write docs/figures.md with their captions.

    python docs/figures.py

The database is $CHEMDB_PATH; maps that it lacks are computed and stored in it. PNG files are reduced
to at most 256 colours, without a visible difference.
"""

import os
import shlex
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.spatial import KDTree
from typer.testing import CliRunner

from chemdb.cli import app
from chemdb.plot.drawing import caption_path

FOLDER = Path(__file__).parent / "figures"
PAGE = FOLDER.with_suffix(".md")

#: Colours of a PNG file.
COLORS = 256
#: Pixels of a colour from which it counts as an area, and the bytes of a file from which it is all points.
FLAT, DENSE = 60, 450_000
#: Heading, command and figure files of each section.
SECTIONS = (
    ("Figures 1 to 5 of the paper", "plot paper -o .", [f"figure-{n}.png" for n in range(1, 6)]),
    (
        "All quaternaries",
        "plot density --embedding mat2vec --nelements 4 -o density.png",
        ["density.png"],
    ),
    (
        "Elements of the missing quaternaries",
        "plot periodic-table --nelements 4 --category missing --f-block -o missing-quaternaries.png",
        ["missing-quaternaries.png"],
    ),
    (
        "Elements in missing quaternaries of lithium and oxygen",
        'plot periodic-table --query "missing elements=Li,O nelements=4" -o li-o.png',
        ["li-o.png"],
    ),
    ("Substitution weights", "plot substitution -o substitution.png", ["substitution.png"]),
    ("Substitutes for lithium", "plot periodic-table --replace Li -o replace-li.png", ["replace-li.png"]),
    ("A binary system", "plot composition Ti-O -o ti-o.png", ["ti-o.png"]),
    ("A ternary system", "plot composition Li-Zn-O -o li-zn-o.png", ["li-zn-o.png"]),
    (
        "A quaternary system",
        "plot composition Li-Fe-P-O -o li-fe-p-o.png",
        ["li-fe-p-o.png"],
    ),
    (
        "The same system in one column and the colours of the paper",
        "plot composition Li-Fe-P-O --columns 1 --palette paper -o li-fe-p-o-narrow.png",
        ["li-fe-p-o-narrow.png"],
    ),
    (
        "Two oxidation-state sets compared",
        "plot compare smact14 icsd24 -o compare.png",
        ["compare.png"],
    ),
    (
        "One map",
        "plot map --embedding megnet16 --method umap --nelements 3 -o map.png",
        ["map.png"],
    ),
    (
        "One map in three dimensions",
        "plot map --embedding mat2vec --method pca --components 3 --nelements 3 -o map-3d.png",
        ["map-3d.png"],
    ),
)

#: The section above the figures.
PRINT = """\
## For print

The file name extension selects the format: `.png` at 300 dpi; `.svg` with editable text; `.pdf` with embedded
TrueType fonts (DejaVu, which are free). Points of maps are rasterised in all three. The same data give the
same bytes.

| option | |
| --- | --- |
| `--columns 1`, `2` | width of the figure: 8.3 or 17.1 cm, one or two columns of a page |
| `--palette okabe-ito` | default: the hues of the paper, colour-blind safe (Okabe and Ito 2008) |
| `--palette paper` | the blue, red, green and grey of the paper |
| `--style FILE` | matplotlib style file: fonts, sizes, line widths, `image.cmap` |
| `--scale auto`, `linear`, `log` | colours of a periodic table |

A style file changes neither the print width nor the palette:

```
# talk.mplstyle
font.family: sans-serif
font.sans-serif: Fira Sans, DejaVu Sans
font.size: 9
xtick.labelsize: 8
```

The automatic scale of a periodic table is logarithmic if the largest number is more than ten times the
median. Elements that are in all compositions are outlined and excluded from the scale.

Marks repeat what the colours say: circles are allowed, diamonds are not. In chemical systems, open marks are
not known; in maps, all marks are filled. The order in which you name the elements of a system sets its
corners: left, right, top; slices are by the last element. If not all labels fit, those with the most
elements, fewest atoms and most entries have priority, and the caption lists the others.

`--hull-energies` writes energies above the hull after the names, for sources that have them, and marks the
stable compounds, those outside the limits of the file included. Neighbours on the hull of a binary system
coexist, and are joined. Lists have energies above the hull, not formation energies, so only some tie lines of
a ternary system are certain: those that no line between two other stable compounds crosses. These are drawn;
tie lines of a quaternary system are not, as they leave the slices.
"""


def main() -> None:
    """Draw all figures and write the page."""
    os.environ["CHEMDB_PATH"] = str(Path(os.environ.get("CHEMDB_PATH") or "chemdb.duckdb").resolve())
    FOLDER.mkdir(exist_ok=True)
    os.chdir(FOLDER)
    lines = [
        "# Figures",
        "",
        "Drawn by `make figures` from the default file. Below each figure is the caption that chemdb wrote;",
        "the `.txt` file beside the figure has the full text, with the parameters of each reduction.",
        "",
        "Known: Materials Project 2017, 47,737 entries, about a third of what the paper had;",
        "`chemdb known add mp` for all.",
        "",
        *PRINT.splitlines(),
    ]
    for heading, command, names in SECTIONS:
        for name in names:
            Path(name).unlink(missing_ok=True)
        done = CliRunner().invoke(app, shlex.split(command))
        if done.exit_code:
            raise SystemExit(f"chemdb {command}: {done.output}")
        lines += ["", f"## {heading}", "", "```sh", f"chemdb {command}", "```"]
        for name in names:
            compress(Path(name))
            text, _, details = caption_path(Path(name)).read_text().partition("\n\n")
            shown = [f"- {line}" for line in details.splitlines() if not line.startswith("parameters")]
            lines += ["", f"![{Path(name).stem}](figures/{name})", "", text, "", *shown]
    PAGE.write_text("\n".join(lines) + "\n")


def compress(path: Path) -> None:
    """Reduce a PNG file to a palette, unless it already has one."""
    with Image.open(path) as opened:
        if opened.mode == "P":
            return
        image, dpi = opened.convert("RGB"), opened.info["dpi"]
    pixels = np.asarray(image)
    colors, places, numbers = np.unique(
        pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    palette = np.empty((0, 3), int)
    if path.stat().st_size < DENSE:
        # Colour bars and tiles first, the edges of letters then.
        flat = Image.fromarray(colors[numbers >= FLAT][None])
        palette = quantized(flat, COLORS // 2, Image.Quantize.MEDIANCUT)
    others = quantized(image, COLORS - len(palette), Image.Quantize.MAXCOVERAGE)
    palette = np.unique(np.vstack([palette, others]), axis=0)
    nearest = KDTree(palette).query(colors)[1].astype(np.uint8)
    small = Image.fromarray(nearest[places.reshape(pixels.shape[:2])])
    small.putpalette(palette.astype(np.uint8).tobytes())
    small.save(path, optimize=True, dpi=dpi)


def quantized(image: Image.Image, n: int, method: Image.Quantize) -> np.ndarray:
    """Return at most n colours that stand for those of an image, shape (n, 3)."""
    reduced = image.quantize(n, method, kmeans=3, dither=Image.Dither.NONE)
    return np.array(reduced.getpalette()).reshape(-1, 3)[:n]


if __name__ == "__main__":
    main()
