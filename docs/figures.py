"""Draw the figures of docs/figures and write docs/figures.md around them.

    python docs/figures.py

The database is that of $CHEMDB_PATH; maps that it lacks are made and kept in it. PNG files are
brought to 256 colours or fewer, which no eye tells from the original.
"""

import os
import shlex
from pathlib import Path

from PIL import Image
from typer.testing import CliRunner

from chemdb.cli import app
from chemdb.plot.style import caption_path

FOLDER = Path(__file__).parent / "figures"
PAGE = FOLDER.with_suffix(".md")

#: Heading, command without its output, and files of each section.
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
    ("A binary system", "plot composition Ti-O -o ti-o.png", ["ti-o.png"]),
    ("A ternary system", "plot composition Li-Zn-O -o li-zn-o.png", ["li-zn-o.png"]),
    (
        "A quaternary system, in colours for all kinds of colour vision",
        "plot composition Li-Zn-Sn-O --palette okabe-ito -o li-zn-sn-o.png",
        ["li-zn-sn-o.png"],
    ),
    (
        "One map",
        "plot map --embedding megnet16 --method umap --nelements 3 -o map.png",
        ["map.png"],
    ),
)


def main() -> None:
    """Draw and write all."""
    os.environ["CHEMDB_PATH"] = str(Path(os.environ.get("CHEMDB_PATH") or "chemdb.duckdb").resolve())
    FOLDER.mkdir(exist_ok=True)
    os.chdir(FOLDER)
    lines = [
        "# Figures",
        "",
        "Made by `make figures` from the default file. Below each stands the caption that chemdb wrote",
        "beside it; the full text, with the parameters of each reduction, is in the `.txt` file.",
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
    """Bring a PNG file to a palette, if it has none yet."""
    with Image.open(path) as image:
        if image.mode == "P":
            return
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        dpi = image.info.get("dpi", (300, 300))
    small.save(path, optimize=True, dpi=dpi)


if __name__ == "__main__":
    main()
