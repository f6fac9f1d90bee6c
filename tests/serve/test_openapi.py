"""The OpenAPI document: what it promises, with generated requests."""

import pytest
import schemathesis
from helpers.sampled import examples
from helpers.server import serving  # noqa: F401  marks these tests as slower ones
from hypothesis import given
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

PATHS = (
    "/compositions/{formula}", "/counts", "/export.csv", "/export.jsonl", "/export.parquet", "/label", "/maps",
    "/maps/{map_id}", "/meta", "/rows", "/suggest", "/systems/{chemsys}",
)  # fmt: skip


@pytest.fixture(scope="module")
def api(suggest_server):
    return schemathesis.openapi.from_url(f"{suggest_server.url}api/v1/openapi.json")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_as_the_document_says(api, suggest_server, path):
    @examples(10)
    @given(case=api[path]["POST" if path == "/label" else "GET"].as_strategy())
    def check(case):
        if path.startswith("/export") and not case.query.get("q"):
            # All rows are a gigabyte of JSON.
            case.query = (case.query or {}) | {"q": "Zn-O"}
        # Longer than the server lets a request wait and run.
        response = case.call(base_url=f"{suggest_server.url}api/v1", timeout=60)
        # Not every text is a query, or a formula.
        excluded = [positive_data_acceptance]
        if response.status_code == 503:
            # Sorting all compositions can need more memory than the server has: an answer of the document.
            excluded.append(not_a_server_error)
        case.validate_response(response, excluded_checks=excluded)

    check()


def test_the_document(suggest_server):
    document = suggest_server.ask("openapi.json").json
    assert document["openapi"].startswith("3.1")
    assert tuple(sorted(document["paths"])) == PATHS
    problem = document["components"]["schemas"]["Problem"]
    assert problem["required"] == ["title", "status", "detail"]
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["responses"]["503"]["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
