"""Feeds of every make become the same entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.feeds import parse
from monitor.types import Entry, Feed, FeedKind, Page, Rejected

NOW = datetime(2026, 2, 18, 9, tzinfo=UTC)
FEED = Feed("eco-rss", "eco", "https://example.it/rss", "feed")


def page(body: str | bytes, content_type: str = "application/rss+xml; charset=utf-8") -> Page:
    """A feed as it was fetched."""
    data = body.encode() if isinstance(body, str) else body
    return Page(FEED.url, FEED.url, 200, data, content_type, NOW)


def entries(body: str | bytes, kind: FeedKind = "feed", content_type: str = "application/xml") -> tuple[Entry, ...]:
    """The entries of a feed that must be readable."""
    found = parse(page(body, content_type), replace(FEED, kind=kind))
    assert not isinstance(found, Rejected), found
    return found


def rss(*items: str, language: str = "<language>it-IT</language>", version: str = "2.0") -> str:
    """An RSS document around items."""
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = f'<?xml version="1.0" encoding="UTF-8"?><rss version="{version}" {spaces}><channel><title>T</title>'
    return head + language + "".join(f"<item>{item}</item>" for item in items) + "</channel></rss>"


def test_an_rss_item_becomes_an_entry() -> None:
    """Canonical address, plain folded title, summary without markup, date in UTC, two-letter language."""
    body = rss(
        "<title><![CDATA[ Zingonia,  l&#8217;<b>area</b>\n verde &amp; il parco ]]></title>"
        "<link>https://example.it/2026/parco/?utm_source=rss</link>"
        "<description>&lt;p&gt;Un parco &lt;i&gt;nuovo&lt;/i&gt;.&lt;/p&gt;"
        "&lt;script&gt;x()&lt;/script&gt;</description>"
        "<pubDate>Tue, 17 Feb 2026 08:30:00 +0100</pubDate>"
    )
    assert entries(body) == (
        Entry(
            feed="eco-rss",
            outlet="eco",
            url="https://example.it/2026/parco",
            title="Zingonia, l’area verde & il parco",
            summary="Un parco nuovo.",
            published=datetime(2026, 2, 17, 7, 30, tzinfo=UTC),
            language="it",
        ),
    )


def test_content_encoded_is_the_summary_where_it_is_longer() -> None:
    """Some feeds carry the whole article; its paragraphs stay apart."""
    body = rss(
        "<title>A</title><link>https://example.it/a</link><description>Breve.</description>"
        "<content:encoded><![CDATA[<p>Primo&nbsp;capoverso.</p><p>Secondo, pi&ugrave; lungo.</p>]]></content:encoded>"
    )
    assert entries(body)[0].summary == "Primo capoverso.\nSecondo, più lungo."


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<pubDate>mar, 17 feb 2026 08:30:00 +0100</pubDate>", datetime(2026, 2, 17, 7, 30, tzinfo=UTC)),
        ("<pubDate>Lunedì, 16 Febbraio 2026 08:30:00 CET</pubDate>", datetime(2026, 2, 16, 7, 30, tzinfo=UTC)),
        ("<pubDate>Tue, 17 Feb 2026 08:30:00 GMT</pubDate>", datetime(2026, 2, 17, 8, 30, tzinfo=UTC)),
        ("<pubDate>2026-02-17 08:30:00</pubDate>", datetime(2026, 2, 17, 7, 30, tzinfo=UTC)),
        ("<dc:date>2026-02-17T08:30:00+01:00</dc:date>", datetime(2026, 2, 17, 7, 30, tzinfo=UTC)),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 +0000</pubDate>", None),
        ("<pubDate>oggi</pubDate>", None),
        ("", None),
    ],
)
def test_dates_come_from_the_feed_or_not_at_all(written: str, expected: datetime | None) -> None:
    """Italian names are read; an absent, broken or epoch date is None, never now."""
    assert entries(rss(f"<title>A</title><link>https://example.it/a</link>{written}"))[0].published == expected


def test_atom_is_read_with_relative_links_and_its_own_language() -> None:
    """`updated` stands in for a missing `published`."""
    body = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">
    <title>T</title><entry><title type="html">Une &lt;em&gt;ville&lt;/em&gt;</title><link href="/ville"/><id>urn:1</id>
    <updated>2026-02-17T08:30:00Z</updated><summary>Résumé</summary></entry></feed>"""
    (entry,) = entries(body)
    assert (entry.url, entry.title, entry.language) == ("https://example.it/ville", "Une ville", "fr")
    assert entry.published == datetime(2026, 2, 17, 8, 30, tzinfo=UTC)


def test_rdf_is_read() -> None:
    """RSS 1.0 keeps its items beside the channel."""
    body = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title></channel>
    <item rdf:about="https://example.it/a"><title>A</title><link>https://example.it/a</link></item></rdf:RDF>"""
    assert [entry.url for entry in entries(body)] == ["https://example.it/a"]


