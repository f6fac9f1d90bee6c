"""HTTP requests with limits on time and size, retried after transient faults."""

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ReadTimeout, RequestException
from urllib3 import Retry
from urllib3.exceptions import HTTPError, ReadTimeoutError

from chemdb.errors import KnownSourceError
from chemdb.version import __version__

#: Longest wait in s for the next byte, and for a complete response.
TIMEOUT = 60
TOTAL_TIMEOUT = 600
#: Largest response in bytes, after decompression. A page of 1,000 entries is smaller than 1 MB.
MAX_BYTES = 64 * 2**20
#: Retries after a response that says the server is busy, a failed connection, and a bad response.
BUSY_RETRIES = 6
CONNECTION_RETRIES = 3
BAD_RESPONSE_RETRIES = 3
#: Base in s of the wait between retries, which doubles each time.
BACKOFF = 0.5
#: Longest wait in s that a server may request with Retry-After.
MAX_RETRY_AFTER = 60
BUSY_STATUSES = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)

T = TypeVar("T")


class RequestFailedError(KnownSourceError):
    """A request failed, and repeating it now would not help.

    Attributes
    ----------
    status : int or None
        HTTP status of the response; None without a response.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class BadResponseError(KnownSourceError):
    """A response does not contain the requested data; a retry may succeed."""


class ResponseTooLargeError(RequestException):
    """A response is larger than `MAX_BYTES`."""


class _LimitedAdapter(HTTPAdapter):
    """Retries while the server is busy; reads complete responses within the limits."""

    def __init__(self) -> None:
        super().__init__(
            max_retries=Retry(
                total=BUSY_RETRIES,
                connect=CONNECTION_RETRIES,
                read=CONNECTION_RETRIES,
                backoff_factor=BACKOFF,
                retry_after_max=MAX_RETRY_AFTER,
                status_forcelist=BUSY_STATUSES,
            )
        )

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = super().send(request, **(options | {"stream": True}))
        deadline = time.monotonic() + TOTAL_TIMEOUT
        body = bytearray()
        try:
            # Not iter_content: it waits for a full chunk, and a server may send one byte a minute.
            while chunk := response.raw.read1(2**16, decode_content=True):
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ResponseTooLargeError(f"more than {MAX_BYTES:,} bytes")
                if time.monotonic() > deadline:
                    raise ReadTimeout(f"no complete response in {TOTAL_TIMEOUT} s")
        except ReadTimeoutError:
            raise ReadTimeout(f"no data for {TIMEOUT} s") from None
        except HTTPError:
            raise ChunkedEncodingError("incomplete response") from None
        finally:
            response.close()
        response._content = bytes(body)
        return response


class Session(requests.Session):
    """Session whose requests are limited in time and size."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["User-Agent"] = f"chemdb/{__version__}"
        self.max_redirects = 5
        for scheme in ("https://", "http://"):
            self.mount(scheme, _LimitedAdapter())


def retry(
    request: Callable[[], T],
    attempts: int = BAD_RESPONSE_RETRIES + 1,
    on: type[BadResponseError] = BadResponseError,
) -> T:
    """Return the result of `request`, called again with backoff while it raises `on`.

    Parameters
    ----------
    request : callable
    attempts : int, optional
        Number of calls, the first included; the error of the last one is raised.
    on : type of BadResponseError, optional
    """
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

    retrying = Retrying(
        retry=retry_if_exception_type(on),
        stop=stop_after_attempt(attempts),
        wait=wait_exponential(multiplier=BACKOFF),
        reraise=True,
    )
    return retrying(request)


def request_error(
    kind: str, message: str, secret: str | None = None
) -> RequestFailedError | BadResponseError:
    """Return the chemdb exception for a client's error, with a one-line message.

    Parameters
    ----------
    kind : str
        Name of the exception class: of requests, or a built-in one raised in the client.
    message : str
        Its text.
    secret : str, optional
        API key, which a server may have repeated; it is removed.
    """
    if kind == "ReadTimeout":
        return BadResponseError("the server did not respond in time")
    if "timed out" in message:
        return RequestFailedError("the server did not respond in time")
    if kind == "ResponseTooLargeError":
        return RequestFailedError(f"the response exceeds the limit of {MAX_BYTES // 2**20} MiB")
    if kind == "TooManyRedirects":
        return RequestFailedError("the server redirects to another address")
    if kind in ("InvalidSchema", "InvalidURL", "MissingSchema"):
        return RequestFailedError("a URL from the server or the settings is neither http nor https")
    if kind == "InvalidHeader":
        return RequestFailedError("the API key contains invalid characters")
    if match := re.search(r"too many (\d{3}) error responses|status code (\d{3})|^(\d{3}) - ", message):
        status = int(match[1] or match[2] or match[3])
        return RequestFailedError(_status_message(status, message, secret), status)
    if kind == "SSLError":
        return RequestFailedError("the certificate of the server is not valid")
    if kind in ("ConnectionError", "ProxyError", "RetryError"):
        if "resolve" in message:
            return RequestFailedError("the host name cannot be resolved; check the address and your network")
        return RequestFailedError("the connection failed; check your network")
    if kind in ("ChunkedEncodingError", "ContentDecodingError"):
        return BadResponseError("the response was cut off")
    return BadResponseError("the response does not contain the requested data")


def _status_message(status: int, message: str, secret: str | None) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"too many requests ({status}); try again later"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"the server is down or busy ({status}); try again later"
    detail = message.rpartition("\n")[2] if "\n" in message else message.partition(": ")[2]
    if detail.startswith(("b'", 'b"')):  # a body that is not JSON
        detail = ""
    if secret:
        detail = detail.replace(secret, "...")
    detail = single_line(detail)[:120]
    return f"the server rejected the request ({status}{': ' if detail else ''}{detail})"


def single_line(text: str) -> str:
    """Return a server's text as one printable line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
