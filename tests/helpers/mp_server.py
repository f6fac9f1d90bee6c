"""Servers for the real mp-api client on loopback: the code the Materials Project runs, and faults."""

from contextlib import contextmanager
from typing import NamedTuple

from helpers.fault_server import Answer, serve
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
    """Give the endpoint of emmet-api serving `MATERIALS`."""
    import mongomock
    from emmet.api.core.api import MAPI
    from emmet.api.resource.utils import CollectionWithKey
    from emmet.api.routes.materials.summary.resources import summary_resource

    class Later:
        """A mongomock collection with the coroutines of an asynchronous client."""

        def __init__(self, collection):
            self.collection = collection

        def __getattr__(self, name):
            return getattr(self.collection, name)

        async def count_documents(self, *args, **kwargs):
            return self.collection.count_documents(*args, **_known(kwargs))

        async def estimated_document_count(self, **kwargs):
            return self.collection.estimated_document_count()

        async def aggregate(self, pipeline, **kwargs):
            found = list(self.collection.aggregate(pipeline))

            class Cursor:
                async def to_list(self, *args, **kwargs):
                    return found

            return Cursor()

    def _known(kwargs):
        return {key: value for key, value in kwargs.items() if key not in ("maxTimeMS", "hint")}

    collection = mongomock.MongoClient().db.summary
    collection.insert_many(documents())
    api = MAPI(resources={"materials": [summary_resource(CollectionWithKey(Later(collection)))]})
    with on_loopback(api.app) as url:
        yield f"{url}/"


HEARTBEAT = Answer(200, {"version": "0.87.3", "db_version": "2025_01_01", "access_controlled_batch_ids": []})


@contextmanager
def scripted(answer):
    """Give a server whose pages `answer(page, limit)` decides, and its requests.

    The page is a number, "count" or "heartbeat"; None leaves the answer to a healthy server.
    """

    def respond(path, query):
        page = "heartbeat" if path.endswith("heartbeat") else int(query.get("_page", 0)) or "count"
        limit = int(query.get("_limit", 1))
        return answer(page, limit) or page_of(page, limit)

    with serve(respond) as (url, requests):
        yield f"{url}/", requests


def page_of(page, limit, rows=MATERIALS, total=None):
    """Return what a healthy server answers."""
    if page == "heartbeat":
        return HEARTBEAT
    start = (page - 1) * limit if page != "count" else 0
    data = [
        {"material_id": i, "formula_pretty": f, "energy_above_hull": e}
        for i, f, e in rows[start : start + limit]
    ]
    return Answer(200, {"data": data, "meta": {"total_doc": len(rows) if total is None else total}})


def pages_asked(requests):
    """Return the numbers of the pages that were asked for."""
    return [int(query["_page"]) for _, query, _ in requests if "_page" in query]


class Fault(NamedTuple):
    """What goes wrong, where, and what a user reads if it stays; `again`: chemdb asks again by itself."""

    answer: Answer
    message: str
    at: object = 2
    again: bool = True


def _page(data, **meta):
    return Answer(200, {"data": data, "meta": {"total_doc": 7} | meta})


_SECOND = page_of(2, 3).body["data"]
_WHOLE = page_of(2, 3)

#: On page 2 of 3 unless another place is named; 7 materials, 3 a page.
FAULTS = {
    "401": Fault(Answer(401, {"detail": f"no such key {KEY}"}), "the API key was refused (401); check MP_API_KEY", again=False),
    "403": Fault(Answer(403, {"message": KEY}), "the API key was refused (403); check MP_API_KEY", again=False),
    "404": Fault(Answer(404, {"detail": f"no {KEY}\x1b[2J"}), "the server refuses (404: no ... [2J)", again=False),
    "422": Fault(Answer(422, {"detail": [{"loc": ["query", "_page"], "msg": "too large"}]}), "the server refuses (422: _page - too large)", again=False),
    "429": Fault(Answer(429, {"detail": "slow down"}), "too many requests (429); try again later"),
    "429 with Retry-After": Fault(Answer(429, {}, (("Retry-After", "1"),)), "too many requests (429); try again later"),
    "500": Fault(Answer(500, "oops"), "the server is down or busy (500); try again later"),
    "502": Fault(Answer(502, "<html>"), "the server is down or busy (502); try again later"),
    "503": Fault(Answer(503, "<html>"), "the server is down or busy (503); try again later"),
    "504": Fault(Answer(504, "<html>"), "the server is down or busy (504); try again later"),
    "connection closed": Fault(Answer(close=True), "no connection"),
    "hang": Fault(Answer(hang=True), "no answer in time"),
    "a byte now and then": Fault(_WHOLE._replace(drip=True), "no answer in time"),
    "truncated body": Fault(_WHOLE._replace(cut=20), "the answer broke off"),
    "HTML with 200": Fault(Answer(200, "<html>maintenance</html>"), "the answer is not what was asked for"),
    "no data": Fault(Answer(200, {"meta": {"total_doc": 7}}), "the answer is not what was asked for"),
    "data: null": Fault(_page(None), "the answer is not what was asked for"),
    "no meta": Fault(Answer(200, {"data": _SECOND}), "it has 1 entries instead of 3"),
    "short page": Fault(_page(_SECOND[:2]), "it has 2 entries instead of 3"),
    "empty page in the middle": Fault(_page([]), "it has 0 entries instead of 3"),
    "page with ids of page 1": Fault(page_of(1, 3), "7 entries came, 4 distinct ones"),
    "materials without id": Fault(_page([{"material_id": None, "formula_pretty": "ZnO"}] * 3), "it has materials without an identifier"),
    "materials without formula": Fault(_page([{"material_id": "mp-4"}] * 3), "it is not a list of materials"),
    "energies that are text": Fault(_page([row | {"energy_above_hull": "low"} for row in _SECOND]), "it is not a list of materials"),
    "redirect to another host": Fault(Answer(302, "", (("Location", "http://localhost:9/"),)), "the server sends us to another address", again=False),
    "count: no meta": Fault(Answer(200, {"data": []}), "the answer is not what was asked for", "count"),
    "count: HTML": Fault(Answer(200, "<html>"), "the answer is not what was asked for", "count"),
    "count: none": Fault(_page([], total_doc=0), "the server says that it has no entries", "count"),
    "count: one more": Fault(_page([], total_doc=8), "page 3: it has 1 entries instead of 2", "count", again=False),
    "heartbeat: 403": Fault(Answer(403, ""), "the API key was refused (403)", "heartbeat", again=False),
    "heartbeat: 500": Fault(Answer(500, ""), "the server is down or busy (500)", "heartbeat"),
    "heartbeat: HTML": Fault(Answer(200, "<html>"), "the answer is not what was asked for", "heartbeat"),
    "heartbeat: no version": Fault(Answer(200, {"version": "1"}), "the answer is not what was asked for", "heartbeat"),
    "heartbeat: hang": Fault(Answer(hang=True), "no answer in time", "heartbeat"),
}  # fmt: skip


@contextmanager
def faulty(fault, times):
    """Give a server with a fault in its first `times` answers at that place, and its requests."""
    left = [times]

    def answer(page, limit):
        if page == fault.at and left[0] > 0:
            left[0] -= 1
            return fault.answer
        return None

    with scripted(answer) as (url, requests):
        yield url, requests
