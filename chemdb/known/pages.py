"""Long lists from servers: page by page, kept as they come, whole or not at all.

A page is a Parquet file with checksums, put in place by a rename; its metadata say where it was
and where the next one is. So a stopped download goes on after its last page, and a damaged page
is asked for again. A list counts as whole when the number of its distinct identifiers is the
server's own count.
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
from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from chemdb.errors import KnownSourceError
from chemdb.known.http import BadAnswerError, RefusedError, ask_again
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.progress import Progress

#: Days after which the pages of a stopped download are not gone on from.
PAGES_LAST = 7


class ChangedListError(BadAnswerError):
    """The pages are not those of one list; read again they may be."""


@dataclass(frozen=True)
class Page:
    """Some entries of a list.

    Attributes
    ----------
    entries : pyarrow.Table
        `ENTRY_SCHEMA`.
    total : int or None
        How many entries the whole list has, according to this answer.
    following : str or None
        Where the next page is; None after the last.
    warnings : tuple of str
        What the server warns of.
    """

    entries: pa.Table
    total: int | None
    following: str | None
    warnings: tuple[str, ...] = ()


def cache_folder() -> Path:
    """Return where downloads are kept: ``$CHEMDB_CACHE``, else the user's cache folder."""
    return Path(os.environ.get("CHEMDB_CACHE") or user_cache_path("chemdb"))


class Cache:
    """One list in the cache: its pages while they come, then the whole.

    Parameters
    ----------
    kind : str
        Folder of the cache.
    server : str
        Where the list comes from; two servers, or two filters, share nothing.
    """

    def __init__(self, kind: str, server: str) -> None:
        digest = hashlib.sha256(server.encode()).hexdigest()[:12]
        self.folder = cache_folder() / kind
        self.whole = self.folder / f"{urlsplit(server).hostname}-{digest}.parquet"
        self.pages = self.whole.with_suffix(".pages")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep others from downloading the same list.

        Raises
        ------
        KnownSourceError
            Another process does, or the cache cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.whole.with_suffix(".lock"), timeout=0):
                yield
        except Timeout:
            raise KnownSourceError(
                "another chemdb is downloading this list; try again when it is done"
            ) from None
        except OSError as error:
            raise KnownSourceError(
                f"the cache {self.folder} cannot be used: {error.strerror or error}; "
                "$CHEMDB_CACHE names another folder"
            ) from None

    def read(self) -> KnownSource | None:
        """Return the whole list, None if it is not there or damaged."""
        found = _read(self.whole)
        if found is None:
            return None
        entries, about = found
        retrieved = date.fromisoformat(about["retrieved"])
        note = f"from the cache, downloaded {_ago(retrieved)}; delete {self.whole} to download it again"
        return KnownSource(
            about["name"],
            about["description"],
            about["version"],
            retrieved,
            about["licence"],
            entries,
            (note,),
        )

    def keep(self, source: KnownSource) -> None:
        """Keep a whole list instead of its pages."""
        about = {
            "name": source.name,
            "description": source.description,
            "version": source.version,
            "retrieved": str(source.retrieved),
            "licence": source.licence,
        }
        _write(self.whole, source.entries, about)
        shutil.rmtree(self.pages, ignore_errors=True)

    def hint(self) -> str:
        """Return how to use the whole list that is there, for the end of a message; nothing if none is."""
        if (source := self.read()) is None or source.retrieved is None:
            return ""
        return (
            f"; the list downloaded {_ago(source.retrieved)} is still there: "
            f"--known {source.name}-{source.retrieved}={self.whole}"
        )


def today() -> date:
    """Return today's date, where it is the same for everyone."""
    return datetime.now(UTC).date()


def age(day: date) -> int:
    """Return how many days ago something was."""
    return (today() - day).days


def _ago(day: date) -> str:
    days = age(day)
    return "today" if days < 1 else f"{days} day{'s' * (days > 1)} ago"


