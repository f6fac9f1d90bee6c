"""Any OPTIMADE provider through the OPTIMADE client: page by page, resumable, checked for completeness.

The client (1.5) stops silently after 1,000 entries or an empty page, and retries forever while a
provider is busy. So chemdb has it request one page at a time, through a session that gives up, and
checks counts, identifiers and links itself.
"""

import socket
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import pyarrow as pa
from requests.utils import get_environ_proxies

from chemdb.chemistry.stoichiometry import MAX_STORED_NELEMENTS, NELEMENTS
from chemdb.errors import KnownSourceError
from chemdb.known import http
from chemdb.known.http import BadResponseError, RequestFailedError, request_error, retry, single_line
from chemdb.known.pages import Cache, InconsistentListError, Page, age, download_pages, today
from chemdb.known.source import ENTRY_SCHEMA, KnownSource
from chemdb.runtime.progress import Progress, no_progress

NAME = "optimade"
#: Base URLs, from the OPTIMADE consortium's list of providers, https://providers.optimade.org
#: (github.com/Materials-Consortia/providers).
PROVIDERS = {
    "mp": "https://optimade.materialsproject.org",
    "oqmd": "https://oqmd.org/optimade",
    "alexandria": "https://alexandria.icams.rub.de/pbe",
}
FILTER = f"nelements>={NELEMENTS[0]} AND nelements<={MAX_STORED_NELEMENTS}"
#: Field with the energy above the hull, by the prefix of the provider.
HULL_FIELDS = {"mp": "_mp_stability", "oqmd": "_oqmd_stability", "alexandria": "_alexandria_hull_distance"}
#: Calculations in `_mp_stability`, in order of preference: the Materials Project shows the first.
MP_CALCULATIONS = ("gga_gga+u_r2scan", "gga_gga+u", "r2scan")
#: Entries per page: the first size that the provider accepts; None is its default.
PAGE_SIZES = (1000, 500, 100, None)
#: Statuses for a page size that is too large: 403 in the specification, but some send 400 or 422.
PAGE_TOO_LARGE = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)
#: Days after which a list is downloaded again.
LIST_LIFETIME = 30


def check_provider(provider: str) -> str:
    """Return the base URL of a provider.

    Parameters
    ----------
    provider : str
        One of `PROVIDERS`, or a base URL, with or without the version.

    Raises
    ------
    KnownSourceError
        It is neither, or its host name cannot be resolved.
    """
    base_url = PROVIDERS.get(provider, provider)
    source = f"known source optimade={provider}"
    try:
        url = urlsplit(base_url)
        port = url.port
    except ValueError:
        raise KnownSourceError(f"{source}: not a valid URL") from None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise KnownSourceError(
            f"{source}: unknown provider; use {', '.join(PROVIDERS)} or a URL that starts with "
            "https:// or http://"
        )
    if url.username or url.password or url.query or url.fragment:
        raise KnownSourceError(
            "known source optimade=URL: the URL must not contain a user name, a password, ? or #"
        )
    if not base_url.isprintable() or " " in base_url:
        raise KnownSourceError(
            "known source optimade=URL: the URL must not contain spaces or unprintable characters"
        )
    if not get_environ_proxies(base_url):  # a proxy can resolve names that this machine cannot
        try:
            socket.getaddrinfo(url.hostname, port or url.scheme)
        except (OSError, UnicodeError):
            raise KnownSourceError(
                f"{source}: cannot resolve the host name {url.hostname}; check the URL and your network"
            ) from None
    return base_url.rstrip("/").removesuffix("/v1")


def source_name(provider: str) -> str:
    """Return the default name of the source that a provider makes."""
    return f"{NAME}-{provider if provider in PROVIDERS else urlsplit(provider).hostname}"


def optimade(provider: str, name: str | None = None, progress: Progress = no_progress) -> KnownSource:
    """Return all entries of an OPTIMADE provider that a file can hold: of two to five elements.

    Parameters
    ----------
    provider : str
        See `check_provider`.
    name : str, optional
        Default: `source_name`.
    progress : callable, optional

    Raises
    ------
    KnownSourceError
        No such provider, a rejected request, or an incomplete list. Pages already received are
        kept; the next call resumes after them.
    """
    base = check_provider(provider)
    name = name or source_name(provider)
    cache = Cache(NAME, f"{base} {FILTER}")
    cached = cache.read()
    if cached and cached.retrieved and age(cached.retrieved) <= LIST_LIFETIME:
        return cached.renamed(name)
    try:
        with cache.lock():
            client = _ProviderClient(base)
            download = partial(client.download, cache, progress)
            source = client.source(name, retry(download, attempts=2, on=InconsistentListError))
            cache.store(source)
            return source
    except KnownSourceError as error:
        raise KnownSourceError(f"OPTIMADE provider {base}: {error}{cache.hint()}") from None


