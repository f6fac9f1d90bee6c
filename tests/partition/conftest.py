"""A database small enough to list, opened."""

import pytest
from helpers.shared import made_once
from helpers.six import build_six

import chemdb


@pytest.fixture(scope="session")
def six_path(tmp_path_factory):
    """All compositions of six elements with factors to three, two known sources."""
    with made_once(tmp_path_factory, "six/six.duckdb", build_six) as path:
        yield path


@pytest.fixture(scope="session")
def six(six_path):
    with chemdb.open(six_path) as db:
        yield db


@pytest.fixture(scope="session")
def small_db(small_path):
    with chemdb.open(small_path) as db:
        yield db
