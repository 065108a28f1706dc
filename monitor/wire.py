"""One HTTP answer, judged: what is a page, what may be tried again, and what an error means. No network."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from monitor.errors import Permanent, Transient

MAX_PATIENCE_S = 5.0
"""A longer Retry-After is left to the next round."""

_TRANSIENT = frozenset({408, 425, 429})
_REFUSED = frozenset({401, 403, 451})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, read to its end."""

    status: int
    headers: httpx.Headers
    body: bytes


def checked(answer: Answer, now: datetime) -> Answer:
    """The answer if it is a page, a redirect or a 304; FetchError by its status otherwise."""
    status = answer.status
    if status < 300 or status == 304 or status in REDIRECTS:
        return answer
    if status in _TRANSIENT or status >= 500:
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        raise Transient(f"http_{status}", f"The server answered {status} for now.", status=status, retry_after=wait)
    word = "refuses access" if status in _REFUSED else "has no page there"
    raise Permanent(f"http_{status}", f"The server {word} ({status}).", status=status)


def retry_wait(error: Exception) -> bool | float:
    """Whether to try again now: no, after the usual wait (True), or after the seconds that the server asked for."""
    if not isinstance(error, Transient) or error.kind == "robots_unreachable":
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= MAX_PATIENCE_S else False


def retry_after(header: str, now: datetime) -> float | None:
    """The seconds of a Retry-After header, given as a number or as an HTTP date; None for neither."""
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, IndexError, OverflowError):
        return None
    return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())


def address(url: str) -> httpx.URL:
    """An address that can be asked; Permanent for any other."""
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise Permanent("bad_address", f"The address cannot be read: {error}.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Permanent("bad_address", f"The address is not one of the web: {url[:200]!r}.")
    return parsed.copy_with(fragment=None)


def joined(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads; Permanent where it names no address."""
    if not location:
        raise Permanent("bad_address", "A redirect was sent that names no address.")
    try:
        return address(str(url.join(location)))
    except httpx.InvalidURL as error:
        raise Permanent("bad_address", f"A redirect leads to an address that cannot be read: {error}.") from error


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn httpx's errors into the house's."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise Transient("timeout", "The server did not answer in time.") from error
    except httpx.DecodingError as error:
        raise Permanent("encoding", "The body cannot be decompressed.") from error
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
        raise Permanent("bad_address", f"The request cannot be made: {error}.") from error
    except httpx.TransportError as error:
        if is_tls(error):
            raise Permanent("tls", "The server's certificate or encryption cannot be trusted.") from error
        raise Transient("connection", f"The connection failed: {str(error) or type(error).__name__}.") from error


def is_tls(error: BaseException) -> bool:
    """Whether an error comes from TLS, however deep its cause lies."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return "SSL" in str(error) or "certificate" in str(error).lower()
