"""The screen Map: toggles, search, lasso and box to the table, a click to the composition."""

import pytest
from helpers.browser import PHONE, page_in, violations
from playwright.sync_api import expect

from chemdb.maps.stored import MapSpec, read_map

CONTEXTS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}}


@pytest.fixture
def points(screens_db):
    """The stored map: formula and coordinates."""
    with screens_db.cursor() as con:
        found = read_map(con, MapSpec("magpie", "pca", 2, per_category=200)).points
    return found.select(["formula", "category", "x", "y"]).to_pylist()


@pytest.fixture
def canvas(page, screens):
    page.goto(f"{screens}#/map/1")
    shown = page.locator("canvas")
    expect(shown).to_be_visible()
    return shown


def selected(page):
    return page.get_by_role("heading", level=2)


def places(points, size):
    """Return where the points are drawn in px: the map fills its canvas but for a margin of 16."""
    places = []
    for axis, length in (("x", size["width"]), ("y", size["height"])):
        values = [point[axis] for point in points]
        least, most = min(values), max(values)
        places.append([16 + (value - least) / (most - least) * (length - 32) for value in values])
    return [(x, size["height"] - y) for x, y in zip(*places, strict=True)]


def drag(page, canvas, *corners):
    box = canvas.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def test_a_lasso_lists_what_it_encloses(page, canvas, points):
    drag(page, canvas, (0.001, 0.001), (0.999, 0.001), (0.999, 0.999), (0.001, 0.999))
    expect(selected(page)).to_have_text(f"{len(points)} selected")
    page.keyboard.press("Escape")
    expect(selected(page)).to_have_text("Nothing selected")


def test_only_shown_categories_are_selected(page, canvas, points):
    page.get_by_role("checkbox", name="unlikely").uncheck()
    drag(page, canvas, (0.001, 0.001), (0.999, 0.001), (0.999, 0.999), (0.001, 0.999))
    n = sum(point["category"] != "unlikely" for point in points)
    expect(selected(page)).to_have_text(f"{n} selected")


def test_a_box_is_moved_and_listed_by_keyboard(page, canvas, points):
    canvas.focus()
    # The first key shows a box of 120 px in the middle; each further one is a step of 12 px.
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    size = canvas.bounding_box()
    left, top = size["width"] / 2 - 72, size["height"] / 2 - 60
    inside = [1 for x, y in places(points, size) if left < x < left + 132 and top < y < top + 132]
    expect(selected(page)).to_have_text(f"{len(inside)} selected")
    expect(page.locator("tbody tr")).to_have_count(len(inside))


def test_a_formula_is_found_in_any_order(page, canvas, points):
    formula = points[0]["formula"]
    page.get_by_label("Find a formula").fill(formula)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="ringed")).to_have_text(
        f"{points[0]['category']}, ringed"
    )
    page.get_by_label("Find a formula").fill("LiFePO4")
    page.keyboard.press("Enter")
    expect(page.get_by_text("LiFePO4 is not in this sample")).to_be_visible()
    page.get_by_label("Find a formula").fill("Zz")
    page.keyboard.press("Enter")
    expect(page.get_by_text("formula 'Zz': not one of the first 103 elements at 'Zz'")).to_be_visible()


def test_a_click_opens_a_composition(page, canvas, points):
    box = canvas.bounding_box()
    (x, y), highest = min(zip(places(points, box), points, strict=True), key=lambda place: place[0][1])
    page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page).to_have_url(f"{page.url.split('#')[0]}#/composition/{highest['formula']}")


def test_without_a_map_the_command_is_shown(page, site):
    page.goto(f"{site}#/map")
    expect(page.get_by_text("chemdb map --embedding magpie --method umap --nelements 2")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
def test_it_is_accessible(browser, screens, context):
    with page_in(browser, **context) as page:
        page.goto(f"{screens}#/map")
        expect(page.locator("canvas")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
