"""Pages to articles: what a reader of the page would have read, and how it is known."""

from __future__ import annotations

import logging
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from monitor import boilerplate, metadata, urls
from monitor.language import language
from monitor.markup import decode, fold, plain_text
from monitor.metadata import Metadata
from monitor.types import Access, Article, DateSource, Entry, Page, Rejected

VERSION = "extract-1"
"""Stored with every row; raised by one when a page would now read differently."""

MIN_WORDS = 25
"""Below this the extractor has missed the article: shorter texts are captions and notices."""

TRUNCATED_WORDS = 120
"""A paywalled page shows a paragraph or two; a complete brief is longer than its teaser."""

FUTURE = timedelta(days=1)
"""Clocks and time zones explain a day, not more."""

_CONSENT_HOST = re.compile(r"^(?:consent|guce|cmp|privacy-gate)\.")
_WALL_CLASS = re.compile(r"pay-?wall|premium-?wall|subscri(?:be|ption)-?wall|content-?locked|locked-?content", re.I)
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF", b"\x1f\x8b")
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")
_NO_TEXT = ("script", "style", "noscript", "template", "nav", "aside", "footer", "form")


@dataclass(frozen=True, slots=True)
class _Read:
    """A page taken apart."""

    page: Page
    entry: Entry | None
    html: str
    soup: BeautifulSoup
    meta: Metadata
    visible: str  # all that is seen, boilerplate included
    text: str  # the article's


def extract(page: Page, entry: Entry | None = None) -> Article | Rejected:
    """The article of a page, with the feed's line about it where there was one; Rejected with the reason otherwise."""
    if problem := _not_html(page):
        return Rejected(page.url, "not_html", problem)
    read = _taken_apart(page, entry)
    return _refused(read) or _article(read)


def check_date(published: datetime | None, seen_at: datetime) -> str | None:
    """Why a date cannot stand in a series: "future", or None if it can."""
    return "future" if published and published > seen_at + FUTURE else None


def _not_html(page: Page) -> str | None:
    """Why a page cannot be read as HTML, None if it can."""
    kind = page.content_type.partition(";")[0].strip().lower()
    head = page.body[:2048].lstrip().lower()
    if page.body.startswith(_BINARY):
        return f"The page is a binary file ({kind or 'type not declared'})."
    if not kind or "html" in kind or "<html" in decode(head) or head.startswith(b"<!doctype html"):
        return None
    return f"The page is {kind}, not HTML."


def _taken_apart(page: Page, entry: Entry | None) -> _Read:
    """The page parsed once: its metadata, all visible text, the article's text."""
    html = _XML_HEAD.sub("", decode(page.body, page.content_type).replace("\x00", ""))
    soup = BeautifulSoup(html, "lxml")
    meta = metadata.read(soup, page.final_url)
    visible = plain_text(html) if html.strip() else ""
    text = boilerplate.clean(_body(html, soup, meta))
    return _Read(page, entry, html, soup, meta, visible, text)


def _body(html: str, soup: BeautifulSoup, meta: Metadata) -> str:
    """The longest of what trafilatura, the page's paragraphs (if it finds little) and JSON-LD hold."""
    text = _by_trafilatura(html)
    if _words(boilerplate.clean(text)) < MIN_WORDS:
        text = max(text, _paragraphs(soup), key=lambda found: _words(boilerplate.clean(found)))
    return meta.body if _words(meta.body) > _words(text) else text


