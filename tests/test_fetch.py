"""Fetching against a swapped transport: no network, no waiting."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from monitor.errors import Permanent, Transient
from monitor.fetch import USER_AGENT, Fetcher, Limits
from monitor.types import Fetched, FetchFailure, NotModified, Page
from monitor.wire import retry_after, retry_wait

NOW = datetime(2026, 2, 18, 9, tzinfo=UTC)
FAST = Limits(retry_wait_s=0, delay_s=0)
Handler = Callable[[httpx.Request], httpx.Response]


class Site:
    """A site whose answers by path are given; it remembers what it was asked."""

    def __init__(self, **answers: httpx.Response | Exception | Handler) -> None:
        self.answers, self.asked, self.requests = answers, list[str](), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer named after the path, 404 without one."""
        path = request.url.path.strip("/").replace(".", "_") or "home"
        self.asked.append(path)
        self.requests.append(request)
        answer = self.answers.get(path, httpx.Response(404))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def ask(site: Handler, url: str = "https://example.it/a", limits: Limits = FAST, **conditions: str) -> Fetched:
    """One fetch from a site."""
    with Fetcher(limits, transport=httpx.MockTransport(site), clock=lambda: NOW, sleep=lambda _: None) as fetcher:
        return fetcher.fetch(url, **conditions)


def failure(site: Handler, url: str = "https://example.it/a", limits: Limits = FAST) -> FetchFailure:
    """One fetch that must fail, with a reason that is a sentence."""
    found = ask(site, url, limits)
    assert isinstance(found, FetchFailure), found
    assert found.reason.endswith(".")
    assert found.fetched_at == NOW
    return found


def html(text: str = "<p>ciao</p>", **headers: str) -> Handler:
    """A page, made anew at each request."""
    return lambda _: httpx.Response(200, html=text, headers=headers)


def test_a_page_comes_back_with_its_headers() -> None:
    """Body, type, validators, time of the clock; the agent says who asks."""
    site = Site(a=html("<p>è</p>", etag='"1"', **{"last-modified": "Tue, 17 Feb 2026 08:30:00 GMT"}))
    found = ask(site)
    expected = Page(
        "https://example.it/a", "https://example.it/a", 200, "<p>è</p>".encode(), "text/html; charset=utf-8", NOW,
        '"1"', "Tue, 17 Feb 2026 08:30:00 GMT",
    )  # fmt: skip
    assert found == expected
    assert {request.headers["user-agent"] for request in site.requests} == {USER_AGENT}


def test_validators_are_sent_and_304_is_no_failure() -> None:
    """A feed that has nothing new costs one small answer."""
    site = Site(a=httpx.Response(304))
    found = ask(site, etag='"1"', last_modified="Tue, 17 Feb 2026 08:30:00 GMT")
    assert found == NotModified("https://example.it/a", NOW)
    headers = site.requests[-1].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"1"', "Tue, 17 Feb 2026 08:30:00 GMT")