def all_pages(folder: Path, first: str, ask: Callable[[str], Page], progress: Progress) -> list[Page]:
    """Return all pages of a list, going on after the pages that are in `folder`.

    Parameters
    ----------
    folder : Path
        Where pages are kept.
    first : str
        Where the first page is; kept pages of another beginning are dropped.
    ask : callable
        Gives the page that is there, or raises `BadAnswerError` to be asked again.
    progress : callable

    Raises
    ------
    ChangedListError
        The entries are not as many as announced, and no page is kept; or some came twice, and the pages
        before them are.
    KnownSourceError
        No page; those before it are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = _kept_pages(folder, first)
    where: str | None = pages[-1].following if pages else first
    seen = {first, *(page.following for page in pages)}
    while where is not None:

        def question(where: str = where) -> Page:
            page = ask(where)
            _check(page, pages, seen)
            return page

        try:
            page = ask_again(question)
        except ChangedListError:
            shutil.rmtree(folder)
            raise
        except (BadAnswerError, RefusedError) as error:
            raise RefusedError(
                f"page {len(pages) + 1}: {error}; {_kept(len(pages))}", getattr(error, "status", None)
            ) from None
        about = {
            "where": where,
            "following": page.following,
            "total": page.total,
            "warnings": page.warnings,
        }
        _write(_page_path(folder, len(pages)), page.entries, about)
        pages.append(page)
        seen.add(page.following)
        received = sum(len(page.entries) for page in pages)
        progress(received / page.total if page.total else 0)
        where = page.following
    _check_distinct(folder, pages)
    return pages


def _check(page: Page, pages: list[Page], seen: set[str | None]) -> None:
    """Raise unless a page can follow those before it."""
    # A server that has no time to count leaves the total out of some answers.
    total = next((earlier.total for earlier in pages if earlier.total is not None), page.total)
    if page.total not in (None, total):
        raise ChangedListError(
            f"the list changed while it was read ({total:,} entries announced, then {page.total:,}); "
            "nothing was kept, try again"
        )
    received = sum(len(each.entries) for each in [*pages, page])
    if page.following is not None and page.following in seen:
        raise BadAnswerError("the pages lead in a circle")
    if total is None:
        return
    # Which page had too many or too few, nothing says.
    if received > total:
        raise ChangedListError(f"{received:,} entries came, {total:,} were announced; nothing was kept")
    if page.following is None and received < total:
        raise ChangedListError(
            f"the last page came after {received:,} of {total:,} entries; nothing was kept"
        )


def _check_distinct(folder: Path, pages: list[Page]) -> None:
    """Raise if an identifier comes twice, and drop the pages from there on."""
    ids = [page.entries["material_id"].combine_chunks() for page in pages]
    together = pa.chunked_array(ids, pa.string())
    n_distinct = len(together.unique())
    if n_distinct == len(together):
        return
    known: set[str] = set()
    for number, page_ids in enumerate(ids):
        before = len(known)
        known.update(page_ids.to_pylist())
        if len(known) < before + len(page_ids):
            for later in range(number, len(pages)):
                _page_path(folder, later).unlink()
            raise ChangedListError(
                f"{len(together):,} entries came, {n_distinct:,} distinct ones; {_kept(number)}"
            )


def _kept(n_pages: int) -> str:
    if not n_pages:
        return "nothing was kept"
    return f"{n_pages:,} page{'s are' if n_pages > 1 else ' is'} kept, the same command goes on from there"


def _kept_pages(folder: Path, first: str) -> list[Page]:
    """Return the unbroken row of pages that a stopped download left; the rest is removed."""
    pages: list[Page] = []
    where: str | None = first
    while where is not None and (found := _read(_page_path(folder, len(pages)))):
        entries, about = found
        if about["where"] != where or age(date.fromisoformat(about["written"])) > PAGES_LAST:
            break
        where = about["following"]
        pages.append(Page(entries, about["total"], where, tuple(about["warnings"])))
    for path in folder.iterdir():
        if path.name not in {_page_path(folder, number).name for number in range(len(pages))}:
            path.unlink()
    return pages


def _page_path(folder: Path, number: int) -> Path:
    return folder / f"{number + 1:06}.parquet"


def _read(path: Path) -> tuple[pa.Table, dict] | None:
    """Return entries and what is known of them; None for a file that is not there or damaged."""
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        text = table.schema.metadata[b"chemdb"]
        # Parquet has checksums of the data, not of what is said about them.
        if hashlib.sha256(text).hexdigest().encode() != table.schema.metadata[b"sha256"]:
            raise ValueError("damaged")
        about = json.loads(text)
        if len(table) != about["n_entries"]:
            raise ValueError("damaged")
        return table.replace_schema_metadata().cast(ENTRY_SCHEMA), about
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError):
        path.unlink(missing_ok=True)
        return None


def _write(path: Path, entries: pa.Table, about: dict) -> None:
    """Write entries and what is known of them, whole or not at all."""
    text = json.dumps(about | {"n_entries": len(entries), "written": str(today())}).encode()
    unfinished = path.with_suffix(".partial")
    pq.write_table(
        entries.replace_schema_metadata(
            {b"chemdb": text, b"sha256": hashlib.sha256(text).hexdigest().encode()}
        ),
        unfinished,
        compression="zstd",
        write_page_checksum=True,
    )
    unfinished.replace(path)
