"""Any OPTIMADE provider through the client of the OPTIMADE tools: page by page, resumable, counted.

The client (1.5) stops without an error after 1,000 entries, or when a provider sends an empty page,
and asks a provider that is too busy for ever. So it is given one page at a time, and a session that
gives up; counts, identifiers and links are checked here.
"""

import socket
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import pyarrow as pa
from requests.utils import get_environ_proxies

from chemdb.errors import KnownSourceError
from chemdb.known import http as web
from chemdb.known.http import BadAnswerError, RefusedError, ask_again, fault
from chemdb.known.pages import Cache, ChangedListError, Page, age, all_pages, today
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.progress import Progress, no_progress

NAME = "optimade"
#: Base URLs as their providers register them in the list of the OPTIMADE consortium,
#: https://providers.optimade.org (github.com/Materials-Consortia/providers).
PROVIDERS = {
    "mp": "https://optimade.materialsproject.org",
    "oqmd": "https://oqmd.org/optimade",
    "alexandria": "https://alexandria.icams.rub.de/pbe",
}
FILTER = "nelements>=2 AND nelements<=4"
#: Where providers, by their prefix, give the energy above the hull.
HULL_FIELDS = {"mp": "_mp_stability", "oqmd": "_oqmd_stability", "alexandria": "_alexandria_hull_distance"}
#: Of the calculations in `_mp_stability`, the one the Materials Project shows.
MP_CALCULATIONS = ("gga_gga+u_r2scan", "gga_gga+u", "r2scan")
#: Entries a page: the first that the provider accepts.
PAGES = (1000, 500, 100, None)
#: Days after which a list is downloaded again.
LIST_LASTS = 30


def check_provider(provider: str) -> str:
    """Return the base URL of a provider.

    Parameters
    ----------
    provider : str
        One of `PROVIDERS`, or the base URL, with or without its version.

    Raises
    ------
    KnownSourceError
        It is neither, or no machine has that name.
    """
    given = PROVIDERS.get(provider, provider)
    where = f"known source optimade={provider}"
    try:
        url = urlsplit(given)
        port = url.port
    except ValueError:
        raise KnownSourceError(f"{where}: not a URL") from None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise KnownSourceError(
            f"{where}: neither {', '.join(PROVIDERS)} nor a URL that begins with https:// or http://"
        )
    if url.username or url.password or url.query or url.fragment:
        raise KnownSourceError("known source optimade=URL: the URL must have no password, ? or #")
    if not given.isprintable() or " " in given:
        raise KnownSourceError("known source optimade=URL: the URL has blanks or unprintable characters")
    if not get_environ_proxies(given):  # a proxy knows names that this machine does not
        try:
            socket.getaddrinfo(url.hostname, port or url.scheme)
        except (OSError, UnicodeError):
            raise KnownSourceError(f"{where}: no machine is named {url.hostname}, or no network") from None
    return given.rstrip("/").removesuffix("/v1")


def source_name(provider: str) -> str:
    """Return the name that a provider's list has in a file, if the user gives it none."""
    return f"{NAME}-{provider if provider in PROVIDERS else urlsplit(provider).hostname}"


def optimade(provider: str, name: str | None = None, progress: Progress = no_progress) -> KnownSource:
    """Return all entries of an OPTIMADE provider with two to four elements.

    Parameters
    ----------
    provider : str
        As `check_provider` takes it.
    name : str, optional
        Else `source_name`.
    progress : callable, optional

    Raises
    ------
    KnownSourceError
        No provider, a refusal, or an answer that is not the whole list. Pages already
        received are kept; the next call goes on after them.
    """
    base = check_provider(provider)
    name = name or source_name(provider)
    cache = Cache(NAME, f"{base} {FILTER}")
    kept = cache.read()
    if kept and kept.retrieved and age(kept.retrieved) <= LIST_LASTS:
        return kept.named(name)
    try:
        with cache.writing():
            server = _Server(base)
            download = partial(server.download, cache, progress)
            source = server.source(name, ask_again(download, attempts=2, on=ChangedListError))
            cache.keep(source)
            return source
    except KnownSourceError as error:
        raise KnownSourceError(f"OPTIMADE provider {base}: {error}{cache.hint()}") from None


