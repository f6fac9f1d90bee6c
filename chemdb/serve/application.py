"""The application: the page, the API, and the gate before both."""

import asyncio
import threading
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from chemdb.api import Database
from chemdb.errors import ChemdbError
from chemdb.explorer.page_files import PAGE
from chemdb.serve.gate import Gate
from chemdb.serve.lanes import Lane
from chemdb.serve.problems import ERROR_HANDLERS, Problem
from chemdb.serve.routes import Lanes, api_routes
from chemdb.version import __version__

DESCRIPTION = """Counts, rows, explanations and suggestions over every inorganic composition of a chemdb file.

Queries are in chemdb's query language. Answers are exact. A request may take 10 s; export.csv, export.jsonl
and export.parquet stream any number of rows. Errors are problem details (RFC 9457)."""


def make_application(db: Database, export_db: Database, hosts: Collection[str]) -> Gate:
    """Return the ASGI application that serves a database.

    Parameters
    ----------
    db, export_db : Database
        The same file twice, with memory of its own for exports.
    hosts : collection of str
        From `chemdb.serve.gate.allowed_hosts`.
    """
    lanes = Lanes(light=Lane("light", 2), heavy=Lane("heavy", 2), exports=Lane("export", 2))

    @asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncIterator[None]:
        # The first question need not wait for the pack, nor the first part of the pack for a question.
        stopped = threading.Event()
        application.state.pack = asyncio.get_running_loop().run_in_executor(None, _warm, db, stopped)
        yield
        stopped.set()
        await asyncio.wait({application.state.pack})
        # Whoever waited for it has left.
        application.state.pack.exception()
        lanes.close()

    application = Starlette(
        routes=[
            Mount("/api/v1", make_api(db, export_db, lanes)),
            Route("/pack/{name}", _pack_part),
            Mount("/", _PageFiles(directory=PAGE, html=True)),
        ],
        exception_handlers=ERROR_HANDLERS,
        lifespan=lifespan,
    )
    return Gate(application, hosts)


def _warm(db: Database, stopped: threading.Event) -> dict[str, bytes]:
    """Load data that many requests need; return the pack."""
    # What is wrong with a query takes a second to say for the first time.
    with suppress(ChemdbError):
        db.query("Li-")
    return db.pack(stopped)


async def _pack_part(request: Request) -> Response:
    parts = await asyncio.shield(request.app.state.pack)
    name = request.path_params["name"]
    if name not in parts:
        raise HTTPException(404)
    return Response(parts[name], media_type="application/octet-stream")


class _PageFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        # An upgrade of chemdb shows at once; unchanged files are not sent again.
        response.headers["cache-control"] = "no-cache"
        return response


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with the schema of errors that all routes share."""
        document = super().openapi()
        document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        return document


def make_api(db: Database, export_db: Database, lanes: Lanes) -> FastAPI:
    """Return the API alone; all its URLs are relative to where it is mounted."""
    api = _Api(
        title="chemdb",
        version=__version__,
        description=DESCRIPTION,
        # FastAPI's own pages load scripts from another host.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": "."}],
        root_path_in_servers=False,
        exception_handlers=ERROR_HANDLERS,
    )
    api.include_router(api_routes(db, export_db, lanes))
    return api
