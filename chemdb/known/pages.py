"""Long lists from servers, downloaded page by page into the cache; interrupted downloads resume.

A page is a Parquet file with checksums; its metadata give its cursor and that of the next page. So
an interrupted download resumes after its last page, and a damaged page is requested again. A list
is complete when its number of distinct identifiers equals the server's own count.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from chemdb.cache.cache_folder import cache_folder
from chemdb.errors import KnownSourceError
from chemdb.files.output.parquet_writer import parquet_writer
from chemdb.known.http import BadResponseError, RequestFailedError, retry
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.atomic_write import atomic_write, file_lock, os_reason
from chemdb.runtime.progress import Progress

#: Days after which the pages of an interrupted download are dropped.
PAGE_LIFETIME = 7


class InconsistentListError(BadResponseError):
    """The pages do not belong to one complete list; another download may succeed."""


@dataclass(frozen=True)
class Page:
    """Some entries of a list.

    Attributes
    ----------
    entries : pyarrow.Table
        Columns `ENTRY_SCHEMA`.
    total : int or None
        Number of entries in the complete list, if the response gives it.
    next_cursor : str or None
        Cursor of the next page; None after the last.
    warnings : tuple of str
        Warnings of the server.
    """

    entries: pa.Table
    total: int | None
    next_cursor: str | None
    warnings: tuple[str, ...] = ()


class Cache:
    """One list in the cache: first its pages, then the complete list.

    Parameters
    ----------
    kind : str
        Subfolder of the cache.
    server : str
        URL of the server, followed by the filter if there is one; each has a list of its own.
    """

    def __init__(self, kind: str, server: str) -> None:
        digest = hashlib.sha256(server.encode()).hexdigest()[:12]
        self.folder = cache_folder() / kind
        self.complete_list = self.folder / f"{urlsplit(server).hostname}-{digest}.parquet"
        self.pages = self.complete_list.with_suffix(".pages")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from downloading the same list during the body.

        Raises
        ------
        KnownSourceError
            Another process is downloading it, or the cache cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self.folder, os.W_OK):
                raise KnownSourceError(
                    f"the cache folder {self.folder} is not writable; set CHEMDB_CACHE to another folder"
                )
            with file_lock(self.pages, error=KnownSourceError):
                yield
        except OSError as error:
            raise KnownSourceError(
                f"the cache folder {self.folder} cannot be used ({os_reason(error)}); "
                "set CHEMDB_CACHE to another folder"
            ) from None

    def read(self) -> KnownSource | None:
        """Return the complete list; None if it is missing or damaged."""
        cached = _read(self.complete_list)
        if cached is None:
            return None
        entries, metadata = cached
        retrieved = date.fromisoformat(metadata["retrieved"])
        note = (
            f"from the cache, downloaded {_days_ago(retrieved)}; "
            f"delete {self.complete_list} to download it again"
        )
        return KnownSource(
            metadata["name"],
            metadata["description"],
            metadata["version"],
            retrieved,
            metadata["licence"],
            entries,
            (note,),
        )

    def store(self, source: KnownSource) -> None:
        """Write a complete list and remove its pages."""
        metadata = {
            "name": source.name,
            "description": source.description,
            "version": source.version,
            "retrieved": str(source.retrieved),
            "licence": source.licence,
        }
        _write(self.complete_list, source.entries, metadata)
        shutil.rmtree(self.pages, ignore_errors=True)

    def hint(self) -> str:
        """Return the end of an error message: how to use the cached list; empty if there is none."""
        if (source := self.read()) is None or source.retrieved is None:
            return ""
        return (
            f"; or use the list downloaded {_days_ago(source.retrieved)}: "
            f"--known {source.name}-{source.retrieved}={self.complete_list}"
        )


def today() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()


def age(day: date) -> int:
    """Return the number of days since a date."""
    return (today() - day).days


def _days_ago(day: date) -> str:
    days = age(day)
    return "today" if days < 1 else f"{days} day{'s' * (days > 1)} ago"


def download_pages(
    folder: Path, first_cursor: str, fetch: Callable[[str], Page], progress: Progress
) -> list[Page]:
    """Return all pages of a list; resume after the pages that are already in `folder`.

    Parameters
    ----------
    folder : Path
        Where pages are stored.
    first_cursor : str
        Cursor of the first page; stored pages of a list with another first page are dropped.
    fetch : callable
        Returns the page at a cursor, or raises `BadResponseError` to be called again.
    progress : callable

    Raises
    ------
    InconsistentListError
        The number of entries is not the announced one, and all pages are dropped; or identifiers
        repeat, and the pages before the first repetition are kept.
    KnownSourceError
        A page cannot be downloaded; the pages before it are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = _stored_pages(folder, first_cursor)
    cursor: str | None = pages[-1].next_cursor if pages else first_cursor
    visited = {first_cursor, *(page.next_cursor for page in pages)}
    while cursor is not None:

        def fetch_checked(cursor: str = cursor) -> Page:
            page = fetch(cursor)
            _check_page(page, pages, visited)
            return page

        try:
            page = retry(fetch_checked)
        except InconsistentListError:
            shutil.rmtree(folder)
            raise
        except (BadResponseError, RequestFailedError) as error:
            raise RequestFailedError(
                f"page {len(pages) + 1}: {error}; {_kept(len(pages))}", getattr(error, "status", None)
            ) from None
        metadata = {
            "cursor": cursor,
            "next_cursor": page.next_cursor,
            "total": page.total,
            "warnings": page.warnings,
        }
        _write(_page_path(folder, len(pages)), page.entries, metadata)
        pages.append(page)
        visited.add(page.next_cursor)
        received = sum(len(page.entries) for page in pages)
        progress(received / page.total if page.total else 0)
        cursor = page.next_cursor
    _check_distinct(folder, pages)
    return pages


