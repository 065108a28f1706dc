"""The articles of the bundled press, and what of them is on line at a moment.

`press.jsonl` holds the truth: what was printed and how a coder judged it. A piece's quirks say how its house gets it
wrong: paywall, consent, edited, moved, undated, future, redirect, gone, soft404, flaky500, tracking, amp, entities,
robots, headline.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from zlib import crc32

from sample.houses import BY_SLUG, House

NEWEST = 40
"""How many items a feed shows."""

SEARCHED = frozenset({"gazzettaorobica", "pianurabergamasca", "bassaoggi", "brembosera", "ilquadrante", "lombardia24"})
"""The outlets that the news search reads."""

FLAKY = timedelta(hours=12)
"""How long a flaky page answers 500 after it came out."""

_TRACKING = "utm_source=rss&utm_medium=feed&utm_campaign=ultime&fbclid=IwAR0zng"
_WITHOUT_SEARCH = frozenset({"undated", "moved", "gone", "soft404", "headline", "future", "robots"})
_MOMENTS = frozenset({"published", "later_at", "moved_at", "dated"})


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One article: what was printed, and its coding."""

    id: str
    story: str
    outlet: str
    path: str  # with its query, where the house uses one
    published: datetime  # when it came on line
    lang: str
    title: str
    text: str  # "" where only the headline is known
    author: str | None
    relevance: str
    sentiment: str | None
    topics: tuple[str, ...]
    stigma: bool
    quirks: tuple[str, ...] = ()
    title_later: str | None = None  # the headline from `later_at` on
    later_at: datetime | None = None
    moved_to: str | None = None  # its second address, from `moved_at` on
    moved_at: datetime | None = None
    dated: datetime | None = None  # the wrong date that is shown
    publisher: str | None = None  # who wrote a headline that only the search knows

    @property
    def house(self) -> House:
        """Who prints it."""
        return BY_SLUG[self.outlet]

    @property
    def url(self) -> str:
        """Its address when it came out."""
        return f"http://{self.house.host}{self.path}"

    def has(self, quirk: str) -> bool:
        """Whether it carries that quirk."""
        return quirk in self.quirks

    def title_at(self, now: datetime) -> str:
        """The headline at a moment."""
        return self.title_later if self.title_later and self.later_at and now >= self.later_at else self.title

    def shown_date(self, again: bool = False) -> datetime | None:
        """The date that feed and page claim, for the second address if `again`; None if they show none."""
        if self.has("undated"):
            return None
        return self.moved_at if again else self.dated or self.published


@dataclass(frozen=True, slots=True)
class Listing:
    """One line of a feed."""

    piece: Piece
    link: str
    title: str
    listed: datetime  # when it entered the feed: its place
    changed: datetime  # when the line last changed
    shown: datetime | None  # the date on it


@dataclass(frozen=True, eq=False)
class Press:
    """All pieces, oldest first."""

    pieces: tuple[Piece, ...]

    @cached_property
    def _by_outlet(self) -> dict[str, tuple[Piece, ...]]:
        return {slug: tuple(p for p in self.pieces if p.outlet == slug) for slug in BY_SLUG}

    @cached_property
    def _by_address(self) -> dict[tuple[str, str], tuple[Piece, bool]]:
        first = {(p.outlet, address(p.path)): (p, False) for p in self.pieces}
        second = {(p.outlet, address(p.moved_to)): (p, True) for p in self.pieces if p.moved_to}
        return first | second

    @cached_property
    def _by_id(self) -> dict[str, Piece]:
        return {p.id: p for p in self.pieces}

    def of(self, house: House) -> tuple[Piece, ...]:
        """A house's own pieces, oldest first."""
        return self._by_outlet[house.slug]

    def find(self, house: House, target: str, now: datetime) -> tuple[Piece, bool] | None:
        """The piece at an address and whether that is its second one; None before it came out there."""
        found = self._by_address.get((house.slug, address(target)))
        if found is None:
            return None
        piece, again = found
        since = piece.moved_at if again else piece.published
        return found if since and since <= now else None

    def by_id(self, piece_id: str) -> Piece | None:
        """The piece of that id."""
        return self._by_id.get(piece_id)

    def listings(self, house: House, now: datetime) -> tuple[Listing, ...]:
        """What a house's feed shows at a moment, newest first."""
        found = self._searched(now) if house.format == "search" else self._own(house, now)
        return tuple(sorted(found, key=lambda one: (one.listed, one.piece.id), reverse=True)[:NEWEST])

    def _own(self, house: House, now: datetime) -> list[Listing]:
        found = [_listing(p, now) for p in self.of(house) if p.published <= now]
        return found + [_second(p) for p in self.of(house) if p.moved_at and p.moved_at <= now]

    def _searched(self, now: datetime) -> list[Listing]:
        """A third of some outlets' territory pieces, and the headlines that no one else has."""
        return [_result(p) for p in self.pieces if p.published <= now and is_searched(p)]


def load(path: Path) -> Press:
    """Read `press.jsonl`; KeyError or TypeError for a line that is not a piece."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pieces = [_piece(json.loads(line)) for line in lines if line.strip()]
    return Press(tuple(sorted(pieces, key=lambda p: (p.published, p.id))))


def address(target: str) -> str:
    """A path as the server looks it up: no slash at the end, no AMP tail, no tracking."""
    parts = urlsplit(target)
    path = parts.path.rstrip("/").removesuffix("/amp")
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k in ("id", "t", "q")]
    return f"{path}?{urlencode(kept)}" if kept else path


def is_searched(piece: Piece) -> bool:
    """Whether the news search lists a piece: a third of what some outlets wrote on the territory."""
    if piece.has("headline"):
        return True
    fit = piece.relevance == "territory" and piece.outlet in SEARCHED and not _WITHOUT_SEARCH & set(piece.quirks)
    return fit and crc32(piece.id.encode()) % 3 == 0


def _piece(row: dict[str, Any]) -> Piece:
    known = {field.name for field in fields(Piece)}
    values: dict[str, Any] = row | {key: datetime.fromisoformat(row[key]) for key in _MOMENTS & set(row)}
    values |= {key: tuple(values[key]) for key in ("topics", "quirks")}
    if unknown := set(values) - known:
        raise KeyError(f"{row['id']}: unknown keys {sorted(unknown)}")
    return Piece(**values)


def _listing(piece: Piece, now: datetime) -> Listing:
    title = piece.title_at(now)
    changed = piece.later_at if title != piece.title and piece.later_at else piece.published
    return Listing(piece, _link(piece), title, piece.published, changed, piece.shown_date())


def _link(piece: Piece) -> str:
    """The address that a house puts into its feed."""
    if piece.has("redirect"):
        return f"http://{piece.house.host}/s/{piece.id}"
    url = f"{piece.url}/amp" if piece.house.amp else piece.url
    return f"{url}{'&' if '?' in url else '?'}{_TRACKING}" if piece.has("tracking") else url


def _second(piece: Piece) -> Listing:
    moment = piece.moved_at or piece.published
    link = f"http://{piece.house.host}{piece.moved_to}"
    return Listing(piece, link, piece.title_at(moment), moment, moment, piece.shown_date(again=True))


def _result(piece: Piece) -> Listing:
    """A search result: the address wrapped, or a token where only the headline is to be had."""
    root = f"http://{BY_SLUG['cercanotizie'].host}"
    link = root + piece.path if piece.has("headline") else f"{root}/r?url={quote(piece.url, safe='')}"
    return Listing(piece, link, piece.title, piece.published, piece.published, piece.shown_date())
