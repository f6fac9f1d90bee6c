"""Questions to servers: bounded in time and size, asked again while a fault may pass."""

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ReadTimeout, RequestException
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from chemdb.errors import KnownSourceError
from chemdb.version import __version__

#: Seconds without a byte, and for a whole answer.
TIMEOUT = 60
LONGEST = 600
#: Bytes of an answer, unpacked. A page of 1,000 entries has less than one million.
LARGEST = 64 * 2**20
#: Times that a busy server, a broken connection and a bad answer are asked again, and seconds waited
#: before the second time; the wait doubles each time.
BUSY = 6
BROKEN = 3
BAD = 3
WAIT = 0.5
#: Longest wait that a server may ask for with Retry-After.
LONGEST_WAIT = 60

T = TypeVar("T")


class RefusedError(KnownSourceError):
    """A server answered no, or not at all.

    Attributes
    ----------
    status : int or None
        HTTP status, if that was its answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class BadAnswerError(KnownSourceError):
    """An answer that is not what was asked for; the next one may be."""


class AnswerTooLargeError(RequestException):
    """An answer is larger than any page can be."""


class _Bounded(HTTPAdapter):
    """Asks busy servers again and reads each answer whole, up to a size and a time."""

    def __init__(self) -> None:
        super().__init__(
            max_retries=Retry(
                total=BUSY,
                connect=BROKEN,
                read=BROKEN,
                backoff_factor=WAIT,
                retry_after_max=LONGEST_WAIT,
                status_forcelist=(429, 500, 502, 503, 504),
            )
        )

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = super().send(request, **(options | {"stream": True}))
        end = time.monotonic() + LONGEST
        body = bytearray()
        try:
            # Not iter_content: it waits for a whole piece, and a server may send a byte a minute.
            while piece := response.raw.read1(2**16, decode_content=True):
                body += piece
                if len(body) > LARGEST:
                    raise AnswerTooLargeError(f"more than {LARGEST:,} bytes")
                if time.monotonic() > end:
                    raise ReadTimeout(f"no whole answer in {LONGEST} seconds")
        except HTTPError:
            raise ChunkedEncodingError("the answer broke off") from None
        finally:
            response.close()
        response._content = bytes(body)
        return response


class Session(requests.Session):
    """A session of bounded questions."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["User-Agent"] = f"chemdb/{__version__}"
        self.max_redirects = 5
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Bounded())


def ask_again(
    question: Callable[[], T], attempts: int | None = None, on: type[BadAnswerError] = BadAnswerError
) -> T:
    """Return the answer to a question that raises `BadAnswerError` while it gets none worth keeping."""
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

    asking = Retrying(
        retry=retry_if_exception_type(on),
        stop=stop_after_attempt(attempts or BAD + 1),
        wait=wait_exponential(multiplier=WAIT),
        reraise=True,
    )
    return asking(question)


def fault(kind: str, message: str, secret: str | None = None) -> RefusedError | BadAnswerError:
    """Return what a failed question means to a user, as an exception with one clean line.

    Parameters
    ----------
    kind : str
        Name of the exception class of requests, or of Python where a client stumbled.
    message : str
        Its text.
    secret : str, optional
        A key that a server may have repeated.
    """
    if kind == "ReadTimeout":
        return BadAnswerError("no answer in time")
    if "timed out" in message:
        return RefusedError("no answer in time")
    if kind == "AnswerTooLargeError":
        return RefusedError(f"the answer is larger than {LARGEST // 2**20} MiB, which no page is")
    if kind == "TooManyRedirects":
        return RefusedError("the server sends us to another address")
    if kind in ("InvalidSchema", "InvalidURL", "MissingSchema"):
        return RefusedError("the server, or the settings, name an address that is not http or https")
    if kind == "InvalidHeader":
        return RefusedError("the API key has characters that no key has")
    if status := re.search(r"too many (\d{3}) error responses|status code (\d{3})|^(\d{3}) - ", message):
        number = int(status[1] or status[2] or status[3])
        return RefusedError(_refusal(number, message, secret), number)
    if kind in ("ConnectionError", "ProxyError", "SSLError", "RetryError"):
        name = "its name is unknown" if "resolve" in message else "no connection"
        return RefusedError("the certificate is not valid" if kind == "SSLError" else name)
    if kind in ("ChunkedEncodingError", "ContentDecodingError"):
        return BadAnswerError("the answer broke off")
    return BadAnswerError("the answer is not what was asked for")


def _refusal(status: int, message: str, secret: str | None) -> str:
    if status == 429:
        return "too many requests (429); try again later"
    if status >= 500:
        return f"the server is down or busy ({status}); try again later"
    said = message.rpartition("\n")[2] if "\n" in message else message.partition(": ")[2]
    said = "" if said.startswith(("b'", 'b"')) else said  # bytes that are no JSON
    said = said.replace(secret, "...") if secret else said
    said = " ".join("".join(c if c.isprintable() else " " for c in said).split())[:120]
    return f"the server refuses ({status}{': ' if said else ''}{said})"
