"""The bundled press: its truth holds together, each house prints its format, each quirk does what it says."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import feedparser
import httpx
import pytest

from monitor import config, dates, feeds, urls, weeks
from monitor.types import RELEVANCES, SENTIMENTS, TOPICS, Entry, Feed, Page
from sample.houses import BY_SLUG, FAULTS, HOUSES, ROME
from sample.pages import sentences
from sample.press import NEWEST, SEARCHED, Piece, Press, is_searched, load
from sample.server import PressServer, PressTransport
from sample.site import answer

ROOT = Path(__file__).parent.parent
PRESS = load(ROOT / "sample" / "press.jsonl")
TERRITORY = config.load(ROOT / "territories" / "zingonia", ROOT / "sample" / "sources.toml")
FEEDS = {feed.slug: feed for feed in TERRITORY.feeds}
END = datetime(2026, 11, 16, 9, tzinfo=ROME)
HOUR = timedelta(hours=1)
QUIRKS = {
    "edited": 8, "moved": 4, "undated": 5, "future": 3, "redirect": 5, "gone": 3, "soft404": 2, "flaky500": 3,
    "tracking": 6, "entities": 4, "consent": 3, "robots": 2, "headline": 4,
}  # fmt: skip


class World:
    """The press on line, with hands on its clock."""

    def __init__(self) -> None:
        self.now = END
        self.client: httpx.Client

    def at(self, moment: datetime) -> World:
        """The same world at another moment."""
        self.now = moment
        return self

    def get(self, url: str, *, follow: bool = True, **headers: str) -> httpx.Response:
        """GET, redirects followed."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(url, headers=named, follow_redirects=follow)

    def feed(self, slug: str) -> httpx.Response:
        """An outlet's feed as it answers now."""
        return self.get(FEEDS[slug].url, follow=False)

    def entries(self, slug: str) -> dict[str, Entry]:
        """An outlet's feed as the monitor reads it, by canonical address."""
        found = feeds.parse(_page(self.get(FEEDS[slug].url)), FEEDS[slug])
        assert isinstance(found, tuple), found
        return {entry.url: entry for entry in found}


def _client(server: PressServer) -> httpx.Client:
    return httpx.Client(transport=PressTransport(server.port))


@pytest.fixture(scope="module")
def online() -> Iterator[World]:
    world = World()
    with PressServer(PRESS, lambda: world.now) as server, _client(server) as world.client:
        yield world


@pytest.fixture
def world(online: World) -> World:
    return online.at(END)


def _page(got: httpx.Response) -> Page:
    return Page(str(got.url), str(got.url), got.status_code, got.content, got.headers.get("content-type", ""), END)


def _with(quirk: str) -> list[Piece]:
    return [piece for piece in PRESS.pieces if piece.has(quirk)]


def _first(quirk: str) -> Piece:
    return _with(quirk)[0]


def _ids(piece: Piece) -> str:
    return piece.id


def _rome(*parts: int) -> datetime:
    year, month, day, hour = (*parts, 12)[:4]
    return datetime(year, month, day, hour, tzinfo=ROME)


# The truth


def test_the_truth_is_as_large_and_as_mixed_as_promised() -> None:
    """Every week has something, most outlets write, and a third is noise."""
    found = {weeks.week_of(piece.published, ROME) for piece in PRESS.pieces}
    noise = sum(piece.relevance != "territory" for piece in PRESS.pieces)
    assert len(PRESS.pieces) >= 450
    assert found == set(weeks.span("2025-W21", "2026-W46"))
    assert len(found) == 78
    assert len({piece.outlet for piece in PRESS.pieces}) >= 14
    assert 0.33 <= noise / len(PRESS.pieces) <= 0.4


def test_the_codes_are_the_codebooks() -> None:
    """Sentiment and topics stand on territory pieces, and only there."""
    for piece in PRESS.pieces:
        ours = piece.relevance == "territory"
        assert piece.relevance in RELEVANCES, piece.id
        assert (piece.sentiment in SENTIMENTS) is ours, piece.id
        assert bool(piece.topics) is ours, piece.id
        assert set(piece.topics) <= set(TOPICS), piece.id
        assert not (piece.stigma and piece.relevance == "unrelated"), piece.id


