"""A browser and a page for all tests of the explorer."""

import pytest
from helpers.browser import chromium, page_in, served

import chemdb


@pytest.fixture(scope="session")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def site(tmp_path_factory, small_path):
    """The URL of the page of the small database, in a folder."""
    folder = tmp_path_factory.mktemp("page") / "site"
    with chemdb.open(small_path) as db:
        db.site(folder, fast=True)
    with served(folder) as url:
        yield url


@pytest.fixture(scope="session")
def single_file(tmp_path_factory, small_path):
    """The URL of the page of the small database, in one file."""
    path = tmp_path_factory.mktemp("page") / "chemdb.html"
    with chemdb.open(small_path) as db:
        db.site(path, fast=True)
    return path.as_uri()


@pytest.fixture
def page(browser):
    with page_in(browser) as opened:
        yield opened
