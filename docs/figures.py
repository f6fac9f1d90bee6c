"""Draw the figures in docs/figures and write docs/figures.md with their captions.

    python docs/figures.py

The database is $CHEMDB_PATH; maps that it lacks are computed and stored in it. PNG files are reduced
to at most 256 colours, without a visible difference.
"""

import os
import shlex
from pathlib import Path

from PIL import Image
from typer.testing import CliRunner

from chemdb.cli import app
from chemdb.plot.drawing import caption_path

FOLDER = Path(__file__).parent / "figures"
PAGE = FOLDER.with_suffix(".md")

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
    ("What replaces what", "plot substitution -o substitution.png", ["substitution.png"]),
    ("What may replace lithium", "plot periodic-table --replace Li -o replace-li.png", ["replace-li.png"]),
    ("A binary system", "plot composition Ti-O -o ti-o.png", ["ti-o.png"]),
    ("A ternary system", "plot composition Li-Zn-O -o li-zn-o.png", ["li-zn-o.png"]),
    (
        "A quaternary system, in a colour-blind safe palette",
        "plot composition Li-Zn-Sn-O --palette okabe-ito -o li-zn-sn-o.png",
        ["li-zn-sn-o.png"],
    ),
    (
        "What another oxidation-state set changes",
        "plot compare smact14 icsd24 -o compare.png",
        ["compare.png"],
    ),
    (
        "One map",
        "plot map --embedding megnet16 --method umap --nelements 3 -o map.png",
        ["map.png"],
    ),
)


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
    ]
    for heading, command, names in SECTIONS:
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
    with Image.open(path) as image:
        if image.mode == "P":
            return
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        dpi = image.info.get("dpi", (300, 300))
    small.save(path, optimize=True, dpi=dpi)


if __name__ == "__main__":
    main()
