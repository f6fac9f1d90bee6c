"""Servers that the tests of this folder share."""

import pytest
from helpers.server import serving


@pytest.fixture(scope="session")
def small_server(small_path):
    with serving(small_path) as server:
        yield server


@pytest.fixture(scope="session")
def suggest_server(suggest_path):
    with serving(suggest_path) as server:
        yield server


@pytest.fixture(scope="session")
def full_server(full_path):
    with serving(full_path) as server:
        yield server
