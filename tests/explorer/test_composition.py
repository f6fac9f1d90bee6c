"""The screen Composition: the same answers as `db.explain`, computed in the page."""

import pytest
from helpers.browser import PHONE, page_in, violations
from playwright.sync_api import expect

CONTEXTS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}}
SPELLINGS = (
    "Fe3O4",
    "Fe3O8",
    "PO4FeLi",
    "Ca(OH)2",
    "CuSO4·5H2O",
    "D2O",
    "ZnO9",
    "PmO",
    "FeAl",
    "O",
    "La5Ca8Cu24O41",
)


def explained(page, formulas):
    return page.evaluate("(formulas) => Promise.all(formulas.map(chemdb.explain))", formulas)


def test_explanations_are_those_of_python(page, screens, screens_db):
    sample = screens_db.sample(["standard", "missing", "interesting", "unlikely"], [2, 3, 4], 10, seed=4)
    formulas = [*SPELLINGS, *sample["formula"].to_pylist()]
    page.goto(screens)
    for found, python in zip(explained(page, formulas), screens_db.explain(*formulas), strict=True):
        assert {name: found[name] for name in python.as_dict()} == plain(python)


def plain(explanation):
    """Return an explanation as JSON has it: lists instead of tuples."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in explanation.as_dict().items()
    }


@pytest.mark.parametrize("text", ["LiZz2", "", "Li(FeO", "Li0.5CoO2", "li2o", "Li2O·"])
def test_a_text_that_is_no_formula(page, screens, screens_db, text):
    page.goto(screens)
    with pytest.raises(Exception, match="formula") as python:
        screens_db.explain(text)
    with pytest.raises(Exception, match="formula") as found:
        explained(page, [text])
    assert str(python.value) in str(found.value)


def test_an_allowed_composition(page, screens):
    page.goto(f"{screens}#/composition/LiFePO4")
    expect(page.get_by_role("heading", level=1)).to_have_text("LiFePO4 standard")
    expect(page.locator("ol.witnesses li").first).to_have_text("Li+Fe2+P5+O2\u2212")
    link = page.get_by_role("link", name="mp-19017")
    expect(link).to_have_attribute("href", "https://next-gen.materialsproject.org/materials/mp-19017")


def test_a_forbidden_composition_says_which_rule_it_breaks(page, screens):
    page.goto(f"{screens}#/composition/Fe3O4")
    expect(page.get_by_role("heading", name="Why it is forbidden")).to_be_visible()
    expect(page.get_by_text("No choice of oxidation states is neutral")).to_be_visible()
    expect(page.get_by_role("row", name="smact14")).to_contain_text("yes: Fe2+ 2Fe3+ 4O2\u2212")


def test_another_formula_is_asked_by_keyboard(page, screens):
    page.goto(f"{screens}#/composition")
    page.get_by_label("Formula").fill("OZn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("ZnO standard")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("ZnO standard")


def test_a_file_from_disk_explains(page, single_file):
    page.goto(f"{single_file}#/composition/ZnO3")
    expect(page.get_by_role("heading", level=1)).to_have_text("ZnO3 interesting")
    expect(page.locator(".ring")).to_have_attribute("visibility", "visible")


def test_what_is_wrong_is_said_at_the_box(page, screens):
    page.goto(f"{screens}#/composition/LiZz2")
    expect(page.get_by_role("alert")).to_have_text(
        "formula 'LiZz2': not one of the first 103 elements at 'Zz2'"
    )


def test_its_place_in_the_system_is_ringed(page, screens):
    page.goto(f"{screens}#/composition/ZnO")
    ring, mark = page.locator(".ring"), page.locator("[data-formula=ZnO]")
    expect(ring).to_have_attribute("visibility", "visible")
    assert float(ring.get_attribute("cx")) == pytest.approx(float(mark.get_attribute("cx")), abs=0.01)


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
@pytest.mark.parametrize("formula", ["LiFePO4", "Fe3O4"])
def test_it_is_accessible(browser, screens, formula, context):
    with page_in(browser, **context) as page:
        page.goto(f"{screens}#/composition/{formula}")
        expect(page.locator(".figure")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