@pytest.mark.parametrize("url", ["ftp://example.it/a", "file:///etc/passwd", "https://", "nothing", "http://[::1"])
def test_only_the_web_is_asked(url: str) -> None:
    """Any other address is a permanent failure, and nothing is sent."""
    site = Site()
    found = failure(site, url)
    assert (found.kind, found.transient, site.asked) == ("bad_address", False, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_permanent_status_is_asked_once(status: int) -> None:
    """Asking again would not help."""
    site = Site(a=httpx.Response(status))
    found = failure(site)
    assert (found.kind, found.status, found.transient) == (f"http_{status}", status, False)
    assert site.asked.count("a") == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_transient_status_is_tried_again_and_then_left(status: int) -> None:
    """Three attempts, then a failure that a later round may heal."""
    site = Site(a=lambda _: httpx.Response(status))
    found = failure(site)
    assert (found.kind, found.status, found.transient) == (f"http_{status}", status, True)
    assert site.asked.count("a") == FAST.attempts


def test_a_second_attempt_may_bring_the_page() -> None:
    """A stumble is not a failure."""
    answers = iter([httpx.Response(503), httpx.Response(200, text="ok")])
    found = ask(Site(a=lambda _: next(answers)))
    assert isinstance(found, Page)


def test_a_long_retry_after_is_left_to_a_later_round() -> None:
    """The server's wish is kept with the failure instead of being slept through."""
    site = Site(a=httpx.Response(429, headers={"retry-after": "120"}))
    found = failure(site)
    assert (found.transient, found.retry_after, site.asked.count("a")) == (True, 120.0, 1)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("3", 3.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, expected: float | None) -> None:
    """Both forms of the header; a date that has passed means now."""
    assert retry_after(header, NOW) == expected


def test_the_wait_is_the_servers_if_short() -> None:
    """True is the usual wait, False none at all."""
    errors = [
        Transient("http_429", "x.", retry_after=3.0),
        Transient("http_429", "x.", retry_after=30.0),
        Transient("timeout", "x."),
        Transient("robots_unreachable", "x."),
        Permanent("http_404", "x."),
    ]
    assert [retry_wait(error) for error in errors] == [3.0, False, True, False, False]


@pytest.mark.parametrize(
    ("error", "kind", "transient"),
    [
        (httpx.ReadTimeout("x"), "timeout", True),
        (httpx.ConnectError("refused"), "connection", True),
        (httpx.RemoteProtocolError("cut off"), "connection", True),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] expired"), "tls", False),
        (httpx.DecodingError("x"), "encoding", False),
    ],
)
def test_errors_of_the_net_are_values(error: Exception, kind: str, transient: bool) -> None:
    """None of them reaches the caller as an exception."""
    found = failure(Site(a=error))
    assert (found.kind, found.transient) == (kind, transient)


def test_a_tls_error_is_known_by_its_cause() -> None:
    """Its text alone may not tell."""

    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("handshake") from ssl.SSLError("x")

    assert failure(Site(a=broken)).kind == "tls"


def redirect(to: str, status: int = 302) -> Handler:
    """A redirect."""
    return lambda _: httpx.Response(status, headers={"location": to})


def test_redirects_are_followed_and_the_last_address_is_told() -> None:
    """`url` stays what was asked."""
    found = ask(Site(a=redirect("/b", 301), b=redirect("https://www.example.it/c"), c=html()))
    assert isinstance(found, Page)
    assert (found.url, found.final_url) == ("https://example.it/a", "https://www.example.it/c")


@pytest.mark.parametrize(
    ("site", "kind"),
    [
        (Site(a=redirect("/b"), b=redirect("/a")), "redirect_loop"),
        (Site(a=lambda r: redirect(f"/a?n={len(r.url.query)}{r.url.query.decode()[2:]}")(r)), "too_many_redirects"),
        (Site(a=redirect("ftp://example.it/b")), "bad_address"),
        (Site(a=redirect("")), "bad_address"),
    ],
)
def test_redirects_that_lead_nowhere_are_permanent(site: Site, kind: str) -> None:
    """A loop, an endless chain, another protocol, no address."""
    found = failure(site)
    assert (found.kind, found.transient) == (kind, False)


def test_robots_are_asked_once_a_host_and_obeyed() -> None:
    """A forbidden address is never requested."""
    site = Site(robots_txt=httpx.Response(200, text="User-agent: *\nDisallow: /secret"), a=html(), b=html())
    with Fetcher(FAST, transport=httpx.MockTransport(site), clock=lambda: NOW) as fetcher:
        found = [fetcher.fetch(f"https://example.it/{path}") for path in ("a", "secret", "b")]
    assert isinstance(found[1], FetchFailure)
    assert (found[1].kind, found[1].transient) == ("robots", False)
    assert site.asked == ["robots_txt", "a", "b"]


