"""The screen Explore in Chromium: the same query in the text box, the table, the cards and the URL."""

import pytest
from helpers.browser import NARROWEST, PHONE, page_in, violations
from playwright.sync_api import expect

import chemdb

QUERY = "#elements=Li,O exclude=Pb missing"


def element(page, symbol):
    return page.locator(f"[data-symbol={symbol}]")


def query_box(page):
    return page.get_by_role("searchbox", name="Query")


def test_a_click_includes_an_element(page, site):
    page.goto(site)
    element(page, "Fe").click()
    expect(query_box(page)).to_have_value("elements=Fe")
    expect(page).to_have_url(f"{site}#elements=Fe")
    page.reload()
    expect(element(page, "Fe")).to_have_attribute("aria-pressed", "true")


def test_modes_say_what_a_click_does(page, site):
    page.goto(site)
    page.get_by_role("radio", name="exclude").check()
    element(page, "Pb").click()
    page.get_by_role("radio", name="any of").check()
    element(page, "F").click()
    element(page, "Cl").click()
    expect(query_box(page)).to_have_value("any=F,Cl exclude=Pb")
    element(page, "F").click()
    expect(query_box(page)).to_have_value("any=Cl exclude=Pb")


def test_only_these_elements(page, site):
    page.goto(f"{site}#elements=Li,O")
    page.get_by_label("only these elements").check()
    expect(query_box(page)).to_have_value("elements=Li,O only=Li,O")


@pytest.mark.parametrize("text", ["Zn-O", "chemsys=O-Zn", "elements=Zn,O only=O,Zn"])
def test_a_system_is_its_elements_and_no_others(page, site, text):
    page.goto(f"{site}#{text}")
    expect(element(page, "Zn")).to_contain_text("included")
    expect(page.get_by_label("only these elements")).to_be_checked()


@pytest.mark.parametrize("text", ["within=Li-Zn-O", "only=Li,Zn,O"])
def test_subsystems_have_some_elements_and_no_others(page, site, text):
    page.goto(f"{site}#{text}")
    expect(element(page, "Zn")).to_contain_text("one of")
    expect(page.get_by_label("only these elements")).to_be_checked()


def test_a_group_stands_for_its_elements(page, site):
    page.goto(site)
    page.get_by_role("button", name="halogen").click()
    expect(query_box(page)).to_have_value("elements=halogen")
    expect(element(page, "Cl")).to_contain_text("one of, by its group")


def test_the_table_follows_the_text(page, site):
    page.goto(site)
    query_box(page).fill("elements=Li,O exclude=Pb")
    expect(element(page, "O")).to_contain_text("included")
    expect(element(page, "Pb")).to_contain_text("excluded")
    expect(page).to_have_url(f"{site}#elements=Li,O%20exclude=Pb")


def test_back_undoes_a_click(page, site):
    page.goto(site)
    element(page, "Fe").click()
    element(page, "O").click()
    page.go_back()
    expect(query_box(page)).to_have_value("elements=Fe")
    expect(element(page, "O")).to_have_attribute("aria-pressed", "false")


def test_cards_have_the_counts_of_the_query(page, site, small_path):
    with chemdb.open(small_path) as db:
        counts = db.query("elements=Zn,O").counts
    page.goto(f"{site}#elements=Zn,O")
    for category, count in counts.items():
        expect(page.locator(f"[data-category={category}] .count")).to_have_text(f"{count:,}")
    expect(page.locator(".total")).to_have_text(f"{sum(counts.values()):,} compositions")


def test_a_card_is_a_filter(page, site):
    page.goto(f"{site}#elements=Zn,O")
    page.locator("[data-category=standard]").click()
    expect(query_box(page)).to_have_value("elements=Zn,O standard")
    expect(page.locator(".total")).to_have_text("1 of 5,566 compositions")
    expect(page.locator("tbody th")).to_have_text("ZnO")
    page.locator("[data-category=standard]").click()
    expect(query_box(page)).to_have_value("elements=Zn,O")


def test_limits(page, site):
    page.goto(site)
    page.get_by_label("Atoms, at most").fill("10")
    expect(query_box(page)).to_have_value("natoms<=10")
    page.locator("[data-nelements='3']").click()
    expect(query_box(page)).to_have_value("nelements=3 natoms<=10")
    page.get_by_role("combobox", name="Formula pattern").fill("ABC3")
    expect(query_box(page)).to_have_value("anonymous=ABC3 nelements=3 natoms<=10")


def test_what_the_table_cannot_show_is_said(page, site):
    page.goto(f"{site}#x(O)>=1/2 missing")
    expect(page.get_by_text("Not shown in the table: x(O)>=1/2")).to_be_visible()


def test_a_mistake_is_said_at_the_box(page, site):
    page.goto(f"{site}#elemnts=Li")
    expect(page.locator("#query-message")).to_contain_text("did you mean elements or nelements?")
    expect(query_box(page)).to_have_attribute("aria-invalid", "true")


def test_sorting_and_pages_are_in_the_url(page, site):
    page.goto(f"{site}#elements=Li")
    page.get_by_role("button", name="Atoms").click()
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(f"{site}#elements=Li?sort=natoms&page=2")
    page.reload()
    expect(page.locator(".range")).to_contain_text("51 to 100 of")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Atoms")