def _by_trafilatura(html: str) -> str:
    """The main text by trafilatura, "" if it finds none."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without text is our value, not its warning

    options: dict[str, Any] = {"include_comments": False, "include_tables": False, "favor_precision": True}
    return str(trafilatura.extract(html, fast=True, output_format="txt", **options) or "") if html.strip() else ""


def _paragraphs(soup: BeautifulSoup) -> str:
    """The paragraphs of <article> or <main>, or of the whole page without either."""
    root = soup.find("article") or soup.find("main") or soup.body
    if root is None:
        return ""
    found = [p for p in root.find_all("p") if not p.find_parent(_NO_TEXT)]
    return "\n".join(filter(None, (fold(p.get_text()) for p in found)))


def _refused(read: _Read) -> Rejected | None:
    """Why a page holds no article, None if it may."""
    url, meta, entry = read.page.url, read.meta, read.entry
    if not meta.is_article and any(map(boilerplate.says_missing, meta.headings)) and _words(read.text) < 200:
        return Rejected(url, "soft_404", "The page says that there is nothing at its address.")
    if _is_listing(read):
        return Rejected(url, "listing", "The page lists articles and is none.")
    if _is_consent(read) and entry is None:
        return Rejected(url, "consent", "The page asks for consent and shows no article.")
    if not meta.title and not read.text and not (entry and entry.title):
        return Rejected(url, "no_text", "The page has neither title nor text.")
    return None


def _is_listing(read: _Read) -> bool:
    """Whether a page is a front page or a section: many titles as links, no run of paragraphs."""
    if _is_home(read.page.final_url) and not _is_home(read.page.url) and not read.meta.is_article:
        return True
    if read.meta.is_article:
        return False
    links = sum(1 for a in read.soup.find_all("a", href=True) if _words(a.get_text()) >= 4)
    return links >= (5 if read.meta.is_listing else 12) and not _has_run(read.soup)


def _has_run(soup: BeautifulSoup) -> bool:
    """Whether two long paragraphs stand side by side, or a single block holds a long text of its own."""
    long = [p for p in soup.find_all("p") if _words(p.get_text()) >= 15 and not p.find_parent(["a", "footer", "aside"])]
    if max(Counter(id(p.parent) for p in long).values(), default=0) >= 2:
        return True
    own = (tag.find_all(string=True, recursive=False) for tag in soup.find_all(["div", "p"]))
    return any(sum(_words(str(text)) for text in texts) >= 80 for texts in own)


def _is_home(url: str) -> bool:
    """Whether an address is a site's front page."""
    parts = urlsplit(url)
    return parts.path.rstrip("/") in ("", "/index.html", "/index.php", "/home") and not parts.query


def _is_consent(read: _Read) -> bool:
    """Whether a page is only a cookie wall."""
    told = [line for line in read.text.splitlines() if not boilerplate.consent_formulas(line)]
    if _words(" ".join(told)) >= MIN_WORDS or _has_paywall(read):
        return False
    return bool(_CONSENT_HOST.match(urls.host(read.page.final_url))) or boilerplate.consent_formulas(read.visible) >= 2


def _has_paywall(read: _Read) -> bool:
    """Whether a page says, in data, in words or in its classes, that the rest is for subscribers."""
    if read.meta.free is False or boilerplate.asks_to_pay(read.visible):
        return True
    return read.meta.free is None and read.soup.find(class_=_WALL_CLASS) is not None


def _article(read: _Read) -> Article:
    """The article, the feed's line filling what the page lacks."""
    entry, meta, access = read.entry, read.meta, _access(read)
    title = meta.title
    if entry and entry.title and (access == "consent" or not title):
        title = entry.title
    text = _text(read, access)
    published, source = _published(entry, meta)
    return Article(
        url=_url(read, access),
        title=title,
        text=text,
        author=None if access == "consent" else meta.author,
        published=published,
        date_source=source,
        language=language(f"{title}\n{text}", (entry.language if entry else None) or meta.language),
        access=access,
    )


def _access(read: _Read) -> Access:
    """How much of the article the page shows."""
    if _is_consent(read):
        return "consent"
    words = _words(_longer(read.text, read.entry))
    if words < TRUNCATED_WORDS and _has_paywall(read):
        return "paywall"
    return "full" if read.text or words >= TRUNCATED_WORDS else "headline"


def _text(read: _Read, access: Access) -> str:
    """The article's text, the feed's where that is all or far more, the description where there is no other."""
    summary = boilerplate.clean(read.entry.summary) if read.entry else ""
    if access == "consent":
        return summary
    return _longer(read.text, read.entry) or summary or boilerplate.clean(read.meta.description)


def _longer(text: str, entry: Entry | None) -> str:
    """The page's text, or the feed's if it is longer by half and a sentence: some feeds carry the whole article."""
    summary = boilerplate.clean(entry.summary) if entry else ""
    return summary if _words(summary) > 1.5 * _words(text) + 20 else text


def _published(entry: Entry | None, meta: Metadata) -> tuple[datetime | None, DateSource | None]:
    """The date and where it stands; the feed's is trusted before the page's."""
    return (entry.published, "feed") if entry and entry.published else (meta.published, meta.date_source)


def _url(read: _Read, access: Access) -> str:
    """The article's address: the page's own word for it if credible, else where it was found."""
    page, entry = read.page, read.entry
    candidates = [read.meta.canonical, page.final_url] if access != "consent" else []
    for written in candidates:
        try:
            url = urls.canonical(written, page.final_url) if written else ""
        except ValueError:
            continue
        if url and not _is_home(url) and urls.same_site(url, page.final_url):
            return url
    return entry.url if entry else urls.canonical(page.url)


def _words(text: str) -> int:
    """How many words a text has."""
    return len(text.split())
