"""Loopback servers for the real mp-api client: the Materials Project's own server code, and faulty ones."""

from contextlib import contextmanager

from helpers.fault_server import Fault, Response, first_faulty, serve
from helpers.loopback import on_loopback

KEY = "0123456789abcdef0123456789abcdef"

MATERIALS = [
    ("mp-1", "ZnO", 0.0), ("mp-2", "ZnO", 0.1), ("mp-3", "LiZnO2", 0.02), ("mp-4", "Al2(SO4)3", 0.0),
    ("mp-5", "Zn", 0.0), ("mp-6", "Na2O2", 0.0), ("mp-7", "Zn3O", 0.4),
]  # fmt: skip


def documents():
    from pymatgen.core import Composition

    return [
        {
            "material_id": material_id,
            "formula_pretty": formula,
            "formula_anonymous": Composition(formula).anonymized_formula,
            "nelements": len(Composition(formula)),
            "composition_reduced": Composition(formula).get_el_amt_dict(),
            "energy_above_hull": energy,
            "deprecated": False,
            "builder_meta": {"license": "BY-C"},
        }
        for material_id, formula, energy in MATERIALS
    ]


@contextmanager
def materials_project():
    """Give the endpoint of an emmet-api server with `MATERIALS`."""
    import mongomock
    from emmet.api.core.api import MAPI
    from emmet.api.resource.utils import CollectionWithKey
    from emmet.api.routes.materials.summary.resources import summary_resource

    class AsyncCollection:
        """A mongomock collection with the interface of an asynchronous client."""

        def __init__(self, collection):
            self.collection = collection

        def __getattr__(self, name):
            return getattr(self.collection, name)

        async def count_documents(self, *args, **kwargs):
            return self.collection.count_documents(*args, **_supported(kwargs))

        async def estimated_document_count(self, **kwargs):
            return self.collection.estimated_document_count()

        async def aggregate(self, pipeline, **kwargs):
            documents = list(self.collection.aggregate(pipeline))

            class Cursor:
                async def to_list(self, *args, **kwargs):
                    return documents

            return Cursor()

    def _supported(kwargs):
        return {key: value for key, value in kwargs.items() if key not in ("maxTimeMS", "hint")}

    collection = mongomock.MongoClient().db.summary
    collection.insert_many(documents())
    api = MAPI(resources={"materials": [summary_resource(CollectionWithKey(AsyncCollection(collection)))]})
    with on_loopback(api.app) as url:
        yield f"{url}/"


HEARTBEAT = Response(
    200, {"version": "0.87.3", "db_version": "2025_01_01", "access_controlled_batch_ids": []}
)


@contextmanager
def scripted_server(respond):
    """Give the endpoint of a server with the responses of `respond(page, limit)`, and its requests.

    `page` is a number, "count" or "heartbeat"; for None the server gives the `healthy_response`.
    """

    def respond_to(path, query):
        page = "heartbeat" if path.endswith("heartbeat") else int(query.get("_page", 0)) or "count"
        limit = int(query.get("_limit", 1))
        return respond(page, limit) or healthy_response(page, limit)

    with serve(respond_to) as (url, requests):
        yield f"{url}/", requests


def healthy_response(page, limit, materials=MATERIALS, total=None):
    """Return the response of a healthy server."""
    if page == "heartbeat":
        return HEARTBEAT
    start = (page - 1) * limit if page != "count" else 0
    data = [
        {"material_id": material_id, "formula_pretty": formula, "energy_above_hull": energy}
        for material_id, formula, energy in materials[start : start + limit]
    ]
    return Response(200, {"data": data, "meta": {"total_doc": len(materials) if total is None else total}})


def requested_pages(requests):
    """Return the numbers of the requested pages."""
    return [int(query["_page"]) for _, query, _ in requests if "_page" in query]


def _page(data, **meta):
    return Response(200, {"data": data, "meta": {"total_doc": 7} | meta})


_PAGE_2 = healthy_response(2, 3)
_MATERIALS_2 = _PAGE_2.body["data"]

