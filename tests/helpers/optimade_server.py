"""OPTIMADE providers on loopback: the reference server of the OPTIMADE tools, and faults."""

import copy
import json
import tempfile
from contextlib import contextmanager
from importlib.resources import files
from typing import NamedTuple

from helpers.fault_server import Answer, serve
from helpers.loopback import on_loopback

#: Formulas of generated structures, alphabetical as OPTIMADE orders them, with a hull distance.
GENERATED = [(f"gen-{n:03}", f"Cl{n % 7 + 1}Na{n % 3 + 1}", 0.01 * (n % 5) - 0.01) for n in range(120)]


def test_structures():
    """The structures that come with the tools, as the server wants them."""
    structures = json.loads((files("optimade.server.data") / "test_structures.json").read_text())
    for structure in structures:
        structure.pop("_id")
        structure.pop("relationships", None)
        structure["last_modified"] = "2026-01-01T00:00:00Z"
        structure["chemical_formula_reduced"] = structure.pop("pretty_formula")
        structure["chemical_formula_anonymous"] = structure.pop("formula_anonymous")
        structure["id"] = structure.pop("task_id")
    return structures


test_structures.__test__ = False


@contextmanager
def reference_server():
    """Give the base URL of a provider with the test structures and the generated ones.

    The last test structure of two to four elements has no reduced formula, as one with partial
    occupancies has none.
    """
    from optimade.server.config import ServerConfig
    from optimade.server.create_app import create_app

    config = ServerConfig(
        insert_test_data=False,
        database_backend="mongomock",
        mongo_database="chemdb",
        page_limit=10,
        page_limit_max=100,
        log_level="error",
        log_dir=tempfile.mkdtemp(),
        provider={"prefix": "oqmd", "name": "A provider", "description": "For tests.", "homepage": None},
        provider_fields={"structures": [{"name": "stability", "type": "float", "description": "eV/atom"}]},
    )
    app = create_app(config)
    structures = test_structures()
    last = [structure for structure in structures if 2 <= structure["nelements"] <= 4][-1]
    last["chemical_formula_reduced"] = None
    for identifier, formula, energy in GENERATED:
        structures.append(
            copy.deepcopy(structures[3])
            | {"id": identifier, "chemical_formula_reduced": formula, "nelements": 2, "stability": energy}
        )
    app.state.entry_collections["structures"].insert(structures)
    with on_loopback(app) as url:
        yield url


INFO = Answer(
    200,
    {
        "data": {
            "type": "info",
            "id": "/",
            "attributes": {"api_version": "1.2.0", "available_licenses": ["CC-BY-4.0"]},
        },
        "meta": {
            "api_version": "1.2.0",
            "provider": {"prefix": "exmpl", "name": "A provider"},
            "implementation": {"name": "Tests", "version": "3"},
        },
    },
)
FORMULAS = ["OZn", "LiO2Zn", "Cl2Na", None, "O3Zn", "O4SiZn2", "HO2Zn0.5"]


def page_of(number, size=3, rows=FORMULAS, base="", **meta):
    """Return what a healthy provider answers: pages by number, links as the page says."""
    start = (number - 1) * size
    data = [
        {"id": f"s-{row}", "type": "structures", "attributes": {"chemical_formula_reduced": rows[row]}}
        for row in range(start, min(start + size, len(rows)))
    ]
    more = start + size < len(rows)
    following = f"{base}/v1/structures?page_number={number + 1}" if more else None
    return {
        "data": data,
        "links": {"next": following},
        "meta": {"data_returned": len(rows), "more_data_available": more} | meta,
    }


@contextmanager
def scripted(answer):
    """Give a provider whose pages `answer(number)` decides, and its requests.

    The page is a number or "info"; None leaves the answer to a healthy provider.
    """

    def respond(path, query):
        number = "info" if path.endswith("/info") else int(query.get("page_number", 1))
        healthy = INFO if number == "info" else Answer(200, page_of(number))
        return answer(number) or healthy

    with serve(respond) as (url, requests):
        yield url, requests


def pages_asked(requests):
    """Return the numbers of the pages that were asked for."""
    return [int(query.get("page_number", 1)) for path, query, _ in requests if path.endswith("structures")]


