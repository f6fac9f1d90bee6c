"""The page that `chemdb serve` delivers has what only a server can give."""

import pytest
from helpers.server import serving
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def served_page(small_path):
    with serving(small_path) as server:
        yield server.url


def test_all_rows_are_downloaded(page, served_page):
    page.goto(f"{served_page}#elements=Zn,O natoms<=5 missing?sort=-natoms&columns=formula,natoms")
    expect(page.locator("tbody th").first).to_be_visible()
    total = int(page.locator(".total strong").inner_text().replace(",", ""))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "formula,natoms"
    assert len(lines) == total + 1 > 51
    assert lines[1].endswith(",5")
