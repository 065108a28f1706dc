"""Dates as the press writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.dates import from_text, from_url, parse_iso


def utc(month: int, day: int, hour: int = 11, minute: int = 0) -> datetime:
    """A moment of 2026; 11 UTC is noon in Rome's winter."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-17T08:40:00+01:00", utc(2, 17, 7, 40)),
        ("2026-02-17T08:40:00Z", utc(2, 17, 8, 40)),
        ("2026-02-17T08:40:00.123+0100", utc(2, 17, 7, 40)),
        ("2026-02-17 08:40", utc(2, 17, 7, 40)),
        ("2026-07-17T08:40", utc(7, 17, 6, 40)),
        ("20260217T084000+0100", utc(2, 17, 7, 40)),
        ("2026-02-17", utc(2, 17)),
        ("2026-02-31", None),
        ("2026-02-17T25:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("ieri", None),
        ("", None),
    ],
)
def test_iso_dates(text: str, expected: datetime | None) -> None:
    """Naive is Rome's time, summer time included; a day alone is noon; the epoch is no date."""
    assert parse_iso(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.it/2026/02/17/titolo/", utc(2, 17)),
        ("https://x.it/notizie/26_febbraio_17/titolo-abc.shtml", utc(2, 17)),
        ("https://x.it/notizie/titolo-2026-02-17-abc", utc(2, 17)),
        ("https://x.it/20260217/titolo", utc(2, 17)),
        ("https://x.it/2026/02/titolo", None),
        ("https://x.it/2026/02/31/titolo", None),
        ("https://x.it/art-12026-02-17", None),
    ],
)
def test_days_in_addresses(url: str, expected: datetime | None) -> None:
    """An impossible day or a longer number is no date."""
    assert from_url(url) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lunedì 3 febbraio 2026, ore 7.40", utc(2, 3, 6, 40)),
        ("17 feb 2026", utc(2, 17)),
        ("17/02/2026 08:40", utc(2, 17, 7, 40)),
        ("Pubblicato il 17.02.2026 alle ore 08:40", utc(2, 17, 7, 40)),
        ("Publié le 1er février 2026 à 10h30", utc(2, 1, 9, 30)),
        ("le 5 août 2026", utc(8, 5, 10)),
        ("February 3rd, 2026 at 5:07 PM GMT", utc(2, 3, 17, 7)),
        ("3 March 2026", utc(3, 3)),
        ("17 febbraio 2026 | 19:17 (aggiornato il 18 febbraio 2026)", utc(2, 17, 18, 17)),
        ("31/02/2026", None),
        ("nel 2026 a Zingonia", None),
    ],
)
def test_dates_in_prose(text: str, expected: datetime | None) -> None:
    """Three languages, day before month, the first date of the text."""
    assert from_text(text) == expected