class Fault(NamedTuple):
    """What goes wrong, where, and what a user reads if it stays; `again`: chemdb asks again by itself."""

    answer: Answer
    message: str
    at: object = 2
    again: bool = True


def _page(number, **changes):
    return Answer(200, page_of(number) | changes)


#: On page 2 of 3 unless another place is named; 7 structures, 3 a page.
FAULTS = {
    "provider down": Fault(Answer(close=True), "no connection", "info"),
    "info: 500": Fault(Answer(500, ""), "the server is down or busy (500)", "info"),
    "info: HTML": Fault(Answer(200, "<html>"), "the answer is not what was asked for", "info"),
    "info: null": Fault(Answer(200, {"data": None, "meta": {}}), "the answer is not what was asked for", "info"),
    "400": Fault(Answer(400, {"errors": [{"title": "Bad Request", "detail": "no\x1b[2Jsuch filter"}]}), "the server refuses (400: Bad Request: no [2Jsuch filter)", again=False),
    "404": Fault(Answer(404, ""), "the server refuses (404)", again=False),
    "429": Fault(Answer(429, ""), "too many requests (429); try again later"),
    "429 with Retry-After": Fault(Answer(429, "", (("Retry-After", "1"),)), "too many requests (429); try again later"),
    "500": Fault(Answer(500, "oops"), "the server is down or busy (500); try again later"),
    "502": Fault(Answer(502, "<html>"), "the server is down or busy (502); try again later"),
    "hang": Fault(Answer(hang=True), "no answer in time"),
    "a byte now and then": Fault(_page(2)._replace(drip=True), "no answer in time"),
    "truncated body": Fault(_page(2)._replace(cut=20), "the answer broke off"),
    "HTML with 200": Fault(Answer(200, "<html>maintenance</html>"), "the answer is not what was asked for"),
    "errors with 200": Fault(Answer(200, {"errors": [{"detail": "timeout"}], "data": []}), "the answer is not what was asked for"),
    "no data": Fault(Answer(200, {"meta": {}}), "the last page came after 3 of 7 entries"),
    "data: null": Fault(_page(2, data=None), "the answer is not what was asked for"),
    "structures without id": Fault(_page(2, data=[{"type": "structures"}] * 3), "it is not a list of structures"),
    "empty page in the middle": Fault(_page(2, data=[]), "it is empty and not the last"),
    "another count on the last page": Fault(Answer(200, page_of(3, data_returned=9)), "the list changed while it was read (7 entries announced, then 9)", 3),
    "short page": Fault(_page(2, data=page_of(2)["data"][:2]), "the last page came after 6 of 7 entries"),
    "another count on page 2": Fault(Answer(200, page_of(2, data_returned=5)), "the list changed while it was read"),
    "a page repeated": Fault(_page(2, data=page_of(1)["data"]), "7 entries came, 4 distinct ones"),
    "more to come, but not where": Fault(_page(2, links={}), "more entries are said to follow, but not where"),
    "next link to itself": Fault(_page(2, links={"next": "/v1/structures?page_number=2"}), "the pages lead in a circle"),
    "next link in a loop": Fault(_page(3, links={"next": "/v1/structures?page_number=2"}, meta={"more_data_available": True}), "the pages lead in a circle", 3),
    "next link to another host": Fault(_page(2, links={"next": "http://elsewhere.example/v1/structures"}), "the next page is said to be elsewhere, at http://elsewhere.example/v1/structures"),
    "next link to a file": Fault(_page(2, links={"next": "file:///etc/passwd"}), "the next page is said to be elsewhere, at file:///etc/passwd"),
    "redirect to a file": Fault(Answer(302, "", (("Location", "file:///etc/passwd"),)), "an address that is not http or https", again=False),
    "redirect to itself": Fault(Answer(302, "", (("Location", "?page_number=2"),)), "the server sends us to another address"),
    "huge page": Fault(Answer(200, b"x" * (1 << 20)), "the answer is larger than", again=False),
}  # fmt: skip


@contextmanager
def faulty(fault, times):
    """Give a provider with a fault in its first `times` answers at that place, and its requests."""
    left = [times]

    def answer(number):
        if number == fault.at and left[0] > 0:
            left[0] -= 1
            return fault.answer
        return None

    with scripted(answer) as (url, requests):
        yield url, requests