#: Faults on page 2 of 3, unless they name another place; 7 materials, 3 per page.
FAULTS = {
    "401": Fault(Response(401, {"detail": f"no such key {KEY}"}), "the API key was rejected (401); check MP_API_KEY", retried=False),
    "403": Fault(Response(403, {"message": KEY}), "the API key was rejected (403); check MP_API_KEY", retried=False),
    "404": Fault(Response(404, {"detail": f"no {KEY}\x1b[2J"}), "the server rejected the request (404: no ... [2J)", retried=False),
    "422": Fault(Response(422, {"detail": [{"loc": ["query", "_page"], "msg": "too large"}]}), "the server rejected the request (422: _page - too large)", retried=False),
    "429": Fault(Response(429, {"detail": "slow down"}), "too many requests (429); try again later"),
    "429 with Retry-After": Fault(Response(429, {}, (("Retry-After", "1"),)), "too many requests (429); try again later"),
    "500": Fault(Response(500, "oops"), "the server is down or busy (500); try again later"),
    "502": Fault(Response(502, "<html>"), "the server is down or busy (502); try again later"),
    "503": Fault(Response(503, "<html>"), "the server is down or busy (503); try again later"),
    "504": Fault(Response(504, "<html>"), "the server is down or busy (504); try again later"),
    "connection closed": Fault(Response(close=True), "the connection failed; check your network"),
    "hang": Fault(Response(hang=True), "the server did not respond in time"),
    "a byte now and then": Fault(_PAGE_2._replace(drip=True), "the server did not respond in time"),
    "stalled body": Fault(_PAGE_2._replace(stall=True), "the server did not respond in time"),
    "truncated body": Fault(_PAGE_2._replace(cut=20), "the response was cut off"),
    "HTML with 200": Fault(Response(200, "<html>maintenance</html>"), "the response does not contain the requested data"),
    "no data": Fault(Response(200, {"meta": {"total_doc": 7}}), "the response does not contain the requested data"),
    "data: null": Fault(_page(None), "the response does not contain the requested data"),
    "no meta": Fault(Response(200, {"data": _MATERIALS_2}), "page 2: the number of entries is 1 instead of 3"),
    "short page": Fault(_page(_MATERIALS_2[:2]), "page 2: the number of entries is 2 instead of 3"),
    "empty page in the middle": Fault(_page([]), "page 2: the number of entries is 0 instead of 3"),
    "page with ids of page 1": Fault(healthy_response(1, 3), "only 4 of 7 entries are distinct"),
    "materials without id": Fault(_page([{"material_id": None, "formula_pretty": "ZnO"}] * 3), "the response has materials without an identifier"),
    "materials without formula": Fault(_page([{"material_id": "mp-4"}] * 3), "the response is not a list of materials"),
    "energies that are text": Fault(_page([row | {"energy_above_hull": "low"} for row in _MATERIALS_2]), "the response is not a list of materials"),
    "redirect to another host": Fault(Response(302, "", (("Location", "http://localhost:9/"),)), "the server redirects to another address", retried=False),
    "count: no meta": Fault(Response(200, {"data": []}), "the response does not contain the requested data", "count"),
    "count: HTML": Fault(Response(200, "<html>"), "the response does not contain the requested data", "count"),
    "count: none": Fault(_page([], total_doc=0), "the server reports no entries", "count"),
    "count: one more": Fault(_page([], total_doc=8), "page 3: the number of entries is 1 instead of 2", "count", retried=False),
    "heartbeat: 403": Fault(Response(403, ""), "the API key was rejected (403)", "heartbeat", retried=False),
    "heartbeat: 500": Fault(Response(500, ""), "the server is down or busy (500)", "heartbeat"),
    "heartbeat: HTML": Fault(Response(200, "<html>"), "the response does not contain the requested data", "heartbeat"),
    "heartbeat: no version": Fault(Response(200, {"version": "1"}), "the response does not contain the requested data", "heartbeat"),
    "heartbeat: hang": Fault(Response(hang=True), "the server did not respond in time", "heartbeat"),
}  # fmt: skip


def faulty_server(fault, times):
    """Give the endpoint of a server whose first `times` responses at a place are faulty, and its requests."""
    return scripted_server(first_faulty(fault, times))