def _check_page(page: Page, pages: list[Page], visited: set[str | None]) -> None:
    """Raise `BadResponseError` unless a page can follow those before it."""
    # A server that is too busy to count leaves the total out of some responses.
    total = next((earlier.total for earlier in pages if earlier.total is not None), page.total)
    if page.total not in (None, total):
        raise InconsistentListError(
            f"the list changed during the download ({total:,} entries announced, then {page.total:,}); "
            "nothing was kept; try again"
        )
    received = sum(len(each.entries) for each in [*pages, page])
    if page.next_cursor is not None and page.next_cursor in visited:
        raise BadResponseError("the links to the next page form a loop")
    if total is None:
        return
    # Nothing tells which page has too many or too few entries.
    if received > total:
        raise InconsistentListError(
            f"{received:,} entries received, but {total:,} announced; nothing was kept; try again"
        )
    if page.next_cursor is None and received < total:
        raise InconsistentListError(
            f"the list ended after {received:,} of {total:,} entries; nothing was kept; try again"
        )


def _check_distinct(folder: Path, pages: list[Page]) -> None:
    """Raise if an identifier repeats; remove the pages from the first repetition on."""
    ids_by_page = [page.entries["material_id"].combine_chunks() for page in pages]
    all_ids = pa.chunked_array(ids_by_page, pa.string())
    n_distinct = len(all_ids.unique())
    if n_distinct == len(all_ids):
        return
    seen: set[str] = set()
    for number, page_ids in enumerate(ids_by_page):
        n_before = len(seen)
        seen.update(page_ids.to_pylist())
        if len(seen) < n_before + len(page_ids):
            for later in range(number, len(pages)):
                _page_path(folder, later).unlink()
            raise InconsistentListError(
                f"only {n_distinct:,} of {len(all_ids):,} entries are distinct; {_kept(number)}"
            )


def _kept(n_pages: int) -> str:
    if not n_pages:
        return "nothing was kept"
    return f"{n_pages:,} page{'s are' if n_pages > 1 else ' is'} kept; the same command resumes from there"


def _stored_pages(folder: Path, first_cursor: str) -> list[Page]:
    """Return the consecutive pages that an interrupted download left; remove all other files."""
    pages: list[Page] = []
    cursor: str | None = first_cursor
    while cursor is not None and (stored := _read(_page_path(folder, len(pages)))):
        entries, metadata = stored
        # Pages of an older chemdb have no cursor.
        if metadata.get("cursor") != cursor or age(date.fromisoformat(metadata["written"])) > PAGE_LIFETIME:
            break
        cursor = metadata["next_cursor"]
        pages.append(Page(entries, metadata["total"], cursor, tuple(metadata["warnings"])))
    keep = {_page_path(folder, number) for number in range(len(pages))}
    for path in folder.iterdir():
        if path not in keep:
            path.unlink()
    return pages


def _page_path(folder: Path, number: int) -> Path:
    return folder / f"{number + 1:06}.parquet"


def _read(path: Path) -> tuple[pa.Table, dict] | None:
    """Return entries and their metadata; None for a missing file, and for a damaged one, which is removed."""
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        text = table.schema.metadata[b"chemdb"]
        # The checksums of Parquet cover data, not metadata.
        if hashlib.sha256(text).hexdigest().encode() != table.schema.metadata[b"sha256"]:
            raise ValueError("damaged")
        metadata = json.loads(text)
        if len(table) != metadata["n_entries"]:
            raise ValueError("damaged")
        return table.replace_schema_metadata().cast(ENTRY_SCHEMA), metadata
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError):
        path.unlink(missing_ok=True)
        return None


def _write(path: Path, entries: pa.Table, metadata: dict) -> None:
    """Write entries and their metadata atomically."""
    text = json.dumps(metadata | {"n_entries": len(entries), "written": str(today())}).encode()
    checksum = hashlib.sha256(text).hexdigest().encode()
    with (
        atomic_write(path, error=KnownSourceError, report=False) as [partial],
        parquet_writer(partial, entries.schema, page_checksums=True) as writer,
    ):
        writer.write_table(entries)
        writer.add_key_value_metadata({b"chemdb": text, b"sha256": checksum})