def test_ids_and_addresses_are_unique_and_texts_are_whole() -> None:
    """No piece lacks what its page needs; only a headline has no text."""
    paths = [(p.outlet, path) for p in PRESS.pieces for path in (p.path, p.moved_to) if path]
    assert max(Counter(paths).values()) == 1
    assert max(Counter(p.id for p in PRESS.pieces).values()) == 1
    assert all(bool(p.text) is not p.has("headline") for p in PRESS.pieces)
    assert all(p.title and p.published.tzinfo and p.outlet in BY_SLUG for p in PRESS.pieces)
    assert all(p.author is None or len(p.author) > 2 for p in PRESS.pieces)


def test_every_quirk_is_there_as_often_as_documented() -> None:
    """The counts that the other tests and the demonstration lean on."""
    counted = Counter(quirk for piece in PRESS.pieces for quirk in piece.quirks)
    assert {quirk: counted[quirk] for quirk in QUIRKS} == QUIRKS
    assert {p.outlet for p in _with("paywall")} == {"giornaleadda", "laserait"}
    assert {p.outlet for p in _with("amp")} == {"trevigliocronaca"}
    assert set(counted) == {*QUIRKS, "paywall", "amp"}


def test_a_line_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    """A misspelt key would silently lose a quirk."""
    row = json.loads((ROOT / "sample" / "press.jsonl").read_text(encoding="utf-8").splitlines()[0])
    (tmp_path / "press.jsonl").write_text(json.dumps(row | {"titel": "x"}), encoding="utf-8")
    with pytest.raises(KeyError, match="titel"):
        load(tmp_path / "press.jsonl")


def test_the_sources_name_the_houses() -> None:
    """sources.toml and houses.py tell the same outlets, hosts and feeds."""
    declared = {outlet.host: (outlet.slug, outlet.name) for outlet in TERRITORY.outlets}
    assert declared == {host: (house.slug, house.name) for host, house in HOUSES.items()}
    for house in HOUSES.values():
        assert httpx.URL(FEEDS[house.slug].url).path == house.feed_path
    assert Counter(outlet.public for outlet in TERRITORY.outlets) == {"local": 11, "national": 4, "foreign": 2}


# Feeds


@pytest.mark.parametrize("slug", sorted(FEEDS))
def test_every_feed_is_read_with_the_dates_that_it_shows(world: World, slug: str) -> None:
    """Each format through the monitor's own parser: addresses, titles, dates."""
    house = BY_SLUG[slug]
    lines = PRESS.listings(house, END)
    entries = list(world.entries(slug).values())
    assert len(entries) == len(lines) <= NEWEST
    for entry, line in zip(entries, lines, strict=True):
        dated = line.shown.astimezone(UTC) if line.shown and house.feed_dates != "none" else None
        assert (entry.title, entry.published) == (line.title, dated), line.piece.id


@pytest.mark.parametrize(
    ("slug", "version"),
    [("gazzettaorobica", "rss20"), ("bassaoggi", "atom10"), ("brembosera", "rss10"), ("alpinecourier", "rss091u")],
)
def test_the_feed_is_of_the_kind_it_claims(world: World, slug: str, version: str) -> None:
    """Four generations of syndication, by feedparser's word."""
    assert feedparser.parse(world.feed(slug).content).version == version


def test_full_feeds_carry_the_article_and_short_ones_its_start(world: World) -> None:
    """content:encoded on two dailies; a teaser elsewhere; nothing in sitemaps."""
    full = world.entries("pianurabergamasca")
    short = world.entries("calcioquotidiano")
    texts = {urls.canonical(p.url): p.text for p in PRESS.pieces}
    assert all(entry.summary.replace("\n", " ") == texts[url] for url, entry in full.items() if url in texts)
    assert all(0 < len(entry.summary) < 180 for entry in short.values())
    assert not any(entry.summary for entry in world.entries("lombardia24").values())


