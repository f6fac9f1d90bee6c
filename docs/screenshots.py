"""Take the screenshots of docs/explorer.md.

    python docs/screenshots.py

The database is $CHEMDB_PATH; a copy of it is given a map, if it has none. Chromium is /usr/bin/chromium.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

import chemdb
from chemdb.maps.make import add_maps
from chemdb.maps.stored import MapSpec
from chemdb.runtime.limits import Limits

FOLDER = Path(__file__).with_suffix("")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def select_corner(page: Page) -> None:
    """Draw a lasso around the points in a part of the map."""
    page.mouse.move(0, 0)
    box = page.locator("canvas").bounding_box()
    assert box
    corners = [(0.55, 0.12), (0.8, 0.1), (0.93, 0.3), (0.85, 0.52), (0.62, 0.5), (0.52, 0.3)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
    expect(page.locator("tbody tr").first).to_be_visible()


def shows(selector: str) -> Callable[[Page], None]:
    """Return a step that waits until something is shown."""
    return lambda page: expect(page.locator(selector).first).to_be_visible()


#: Name, fragment, what happens before the picture is taken, and settings of the window.
PICTURES = (
    ("explore", "#elements=Li,O missing", shows("tbody tr"), {}),
    ("composition", "#/composition/SrCuP2O7", shows(".figure"), {}),
    ("system", "#/system/Li-Zn-O", shows(".figure"), {}),
    ("tetrahedron", "#/system/Li-Fe-P-O", shows(".figure"), {"color_scheme": "dark"}),
    ("map", "#/map", select_corner, {}),
    ("suggest", "#/suggest/elements=Li,S exclude=radioactive nelements=3-4", shows("tbody tr"), {}),
    ("phone", "#elements=Li,O missing", shows("tbody tr"), {"viewport": PHONE, "color_scheme": "dark"}),
)


def main() -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    source = os.environ.get("CHEMDB_PATH") or "chemdb.duckdb"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "chemdb.html"
        with chemdb.open(with_map(Path(source), Path(folder))) as db:
            db.site(page, fast=True)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, fragment, prepare, settings in PICTURES:
            with browser.new_context(**{"viewport": DESKTOP, **settings}) as context:
                opened = context.new_page()
                opened.set_default_timeout(120_000)
                expect.set_options(timeout=120_000)
                opened.goto(page.as_uri() + fragment)
                expect(opened.locator("#loading")).to_be_empty()
                shows("canvas, .figure, tbody tr")(opened)
                expect(opened.locator("[aria-busy=true]")).to_have_count(0)
                prepare(opened)
                path = FOLDER / f"{name}.png"
                opened.screenshot(path=path)
            compress(path)
        browser.close()


def with_map(source: Path, folder: Path) -> Path:
    """Return a database with a map: the source, or a copy of it."""
    with chemdb.open(source) as db:
        if len(db.sql("from projection_run").df()):
            return source
    path = folder / "chemdb.duckdb"
    shutil.copyfile(source, path)
    add_maps(path, [MapSpec("magpie", "umap", 2)], Limits())
    return path


def compress(path: Path) -> None:
    """Reduce a PNG file to a palette that has its rare colours, too."""
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