class _Server:
    """One provider, and what it says of itself."""

    def __init__(self, base: str) -> None:
        from optimade.client import OptimadeClient

        self.base = base
        self.client = OptimadeClient(
            base, use_async=False, http_client=web.Session, http_timeout=web.TIMEOUT, silent=True
        )
        self.client._progress.console.quiet = True  # silent still prints errors
        info, self.meta = ask_again(partial(self._ask, "info", dict))
        self.info = _dict(info.get("attributes"))
        hull = HULL_FIELDS.get(str(_dict(self.meta.get("provider")).get("prefix")))
        if hull:
            fields, _ = ask_again(partial(self._ask, "info/structures", dict))
            hull = hull if hull in _dict(fields.get("properties")) else None
        self.hull = hull

    def download(self, cache: Cache, progress: Progress) -> list[Page]:
        """Return all pages."""
        sizes = list(PAGES)

        def page(where: str) -> Page:
            while True:
                try:
                    return self._page(where, sizes[0])
                except RefusedError as refusal:
                    # 403 is what the specification says to too large a page; some say 400 or 422.
                    if where or refusal.status not in (400, 403, 422) or len(sizes) == 1:
                        raise
                    sizes.pop(0)

        return all_pages(cache.pages, "", page, progress)

    def _page(self, where: str, size: int | None) -> Page:
        """Return the page at a URL; the first one for an empty one."""
        fields = ["chemical_formula_reduced", *([self.hull] if self.hull else [])]
        data, meta = self._ask(
            "structures",
            list,
            filter=FILTER,
            response_fields=fields,
            page_limit=size,
            override_url=where or None,
        )
        total = meta.get("data_returned")
        if total is not None and (type(total) is not int or total < 0):
            raise BadAnswerError("meta.data_returned is not a number")
        warnings = tuple(_line(_dict(warning).get("detail")) for warning in meta.get("warnings") or ())
        return Page(self._entries(data), total, self._following(where, meta), warnings)

    def _following(self, where: str, meta: dict) -> str | None:
        """Return where the next page is, on this server only; None after the last one."""
        more, link = meta.get("more_data_available"), meta["next"]
        link = link.get("href") if isinstance(link, dict) else link
        if link is None or more is False:
            if more:
                raise BadAnswerError("more entries are said to follow, but not where")
            return None
        if not isinstance(link, str):
            raise BadAnswerError("the link to the next page is not a URL")
        base = urlsplit(self.base)
        try:
            url = urlsplit(urljoin(where or f"{self.base}/v1/structures", link))
        except ValueError:
            raise BadAnswerError("the link to the next page is not a URL") from None
        if url.scheme not in ("http", "https") or url.hostname != base.hostname:
            raise BadAnswerError(f"the next page is said to be elsewhere, at {_line(link)}")
        # Servers behind a gateway do not know that they are reached by https, or at which port.
        return SplitResult(base.scheme, base.netloc, url.path, url.query, "").geturl()

    def _entries(self, data: list) -> pa.Table:
        rows = []
        for entry in data:
            attributes = _dict(_dict(entry).get("attributes"))
            formula = attributes.get("chemical_formula_reduced")
            identifier = _dict(entry).get("id")
            if not isinstance(identifier, str) or not isinstance(formula, str | None):
                raise BadAnswerError("it is not a list of structures")
            rows.append(
                {
                    "material_id": identifier,
                    "formula_given": formula,
                    "energy_above_hull": _energy(attributes.get(self.hull)) if self.hull else None,
                }
            )
        return pa.Table.from_pylist(rows, ENTRY_SCHEMA)

    def _ask(self, endpoint: str, kind: type, filter: str = "", **options: Any) -> tuple[Any, dict]:
        """Return the data and meta of one answer, and its link to the next in meta as ``next``."""
        result = self.client.get_one(endpoint, filter, self.base, paginate=False, **options)[self.base]
        if result.errors:
            # Texts of exceptions, or what the provider itself calls errors.
            kind_of_error, _, message = str(result.errors[0]).partition(": ")
            if "infinite loop" in kind_of_error:  # what the client says of an empty page
                raise BadAnswerError("it is empty and not the last")
            raise fault(kind_of_error, message)
        if not isinstance(result.data, kind) or (kind is dict and not result.data):
            raise BadAnswerError("the answer is not what was asked for")
        return result.data, {**_dict(result.meta), "next": _dict(result.links).get("next")}

    def source(self, name: str, pages: list[Page]) -> KnownSource:
        """Return the list with its origin."""
        counted = any(page.total is not None for page in pages)
        notes = [] if counted else ["the provider gives no count, so it could not be checked"]
        warnings = dict.fromkeys(warning for page in pages for warning in page.warnings)
        notes += [f"the provider warns: {warning}" for warning in list(warnings)[:3]]
        implementation = _dict(self.meta.get("implementation"))
        who = _line(_dict(self.meta.get("provider")).get("name")) or "unnamed provider"
        software = _line(f"{implementation.get('name') or ''} {implementation.get('version') or ''}")
        api = f"OPTIMADE {_line(self.meta.get('api_version'))}"
        return KnownSource(
            name,
            "; ".join([f"{who}, {self.base}, {FILTER}", *notes]),
            ", ".join(filter(None, [api, software])),
            today(),
            self._licence(),
            pa.concat_tables([page.entries for page in pages]),
            tuple(notes),
        )

    def _licence(self) -> str | None:
        """Return the licence that /info names."""
        names = self.info.get("available_licenses_for_entries") or self.info.get("available_licenses")
        link = self.info.get("license")
        link = link.get("href") if isinstance(link, dict) else link
        return _line(", ".join(map(str, names)) if isinstance(names, list) and names else link) or None


def _energy(value: Any) -> float | None:
    """Return an energy above the hull in eV/atom from what a provider gives; below the hull is on it."""
    if isinstance(value, dict):
        found = (_dict(value.get(name)).get("energy_above_hull") for name in MP_CALCULATIONS)
        value = next((energy for energy in found if energy is not None), None)
    return max(float(value), 0.0) if isinstance(value, int | float) and value == value else None


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _line(text: Any) -> str:
    """Return a server's text as part of a line."""
    text = "" if text is None else str(text)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
