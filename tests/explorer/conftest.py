"""A browser and a page for all tests of the explorer."""

import shutil
from pathlib import Path

import pytest
from helpers.browser import chromium, page_in, served

import chemdb


@pytest.fixture(scope="session")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The URL of the page."""
    folder = tmp_path_factory.mktemp("page") / "site"
    shutil.copytree(Path(chemdb.__file__).parent / "explorer" / "page", folder)
    shutil.copytree(Path(__file__).parent / "fake", folder, dirs_exist_ok=True)
    with served(folder) as url:
        yield url


@pytest.fixture
def page(browser):
    with page_in(browser) as opened:
        yield opened
