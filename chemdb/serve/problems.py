"""Errors as RFC 9457 problem details."""

import json
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import duckdb
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chemdb.errors import ChemdbError, DatabaseError, ProcessError, one_line
from chemdb.serve.lanes import BusyError, ClientLeftError, TooLongError

MEDIA_TYPE = "application/problem+json"
#: When a client may ask a busy server again, in seconds.
AGAIN = {"retry-after": "5"}


class Problem(BaseModel):
    """What was wrong with a request, and what to do about it (RFC 9457)."""

    type: str = Field(
        default="about:blank", description="Always about:blank: the status says which kind it is."
    )
    title: str = Field(description="Name of the status.")
    status: int = Field(description="Status of the response.")
    detail: str = Field(description="What was wrong, in one line.")


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Return an error response."""
    title = HTTPStatus(status).phrase
    content = Problem(
        type="about:blank", title=title, status=status, detail=one_line(detail)
    ).model_dump_json()
    return Response(content, status, headers, MEDIA_TYPE)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI descriptions of the statuses that return a problem."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


async def _user_error(_: Request, error: Exception) -> Response:
    if isinstance(error.__cause__, duckdb.OutOfMemoryException):
        return problem(503, "not enough memory; narrow the query, or ask again later", AGAIN)
    return problem(500 if isinstance(error, DatabaseError | ProcessError) else 400, str(error))


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(422, "; ".join(_invalid_value(one) for one in error.errors()))


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, error.detail, dict(error.headers or {}))


async def _busy(_: Request, error: Exception) -> Response:
    return problem(503, "too many requests wait; ask again later", AGAIN)


async def _too_long(_: Request, error: Exception) -> Response:
    return problem(504, f"{error}; narrow the query, or ask the chemdb command, which has no limit of time")


async def _stopped(_: Request, error: Exception) -> Response:
    # Read by those who still wait when the server stops.
    return problem(503, "the server stops")


async def _fault(_: Request, error: Exception) -> Response:
    return problem(500, f"a fault in chemdb: {type(error).__name__}")


#: What answers the errors of an application.
ERROR_HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    ChemdbError: _user_error,
    RequestValidationError: _invalid,
    HTTPException: _http,
    BusyError: _busy,
    TooLongError: _too_long,
    ClientLeftError: _stopped,
    Exception: _fault,
}


def _invalid_value(error: dict[str, Any]) -> str:
    *_, name = error["loc"] or ("request",)
    value = error.get("input")
    given = f" {json.dumps(value, ensure_ascii=False)}" if isinstance(value, str | int | float) else ""
    return f"{name}{given}: {error['msg'][:1].lower()}{error['msg'][1:]}"
