"""The Materials Project through its own client: page by page, resumable, checked for completeness.

The client (0.46) silently loses rows when a server limits page sizes, sends an empty page or leaves
out the total, and its request for the database version has no timeout. So chemdb requests pages one
by one and checks the size of each. The list is complete when its number of distinct ids equals the
server's count, and the database version and the count are the same before and after the download.
"""

import os
import shutil
import warnings
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

import pyarrow as pa
from requests.exceptions import HTTPError, RequestException

from chemdb.errors import KnownSourceError
from chemdb.known import http
from chemdb.known.http import BadResponseError, RequestFailedError, Session, request_error, retry
from chemdb.known.pages import Cache, InconsistentListError, Page, download_pages, today
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.progress import Progress, no_progress

NAME = "mp"
PAGE_SIZE = 1000
ENDPOINT = "https://api.materialsproject.org/"
#: Never empty: without a criterion the client downloads another, much larger data set.
CRITERIA = {"deprecated": False}
FIELDS = ["material_id", "formula_pretty", "energy_above_hull"]

T = TypeVar("T")


def materials_project(
    api_key: str | None = None,
    endpoint: str | None = None,
    progress: Progress = no_progress,
    page_size: int = PAGE_SIZE,
) -> KnownSource:
    """Return all entries of the Materials Project, downloaded once per database version.

    Parameters
    ----------
    api_key : str, optional
        Default: ``MP_API_KEY``, then ``PMG_MAPI_KEY`` (environment or pymatgen's settings).
    endpoint : str, optional
        Default: ``MP_API_ENDPOINT``, then the public server.
    progress : callable, optional
    page_size : int, optional
        Entries per page.

    Raises
    ------
    KnownSourceError
        No key, no connection, a rejected request, or an incomplete list. Pages already received
        are kept; the next call resumes after them.
    """
    endpoint = endpoint or os.environ.get("MP_API_ENDPOINT") or ENDPOINT
    cache = Cache("mp", endpoint)
    try:
        key = _valid_key(api_key)

        def latest_list() -> KnownSource:
            with _summary_client(key, endpoint) as summary:
                cached = cache.read()
                if cached and cached.version == summary.db_version:
                    return cached
                with cache.lock():
                    source = _source(summary.db_version, _download(summary, key, cache, progress, page_size))
                    cache.store(source)
                    return source

        return retry(latest_list, attempts=2, on=InconsistentListError)
    except KnownSourceError as error:
        raise KnownSourceError(f"Materials Project: {error}{cache.hint()}") from None


def _source(version: str, entries: pa.Table) -> KnownSource:
    return KnownSource(
        NAME,
        "Materials Project, next-gen.materialsproject.org",
        version,
        today(),
        "CC BY 4.0 (GNoME entries CC BY-NC 4.0)",
        entries,
    )


def _valid_key(api_key: str | None) -> str:
    """Return the API key, looked up as the client does."""
    from mp_api.client.core.exceptions import MPRestError
    from mp_api.client.core.utils import validate_api_key

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the client only warns about a missing key
            key = validate_api_key(api_key)
    except MPRestError:
        raise KnownSourceError(
            "the API key is not valid: it must have 32 characters; check MP_API_KEY"
        ) from None
    if not key:
        raise KnownSourceError(
            "no API key; set MP_API_KEY (get one at https://next-gen.materialsproject.org/api)"
        )
    if not (key.isascii() and key.isalnum()):
        raise KnownSourceError("the API key must have only letters and digits; check MP_API_KEY")
    return str(key)


def _summary_client(key: str, endpoint: str) -> Any:
    """Return the client for the list of materials, which has requested the database version."""
    from mp_api.client.routes.materials.summary import SummaryRester  # slow import

    class Summary(SummaryRester):
        """The client with its limits, which requests the database version once per object."""

        available_fields = FIELDS  # the client derives them from its schema for each page, in 0.2 s

        def _get_heartbeat_info(self, endpoint: str) -> tuple[str, list[str]]:
            response = self.session.get(f"{endpoint}heartbeat", timeout=http.TIMEOUT)
            response.raise_for_status()
            version = response.json()["db_version"]
            if not isinstance(version, str) or not version:
                raise BadResponseError("the server does not report its database version")
            return version, []

    session = Session()
    session.max_redirects = 0  # a redirect would disclose the key
    connect = partial(
        Summary,
        key,
        endpoint=endpoint,
        session=session,
        timeout=http.TIMEOUT,
        use_document_model=False,
        mute_progress_bars=True,
    )
    return retry(partial(_call, connect, key))


def _download(summary: Any, key: str, cache: Cache, progress: Progress, page_size: int) -> pa.Table:
    """Return all entries, columns `ENTRY_SCHEMA`."""

    def count() -> int:
        n_entries = int(_call(lambda: summary.count(dict(CRITERIA)), key))
        if n_entries < 1:
            raise BadResponseError("the server reports no entries")
        return n_entries

    total = retry(count)
    list_id = f"{summary.db_version} {total} {page_size}"
    n_pages = -(-total // page_size)

    def fetch(cursor: str) -> Page:
        number = int(cursor.rpartition(" ")[2])
        search = partial(
            summary.search,
            **CRITERIA,
            fields=FIELDS,
            chunk_size=page_size,
            num_chunks=1,
            _page=number,
            _sort_fields="material_id",
        )
        entries = _entries(_call(search, key))
        expected = min(page_size, total - (number - 1) * page_size)
        if len(entries) != expected:
            raise BadResponseError(f"the number of entries is {len(entries):,} instead of {expected:,}")
        return Page(entries, total, f"{list_id} {number + 1}" if number < n_pages else None)

    pages = download_pages(cache.pages, f"{list_id} 1", fetch, progress)
    total_after = retry(count)
    version, _ = retry(partial(_call, partial(summary._get_heartbeat_info, summary.base_endpoint), key))
    if (total_after, version) != (total, summary.db_version):
        shutil.rmtree(cache.pages)
        raise InconsistentListError(
            f"the list changed during the download (version {summary.db_version} with {total:,} entries, "
            f"then {version} with {total_after:,}); nothing was kept; try again"
        )
    return pa.concat_tables([page.entries for page in pages])


def _entries(documents: Any) -> pa.Table:
    """Return documents as entries, or raise `BadResponseError`."""
    try:
        table = pa.Table.from_pylist(
            [
                {
                    "material_id": document["material_id"],
                    "formula_given": document["formula_pretty"],
                    "formula_pretty": document["formula_pretty"],
                    "energy_above_hull": document.get("energy_above_hull"),
                }
                for document in documents
            ],
            ENTRY_SCHEMA,
        )
    except (TypeError, KeyError, AttributeError, ValueError):
        raise BadResponseError("the response is not a list of materials") from None
    if table["material_id"].null_count:
        raise BadResponseError("the response has materials without an identifier")
    return table


def _call(request: Callable[[], T], key: str) -> T:
    """Return the result of a request; turn all errors of the client into one line without the key."""
    from mp_api.client.core.exceptions import MPRestError

    try:
        return request()
    except KnownSourceError:
        raise
    except HTTPError as error:  # first, as it has the status
        failure = request_error("HTTPError", f"{error.response.status_code} - ", key)
    except (MPRestError, RequestException, LookupError, TypeError, ValueError, AttributeError) as error:
        cause = error.__context__ if isinstance(error.__context__, RequestException) else error
        failure = request_error(type(cause).__name__, str(cause), key)
    status = getattr(failure, "status", None)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise RequestFailedError(f"the API key was rejected ({status}); check MP_API_KEY", status)
    raise failure
