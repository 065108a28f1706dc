"""Feeds to entries: RSS, Atom, RDF, news sitemaps and news-search results."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import feedparser
from lxml import etree

from monitor import dates, urls
from monitor.markup import decode, fold, plain_text, title_text
from monitor.types import Entry, Feed, Page, Rejected

_NEWS = "{*}news//{*}"
_UNREADABLE = re.compile(r"^\s*<\?xml[^>]*\?>|[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_WEEKDAY = re.compile(r"^\s*[^\W\d_]+\.?(?:,\s*|\s+)(?=\d)")
_WORD = re.compile(r"[^\W\d_]+\.?")
_ENGLISH = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_]|$)")


def parse(page: Page, feed: Feed) -> tuple[Entry, ...] | Rejected:
    """The entries of a feed in its order, each address once; `()` for an empty feed, Rejected for none at all."""
    found = _sitemap(page, feed) if feed.kind == "sitemap" else _syndication(page, feed)
    if isinstance(found, Rejected):
        return found
    first: dict[str, Entry] = {}
    for entry in found:
        first.setdefault(entry.url, entry)
    return tuple(first.values())


def _syndication(page: Page, feed: Feed) -> list[Entry] | Rejected:
    """The entries of RSS, Atom or RDF; a feed with mistakes gives what could be read of it."""
    parsed = _parsed(page.body, page.content_type, page.final_url)
    if parsed is None:
        text = _UNREADABLE.sub("", decode(page.body, page.content_type))
        parsed = _parsed(text.encode("utf-8", "replace"), "application/xml; charset=utf-8", page.final_url)
    if parsed is None:
        return Rejected(page.url, "not_feed", "The feed is damaged beyond what the parser can read.")
    if not parsed.entries and not parsed.get("version"):
        problem = parsed.get("bozo_exception") or "no RSS, Atom or RDF element was found"
        return Rejected(page.url, "not_feed", f"The answer is not a feed: {fold(str(problem))[:200]}.")
    default = _language(parsed.feed.get("language"))
    return [entry for item in parsed.entries if (entry := _entry(item, page, feed, default))]


def _parsed(body: bytes, content_type: str, url: str) -> Any:
    """What feedparser makes of a feed, None where it breaks on it."""
    headers = {"content-type": content_type, "content-location": url}
    try:
        # BytesIO, for bare bytes may be taken for the name of a local file.
        return feedparser.parse(
            BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception:  # it raises whatever its regular expressions and dictionaries do on damaged bytes
        return None


def _entry(item: Mapping[str, Any], page: Page, feed: Feed, language: str | None) -> Entry | None:
    """One item as an entry; None where it has no usable address."""
    try:
        url = urls.canonical(_link(item, feed), page.final_url)
    except ValueError:
        return None
    title, publisher = title_text(item.get("title") or ""), None
    if feed.kind == "search":
        title, publisher = _without_publisher(title, _publisher(item))
    return Entry(
        feed=feed.slug,
        outlet=feed.outlet,
        url=url,
        title=title,
        summary=_summary(item, title if feed.kind == "search" else None),
        published=_published(item),
        language=_language(item.get("language")) or language,
        publisher=publisher,
    )


def _link(item: Mapping[str, Any], feed: Feed) -> str:
    """The item's address, or the one a search wraps in its `url=` parameter; ValueError without any."""
    link = str(item.get("link") or item.get("id") or "").strip()
    if not link:
        raise ValueError("an item without an address")
    wrapped = parse_qs(urlsplit(link).query).get("url", [""])[0] if feed.kind == "search" else ""
    return wrapped if wrapped.startswith(("http://", "https://")) else link


def _publisher(item: Mapping[str, Any]) -> str | None:
    """Who published a search result, by the item's <source> (Google) or <News:Source> (Bing)."""
    source = item.get("source")
    name = source.get("title") if isinstance(source, Mapping) else None
    return title_text(str(name or item.get("news_source") or "")) or None


