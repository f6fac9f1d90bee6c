"""The page that is one file, opened from disk: the same page, without any request."""

from helpers.browser import violations
from playwright.sync_api import expect


def test_it_loads_nothing(page, single_file):
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{single_file}#elements=Zn,O")
    expect(page.locator(".total")).to_have_text("5,566 compositions")
    assert [address for address in addresses if not address.startswith("blob:")] == [single_file]


def test_a_click_is_in_the_url(page, single_file):
    page.goto(single_file)
    page.locator("[data-symbol=Zn]").click()
    page.locator("[data-category=standard]").click()
    expect(page).to_have_url(f"{single_file}#elements=Zn%20standard")
    page.reload()
    expect(page.locator("tbody th").first).to_have_text("ZnO")


def test_rows_are_saved(page, single_file):
    page.goto(f"{single_file}#elements=Zn known")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download these rows").click()
    assert download.value.path().read_text().startswith("formula,category,")


def test_it_is_accessible(page, single_file):
    page.goto(f"{single_file}#elements=Zn known")
    expect(page.locator("tbody th").first).to_have_text("ZnO")
    assert violations(page) == []
