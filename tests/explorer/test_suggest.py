"""The screen Suggest: ranked in the page as `db.suggest` ranks, with the reasons."""

import pytest
from helpers.browser import PHONE, page_in, violations
from helpers.server import serving
from playwright.sync_api import expect

CONTEXTS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}}
COLUMNS = ["rank", "formula", "score", "share_found", "species", "n_analogues", "analogues", "n_known"]
#: Query, limit and offset.
QUERIES = (
    ("", 20, 0),
    ("nelements=2", 10, 300),
    ("elements=Li,S exclude=radioactive", 30, 0),
    ("any=K,Rb,Cs any=Cl,Br,I (ABC3 OR AB2C4) exclude=Pb", 20, 10),
    ("elements=O x(O)>0.6 natoms<=6", 20, 0),
    ("elements=Li nelements=3 unlikely", 10, 0),
)


def row(suggestion):
    """Return a row of the page with the columns of `db.suggest`."""
    analogues = ", ".join(
        f"{each['formula']} ({each['replaced_by']} for {each['element']})" for each in suggestion["analogues"]
    )
    species = suggestion["species"] and " ".join(suggestion["species"])
    return tuple({**suggestion, "analogues": analogues, "species": species}[name] for name in COLUMNS)


@pytest.mark.parametrize(("text", "limit", "offset"), QUERIES)
def test_suggestions_are_those_of_python(page, screens, screens_db, text, limit, offset):
    page.goto(screens)
    found = page.evaluate(
        "([text, limit, offset]) => chemdb.suggest(text, limit, offset)", [text, limit, offset]
    )
    expected = screens_db.suggest(text, limit, offset=offset, columns=COLUMNS)
    assert [row(each) for each in found["rows"]] == list(expected)
    assert (found["total"], found["complete"]) == (expected.count(), True)


def test_what_no_known_composition_suggests_is_left_to_the_command(page, screens, screens_db):
    text = "Ag-Cs-I-N"
    page.goto(f"{screens}#/suggest/{text}")
    n = page.locator("tbody tr").count
    expect(page.get_by_text(f'chemdb suggest "{text}"')).to_be_visible()
    assert n() == sum(score > 0 for (score,) in screens_db.suggest(text, 100, columns=["score"]))


def test_a_server_ranks_those_too(page, screens_path, screens_db):
    expected = [formula for (formula,) in screens_db.suggest("Ag-Cs-I-N", 25, columns=["formula"])]
    with serving(screens_path) as server:
        page.goto(f"{server.url}#/suggest/Ag-Cs-I-N")
        expect(page.locator("tbody tr")).to_have_count(25, timeout=60_000)
        assert page.locator("tbody th strong").all_inner_texts() == expected
    expect(page.get_by_text("chemdb suggest")).to_have_count(0)


def test_a_query_is_ranked_and_paged(page, screens):
    page.goto(f"{screens}#/suggest")
    page.get_by_label("Query").fill("elements=Li,S nelements=3")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("LiInS2")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr td").first).to_have_text("26")
    page.reload()
    expect(page.locator("tbody tr td").first).to_have_text("26")


def test_a_suggestion_opens_its_composition_with_the_same_score(page, screens):
    page.goto(f"{screens}#/suggest/elements=Li,S nelements=3")
    page.locator("tbody th a").first.click()
    score = page.locator(".score").inner_text()
    page.go_back()
    expect(page.locator("tbody tr").first).to_contain_text(score)


def test_what_is_wrong_is_said_at_the_box(page, screens):
    page.goto(f"{screens}#/suggest/elemnts=Li")
    expect(page.get_by_role("alert")).to_contain_text("elemnts")


def test_what_only_a_server_answers_is_left_to_the_command(page, screens):
    page.goto(f"{screens}#/suggest/species=Fe3+")
    expect(
        page.get_by_text("chemdb suggest species=Fe3+").or_(page.get_by_text('chemdb suggest "species=Fe3+"'))
    ).to_be_visible()


def test_a_list_too_short_to_learn_from(page, site):
    page.goto(f"{site}#/suggest")
    expect(page.get_by_text("chemdb known add mp", exact=True)).to_be_visible()


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
def test_it_is_accessible(browser, screens, context):
    with page_in(browser, **context) as page:
        page.goto(f"{screens}#/suggest/elements=Li,S exclude=radioactive")
        expect(page.locator("tbody tr")).to_have_count(25)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
