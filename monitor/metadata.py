"""What a page says of itself: JSON-LD first, then OpenGraph and meta, then visible marks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup, Tag

from monitor import dates
from monitor.markup import fold, plain_text, title_text
from monitor.types import DateSource
from monitor.urls import host

_ARTICLE = re.compile(r"(?:\w*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report|TechArticle|SocialMediaPosting)$")
_LISTING = frozenset({"CollectionPage", "SearchResultsPage", "ItemList"})
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage")
_MAX_DEPTH = 6
_META_DATES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.created", "dcterms.date", "dc.date", "publishdate", "pubdate", "date",
)  # fmt: skip
_BY = re.compile(r"^(?:(?:[Aa]rticolo|[Aa] cura|[Tt]esto)\s+)?(?:di|da|by|By|par|Par|BY|DI)\s+|^Di\s+(?=\S+\s\S)")
_SUFFIX = re.compile(r"\s+(?P<mark>[|·»–—-])\s+(?P<tail>[^|·»–—]+?)\s*$")
_DATED = re.compile(r"(?:^|[-_ ])(?:date|data|datetime|published|pubdate|timestamp|postdate)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Metadata:
    """A page's own account; "" and None where it is silent."""

    title: str
    author: str | None
    published: datetime | None
    date_source: DateSource | None
    body: str  # JSON-LD's articleBody as plain text
    description: str
    free: bool | None  # isAccessibleForFree
    canonical: str  # as written
    language: str | None
    headings: tuple[str, ...]  # <title> and <h1>, as they stand
    is_article: bool
    is_listing: bool


def read(soup: BeautifulSoup, url: str) -> Metadata:
    """Everything a page declares; `url` is its address, which may hold the day."""
    nodes = list(_nodes(soup))
    article = next((node for node in nodes if any(map(_ARTICLE.fullmatch, _types(node)))), {})
    listing = any(kind in _LISTING for node in nodes for kind in _types(node))
    meta = _meta(soup)
    published, source = _date(soup, article, meta, url)
    return Metadata(
        title=_title(soup, article, meta, url),
        author=_author(article, meta),
        published=published,
        date_source=source,
        body=plain_text(str(article.get("articleBody") or "")),
        description=title_text(meta.get("og:description") or meta.get("description") or ""),
        free=_free(article),
        canonical=_canonical(soup),
        language=_language(soup, article),
        headings=tuple(_headings(soup)),
        is_article=bool(article) or (meta.get("og:type", "").lower() == "article" and not listing),
        is_listing=listing and not article,
    )


