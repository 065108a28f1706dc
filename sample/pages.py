"""Pieces as web pages, with all that newspapers put around them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sample.houses import ROME, House
from sample.press import Piece, Press

ENV = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

_SENTENCE = re.compile(r"(?<=[.!?»”])\s+(?=[«“\"A-ZÀ-Ý0-9\u2013])")
_DAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
_MONTHS = {
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_HEADS = {
    "it": ("La ricostruzione", "Le reazioni", "I numeri", "Che cosa succede adesso", "Il contesto", "Le voci"),
    "en": ("What happens next", "The background", "By the numbers"),
    "fr": ("Le contexte", "Et maintenant", "Les réactions"),
}
_TOWNS = ("Zingonia", "Boltiere", "Ciserano", "Osio Sotto", "Verdellino", "Verdello", "Dalmine", "Bergamo", "Treviglio")
_COMMENTS = (
    ("ilgrillo63", "Come al solito ci si accorge delle cose quando è tardi."),
    ("Mamma di due", "Bravi, però bisogna esserci anche a febbraio, non solo il giorno delle foto."),
    ("orobico_doc", "Ma il sindaco dov'è? Qui siamo al far west e nessuno dice niente."),
    ("P. L.", "Io ci abito e non è tutto come lo raccontate voi."),
    ("tifosodea", "Forza Atalanta sempre!"),
    ("Anonimo", "Commento rimosso dalla redazione."),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One part of an article's body."""

    kind: Literal["p", "h2", "quote"]
    text: str


def article(press: Press, piece: Piece, now: datetime, *, again: bool = False, amp: bool = False) -> str:
    """A piece's page as it stands at a moment, at its second address if `again`."""
    title = piece.title_at(piece.moved_at or now) if again else piece.title_at(now)
    return _article(press, piece, title, again, amp)


@lru_cache(maxsize=1024)
def _article(press: Press, piece: Piece, title: str, again: bool, amp: bool) -> str:
    house = piece.house
    name = "amp" if amp else "consent" if piece.has("consent") else house.page
    shown = piece.shown_date(again)
    url = f"http://{house.host}{piece.moved_to if again else piece.path}"
    return ENV.get_template(f"{name}.html").render(
        house=house,
        piece=piece,
        title=title,
        url=url,
        iso=shown.isoformat() if shown else "",
        date=visible(shown, house.dates) if shown else "",
        section=_section(piece),
        lead=opening(piece.text, 1),
        blocks=blocks(piece),
        related=related(press, piece),
        tags=[town for town in _TOWNS if town in piece.title + piece.text] or ["Notizie"],
        comments=[_COMMENTS[(_dice(piece) + i) % len(_COMMENTS)] for i in range(_dice(piece) % 3)],
        json_ld=_json_ld(piece, title, url, shown),
    )


def soft_404(house: House) -> str:
    """The page of a house that answers 200 to everything."""
    return ENV.get_template("missing.html").render(house=house)


def front(press: Press, house: House, now: datetime) -> str:
    """A house's front page: a list of headlines."""
    return ENV.get_template("front.html").render(house=house, listings=press.listings(house, now)[:20])


def sentences(text: str) -> list[str]:
    """A text cut at the ends of its sentences."""
    return [part for part in _SENTENCE.split(text) if part.strip()]


def opening(text: str, count: int) -> str:
    """The first sentences of a text."""
    return " ".join(sentences(text)[:count])


def blocks(piece: Piece) -> tuple[Block, ...]:
    """The body as printed: two to four paragraphs, sometimes a heading or a quotation set apart."""
    parts = sentences(piece.text)
    if piece.house.paywall:
        return (Block("p", " ".join(parts[:2])),)
    size = max(1, -(-len(parts) // (2 + _dice(piece) % 3)))
    body = [Block("p", " ".join(parts[i : i + size])) for i in range(0, len(parts), size)]
    if len(body) > 2 and _dice(piece) % 4 == 1:
        heads = _HEADS[piece.lang]
        body.insert(2, Block("h2", heads[_dice(piece) % len(heads)]))
    if _dice(piece) % 5 < 2:
        body = [_quoted(block, body.index(block)) for block in body]
    return tuple(body)


def _quoted(block: Block, at: int) -> Block:
    """A later paragraph that opens with speech, as a quotation."""
    return Block("quote", block.text) if at and block.kind == "p" and block.text.startswith(("«", "“")) else block


def related(press: Press, piece: Piece) -> list[Piece]:
    """Three earlier pieces of the same house."""
    return [one for one in press.of(piece.house) if one.published < piece.published][-3:][::-1]


def visible(moment: datetime, style: str) -> str:
    """A date as a reader sees it, Rome's time."""
    at = moment.astimezone(ROME)
    it, en, fr = (f"{at.day} {_MONTHS[lang].split()[at.month - 1]} {at.year}" for lang in ("it", "en", "fr"))
    weekday = _DAYS[at.weekday()]
    return {
        "alle": f"{it} alle {at:%H:%M}",
        "ore": f"Pubblicato il {it} - ore {at:%H:%M}",
        "weekday": f"{weekday} {it}, ore {at.hour}.{at:%M}",
        "day": f"{weekday.capitalize()} {it}",
        "numbers": f"{at:%d/%m/%Y %H:%M}",
        "english": f"{en} at {at:%H:%M}",
        "french": f"Publié le {fr} à {at.hour}h{at:%M}",
    }[style]


def _section(piece: Piece) -> str:
    """The rubric, as the address names it."""
    first = piece.path.strip("/").split("/")[0].split("?")[0]
    return "Notizie" if not first or first[0].isdigit() else first.capitalize()


def _dice(piece: Piece) -> int:
    """A number that is always the same for a piece."""
    return crc32(f"layout {piece.id}".encode())


def _json_ld(piece: Piece, title: str, url: str, shown: datetime | None) -> Markup:
    """The <script> of structured data in the house's manner; "" for a house without."""
    house = piece.house
    if house.json_ld == "none":
        return Markup("")
    news = _news_article(piece, title, url, shown)
    site = {"@type": "WebSite", "name": house.name, "url": f"http://{house.host}/"}
    crumbs = {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []}
    shapes: dict[str, Any] = {
        "plain": {"@context": "https://schema.org", **news},
        "graph": {"@context": "https://schema.org", "@graph": [site, {"@type": "WebPage", "url": url}, news]},
        "list": [crumbs, {"@context": "https://schema.org", **news}],
    }
    written = json.dumps(shapes[house.json_ld], ensure_ascii=False).replace("</", "<\\/")
    return Markup(f'<script type="application/ld+json">{written}</script>')  # noqa: S704 - JSON, its "</" escaped


def _news_article(piece: Piece, title: str, url: str, shown: datetime | None) -> dict[str, Any]:
    """schema.org's NewsArticle of a piece."""
    house = piece.house
    found: dict[str, Any] = {
        "@type": "NewsArticle",
        "mainEntityOfPage": url,
        "headline": title,
        "description": opening(piece.text, 1),
        "inLanguage": piece.lang,
        "publisher": {"@type": "NewsMediaOrganization", "name": house.name},
        "isAccessibleForFree": not house.paywall,
    }
    if shown:
        found["datePublished"] = shown.astimezone(UTC).isoformat() if house.gzip else shown.isoformat()
        changed = piece.later_at if title == piece.title_later and piece.later_at else shown
        found["dateModified"] = changed.isoformat()
    if piece.author:
        found["author"] = {"@type": "Person", "name": piece.author}
    return found
