"""The small database, and a query of it in five pieces."""

import pytest
from helpers.exports import QUERY, ROWS

import chemdb


@pytest.fixture
def db(small_path):
    with chemdb.open(small_path) as opened:
        yield opened


@pytest.fixture
def pieces(db):
    return db.partitions(QUERY, rows=ROWS)