def _without_publisher(title: str, publisher: str | None) -> tuple[str, str | None]:
    """A search result's title without its " - Publisher"."""
    return (title.removesuffix(f" - {publisher}") if publisher else title), publisher


def _summary(item: Mapping[str, Any], repeated: str | None) -> str:
    """The longest of content and summary as plain text; "" where a search only repeats the title."""
    candidates = [str(part.get("value") or "") for part in item.get("content") or ()]
    texts = [plain_text(text) for text in [str(item.get("summary") or ""), *candidates]]
    longest = max(texts, key=len)
    return "" if repeated and fold(longest).startswith(repeated) and len(longest) < len(repeated) + 80 else longest


def _published(item: Mapping[str, Any]) -> datetime | None:
    """When the feed says the item came out, else when it was changed; None if it does not say."""
    for name in ("published", "updated", "created"):
        # `in` before `get`: feedparser warns where it would lend `updated` from `published`.
        if name in item and (moment := _moment(str(item[name]), item.get(f"{name}_parsed"))):
            return moment
    return None


def _moment(written: str, parsed: Any) -> datetime | None:
    """A feed's date in UTC: ISO, RFC 822 in any of three languages, else as feedparser or prose has it."""
    moment = dates.parse_iso(written) or _rfc822(written)
    if moment is None and parsed:
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    moment = moment or dates.from_text(written)
    return moment if moment and moment.year >= dates.EARLIEST else None


def _rfc822(written: str) -> datetime | None:
    """An RFC 822 date whose names may be Italian, English or French; without a known zone it is Rome's."""
    english = _WORD.sub(_english_month, _WEEKDAY.sub("", written))
    try:
        moment = parsedate_to_datetime(english)
    except (ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC if written.rstrip().endswith("-0000") else dates.ROME)
    return moment.astimezone(UTC)


def _english_month(match: re.Match[str]) -> str:
    """A month's name as RFC 822 has it; any other word as it is."""
    number = dates.MONTHS.get(match[0].rstrip(".").lower())
    return _ENGLISH[number] if number else match[0]


def _language(declared: Any) -> str | None:
    """The ISO 639-1 code at the head of a declared language."""
    match = _LANGUAGE.match(str(declared or "").strip().lower())
    return match[1] if match else None


def _sitemap(page: Page, feed: Feed) -> list[Entry] | Rejected:
    """The entries of a news sitemap."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(page.body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Rejected(page.url, "not_feed", f"The answer is not XML: {fold(str(error))[:200]}.")
    name = "" if root is None else str(root.tag).rpartition("}")[2]
    if name == "sitemapindex":
        return Rejected(page.url, "sitemap_index", "The address lists other sitemaps; name one of them instead.")
    if name != "urlset":
        return Rejected(page.url, "not_feed", f"The answer is not a sitemap: its root is <{name or 'nothing'}>.")
    return _news(list(root.iterchildren("{*}url")), page, feed)


def _news(items: list[Any], page: Page, feed: Feed) -> list[Entry] | Rejected:
    """The items that carry news; Rejected where a sitemap has items and none does."""
    found = [entry for item in items if (entry := _news_entry(item, page, feed))]
    if items and not found:
        return Rejected(page.url, "no_news", "The sitemap lists pages, none of them with a news title.")
    return found


def _news_entry(item: Any, page: Page, feed: Feed) -> Entry | None:
    """One <url> with its news:news; None without an address or a title."""
    title, address = title_text(_first(item, f"{_NEWS}title")), _first(item, "{*}loc")
    if not title or not address:
        return None
    try:
        url = urls.canonical(address, page.final_url)
    except ValueError:
        return None
    return Entry(
        feed=feed.slug,
        outlet=feed.outlet,
        url=url,
        title=title,
        published=_moment(_first(item, f"{_NEWS}publication_date"), None),
        language=_language(_first(item, f"{_NEWS}language")),
    )


def _first(item: Any, path: str) -> str:
    """The text of the first element at a path, "" if there is none."""
    found: Iterable[Any] = item.iterfind(path)
    return next((str(element.text).strip() for element in found if element.text), "")
