"""A browser and a page for all tests of the explorer."""

import pytest
from helpers.browser import chromium, page_in, served
from helpers.shared import made_once
from playwright.sync_api import expect

import chemdb
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.maps.make import add_maps
from chemdb.maps.stored import MapSpec
from chemdb.runtime.limits import Limits

# On a busy machine a page takes longer than the five seconds that are the default.
expect.set_options(timeout=30_000)

#: The map in the file of the screens.
MAP = MapSpec("magpie", "pca", 2, per_category=200)


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


def build_with_map(path):
    build(path, BuildOptions(max_stoichiometry=4))
    add_maps(path, [MAP], Limits(1))


@pytest.fixture(scope="session")
def screens_path(tmp_path_factory):
    """Two to four elements with factors to 4, the shipped known list and a map."""
    with made_once(tmp_path_factory, "screens/screens.duckdb", build_with_map) as path:
        yield path


@pytest.fixture(scope="session")
def screens_db(screens_path):
    with chemdb.open(screens_path) as db:
        yield db


@pytest.fixture(scope="session")
def screens(tmp_path_factory, screens_db):
    """The URL of the page of that database."""
    folder = tmp_path_factory.mktemp("screens") / "site"
    screens_db.site(folder, fast=True)
    with served(folder) as url:
        yield url


@pytest.fixture
def page(browser):
    with page_in(browser) as opened:
        yield opened