def _nodes(soup: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object of a page, in its order."""
    for script in soup.find_all("script", type=re.compile(r"ld\+json", re.IGNORECASE)):
        text = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>|;)\s*$", "", script.get_text())
        try:
            yield from _objects(json.loads(text, strict=False), 0)
        except (ValueError, RecursionError):
            continue


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The objects in lists, graphs and main entities, not those a list of links carries."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in _NESTED:
            yield from _objects(value.get(name), depth + 1)


def _types(node: dict[str, Any]) -> list[str]:
    """The schema.org types of an object, without their prefix."""
    declared = node.get("@type")
    names = declared if isinstance(declared, list) else [declared]
    return [name.rsplit("/", 1)[-1].removeprefix("schema:") for name in names if isinstance(name, str)]


def _meta(soup: BeautifulSoup) -> dict[str, str]:
    """The meta elements by lower-case name, property or itemprop; the first of each."""
    found: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        for attribute in ("property", "name", "itemprop"):
            name, content = str(tag.get(attribute) or "").lower(), str(tag.get("content") or "").strip()
            if name and content:
                found.setdefault(name, content)
    return found


def _title(soup: BeautifulSoup, article: dict[str, Any], meta: dict[str, str], url: str) -> str:
    """JSON-LD's headline, else og:title, the only <h1>, <title>; without the outlet's name."""
    headline = article.get("headline") or article.get("name")
    candidates = [headline if isinstance(headline, str) else "", meta.get("og:title", ""), *reversed(_headings(soup))]
    names = {_letters(meta.get("og:site_name", "")), _letters(host(url).partition(".")[0])} - {""}
    return next((title for text in candidates if (title := without_outlet(title_text(text), names))), "")


def without_outlet(title: str, names: set[str]) -> str:
    """A title without " | Outlet", or " - Outlet" where `names` (letters only, lower case) knows the outlet."""
    match = _SUFFIX.search(title)
    if not match:
        return title
    tail, rest = _letters(match["tail"]), title[: match.start()]
    known = any(tail == name or (min(len(tail), len(name)) >= 5 and (name in tail or tail in name)) for name in names)
    brief = match["mark"] in "|·»" and len(match["tail"].split()) <= 4 and len(rest.split()) >= 3
    return rest if known or brief else title


def _letters(text: str) -> str:
    """A name reduced to its lower-case letters and digits."""
    return re.sub(r"[\W_]+", "", text.lower())


def _headings(soup: BeautifulSoup) -> list[str]:
    """<title> and the first <h1>."""
    texts = [fold(tag.get_text(" ")) for name in ("title", "h1") if (tag := soup.find(name))]
    return [text for text in texts if text]


def _author(article: dict[str, Any], meta: dict[str, str]) -> str | None:
    """The plain names of who wrote it, comma between them."""
    declared = article.get("author")
    people = declared if isinstance(declared, list) else [declared]
    names = [person.get("name") if isinstance(person, dict) else person for person in people]
    fallback = meta.get("author") or meta.get("article:author") or meta.get("parsely-author") or ""
    plain = [_name(name) for name in names if isinstance(name, str)] or [_name(fallback)]
    return ", ".join(dict.fromkeys(filter(None, plain))) or None


def _name(text: str) -> str:
    """A name without "di" or "by" before it; "" for an address."""
    name = _BY.sub("", fold(plain_text(text)))
    return "" if "://" in name or "@" in name or len(name) > 100 else name.strip(" ,;|-")


def _date(
    soup: BeautifulSoup, article: dict[str, Any], meta: dict[str, str], url: str
) -> tuple[datetime | None, DateSource | None]:
    """The day of publication and where it stands, the most trusted first."""
    found: tuple[tuple[DateSource, datetime | None], ...] = (
        ("json-ld", _written(article.get("datePublished")) or _written(article.get("dateCreated"))),
        ("meta", next((day for name in _META_DATES if (day := _written(meta.get(name)))), None) or _time(soup)),
        ("url", dates.from_url(url)),
        ("text", _visible(soup)),
    )
    return next(((day, source) for source, day in found if day), (None, None))


def _written(value: Any) -> datetime | None:
    """A declared date, ISO or prose."""
    return (dates.parse_iso(value) or dates.from_text(value)) if isinstance(value, str) else None


def _time(soup: BeautifulSoup) -> datetime | None:
    """The first <time datetime>, one marked as the publication before the others."""
    tags = [tag for tag in soup.find_all("time", datetime=True) if not tag.find_parent(["aside", "nav", "footer"])]
    marked = [tag for tag in tags if tag.has_attr("pubdate") or tag.get("itemprop") == "datePublished"]
    return next((day for tag in marked + tags if (day := _written(str(tag["datetime"])))), None)


def _visible(soup: BeautifulSoup) -> datetime | None:
    """A date that the reader sees: in an element named for it, else in the first lines of the article."""
    named = [tag for tag in soup.find_all(["time", "span", "p", "div", "li"]) if tag.name == "time" or _is_dated(tag)]
    for tag in named[:20]:
        if (text := fold(tag.get_text(" "))) and len(text) < 120 and (day := dates.from_text(text)):
            return day
    root = soup.find("article") or soup.find("main")
    return dates.from_text(fold(root.get_text(" "))[:400]) if root else None


def _is_dated(tag: Tag) -> bool:
    """Whether an element's class says that it holds a date."""
    return bool(_DATED.search(" ".join(tag.get("class") or ())))


def _free(article: dict[str, Any]) -> bool | None:
    """isAccessibleForFree, which pages write as a boolean, a word or an address."""
    value = str(article.get("isAccessibleForFree", "")).rsplit("/", 1)[-1].lower()
    return {"true": True, "false": False}.get(value)


def _canonical(soup: BeautifulSoup) -> str:
    """The address in <link rel=canonical>, as written."""
    link = soup.find("link", rel="canonical")
    return str(link.get("href") or "").strip() if link else ""


def _language(soup: BeautifulSoup, article: dict[str, Any]) -> str | None:
    """The declared language's two letters: JSON-LD's, else <html lang>."""
    root = soup.find("html")
    for declared in (article.get("inLanguage"), root.get("lang") if root else None):
        if isinstance(declared, str) and re.match(r"[A-Za-z]{2}(?:[-_]|$)", declared.strip()):
            return declared.strip()[:2].lower()
    return None
