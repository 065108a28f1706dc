"""One article has one address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.urls import canonical, host, same_site


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("HTTPS://WWW.Example.IT:443/A/b/#top", "https://www.example.it/A/b"),
        ("http://example.it:8080/x", "http://example.it:8080/x"),
        ("https://example.it", "https://example.it/"),
        ("https://example.it/x?utm_source=rss&b=2&a=1&fbclid=z&gclid=y", "https://example.it/x?a=1&b=2"),
        ("https://example.it/x?ref=home&refresh_ce=1", "https://example.it/x"),
        ("https://example.it/x/amp/", "https://example.it/x"),
        ("https://example.it/x/amp", "https://example.it/x"),
        ("https://example.it/x?amp=1", "https://example.it/x"),
        ("https://example.it/x?outputType=amp", "https://example.it/x"),
        ("https://amp.example.it/x", "https://example.it/x"),
        ("https://m.example.it/x", "https://example.it/x"),
        ("https://m.it/x", "https://m.it/x"),
        ("https://example.it/perché no", "https://example.it/perch%C3%A9%20no"),
        ("https://università.it/x", "https://xn--universit-y1a.it/x"),
        ("https://example.it/lamp/", "https://example.it/lamp"),
    ],
)
def test_the_spellings_of_an_address_become_one(written: str, expected: str) -> None:
    """Whatever a feed, a campaign or an AMP twin adds is taken away; what names the article stays."""
    assert canonical(written) == expected


def test_a_relative_address_is_read_from_its_base() -> None:
    """Feeds may hold paths only."""
    assert canonical("/cronaca/x", "https://example.it/feed.xml") == "https://example.it/cronaca/x"


@pytest.mark.parametrize(
    "bad",
    ["", "mailto:a@b.it", "ftp://example.it/x", "javascript:void(0)", "/x", "https://", "http://[::1", "http://a:b/"],
)
def test_what_is_not_of_the_web_is_refused(bad: str) -> None:
    """Only http and https with a host can be fetched."""
    with pytest.raises(ValueError, match=r".*"):
        canonical(bad)


@given(st.text("abz/.?&=#%é +-_", max_size=30))
def test_a_canonical_address_is_its_own_canonical(tail: str) -> None:
    """Else a repeat would not be seen as one."""
    once = canonical(f"https://example.it/{tail}")
    assert canonical(once) == once


def test_host_drops_www_and_twins() -> None:
    """Outlets are matched by the host alone."""
    assert [host(u) for u in ("https://www.Example.it/x", "http://m.example.it", "nothing", "http://[")] == [
        "example.it",
        "example.it",
        "",
        "",
    ]


def test_a_subdomain_is_of_the_same_site() -> None:
    """bergamo.example.it belongs to example.it; an address that merely ends alike does not."""
    assert same_site("https://bergamo.example.it/x", "https://www.example.it/")
    assert not same_site("https://notexample.it/", "https://example.it/")
    assert not same_site("", "")
