"""What each host of the bundled press answers, as a function of host, path, headers and moment.

Nothing is remembered between two requests, so that a crawl that was killed and resumed sees the same press.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from sample import listings, pages
from sample.houses import HOUSES, NEW_FEED, ROME, House, dead_status, fault
from sample.press import FLAKY, Piece, Press

_FEED_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "rss_full": "application/rss+xml; charset=UTF-8",
    "rss091": "text/xml",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml",
    "sitemap": "application/xml",
    "search": "application/xml; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(press: Press, host: str, target: str, headers: Mapping[str, str], now: datetime) -> Answer:
    """What a host answers to GET `target` at a moment; `headers` with lower-case names."""
    house = HOUSES.get(host.split(":", maxsplit=1)[0].lower())
    if house is None:
        return _text(404, "Unknown host.")
    found = _routed(press, house, target, headers, now)
    return _gzipped(found) if house.gzip and found.body and "gzip" in headers.get("accept-encoding", "") else found


def _routed(press: Press, house: House, target: str, headers: Mapping[str, str], now: datetime) -> Answer:
    parts = urlsplit(target)
    path = parts.path.rstrip("/") or "/"
    if path == "/robots.txt":
        return _text(404, "Not found.") if house.robots is None else _text(200, house.robots)
    if path == "/":
        return _page(house, pages.front(press, house, now))
    if path in (house.feed_path, NEW_FEED):
        return _feed(press, house, path, headers, now)
    if house.format == "search" and path == "/r":
        return _leap(parts.query)
    if path.startswith(("/s/", "/vai/")):
        return _short(press, house, path, now)
    return _article(press, house, target, now)


def _feed(press: Press, house: House, path: str, headers: Mapping[str, str], now: datetime) -> Answer:
    """A house's feed, with what is wrong with it that day."""
    wrong = fault(house, now)
    if wrong == "moved" and path == house.feed_path:
        return _redirect(301, NEW_FEED)
    if wrong != "moved" and path == NEW_FEED:
        return _missing(house)
    if failed := _failed(wrong, now):
        return failed
    lines = () if wrong == "empty" else press.listings(house, now)
    body = listings.feed(house, lines)
    if wrong == "broken":
        return Answer(200, listings.broken(body), {"content-type": _FEED_TYPES[house.format]})
    changed = max((line.changed for line in lines), default=datetime(2025, 5, 19, tzinfo=ROME))
    return _conditional(house, body, max([changed, *(line.listed for line in lines)]), headers)


def _failed(wrong: str | None, now: datetime) -> Answer | None:
    """The answer of a feed that fails, None if it does not."""
    if wrong == "dead":
        return _text(dead_status(now), "Service unavailable.")
    if wrong == "error":
        return _text(500, "Internal server error.")
    if wrong == "throttled":
        return replace(_text(429, "Too many requests."), headers={"retry-after": "7200"})
    return None


def _conditional(house: House, body: bytes, changed: datetime, headers: Mapping[str, str]) -> Answer:
    """A feed, or 304 where the asker has it already."""
    etag = f'"{sha256(body).hexdigest()[:20]}"'
    given = {"etag": etag, "last-modified": format_datetime(changed.astimezone(UTC), usegmt=True)}
    if asked := headers.get("if-none-match"):
        known = etag in asked
    else:
        since = _moment(headers.get("if-modified-since", ""))
        known = since is not None and changed.replace(microsecond=0) <= since
    if known:
        return Answer(304, b"", given)
    return Answer(200, body, {"content-type": _FEED_TYPES[house.format], **given})


def _article(press: Press, house: House, target: str, now: datetime) -> Answer:
    """The page at an address, as its quirks have it."""
    found = press.find(house, target, now)
    if found is None:
        return _missing(house)
    piece, again = found
    if piece.has("gone") or piece.has("headline"):
        return _missing(house)
    if piece.has("soft404"):
        return _page(house, pages.soft_404(house))
    if piece.has("flaky500") and now < piece.published + FLAKY:
        return _text(500, "Internal server error.")
    amp = house.amp and urlsplit(target).path.rstrip("/").endswith("/amp")
    return _page(house, pages.article(press, piece, now, again=again, amp=amp))


def _short(press: Press, house: House, path: str, now: datetime) -> Answer:
    """A short address: 301 to a counter, 302 to the article."""
    _, way, piece_id = path.split("/", 2)
    piece: Piece | None = press.by_id(piece_id)
    if piece is None or piece.house != house or not piece.has("redirect") or piece.published > now:
        return _missing(house)
    return _redirect(301, f"/vai/{piece.id}") if way == "s" else _redirect(302, piece.url)


def _leap(query: str) -> Answer:
    """A search result's way out: to the wrapped address, or refused where there is only a token."""
    wrapped = parse_qs(query).get("url", [""])[0]
    return _redirect(302, wrapped) if wrapped.startswith("http") else _text(403, "Forbidden.")


def _missing(house: House) -> Answer:
    return replace(_page(house, pages.soft_404(house)), status=404)


def _page(house: House, text: str) -> Answer:
    """A page in the house's charset; what it lacks goes as character references."""
    kind = f"text/html; charset={house.charset}" if house.charset_in_header else "text/html"
    return Answer(200, text.encode(house.charset, "xmlcharrefreplace"), {"content-type": kind})


def _text(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), {"content-type": "text/plain; charset=utf-8"})


def _redirect(status: int, location: str) -> Answer:
    return Answer(status, b"", {"location": location})


def _gzipped(found: Answer) -> Answer:
    headers = {**found.headers, "content-encoding": "gzip", "vary": "Accept-Encoding"}
    return Answer(found.status, gzip.compress(found.body, 5, mtime=0), headers)


def _moment(header: str) -> datetime | None:
    """An HTTP date, None for anything else."""
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, IndexError):
        return None
    return moment if moment.tzinfo else None