def test_a_feed_shows_the_newest_that_are_out(world: World) -> None:
    """Nothing before its time, and forty items at most."""
    piece = [p for p in PRESS.pieces if p.outlet == "gazzettaorobica" and not p.quirks][60]
    url = urls.canonical(piece.url)
    assert url not in world.at(piece.published - HOUR).entries("gazzettaorobica")
    assert next(iter(world.at(piece.published).entries("gazzettaorobica"))) == url
    assert len(world.at(END).entries("gazzettaorobica")) == NEWEST
    assert world.at(piece.published - HOUR).get(piece.url).status_code == 404


def test_the_search_wraps_addresses_and_names_outlets(world: World) -> None:
    """A third of several outlets' territory pieces, by 302; a bare headline's way out is refused."""
    raw = feedparser.parse(world.feed("cercanotizie").content).entries
    found = world.entries("cercanotizie").values()
    ours = [p for p in PRESS.pieces if p.relevance == "territory" and p.outlet in SEARCHED]
    wrapped = next(item.link for item in raw if "url=" in item.link)
    assert 0.2 < sum(map(is_searched, ours)) / len(ours) < 0.45
    assert len({entry.publisher for entry in found}) >= 4
    assert all(entry.publisher and entry.publisher not in entry.title for entry in found)
    assert world.get(wrapped, follow=False).status_code == 302
    assert world.get(wrapped).status_code == 200
    assert all(world.at(p.published + HOUR).get(p.url).status_code == 403 for p in _with("headline"))
    assert all(p.url in world.at(p.published + HOUR).entries("cercanotizie") for p in _with("headline"))


def test_a_feed_that_has_nothing_new_answers_304(world: World) -> None:
    """By ETag and by date; a new piece ends it."""
    piece = PRESS.of(BY_SLUG["bassaoggi"])[20]
    got = world.at(piece.published - HOUR).feed("bassaoggi")
    url, etag, since = FEEDS["bassaoggi"].url, got.headers["etag"], got.headers["last-modified"]
    assert world.get(url, if_none_match=etag).status_code == 304
    assert world.get(url, if_modified_since=since).status_code == 304
    world.at(piece.published)
    assert world.get(url, if_none_match=etag).status_code == 200
    assert world.get(url, if_modified_since=since).status_code == 200