class _ProviderClient:
    """Client of one provider, with the description that the provider gives of itself."""

    def __init__(self, base: str) -> None:
        from optimade.client import OptimadeClient

        self.base = base
        self.client = OptimadeClient(
            base, use_async=False, http_client=http.Session, http_timeout=http.TIMEOUT, silent=True
        )
        self.client._progress.console.quiet = True  # errors are printed despite silent=True
        info, self.meta = retry(partial(self._get, "info", dict))
        self.info = _dict(info.get("attributes"))
        hull_field = HULL_FIELDS.get(str(_dict(self.meta.get("provider")).get("prefix")))
        if hull_field:
            fields, _ = retry(partial(self._get, "info/structures", dict))
            hull_field = hull_field if hull_field in _dict(fields.get("properties")) else None
        self.hull_field = hull_field

    def download(self, cache: Cache, progress: Progress) -> list[Page]:
        """Return all pages."""
        sizes = list(PAGE_SIZES)

        def fetch(cursor: str) -> Page:
            while True:
                try:
                    return self._page(cursor, sizes[0])
                except RequestFailedError as error:
                    if cursor or error.status not in PAGE_TOO_LARGE or len(sizes) == 1:
                        raise
                    sizes.pop(0)

        return download_pages(cache.pages, "", fetch, progress)

    def _page(self, cursor: str, size: int | None) -> Page:
        """Return the page at a URL; the first page if it is empty."""
        fields = ["chemical_formula_reduced", *([self.hull_field] if self.hull_field else [])]
        data, meta = self._get(
            "structures",
            list,
            filter=FILTER,
            response_fields=fields,
            page_limit=size,
            override_url=cursor or None,
        )
        total = meta.get("data_returned")
        if total is not None and (type(total) is not int or total < 0):
            raise BadResponseError("meta.data_returned is not a valid count")
        warnings = tuple(_text(_dict(warning).get("detail")) for warning in meta.get("warnings") or ())
        return Page(self._entries(data), total, self._next_cursor(cursor, meta), warnings)

    def _next_cursor(self, cursor: str, meta: dict) -> str | None:
        """Return the URL of the next page, always on this server; None after the last page."""
        more, link = meta.get("more_data_available"), meta["next"]
        link = link.get("href") if isinstance(link, dict) else link
        if link is None or more is False:
            if more:
                raise BadResponseError("more pages are announced, without a link to the next one")
            return None
        if not isinstance(link, str):
            raise BadResponseError("the link to the next page is not a valid URL")
        base = urlsplit(self.base)
        try:
            url = urlsplit(urljoin(cursor or f"{self.base}/v1/structures", link))
        except ValueError:
            raise BadResponseError("the link to the next page is not a valid URL") from None
        if url.scheme not in ("http", "https") or url.hostname != base.hostname:
            raise BadResponseError(f"the link to the next page is not on this server: {_text(link)}")
        # A server behind a gateway does not know its public scheme and port.
        return SplitResult(base.scheme, base.netloc, url.path, url.query, "").geturl()

    def _entries(self, data: list) -> pa.Table:
        rows = []
        for entry in data:
            attributes = _dict(_dict(entry).get("attributes"))
            energy = attributes.get(self.hull_field) if self.hull_field else None
            formula = attributes.get("chemical_formula_reduced")
            identifier = _dict(entry).get("id")
            if not isinstance(identifier, str) or not isinstance(formula, str | None):
                raise BadResponseError("the response is not a list of structures")
            rows.append(
                {
                    "material_id": identifier,
                    "formula_given": formula,
                    "energy_above_hull": _energy(energy),
                }
            )
        return pa.Table.from_pylist(rows, ENTRY_SCHEMA)

    def _get(self, endpoint: str, kind: type, filter: str = "", **options: Any) -> tuple[Any, dict]:
        """Return data and meta of one response, with the link to the next page added to meta as ``next``."""
        result = self.client.get_one(endpoint, filter, self.base, paginate=False, **options)[self.base]
        if result.errors:
            # Texts of exceptions, or errors that the provider reports.
            error_kind, _, message = str(result.errors[0]).partition(": ")
            if "infinite loop" in error_kind:  # the client's text for an empty page
                raise BadResponseError("the page is empty, but not the last")
            raise request_error(error_kind, message)
        if not isinstance(result.data, kind) or (kind is dict and not result.data):
            raise BadResponseError("the response does not contain the requested data")
        return result.data, {**_dict(result.meta), "next": _dict(result.links).get("next")}

    def source(self, name: str, pages: list[Page]) -> KnownSource:
        """Return the complete list with its provenance."""
        counted = any(page.total is not None for page in pages)
        notes = [] if counted else ["the provider reports no count, so completeness could not be checked"]
        warnings = dict.fromkeys(warning for page in pages for warning in page.warnings)
        notes += [f"warning of the provider: {warning}" for warning in list(warnings)[:3]]
        implementation = _dict(self.meta.get("implementation"))
        provider = _text(_dict(self.meta.get("provider")).get("name")) or "unnamed provider"
        software = _text(f"{implementation.get('name') or ''} {implementation.get('version') or ''}")
        api = f"OPTIMADE {_text(self.meta.get('api_version'))}"
        return KnownSource(
            name,
            "; ".join([f"{provider}, {self.base}, {FILTER}", *notes]),
            ", ".join(filter(None, [api, software])),
            today(),
            self._licence(),
            pa.concat_tables([page.entries for page in pages]),
            tuple(notes),
        )

    def _licence(self) -> str | None:
        """Return the licence given by /info."""
        names = self.info.get("available_licenses_for_entries") or self.info.get("available_licenses")
        link = self.info.get("license")
        link = link.get("href") if isinstance(link, dict) else link
        return _text(", ".join(map(str, names)) if isinstance(names, list) and names else link) or None


def _energy(value: Any) -> float | None:
    """Return a provider's energy above the hull in eV/atom; negative values count as 0."""
    if isinstance(value, dict):
        energies = (_dict(value.get(name)).get("energy_above_hull") for name in MP_CALCULATIONS)
        value = next((energy for energy in energies if energy is not None), None)
    return max(float(value), 0.0) if isinstance(value, int | float) and value == value else None


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """Return a value of a response as printable text without line breaks."""
    return "" if value is None else single_line(str(value))[:200]