def test_old_rss_in_latin_1_is_read() -> None:
    """RSS 0.91 and its single-byte accents are still served."""
    item = "<title>Città</title><link>https://example.it/a</link>"
    body = rss(item, version="0.91").replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert entries(body)[0].title == "Città"


def test_a_feed_with_a_mistake_gives_what_can_be_read() -> None:
    """An unescaped ampersand and a missing end are no reason to lose the items."""
    body = rss("<title>A & B</title><link>https://example.it/a</link>").removesuffix("</channel></rss>")
    assert [entry.title for entry in entries(body)] == ["A & B"]


def test_a_feed_with_a_broken_byte_is_read() -> None:
    """One wrong byte in UTF-8 breaks the parser, not the feed."""
    body = rss("<title>Uno</title><link>https://example.it/a</link><description>x & \x00 QQ</description>")
    assert [entry.title for entry in entries(body.encode().replace(b"QQ", b"\xe2\x82"))] == ["Uno"]


def test_an_address_is_listed_once_and_none_without_one() -> None:
    """The first of two wins; mailto and missing links are left out."""
    found = entries(
        rss(
            "<title>A</title><link>https://example.it/a</link>",
            "<title>B</title><link>https://example.it/a?utm_medium=x</link>",
            "<title>C</title>",
            "<title>D</title><link>mailto:d@example.it</link>",
        )
    )
    assert [entry.title for entry in found] == ["A"]


def test_an_empty_feed_is_empty() -> None:
    """A quiet day is no failure."""
    assert entries(rss()) == ()


@pytest.mark.parametrize("body", ["", "<html><body>Torniamo presto</body></html>", '{"a": 1}', "pyproject.toml"])
def test_what_is_no_feed_is_rejected_with_a_reason(body: str) -> None:
    """A web page, JSON, nothing, and a body that happens to be a file's name."""
    found = parse(page(body, "text/html"), FEED)
    assert isinstance(found, Rejected)
    assert found.kind == "not_feed"
    assert found.reason


def test_a_search_result_names_its_publisher_and_drops_it_from_the_title() -> None:
    """The link stays, unless it wraps the real address; a summary that only repeats the title is dropped."""
    source = '<source url="https://www.giornale.example">Il Giornale - Bergamo</source>'
    first, second = entries(
        rss(
            "<title>Zingonia - il piano - Il Giornale - Bergamo</title>"
            "<link>https://news.example/rss/articles/CBM?oc=5</link>"
            "<description>&lt;a href='x'&gt;Zingonia - il piano&lt;/a&gt; "
            "&lt;font&gt;Il Giornale&lt;/font&gt;</description>" + source,
            "<title>B - Altro</title><link>https://news.example/click?url=https%3a%2f%2faltro.it%2fb&amp;c=1</link>",
        ),
        "search",
    )
    assert (first.title, first.publisher) == ("Zingonia - il piano", "Il Giornale - Bergamo")
    assert (first.url, first.summary) == ("https://news.example/rss/articles/CBM?oc=5", "")
    assert (second.url, second.title, second.publisher) == ("https://altro.it/b", "B - Altro", None)


SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>%s<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
%s</urlset>"""
ITEM = """<url><loc> https://example.it/a </loc><news:news><news:publication><news:name>Eco</news:name>
<news:language>it</news:language></news:publication>
<news:publication_date>2026-02-17T08:30:00+01:00</news:publication_date>
<news:title>Città &amp; paese</news:title></news:news><image:image><image:title>no</image:title></image:image></url>"""


def test_a_news_sitemap_is_read() -> None:
    """Title, date and language stand in the news namespace, two levels deep; pages without news are passed over."""
    (entry,) = entries(SITEMAP % ("", ITEM + "<url><loc>https://example.it/chi-siamo</loc></url>"), "sitemap")
    assert (entry.url, entry.title, entry.language) == ("https://example.it/a", "Città & paese", "it")
    assert entry.published == datetime(2026, 2, 17, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (
            "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap/></sitemapindex>",
            "sitemap_index",
        ),
        ("<html><body/></html>", "not_feed"),
        ("", "not_feed"),
        ("not xml", "not_feed"),
        (SITEMAP % ("", "<url><loc>https://example.it/x</loc></url>"), "no_news"),
    ],
)
def test_other_sitemaps_are_rejected(body: str, kind: str) -> None:
    """An index, a web page and a list without news each have their own word."""
    found = parse(page(body), replace(FEED, kind="sitemap"))
    assert isinstance(found, Rejected)
    assert found.kind == kind


def test_an_empty_sitemap_is_empty() -> None:
    """No news today."""
    assert entries(SITEMAP % ("", ""), "sitemap") == ()


def test_entities_of_a_sitemap_are_not_expanded() -> None:
    """No file is read and no bomb goes off."""
    body = SITEMAP % ('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>', ITEM.replace("paese", "&f;"))
    assert entries(body, "sitemap")[0].title == "Città &"