def test_columns(page, site):
    page.goto(site)
    page.get_by_text("Columns", exact=True).click()
    page.locator("[data-column=chemsys]").uncheck()
    expect(page.get_by_role("columnheader", name="System")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("columnheader", name="Anonymous formula")).to_have_count(1)
    expect(page.get_by_role("columnheader", name="System")).to_have_count(0)


def test_the_focus_stays_on_what_was_pressed(page, site):
    page.goto(f"{site}#elements=Li")
    page.get_by_role("button", name="Atoms").press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Atoms")
    expect(page.get_by_role("button", name="Atoms")).to_be_focused()
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.locator(".range")).to_contain_text("51 to 100")
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    page.get_by_text("Columns", exact=True).press("Enter")
    page.locator("[data-column=chemsys]").press("Space")
    expect(page.get_by_role("columnheader", name="System")).to_have_count(0)
    expect(page.locator("[data-column=chemsys]")).to_be_focused()


def test_the_last_page_of_all(page, site):
    page.goto(f"{site}#")
    expect(page.locator(".range")).to_contain_text("1 to 50 of")
    page.get_by_role("spinbutton", name="Page").fill("999999999")
    page.get_by_role("spinbutton", name="Page").press("Enter")
    total = page.locator(".total strong").inner_text()
    expect(page.locator(".range")).to_contain_text(f"to {total} of {total}")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()


def test_formulas_have_subscripts(page, site):
    page.goto(f"{site}#Zn-O known")
    expect(page.locator("tbody sub").first).to_have_text("3")


def test_the_query_as_a_command(page, site):
    page.goto(f"{site}#elements=Li,O missing")
    page.get_by_role("button", name="command").click()
    expect(page.locator(".copied pre")).to_contain_text("chemdb query")


def test_rows_are_saved_as_csv(page, site):
    page.goto(f"{site}#elements=Li,O missing")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download these rows").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("formula,category,species,chemsys")
    assert len(lines) == 51


def test_arrows_and_letters_choose_elements(page, site):
    page.goto(site)
    element(page, "H").focus()
    for key in ("ArrowDown", "i", "ArrowRight", "ArrowRight", "a", "End", "x", "ArrowDown", "i", "Delete"):
        page.keyboard.press(key)
    expect(query_box(page)).to_have_value("elements=Li any=B exclude=Ne")


def test_slash_goes_to_the_box_and_enter_asks(page, site):
    page.goto(site)
    element(page, "H").focus()
    page.keyboard.press("/")
    page.keyboard.type("elements=Fe")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}#elements=Fe")
    expect(query_box(page)).to_be_focused()


def test_everything_can_be_reached_by_tab(page, site):
    page.goto(f"{site}#elements=Li")
    expect(page.get_by_role("button", name="Next")).to_be_visible()
    query_box(page).focus()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent"))
    assert {"alkali", "Columns", "SQL"} <= reached


def test_what_the_focus_is_on_is_shown(page, site):
    page.goto(f"{site}#elements=O")
    element(page, "Kr").focus()
    expect(page.locator(".look")).to_contain_text("Krypton 36, electronegativity 3.00")
    element(page, "He").focus()
    expect(page.locator(".look")).to_contain_text("no Pauling electronegativity")


def test_heat_is_scaled_between_the_elements_not_yet_chosen(page, site, small_path):
    with chemdb.open(small_path) as db:
        counts = {s: db.query(f"elements=Zn,O,{s} missing").count() for s in ("Li", "Cl", "He")}
    page.goto(f"{site}#elements=Zn,O")
    for symbol, count in counts.items():
        expect(element(page, symbol)).to_contain_text(f"{count:,} missing compositions")
    assert element(page, "He").evaluate("e => e.style.getPropertyValue('--heat')") == "0.0%"
    heat = page.evaluate(
        "[...document.querySelectorAll('[data-symbol]')].map(e => e.style.getPropertyValue('--heat'))"
    )
    assert "60.0%" in heat
    page.get_by_label("Shade by").select_option("unlikely")
    expect(page).to_have_url(f"{site}#elements=Zn,O?heat=unlikely")


def test_menus_and_copies_are_accessible(page, site):
    page.goto(f"{site}#elements=Zn any=F,Cl only=Zn,F,Cl exclude=lanthanoid nelements=2")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("button", name="Python").click()
    expect(page.locator(".copied pre")).to_contain_text("chemdb.open")
    page.get_by_text("Columns", exact=True).click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-column=formula]")).not_to_be_visible()


def test_the_page_fits_into_the_narrowest_window(browser, site):
    with page_in(browser, viewport=NARROWEST) as page:
        page.goto(f"{site}#elements=Li,O any=Fe,Mn,Co exclude=lanthanoid natoms<=12 x(O)>=1/3 missing")
        expect(page.locator("tbody th").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", [{}, {"viewport": PHONE, "has_touch": True}], ids=["desktop", "phone"])
@pytest.mark.parametrize("fragment", ["", QUERY, "#elemnts=Li", "#/about"])
def test_accessible_and_as_wide_as_the_window(browser, site, scheme, window, fragment):
    with page_in(browser, color_scheme=scheme, **window) as page:
        page.goto(site + fragment)
        expect(page.locator("#known")).not_to_be_empty()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
