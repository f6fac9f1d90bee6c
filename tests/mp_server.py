"""Servers for the real mp-api client on loopback: the code the Materials Project runs, and faults."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

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
    import uvicorn
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
    server = uvicorn.Server(uvicorn.Config(api.app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def scripted(answer):
    """Give the endpoint of a server whose pages `answer(page, limit)` decides.

    It returns (status, body, headers); a body that is a list becomes a page of documents.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            if url.path.endswith("heartbeat"):
                self._send(
                    200, {"version": "0.87.3", "db_version": "2025_01_01", "access_controlled_batch_ids": []}
                )
                return
            page = int(query["_page"]) if "_page" in query else None
            status, body, headers = answer(page, int(query.get("_limit", 1)))
            self._send(status, body, headers)

        def _send(self, status, body, headers=()):
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in dict(headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def page_of(page, limit, rows=MATERIALS, total=None):
    """Return what a healthy server answers."""
    start = ((page or 1) - 1) * limit
    data = [
        {"material_id": i, "formula_pretty": f, "energy_above_hull": e}
        for i, f, e in rows[start : start + limit]
    ]
    return 200, {"data": data, "meta": {"total_doc": len(rows) if total is None else total}}, {}
