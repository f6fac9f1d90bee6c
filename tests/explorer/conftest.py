"""A browser and a page for all tests of the explorer."""

import shutil
from pathlib import Path

import pytest
from helpers.browser import chromium, page_in, served

import chemdb
from chemdb.explorer.pack import FASTEST, pack


@pytest.fixture(scope="session")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def site(tmp_path_factory, small_path):
    """The URL of the page of the small database."""
    folder = tmp_path_factory.mktemp("page") / "site"
    shutil.copytree(Path(chemdb.__file__).parent / "explorer" / "page", folder)
    (folder / "pack").mkdir()
    with chemdb.open(small_path) as db, db.cursor() as con:
        for name, part in pack(con, "folder", FASTEST).items():
            (folder / "pack" / name).write_bytes(part)
    with served(folder) as url:
        yield url


@pytest.fixture
def page(browser):
    with page_in(browser) as opened:
        yield opened
