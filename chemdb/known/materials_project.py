"""The Materials Project through its own client: page by page, resumable, nothing lost silently.

The client (0.46) loses rows without a word when a server caps pages, sends an empty one or
leaves out the total. So every page is kept as it comes, and the whole counts only when its
number of distinct ids equals the server's own count, before and after.
"""

import os
import shutil
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from json import JSONDecodeError
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from platformdirs import user_cache_path

from chemdb.errors import KnownSourceError
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.progress import Progress, no_progress

NAME = "mp"
PAGE = 1000
TIMEOUT = 60
#: Never an empty criterion: without one the client downloads another, much larger data set.
CRITERIA = {"deprecated": False}
FIELDS = ["material_id", "formula_pretty", "energy_above_hull"]

T = TypeVar("T")


def cache_folder() -> Path:
    """Return where downloads are kept: ``$CHEMDB_CACHE``, else the user's cache folder."""
    return Path(os.environ.get("CHEMDB_CACHE") or user_cache_path("chemdb")) / "mp"


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
    client = _ask(lambda: _connect(api_key, endpoint), "connecting")
    with client:
        version = str(client.db_version or "unknown").replace("/", "_")
        whole = cache_folder() / f"{version}.parquet"
        if not whole.exists():
            pages = cache_folder() / f"{version}.pages"
            _download(client, pages, progress, page_size)
            _join(pages, whole)
    entries = pq.read_table(whole)
    retrieved = datetime.fromtimestamp(whole.stat().st_mtime, UTC).date()
    return _source(version, retrieved, entries)


def _source(version: str, retrieved: date, entries: pa.Table) -> KnownSource:
    table = pa.table(
        {
            "material_id": entries["material_id"],
            "formula_given": entries["formula_pretty"],
            "formula_pretty": entries["formula_pretty"],
            "energy_above_hull": entries["energy_above_hull"],
        }
    ).cast(ENTRY_SCHEMA)
    return KnownSource(
        NAME,
        "Materials Project, next-gen.materialsproject.org",
        version,
        retrieved,
        "CC BY 4.0 (GNoME entries CC BY-NC 4.0)",
        table,
    )


def _connect(api_key: str | None, endpoint: str | None) -> Any:
    from mp_api.client import MPRester  # takes seconds: only for those who ask for it
    from mp_api.client.core.utils import validate_api_key
    from requests.adapters import HTTPAdapter
    from urllib3 import Retry

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client warns of a missing key; chemdb fails
        key = validate_api_key(api_key)
    if not key:
        raise KnownSourceError(
            "Materials Project: no API key; set MP_API_KEY or give --mp-api-key "
            "(get one at https://next-gen.materialsproject.org/api)"
        )
    client = MPRester(
        key,
        endpoint=endpoint or os.environ.get("MP_API_ENDPOINT"),
        use_document_model=False,
        mute_progress_bars=True,
    )
    # The client's own retries end after 0.7 s; a server that asks for patience gets it.
    retry = Retry(
        total=6,
        backoff_factor=0.5,
        status_forcelist=(429, 500, 502, 503, 504),
        respect_retry_after_header=True,
        raise_on_status=False,
    )
    client.session.mount("https://", HTTPAdapter(max_retries=retry))
    client.session.mount("http://", HTTPAdapter(max_retries=retry))
    client.materials.summary.count  # noqa: B018 - makes the lazy rester, whose timeout is set next
    client.materials.summary._obj.timeout = TIMEOUT
    return client


def _download(client: Any, pages: Path, progress: Progress, page_size: int) -> None:
    pages.mkdir(parents=True, exist_ok=True)
    summary = client.materials.summary
    total = _ask(lambda: int(summary.count(dict(CRITERIA))), "counting")
    n_pages = -(-total // page_size)
    for number in range(1, n_pages + 1):
        target = pages / f"{page_size}-{total}-{number:05}.parquet"
        if not target.exists():
            ask_page = partial(
                summary.search,
                **CRITERIA,
                fields=FIELDS,
                chunk_size=page_size,
                num_chunks=1,
                _page=number,
                _sort_fields="material_id",
            )
            documents = _ask(ask_page, f"page {number} of {n_pages}")
            expected = min(page_size, total - (number - 1) * page_size)
            table = _page_table(documents, number)
            if len(table) != expected:
                raise KnownSourceError(
                    f"Materials Project: page {number} of {n_pages} has {len(table)} entries instead of "
                    f"{expected}; {number - 1} pages are kept, try again later"
                )
            _write(table, target)
        progress(number / n_pages)
    again = _ask(lambda: int(summary.count(dict(CRITERIA))), "counting again")
    ids = pq.read_table(sorted(pages.glob(f"{page_size}-{total}-*.parquet")), columns=["material_id"])[
        "material_id"
    ]
    distinct = len(ids.unique())
    if not total == again == len(ids) == distinct:
        shutil.rmtree(pages)
        raise KnownSourceError(
            f"Materials Project: the list changed while it was read ({total:,} entries announced, {again:,} "
            f"afterwards, {distinct:,} distinct received); nothing was kept, try again"
        )
    for other in pages.glob("*.parquet"):
        if not other.name.startswith(f"{page_size}-{total}-"):
            other.unlink()


def _page_table(documents: Any, number: int) -> pa.Table:
    try:
        rows = [
            {
                "material_id": str(document["material_id"]),
                "formula_pretty": str(document["formula_pretty"]),
                "energy_above_hull": document.get("energy_above_hull"),
            }
            for document in documents
        ]
    except (TypeError, KeyError, AttributeError) as error:
        raise KnownSourceError(
            f"Materials Project: page {number} is not a list of materials ({type(error).__name__})"
        ) from None
    schema = pa.schema(
        [("material_id", pa.string()), ("formula_pretty", pa.string()), ("energy_above_hull", pa.float64())]
    )
    return pa.Table.from_pylist(rows, schema)


def _join(pages: Path, whole: Path) -> None:
    _write(pq.read_table(sorted(pages.glob("*.parquet"))), whole)
    shutil.rmtree(pages)


def _write(table: pa.Table, target: Path) -> None:
    unfinished = target.with_suffix(".partial")
    pq.write_table(table, unfinished, compression="zstd")
    unfinished.replace(target)


def _ask(question: Callable[[], T], doing: str) -> T:
    """Return the answer; the client's many ways to fail become one line without the key."""
    from mp_api.client.core.exceptions import MPRestError
    from requests.exceptions import RequestException

    try:
        return question()
    except KnownSourceError:
        raise
    except (MPRestError, RequestException) as error:
        reason = _explain(str(error))
    except (JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"the answer is not what the Materials Project sends ({type(error).__name__})"
    raise KnownSourceError(f"Materials Project, {doing}: {reason}")


def _explain(message: str) -> str:
    if "status code 401" in message or "status code 403" in message or "32 characters" in message:
        return "the API key was refused; check MP_API_KEY"
    if "status code 429" in message:
        return "too many requests; pages received are kept, try again later"
    for needle in ("Max retries exceeded", "timed out", "Connection"):
        if needle in message:
            return "no answer from the server; pages received are kept, try again later"
    first = message.splitlines()[0] if message else "no reason given"
    return first.split(" on URL ")[0][:200]
