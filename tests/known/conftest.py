"""Limits that broken servers reach in milliseconds."""

import pytest

from chemdb.known import http


@pytest.fixture
def short_timeouts(monkeypatch):
    """Retry after milliseconds, time out after 0.2 s, limit responses to half a megabyte."""
    monkeypatch.setattr(http, "BACKOFF", 0.001)
    monkeypatch.setattr(http, "MAX_RETRY_AFTER", 0)
    monkeypatch.setattr(http, "TIMEOUT", 0.2)
    monkeypatch.setattr(http, "TOTAL_TIMEOUT", 0.4)
    monkeypatch.setattr(http, "MAX_BYTES", 1 << 19)
