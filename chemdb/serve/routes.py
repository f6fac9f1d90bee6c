"""The routes of the API: each reads its parameters and asks one question in a lane."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from chemdb.api import Database
from chemdb.database.execution import Cancellation
from chemdb.lookup.explanation import Explanation
from chemdb.serve import questions
from chemdb.serve.answers import (
    Counts,
    CountsQuery,
    ExportQuery,
    Formulas,
    MapPoints,
    Maps,
    Meta,
    Rows,
    RowsQuery,
    Suggestions,
    SuggestQuery,
    System,
    Table,
)
from chemdb.serve.lanes import Lane
from chemdb.serve.problems import responses
from chemdb.serve.row_stream import MEDIA_TYPES, RowStream

#: Refusals that every route may answer with: by the gate, the question and the lanes.
REFUSALS = responses(400, 403, 414, 422, 500, 503, 504)
#: What a path with a slash in its last part is answered with.
MISSING = responses(404)


@dataclass(frozen=True)
class Lanes:
    """Threads for requests of one kind, so that none waits for another kind.

    Attributes
    ----------
    light : Lane
        For answers in milliseconds.
    heavy : Lane
        For counts and rows of any query, and other long work.
    exports : Lane
        For streams, as long as their readers take.
    """

    light: Lane
    heavy: Lane
    exports: Lane

    def close(self) -> None:
        """End all threads."""
        for lane in (self.light, self.heavy, self.exports):
            lane.close()


def api_routes(db: Database, export_db: Database, lanes: Lanes) -> APIRouter:
    """Return the routes of the API over a database.

    Parameters
    ----------
    db, export_db : Database
        The same file, for questions and for exports.
    lanes : Lanes
    """
    router = APIRouter(responses=REFUSALS)

    async def answer(request: Request, lane: Lane, question: Callable[[Cancellation], Any]) -> Response:
        """Return the answer as JSON, which is written in the thread, too."""
        body = await lane.run(
            lambda cancellation: json.dumps(
                question(cancellation), ensure_ascii=False, separators=(",", ":")
            ).encode(),
            request.scope["client_left"],
        )
        return Response(body, media_type="application/json")

    @router.get("/meta", response_model=Meta)
    async def meta(request: Request) -> Response:
        """Describe the file that is served: its space, elements, sources and maps."""
        return await answer(request, lanes.light, lambda _: questions.meta(db))

    @router.get("/counts", response_model=Counts)
    async def counts(request: Request, asked: Annotated[CountsQuery, Query()]) -> Response:
        """Count the compositions that match a query, exactly, by category."""
        return await answer(request, lanes.heavy, lambda _: questions.counts(db, asked))

    @router.get("/rows", response_model=Rows)
    async def rows(request: Request, asked: Annotated[RowsQuery, Query()]) -> Response:
        """List compositions that match a query, and give the query as SQL."""
        return await answer(request, lanes.heavy, lambda _: questions.rows(db, asked))

    @router.get("/compositions/{formula}", response_model=Explanation, responses=MISSING)
    async def compositions(request: Request, formula: str) -> Response:
        """Explain why a composition is allowed or not, and which known compounds are nearest to it."""
        return await answer(request, lanes.light, lambda _: questions.composition(db, formula))

    @router.get("/systems/{chemsys}", response_model=System, responses=MISSING)
    async def systems(request: Request, chemsys: str) -> Response:
        """List the compositions of a chemical system, and count those of its subsystems."""
        return await answer(request, lanes.light, lambda _: questions.system(db, chemsys))

    @router.get("/suggest", response_model=Suggestions)
    async def suggest(request: Request, asked: Annotated[SuggestQuery, Query()]) -> Response:
        """Suggest which unknown compositions of a query to try first, by their known analogues."""
        return await answer(
            request, lanes.heavy, lambda cancellation: questions.suggestions(db, asked, cancellation)
        )

    @router.get("/maps", response_model=Maps)
    async def maps(request: Request) -> Response:
        """List the maps of the file."""
        return await answer(request, lanes.light, lambda _: questions.maps(db))

    @router.get("/maps/{map_id}", response_model=MapPoints, responses=MISSING)
    async def map_points(request: Request, map_id: str) -> Response:
        """Give a map with its points."""
        return await answer(request, lanes.light, lambda _: questions.map_points(db, map_id))

    @router.post("/label", response_model=Table, responses=responses(408, 413))
    async def label(request: Request, asked: Formulas) -> Response:
        """Label formulas: allowed, known, category, and the reasons."""
        return await answer(request, lanes.heavy, lambda _: questions.labels(db, asked))

    def add_export(name: str) -> None:
        @router.get(
            f"/export.{name}",
            operation_id=f"export_{name}",
            response_class=Response,
            responses={200: {"description": "The rows.", "content": {MEDIA_TYPES[name]: {}}}},
        )
        async def export(request: Request, asked: Annotated[ExportQuery, Query()]) -> Response:
            """Stream all compositions that match a query."""
            return RowStream(export_db, asked, name, lanes.exports, request.scope["client_left"])

    for format_name in MEDIA_TYPES:
        add_export(format_name)
    return router