def test_a_redirect_obeys_the_robots_of_where_it_leads() -> None:
    """Else a short link would open what a site keeps closed."""

    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(200, text="User-agent: *\nDisallow: /" if request.url.host == "b.it" else "")
        return httpx.Response(302, headers={"location": "https://b.it/x"})

    assert failure(site, "https://a.it/").kind == "robots"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_without_robots_all_is_allowed(status: int) -> None:
    """A 4xx for robots.txt means that there are no rules (RFC 9309)."""
    assert isinstance(ask(Site(robots_txt=httpx.Response(status), a=html())), Page)


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.ConnectError("down")])
def test_unreachable_robots_refuse_for_now(answer: httpx.Response | Exception) -> None:
    """Rules that cannot be read are not taken for permission; the host is not asked again in this round."""
    site = Site(robots_txt=answer, a=html())
    with Fetcher(FAST, transport=httpx.MockTransport(site), clock=lambda: NOW) as fetcher:
        found = [fetcher.fetch("https://example.it/a") for _ in range(2)]
    assert [(f.kind, f.transient) for f in found if isinstance(f, FetchFailure)] == [("robots_unreachable", True)] * 2
    assert site.asked == ["robots_txt"] * FAST.attempts


@pytest.mark.parametrize(
    ("robots", "delay"), [("", 2), ("User-agent: *\nCrawl-delay: 7", 7), ("User-agent: *\nCrawl-delay: 900", 30)]
)
def test_requests_to_a_host_are_spaced(robots: str, delay: float) -> None:
    """By the limits, or by robots.txt where it asks for more, up to half a minute."""
    waits: list[float] = []
    site = Site(robots_txt=httpx.Response(200, text=robots), a=html())
    transport = httpx.MockTransport(site)
    with Fetcher(Limits(delay_s=2), transport=transport, clock=lambda: NOW, sleep=waits.append) as fetcher:
        fetcher.fetch("https://example.it/a")
        fetcher.fetch("https://example.it/a")
        fetcher.fetch("https://other.it/a")
    assert waits[1] == pytest.approx(delay, abs=0.2)
    assert len(waits) == 3  # a page after its robots.txt, a page after a page, the other host's page


def test_a_host_is_asked_one_request_at_a_time() -> None:
    """However many threads fetch; different hosts do not wait for each other."""
    busy, most = {"n": 0}, {"n": 0}

    def site(request: httpx.Request) -> httpx.Response:
        busy["n"] += 1
        most["n"] = max(most["n"], busy["n"])
        time.sleep(0.005)
        busy["n"] -= 1
        return httpx.Response(200, text="")

    with Fetcher(FAST, transport=httpx.MockTransport(site), clock=lambda: NOW) as fetcher:
        threads = [threading.Thread(target=fetcher.fetch, args=(f"https://example.it/{n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most["n"] == 1


def test_a_page_that_is_too_large_is_left() -> None:
    """The limit holds after decompression: a small bomb is a large page."""
    bomb = httpx.Response(200, content=gzip.compress(b"0" * 200_000), headers={"content-encoding": "gzip"})
    limits = Limits(max_bytes=100_000, delay_s=0)
    assert failure(Site(a=bomb), limits=limits).kind == "too_large"
    assert failure(Site(a=html("x" * 100_001)), limits=limits).kind == "too_large"


def test_an_encoding_that_was_not_asked_for_is_left() -> None:
    """Layers of compression multiply."""
    layered = httpx.Response(200, stream=Slow(b"x"), headers={"content-encoding": "gzip, gzip"})
    assert failure(Site(a=layered)).kind == "encoding"


class Slow(httpx.SyncByteStream):
    """A body that comes in pieces, each after a pause."""

    def __init__(self, *pieces: bytes, pause_s: float = 0.0) -> None:
        self.pieces, self.pause_s = pieces, pause_s

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            time.sleep(self.pause_s)
            yield piece


def test_a_body_that_drips_ends_with_the_budget() -> None:
    """No single read is late, the whole is."""
    site = Site(a=lambda _: httpx.Response(200, stream=Slow(*[b"x"] * 50, pause_s=0.01)))
    found = failure(site, limits=Limits(budget_s=0.03, retry_wait_s=0, delay_s=0))
    assert (found.kind, found.transient) == ("timeout", True)


def test_retries_say_nothing(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """The failure's row is the record; the terminal is the user's."""
    failure(Site(a=lambda _: httpx.Response(500)))
    assert capsys.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name.startswith("stamina")]
