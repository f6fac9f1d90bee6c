"""The screen System: the geometry of `chemdb plot composition`, and the table beside it."""

import numpy as np
import pytest
from helpers.browser import PHONE, page_in, violations
from playwright.sync_api import expect

from chemdb.plot.chemical_system import CORNERS, SLICES, compositions_of

CONTEXTS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}}
#: Category and place of each mark, and the corners of the figure, in px.
DRAWN = """() => {
  const marks = [...document.querySelectorAll(".figure .point")].map((mark) => {
    const box = mark.getBBox();
    return [mark.dataset.formula, mark.classList[1], box.x + box.width / 2, box.y + box.height / 2];
  });
  const outline = document.querySelector(".figure .outline");
  return {marks, corners: outline && [...outline.points].map(({x, y}) => [x, y])};
}"""


def drawn(page, n):
    """Return categories by formula, and places by formula in units of the edge, once there are n marks."""
    expect(page.locator(".figure .point")).to_have_count(n)
    found = page.evaluate(DRAWN)
    (left, base), (right, _), _ = found["corners"]
    places = {
        formula: ((x - left) / (right - left), (base - y) / (right - left))
        for formula, _, x, y in found["marks"]
    }
    return {formula: category for formula, category, _, _ in found["marks"]}, places


def triangle(compositions, rows):
    """Return categories and places of some rows as the figure for print draws them."""
    shares = compositions.fractions[rows, :3]
    places = shares / shares.sum(axis=1, keepdims=True) @ CORNERS
    formulas = [compositions.formulas[i] for i in rows]
    return {compositions.formulas[i]: compositions.categories[i] for i in rows}, dict(
        zip(formulas, places.tolist(), strict=True)
    )


def assert_same(found, expected):
    assert found[0] == expected[0]
    # Marks are placed to hundredths of a px.
    for formula, place in expected[1].items():
        assert found[1][formula] == pytest.approx(place, abs=1e-4), formula


def test_a_triangle_is_that_of_the_printed_figure(page, screens, screens_db):
    with screens_db.cursor() as con:
        compositions = compositions_of(con, "Li-Zn-O")
    n = len(compositions.formulas)
    page.goto(f"{screens}#/system/Li-Zn-O")
    assert_same(drawn(page, n), triangle(compositions, range(n)))


@pytest.mark.parametrize("panel", [0, 2])
def test_slices_are_those_of_the_printed_figure(page, screens, screens_db, panel):
    with screens_db.cursor() as con:
        compositions = compositions_of(con, "Li-Fe-P-O")
    share = compositions.fractions[:, 3]
    inside = share == 0 if panel == 0 else (share > SLICES[panel - 1]) & (share <= SLICES[panel])
    rows = np.flatnonzero(inside).tolist()
    page.goto(f"{screens}#/system/Li-Fe-P-O")
    page.get_by_role("checkbox", name="unlikely").check()
    page.get_by_label("Show").select_option(str(panel))
    found, expected = drawn(page, len(rows)), triangle(compositions, rows)
    assert_same(found, expected)


def test_a_line_is_that_of_the_printed_figure(page, screens, screens_db):
    with screens_db.cursor() as con:
        compositions = compositions_of(con, "Ti-O")
    page.goto(f"{screens}#/system/Ti-O")
    expect(page.locator(".figure .point")).to_have_count(len(compositions.formulas))
    ends = page.evaluate(
        "[...document.querySelectorAll('.figure .corner')].map((text) => Number(text.getAttribute('x')))"
    )
    shares = {
        formula: (x - ends[0]) / (ends[1] - ends[0]) for formula, _, x, _ in page.evaluate(DRAWN)["marks"]
    }
    for formula, share in zip(compositions.formulas, compositions.fractions[:, 1], strict=True):
        assert shares[formula] == pytest.approx(share, abs=1e-4)


def test_the_tetrahedron_stands_on_the_triangle(page, screens):
    page.goto(screens)
    places = page.evaluate(
        "import('./figures/shape.js').then(({TETRAHEDRON, inTetrahedron}) => [TETRAHEDRON, inTetrahedron([0, 1/3, 2/3, 0])])"
    )
    corners, point = np.array(places[0]), places[1]
    assert corners[:3, :2].tolist() == CORNERS.tolist()
    edges = [np.linalg.norm(corners[i] - corners[j]) for i in range(4) for j in range(i)]
    assert edges == pytest.approx([1] * 6)
    assert point == pytest.approx([*(np.array([0, 1 / 3, 2 / 3]) @ CORNERS), 0])


def test_the_tetrahedron_is_turned_by_keyboard(page, screens):
    page.goto(f"{screens}#/system/Li-Fe-P-O")
    canvas = page.get_by_role("img", name="Li\u2013Fe\u2013P\u2013O")
    canvas.focus()
    picture = "(canvas) => canvas.toDataURL()"
    start = canvas.evaluate(picture)
    page.keyboard.press("ArrowLeft")
    assert canvas.evaluate(picture) != start
    page.keyboard.press("Home")
    assert canvas.evaluate(picture) == start
    page.get_by_role("button", name="Tilt up").click()
    assert canvas.evaluate(picture) != start


def test_a_category_is_hidden(page, screens):
    page.goto(f"{screens}#/system/Ti-O")
    expect(page.locator(".point.interesting").first).to_be_visible()
    page.get_by_role("checkbox", name="interesting").uncheck()
    expect(page.locator(".point.interesting")).to_have_count(0)
    expect(page.get_by_role("cell", name="interesting")).to_have_count(0)


def test_a_row_in_focus_is_ringed(page, screens):
    page.goto(f"{screens}#/system/Ti-O")
    page.get_by_role("link", name="TiO2", exact=True).focus()
    expect(page.locator(".ring")).to_have_attribute("visibility", "visible")
    assert (
        page.locator(".ring").get_attribute("cx")[:6]
        == page.locator("[data-formula=TiO2]").get_attribute("cx")[:6]
    )


def test_a_mark_opens_its_composition(page, screens):
    page.goto(f"{screens}#/system/Li-Zn-O")
    page.locator("[data-formula=LiZnO2]").click(force=True)
    expect(page).to_have_url(f"{screens}#/composition/LiZnO2")


def test_rows_are_sorted(page, screens):
    page.goto(f"{screens}#/system/Ti-O")
    page.get_by_role("button", name="Atoms").click()
    page.get_by_role("button", name="Atoms").click()
    expect(page.locator("tbody tr").first).to_contain_text("Ti3O4")
    expect(page.get_by_role("button", name="Atoms")).to_be_focused()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Li-Zz", "chemical system 'Li-Zz': 'Zz' is not an element; write it like Li-Zn-O"),
        ("Li-Li", "chemical system 'Li-Li': an element occurs twice"),
        ("Li-Na-K-Rb-Cs", "chemical system 'Li-Na-K-Rb-Cs': this file has systems of 2 to 4 elements"),
    ],
)
def test_what_is_no_system(page, screens, text, message):
    page.goto(f"{screens}#/system/{text}")
    expect(page.get_by_role("alert")).to_have_text(message)


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
@pytest.mark.parametrize("chemsys", ["Ti-O", "Li-Zn-O", "Li-Fe-P-O"])
def test_it_is_accessible(browser, screens, chemsys, context):
    with page_in(browser, **context) as page:
        page.goto(f"{screens}#/system/{chemsys}")
        expect(page.locator(".figure")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
