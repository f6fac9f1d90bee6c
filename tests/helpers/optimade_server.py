"""OPTIMADE providers on loopback: the reference server of optimade-python-tools, and faulty ones."""

import copy
import json
import tempfile
from contextlib import contextmanager
from importlib.resources import files

from helpers.fault_server import Fault, Response, first_faulty, serve
from helpers.loopback import on_loopback

#: Generated structures: id, formula with elements in OPTIMADE's alphabetical order, energy above hull.
GENERATED = [(f"gen-{n:03}", f"Cl{n % 7 + 1}Na{n % 3 + 1}", 0.01 * (n % 5) - 0.01) for n in range(120)]


def test_structures():
    """Return the structures that ship with the tools, in the form that the server expects."""
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

    The last test structure of two to four elements has no reduced formula, like structures with
    partial occupancies.
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
    last_eligible = [structure for structure in structures if 2 <= structure["nelements"] <= 5][-1]
    last_eligible["chemical_formula_reduced"] = None
    for identifier, formula, energy in GENERATED:
        structures.append(
            copy.deepcopy(structures[3])
            | {"id": identifier, "chemical_formula_reduced": formula, "nelements": 2, "stability": energy}
        )
    app.state.entry_collections["structures"].insert(structures)
    with on_loopback(app) as url:
        yield url


INFO = Response(
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


def healthy_page(number, size=3, formulas=FORMULAS, base="", **meta):
    """Return the body of a healthy provider's page; links start with `base`, `meta` is added."""
    start = (number - 1) * size
    data = [
        {"id": f"s-{row}", "type": "structures", "attributes": {"chemical_formula_reduced": formulas[row]}}
        for row in range(start, min(start + size, len(formulas)))
    ]
    more = start + size < len(formulas)
    next_link = f"{base}/v1/structures?page_number={number + 1}" if more else None
    return {
        "data": data,
        "links": {"next": next_link},
        "meta": {"data_returned": len(formulas), "more_data_available": more} | meta,
    }


@contextmanager
def scripted_server(respond):
    """Give the URL of a provider with the responses of `respond(page)`, and its requests.

    `page` is a number or "info"; for None the provider gives a healthy response.
    """

    def respond_to(path, query):
        page = "info" if path.endswith("/info") else int(query.get("page_number", 1))
        healthy = INFO if page == "info" else Response(200, healthy_page(page))
        return respond(page) or healthy

    with serve(respond_to) as (url, requests):
        yield url, requests


def requested_pages(requests):
    """Return the numbers of the requested pages."""
    return [int(query.get("page_number", 1)) for path, query, _ in requests if path.endswith("structures")]


def _page(number, **changes):
    return Response(200, healthy_page(number) | changes)


#: Faults on page 2 of 3, unless they name another place; 7 structures, 3 per page.
FAULTS = {
    "provider down": Fault(Response(close=True), "the connection failed; check your network", "info"),
    "info: 500": Fault(Response(500, ""), "the server is down or busy (500)", "info"),
    "info: HTML": Fault(Response(200, "<html>"), "the response does not contain the requested data", "info"),
    "info: null": Fault(Response(200, {"data": None, "meta": {}}), "the response does not contain the requested data", "info"),
    "400": Fault(Response(400, {"errors": [{"title": "Bad Request", "detail": "no\x1b[2Jsuch filter"}]}), "the server rejected the request (400: Bad Request: no [2Jsuch filter)", retried=False),
    "404": Fault(Response(404, ""), "the server rejected the request (404)", retried=False),
    "429": Fault(Response(429, ""), "too many requests (429); try again later"),
    "429 with Retry-After": Fault(Response(429, "", (("Retry-After", "1"),)), "too many requests (429); try again later"),
    "500": Fault(Response(500, "oops"), "the server is down or busy (500); try again later"),
    "502": Fault(Response(502, "<html>"), "the server is down or busy (502); try again later"),
    "hang": Fault(Response(hang=True), "the server did not respond in time"),
    "a byte now and then": Fault(_page(2)._replace(drip=True), "the server did not respond in time"),
    "stalled body": Fault(_page(2)._replace(stall=True), "the server did not respond in time"),
    "truncated body": Fault(_page(2)._replace(cut=20), "the response was cut off"),
    "HTML with 200": Fault(Response(200, "<html>maintenance</html>"), "the response does not contain the requested data"),
    "errors with 200": Fault(Response(200, {"errors": [{"detail": "timeout"}], "data": []}), "the response does not contain the requested data"),
    "no data": Fault(Response(200, {"meta": {}}), "the list ended after 3 of 7 entries"),
    "data: null": Fault(_page(2, data=None), "the response does not contain the requested data"),
    "structures without id": Fault(_page(2, data=[{"type": "structures"}] * 3), "the response is not a list of structures"),
    "empty page in the middle": Fault(_page(2, data=[]), "the page is empty, but not the last"),
    "another count on the last page": Fault(Response(200, healthy_page(3, data_returned=9)), "the list changed during the download (7 entries announced, then 9)", 3),
    "short page": Fault(_page(2, data=healthy_page(2)["data"][:2]), "the list ended after 6 of 7 entries"),
    "another count on page 2": Fault(Response(200, healthy_page(2, data_returned=5)), "the list changed during the download (7 entries announced, then 5)"),
    "a page repeated": Fault(_page(2, data=healthy_page(1)["data"]), "only 4 of 7 entries are distinct"),
    "more pages without a link": Fault(_page(2, links={}), "more pages are announced, without a link to the next one"),
    "next link to itself": Fault(_page(2, links={"next": "/v1/structures?page_number=2"}), "the links to the next page form a loop"),
    "next link in a loop": Fault(_page(3, links={"next": "/v1/structures?page_number=2"}, meta={"more_data_available": True}), "the links to the next page form a loop", 3),
    "next link to another host": Fault(_page(2, links={"next": "http://elsewhere.example/v1/structures"}), "the link to the next page is not on this server: http://elsewhere.example/v1/structures"),
    "next link to a file": Fault(_page(2, links={"next": "file:///etc/passwd"}), "the link to the next page is not on this server: file:///etc/passwd"),
    "redirect to a file": Fault(Response(302, "", (("Location", "file:///etc/passwd"),)), "a URL from the server or the settings is neither http nor https", retried=False),
    "redirect to itself": Fault(Response(302, "", (("Location", "?page_number=2"),)), "the server redirects to another address"),
    "huge page": Fault(Response(200, b"x" * (1 << 20)), "the response exceeds the limit of", retried=False),
}  # fmt: skip


def faulty_server(fault, times):
    """Give the URL of a provider whose first `times` responses at a place are faulty, and its requests."""
    return scripted_server(first_faulty(fault, times))