def test_hosts_have_their_own_robots_and_compression(world: World) -> None:
    """One without robots.txt, one that forbids a section; gzip where the host does it and the asker takes it."""
    forbidden = [p.path for p in _with("robots")]
    rules = world.get("http://www.ilquadrante.example/robots.txt").text
    assert "Crawl-delay: 0" in rules
    assert forbidden
    assert all(path.startswith("/opinioni/") for path in forbidden)
    assert "Disallow: /opinioni/" in rules
    assert [host for host in HOUSES if world.get(f"http://{host}/robots.txt").status_code == 404] == [
        "www.bassaoggi.example"
    ]
    assert world.get("http://www.ilquadrante.example/").headers["content-encoding"] == "gzip"
    plain = world.get("http://www.ilquadrante.example/", accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in world.get("http://www.bassaoggi.example/").headers


# What fails, and when


@pytest.mark.parametrize(
    ("slug", "moment", "status"),
    [
        ("gazzettaorobica", _rome(2025, 10, 26, 23), 200),
        ("gazzettaorobica", _rome(2025, 11, 16, 23), 503),
        ("gazzettaorobica", _rome(2025, 11, 15), 404),
        ("gazzettaorobica", _rome(2025, 11, 17, 0), 200),
        ("agenziapenisola", _rome(2025, 11, 3), 500),
        ("agenziapenisola", _rome(2025, 11, 17, 0), 200),
        ("economiaorobica", _rome(2026, 4, 9), 429),
        ("economiaorobica", _rome(2026, 4, 10), 200),
        ("economiaorobica", _rome(2026, 4, 30), 200),
        ("pianurabergamasca", _rome(2026, 6, 17), 200),
        ("pianurabergamasca", _rome(2026, 6, 18), 500),
        ("pianurabergamasca", _rome(2026, 6, 19, 0), 200),
        ("trevigliocronaca", _rome(2026, 4, 30), 200),
        ("trevigliocronaca", _rome(2026, 5, 1, 0), 301),
    ],
)
def test_feeds_fail_by_the_calendar(world: World, slug: str, moment: datetime, status: int) -> None:
    """The first and the last hour of each failure, Rome's time."""
    assert world.at(moment).feed(slug).status_code == status


def test_the_dead_feed_alternates_and_the_throttled_one_names_its_patience(world: World) -> None:
    """503 and 404 by day; Retry-After of two hours."""
    days = [world.at(_rome(2025, 10, 27) + timedelta(days=i)).feed("gazzettaorobica").status_code for i in range(6)]
    assert set(days) == {503, 404}
    assert all(one != other for one, other in pairwise(days))
    assert world.at(_rome(2026, 4, 16)).feed("economiaorobica").headers["retry-after"] == "7200"


def test_the_broken_feed_is_cut_and_still_half_read(world: World) -> None:
    """XML that ends in an item and has an unknown entity; feedparser complains and saves some."""
    body = world.at(_rome(2026, 3, 4)).feed("brembosera").content
    saved = world.entries("brembosera")
    assert feedparser.parse(body).bozo
    assert b"&nbsp;" in body
    assert not body.rstrip().endswith(b">")
    assert 0 < len(saved) < len(world.at(_rome(2026, 3, 9, 0)).entries("brembosera"))


def test_the_feed_that_moved_is_found_at_its_new_address(world: World) -> None:
    """301 to /nuovo-feed, which is not there before."""
    url = "http://www.trevigliocronaca.example/nuovo-feed"
    assert world.entries("trevigliocronaca")
    assert world.get(url).status_code == 200
    assert world.at(_rome(2026, 4, 30)).get(url).status_code == 404


def test_the_august_feed_is_valid_and_empty(world: World) -> None:
    """No item is not the same as no feed."""
    assert world.at(_rome(2025, 8, 20)).entries("courrierlacs") == {}
    assert world.at(_rome(2025, 9, 1)).entries("courrierlacs")
    assert {fault.slug for fault in FAULTS} <= set(FEEDS)


# Pages and their quirks


@pytest.mark.parametrize("slug", sorted(set(BY_SLUG) - {"cercanotizie"}))
def test_a_page_holds_the_whole_text_between_what_papers_put_around_it(world: World, slug: str) -> None:
    """Every sentence is on the page, in the charset that the page declares."""
    piece = next(p for p in reversed(PRESS.of(BY_SLUG[slug])) if not set(p.quirks) - {"amp", "paywall"})
    got = world.get(piece.url)
    text = html.unescape(got.content.decode(BY_SLUG[slug].charset))
    missing = [sentence for sentence in sentences(piece.text) if sentence not in text]
    assert got.status_code == 200
    assert bool(missing) is piece.has("paywall")
    assert text.count("<p") >= 2


def test_the_diocesan_weekly_declares_its_charset_only_in_the_page(world: World) -> None:
    """ISO-8859-1 in <meta>, nothing in the header."""
    piece = next(p for p in PRESS.of(BY_SLUG["ilcampanile"]) if "è" in p.text)
    got = world.get(piece.url)
    assert got.headers["content-type"] == "text/html"
    assert b"charset=iso-8859-1" in got.content
    assert "è".encode("latin-1") in got.content


def test_the_radio_has_no_metadata_and_dates_in_words(world: World) -> None:
    """Only a reader of Italian finds the day."""
    piece = next(p for p in PRESS.of(BY_SLUG["radiodalmine"]) if not p.quirks)
    text = world.get(piece.url).text
    assert not any(word in text for word in ("ld+json", "og:", "article:", "datetime="))
    assert dates.from_text(text) == piece.published.astimezone(UTC).replace(second=0)


@pytest.mark.parametrize(
    ("slug", "shape"), [("gazzettaorobica", dict), ("lombardia24", "@graph"), ("economiaorobica", list)]
)
def test_structured_data_comes_in_three_shapes(world: World, slug: str, shape: object) -> None:
    """One object, an @graph, a list."""
    piece = next(p for p in PRESS.of(BY_SLUG[slug]) if not p.quirks)
    found = json.loads(world.get(piece.url).text.split('application/ld+json">')[1].split("</script>")[0])
    assert "@graph" in found if shape == "@graph" else type(found) is shape
    assert piece.title in json.dumps(found, ensure_ascii=False)


def test_paywalled_pages_stop_after_two_sentences(world: World) -> None:
    """The rest is nowhere on the page."""
    for piece in _with("paywall")[:4]:
        text = world.get(piece.url).text
        assert "Contenuto riservato agli abbonati" in text
        assert '"isAccessibleForFree": false' in text
        assert piece.text[-40:] not in text


def test_consent_walls_hide_what_the_feed_tells(world: World) -> None:
    """No word of the article on the page; title and summary in the feed."""
    for piece in _with("consent"):
        text = world.at(piece.published + HOUR).get(piece.url).text
        entry = world.entries("ilquadrante")[urls.canonical(piece.url)]
        assert "Accetta e continua" in text
        assert piece.title not in text
        assert entry.title == piece.title
        assert entry.summary


@pytest.mark.parametrize("piece", _with("edited"), ids=_ids)
def test_headlines_are_edited_under_the_same_address(world: World, piece: Piece) -> None:
    """Feed and page show the old one until the hour, then the new one."""
    assert piece.later_at
    assert piece.title_later
    url = urls.canonical(piece.url)
    for moment, title in ((piece.published, piece.title), (piece.later_at, piece.title_later)):
        assert world.at(moment).entries(piece.outlet)[url].title == title
        assert f">{title}</h1>" in html.unescape(world.get(piece.url).text)


@pytest.mark.parametrize("piece", _with("moved"), ids=_ids)
def test_moved_pieces_come_out_twice(world: World, piece: Piece) -> None:
    """Two days later the feed has both addresses, and both have the text."""
    assert piece.moved_at
    second = f"http://{piece.house.host}{piece.moved_to}"
    assert world.at(piece.moved_at - HOUR).get(second).status_code == 404
    listed = world.at(piece.moved_at).entries(piece.outlet)
    for url in (piece.url, second):
        assert listed[urls.canonical(url)].title == piece.title
        assert f">{piece.title}</h1>" in html.unescape(world.get(url).text)


@pytest.mark.parametrize("piece", _with("undated"), ids=_ids)
def test_undated_pieces_show_no_date_anywhere(world: World, piece: Piece) -> None:
    """Not in the feed, the metadata, the address or the text."""
    entry = world.at(piece.published + HOUR).entries(piece.outlet)[urls.canonical(piece.url)]
    text = world.get(piece.url).text
    assert piece.relevance == "territory"
    assert entry.published is None
    assert dates.from_url(piece.url) is None
    assert dates.from_text(text) is None
    assert not any(word in text for word in ("datePublished", "published_time", "DC.date"))


@pytest.mark.parametrize("piece", _with("future"), ids=_ids)
def test_future_pieces_claim_a_day_forty_days_ahead(world: World, piece: Piece) -> None:
    """Feed and page agree on the wrong day; the piece is there from the true one on."""
    assert piece.dated
    entry = world.at(piece.published).entries(piece.outlet)[urls.canonical(piece.url)]
    assert entry.published == piece.dated.astimezone(UTC)
    assert 39 <= (piece.dated - piece.published).days <= 41
    shown = dates.from_text(world.get(piece.url).text)
    assert shown
    assert shown.date() == piece.dated.date()


@pytest.mark.parametrize("piece", _with("redirect"), ids=_ids)
def test_short_addresses_lead_to_the_article_in_two_steps(world: World, piece: Piece) -> None:
    """The feed lists the short one: 301, 302, page."""
    short = f"http://{piece.house.host}/s/{piece.id}"
    got = world.at(piece.published).get(short)
    assert short in world.entries(piece.outlet)
    assert [step.status_code for step in got.history] == [301, 302]
    assert str(got.url) == piece.url
    assert got.status_code == 200


def test_some_articles_are_gone(world: World) -> None:
    """404, or 200 with an apology."""
    assert [world.get(p.url).status_code for p in _with("gone")] == [404] * 3
    for piece in _with("soft404"):
        got = world.get(piece.url)
        assert got.status_code == 200
        assert "Pagina non trovata" in got.text
        assert piece.title not in got.text


@pytest.mark.parametrize("piece", _with("flaky500"), ids=_ids)
def test_flaky_pages_fail_for_half_a_day(world: World, piece: Piece) -> None:
    """By the press's clock, however often they are asked."""
    assert [world.at(piece.published + i * HOUR).get(piece.url).status_code for i in (0, 11, 12)] == [500, 500, 200]


def test_tracking_is_in_the_link_only(world: World) -> None:
    """The canonical address is free of it, and both lead to the page."""
    for piece in _with("tracking"):
        body = world.at(piece.published).feed(piece.outlet).text
        assert "utm_source=rss" in body
        assert "fbclid=" in body
        assert urls.canonical(piece.url) in world.entries(piece.outlet)
        assert world.get(f"{piece.url}?utm_source=rss&fbclid=x").status_code == 200


def test_amp_links_lead_to_a_page_that_names_its_canonical_one(world: World) -> None:
    """The feed's link ends in /amp; that page is bare."""
    piece = PRESS.of(BY_SLUG["trevigliocronaca"])[3]
    got = world.get(f"{piece.url}/amp")
    assert f"{piece.url}/amp" in world.at(piece.published).get(FEEDS[piece.outlet].url).text
    assert "<html amp" in got.text
    assert f'<link rel="canonical" href="{piece.url}">' in got.text
    assert "<html amp" not in world.get(piece.url).text


@pytest.mark.parametrize("piece", _with("entities"), ids=_ids)
def test_some_titles_are_escaped_once_too_often(world: World, piece: Piece) -> None:
    """The reader of the XML still finds references; the monitor's does not."""
    body = world.at(piece.published).feed(piece.outlet).text
    assert "&amp;#" in body
    assert world.entries(piece.outlet)[urls.canonical(piece.url)].title == piece.title


# The server


def test_the_same_question_at_the_same_moment_has_the_same_answer() -> None:
    """Two servers, asked in another order and with a detour in time, agree to the byte."""
    asked = [(feed.url, END) for feed in TERRITORY.feeds]
    asked += [(p.url, p.published + HOUR) for p in PRESS.pieces[::9]] + [(_first("flaky500").url, END)]
    assert _answers(PRESS, asked) == _answers(load(ROOT / "sample" / "press.jsonl"), asked[::-1])[::-1]


def _answers(press: Press, asked: list[tuple[str, datetime]]) -> list[tuple[int, list[tuple[str, str]], bytes]]:
    world = World()
    with PressServer(press, lambda: world.now) as server, _client(server) as world.client:
        got = [world.at(moment).get(url, follow=False) for url, moment in asked]
    return [(one.status_code, one.headers.multi_items(), one.content) for one in got]


def test_the_transport_serves_threads_and_refuses_the_world_outside(world: World) -> None:
    """Many hosts at once; no request ever leaves for a real host."""
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda host: world.get(f"http://{host}/").text, list(HOUSES) * 3))
    assert all(house.name.split("'")[0] in text for house, text in zip([*HOUSES.values()] * 3, got, strict=True))
    with pytest.raises(httpx.ConnectError, match="no host of the sample press"):
        world.get("http://example.org/")
    assert world.get("http://www.altrove.example/").status_code == 404


def test_an_answer_needs_no_server() -> None:
    """The press is a function of host, path, headers and moment."""
    piece = PRESS.pieces[0]
    found = answer(PRESS, piece.house.host, piece.path, {}, END)
    assert found.status == 200
    assert answer(PRESS, piece.house.host, "/?q=1", {}, END).status == 200
    assert answer(PRESS, piece.house.host, "/s/none", {}, END).status == 404
    assert answer(PRESS, piece.house.host, "/feed", {"if-modified-since": "nonsense"}, END).status == 200


def test_feed_addresses_are_feeds_of_the_config() -> None:
    """Kinds as the parser needs them."""
    kinds = {slug: feed.kind for slug, feed in FEEDS.items()}
    assert {slug for slug, kind in kinds.items() if kind == "sitemap"} == {"lombardia24", "agenziapenisola"}
    assert {slug for slug, kind in kinds.items() if kind == "search"} == {"cercanotizie"}
    assert isinstance(FEEDS["bassaoggi"], Feed)
