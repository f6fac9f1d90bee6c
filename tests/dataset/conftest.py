"""The small database, and a query of it in five pieces."""

import pytest
from helpers.exports import QUERY, ROWS


@pytest.fixture
def pieces(db):
    return db.partitions(QUERY, rows=ROWS)
