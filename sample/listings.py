"""Feeds as the houses print them, whole or broken."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from markupsafe import Markup, escape

from sample.houses import ROME, House
from sample.pages import ENV, opening, sentences
from sample.press import Listing

_IT_DAYS = ("lun", "mar", "mer", "gio", "ven", "sab", "dom")
_IT_MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
_RICH = Markup('<p>{}</p> <a href="http://{}/">Leggi tutto</a>')
_RESULT = Markup('<a href="{}" target="_blank">{}</a>&nbsp;&nbsp;<font color="#6f6f6f">{}</font>')
_TEASER = 170
"""Characters of a short description."""


@lru_cache(maxsize=256)
def feed(house: House, listings: tuple[Listing, ...]) -> bytes:
    """A house's feed of these lines."""
    template = "rss" if house.format in ("rss_full", "rss091") else house.format
    text = ENV.get_template(f"{template}.xml").render(
        house=house, items=[_item(house, one) for one in listings], root=f"http://{house.host}"
    )
    return text.encode()


def broken(body: bytes) -> bytes:
    """A feed with an entity that XML does not know, cut in the middle of an item."""
    text = body.decode().replace(". ", ".&nbsp;", 1)
    cut = text.rindex("</title>", 0, int(len(text) * 0.7)) - 5
    return text[:cut].encode()


def teaser(text: str) -> str:
    """The start of a text, cut at a word."""
    if len(text) <= _TEASER:
        return text
    return text[:_TEASER].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _item(house: House, one: Listing) -> dict[str, object]:
    """What a feed's template needs of one line."""
    piece = one.piece
    publisher = piece.publisher or piece.house.name
    title: str | Markup = f"{one.title} - {publisher}" if house.format == "search" else one.title
    return {
        "title": _over_escaped(title) if piece.has("entities") and house.format != "search" else title,
        "headline": one.title,
        "link": one.link,
        "id": f"{house.slug}-{piece.id}{'-2' if one.listed == piece.moved_at else ''}",
        "date": _date(one.shown, house.feed_dates) if one.shown else "",
        "iso": one.shown.isoformat() if one.shown else "",
        "changed": one.changed.isoformat(),
        "teaser": opening(piece.text, 1) if house.paywall else teaser(piece.text),
        "rich": str(_RICH.format(teaser(piece.text), piece.house.host)),
        "result": str(_RESULT.format(one.link, one.title, publisher)),
        "content": Markup("").join(Markup("<p>{}</p>").format(part) for part in _halves(piece.text)),
        "author": piece.author or "",
        "lang": piece.lang,
        "publisher": publisher,
        "publisher_url": f"http://{piece.house.host}" if not piece.publisher else "http://www.ignoto.example",
    }


def _halves(text: str) -> tuple[str, str]:
    """A text as two paragraphs."""
    parts = sentences(text)
    half = (len(parts) + 1) // 2
    return " ".join(parts[:half]), " ".join(parts[half:])


def _over_escaped(title: str) -> Markup:
    """A title escaped once too often: & # 8 2 1 7 ; is what a reader of the XML sees."""
    named = html.escape(title).encode("ascii", "xmlcharrefreplace").decode()
    return escape(named)


def _date(moment: datetime, style: str) -> str:
    """A date in a feed, by the house's habit; "" where it gives none."""
    at = moment.astimezone(ROME)
    if style == "italian":
        return f"{_IT_DAYS[at.weekday()]}, {at:%d} {_IT_MONTHS[at.month - 1]} {at:%Y %H:%M:%S %z}"
    if style == "gmt":
        return format_datetime(at.astimezone(UTC), usegmt=True)
    return format_datetime(at) if style == "rfc822" else ""
