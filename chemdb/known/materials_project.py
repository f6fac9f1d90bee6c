"""The Materials Project through its own client: page by page, resumable, nothing lost silently.

The client (0.46) loses rows without a word when a server caps pages, sends an empty one or
leaves out the total; its question for the database version has no timeout. So pages are asked for
one by one, each must have the entries it should, and the whole counts only when its number of
distinct ids equals the server's own count, and version and count are the same before and after.
"""

import os
import shutil
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa
from requests.exceptions import HTTPError, RequestException

from chemdb.errors import KnownSourceError
from chemdb.known import http as web
from chemdb.known.http import BadAnswerError, RefusedError, Session, ask_again, fault
from chemdb.known.pages import Cache, ChangedListError, Page, all_pages, today
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.progress import Progress, no_progress

NAME = "mp"
PAGE = 1000
ENDPOINT = "https://api.materialsproject.org/"
#: Never an empty criterion: without one the client downloads another, much larger data set.
CRITERIA = {"deprecated": False}
FIELDS = ["material_id", "formula_pretty", "energy_above_hull"]

T = TypeVar("T")


def materials_project(
    api_key: str | None = None,
    endpoint: str | None = None,
    progress: Progress = no_progress,
    page_size: int = PAGE,
) -> KnownSource:
    """Return all entries of the Materials Project, downloaded once per database version.

    Parameters
    ----------
    api_key : str, optional
        Else ``MP_API_KEY``, else ``PMG_MAPI_KEY`` (environment or pymatgen's settings).
    endpoint : str, optional
        Else ``MP_API_ENDPOINT``, else the public server.
    progress : callable, optional
    page_size : int, optional

    Raises
    ------
    KnownSourceError
        No key, no connection, a refusal, or an answer that is not the whole list. Pages
        already received are kept; the next call goes on after them.
    """
    endpoint = endpoint or os.environ.get("MP_API_ENDPOINT") or ENDPOINT
    cache = Cache("mp", endpoint)
    try:
        key = _key(api_key)

        def latest() -> KnownSource:
            with _summary(key, endpoint) as summary:
                kept = cache.read()
                if kept and kept.version == summary.db_version:
                    return kept
                with cache.writing():
                    source = _source(summary.db_version, _download(summary, key, cache, progress, page_size))
                    cache.keep(source)
                    return source

        return ask_again(latest, attempts=2, on=ChangedListError)
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


def _key(api_key: str | None) -> str:
    """Return the key, as the client finds it."""
    from mp_api.client.core.exceptions import MPRestError
    from mp_api.client.core.utils import validate_api_key

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the client warns of a missing key; chemdb fails
            key = validate_api_key(api_key)
    except MPRestError:
        raise KnownSourceError("the API key is not one: keys have 32 characters; check MP_API_KEY") from None
    if not key:
        raise KnownSourceError(
            "no API key; set MP_API_KEY (get one at https://next-gen.materialsproject.org/api)"
        )
    if not (key.isascii() and key.isalnum()):
        raise KnownSourceError("the API key has characters that no key has; check MP_API_KEY")
    return str(key)


def _summary(key: str, endpoint: str) -> Any:
    """Return the client's part for the list of materials, which knows its database version."""
    from mp_api.client.routes.materials.summary import SummaryRester  # takes seconds

    class Summary(SummaryRester):
        """The client's part, with a first question that is bounded and asked anew by each object."""

        available_fields = FIELDS  # which the client works out from its schema for each page, in 0.2 s

        def _get_heartbeat_info(self, endpoint: str) -> tuple[str, list[str]]:
            answer = self.session.get(f"{endpoint}heartbeat", timeout=web.TIMEOUT)
            answer.raise_for_status()
            version = answer.json()["db_version"]
            if not isinstance(version, str) or not version:
                raise BadAnswerError("the server does not name its database version")
            return version, []

    session = Session()
    session.max_redirects = 0  # a redirect would take the key along
    connect = partial(
        Summary,
        key,
        endpoint=endpoint,
        session=session,
        timeout=web.TIMEOUT,
        use_document_model=False,
        mute_progress_bars=True,
    )
    return ask_again(partial(_ask, connect, key))


def _download(summary: Any, key: str, cache: Cache, progress: Progress, page_size: int) -> pa.Table:
    """Return all entries."""

    def count() -> int:
        n_entries = int(_ask(lambda: summary.count(dict(CRITERIA)), key))
        if n_entries < 1:
            raise BadAnswerError("the server says that it has no entries")
        return n_entries

    total = ask_again(count)
    list_id = f"{summary.db_version} {total} {page_size}"
    n_pages = -(-total // page_size)

    def page(where: str) -> Page:
        number = int(where.rpartition(" ")[2])
        search = partial(
            summary.search,
            **CRITERIA,
            fields=FIELDS,
            chunk_size=page_size,
            num_chunks=1,
            _page=number,
            _sort_fields="material_id",
        )
        entries = _entries(_ask(search, key))
        expected = min(page_size, total - (number - 1) * page_size)
        if len(entries) != expected:
            raise BadAnswerError(f"it has {len(entries):,} entries instead of {expected:,}")
        return Page(entries, total, f"{list_id} {number + 1}" if number < n_pages else None)

    pages = all_pages(cache.pages, f"{list_id} 1", page, progress)
    after = ask_again(count)
    version = ask_again(partial(_ask, partial(summary._get_heartbeat_info, summary.base_endpoint), key))[0]
    if (after, version) != (total, summary.db_version):
        shutil.rmtree(cache.pages)
        raise ChangedListError(
            f"the list changed while it was read (version {summary.db_version} with {total:,} entries, "
            f"then {version} with {after:,}); nothing was kept, try again"
        )
    return pa.concat_tables([page.entries for page in pages])


def _entries(documents: Any) -> pa.Table:
    """Return documents as entries; `BadAnswerError` if they are none."""
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
        raise BadAnswerError("it is not a list of materials") from None
    if table["material_id"].null_count:
        raise BadAnswerError("it has materials without an identifier")
    return table


def _ask(question: Callable[[], T], key: str) -> T:
    """Return the answer; the client's many ways to fail become one line without the key."""
    from mp_api.client.core.exceptions import MPRestError

    try:
        return question()
    except KnownSourceError:
        raise
    except HTTPError as error:  # before the others: it has the status
        trouble = fault("HTTPError", f"{error.response.status_code} - ", key)
    except (MPRestError, RequestException, LookupError, TypeError, ValueError, AttributeError) as error:
        cause = error.__context__ if isinstance(error.__context__, RequestException) else error
        trouble = fault(type(cause).__name__, str(cause), key)
    if isinstance(trouble, RefusedError) and trouble.status in (401, 403):
        raise RefusedError(f"the API key was refused ({trouble.status}); check MP_API_KEY", trouble.status)
    raise trouble
