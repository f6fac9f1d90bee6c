"""What README.md and docs show is what the commands print."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_pages_are_fresh(full_path):
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "refresh.py", "--check"],
        env=os.environ | {"CHEMDB_PATH": str(full_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere():
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_figures_stand_with_their_captions():
    page = (ROOT / "docs" / "figures.md").read_text()
    folder = ROOT / "docs" / "figures"
    pictures = sorted(folder.glob("*.png"))
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5_000_000
    for picture in pictures:
        caption = picture.with_suffix(".txt").read_text().partition("\n\n")[0]
        assert f"(figures/{picture.name})\n\n{caption}\n" in page
    assert len(re.findall(r"^!\[", page, re.MULTILINE)) == len(pictures)


def test_every_command_is_in_the_readme():
    from helpers.cli import COMMANDS

    text = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if f"chemdb {name}" not in text] == []
