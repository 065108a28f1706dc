"""Dates as the press writes them; always UTC, never invented."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")
NOON = time(12)
"""A date without a time is put at noon in Rome, so that it stays on its day in UTC."""

EARLIEST = 1990
"""No article of the web press is older: a smaller year is a number that only looks like one."""

_NAMES = (
    ("gennaio", "gen", "january", "jan", "janvier", "janv"),
    ("febbraio", "feb", "febb", "february", "février", "fevrier", "févr", "fév"),
    ("marzo", "mar", "march", "mars"),
    ("aprile", "apr", "april", "avril", "avr"),
    ("maggio", "mag", "may", "mai"),
    ("giugno", "giu", "june", "jun", "juin"),
    ("luglio", "lug", "july", "jul", "juillet", "juil"),
    ("agosto", "ago", "august", "aug", "août", "aout"),
    ("settembre", "set", "sett", "september", "sep", "sept", "septembre"),
    ("ottobre", "ott", "october", "oct", "octobre"),
    ("novembre", "nov", "november"),
    ("dicembre", "dic", "december", "dec", "décembre", "decembre", "déc"),
)
MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names}
"""Italian, English and French month names and their abbreviations, lower case."""

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_CLOCK = r"(?P<h>[01]?\d|2[0-3])[:.h](?P<min>[0-5]\d)(?::(?P<s>[0-5]\d))?"
_GAP = r"(?:\s*(?:[,|·•–-]|\(|at\b|à\b|a\s+las\b|alle\b|ore\b|h\b|T)\s*|\s+){1,4}"
_TIME = rf"(?:{_GAP}{_CLOCK}(?!\d)(?:\s*(?P<ampm>[ap])\.?m\b\.?)?(?:\s*(?P<zone>Z\b|GMT|UTC|[+-]\d\d:?\d\d))?)?"
_YEAR = r"(?P<y>(?:19|20)\d\d)(?!\d)"

_ISO = re.compile(
    r"\s*(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)"
    r"(?:[T\s]+(?P<h>\d\d):?(?P<min>\d\d)(?::?(?P<s>\d\d)(?:[.,]\d+)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?\s*",
    re.IGNORECASE,
)
_URL = (
    re.compile(r"/(?P<y>20\d\d)/(?P<m>0?[1-9]|1[0-2])/(?P<d>0?[1-9]|[12]\d|3[01])(?=[/\-_.]|$)"),
    re.compile(rf"/(?P<y>\d\d)_(?P<m>{_MONTH})_(?P<d>\d\d)(?=[/\-_.]|$)", re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<y>20\d\d)[-_](?P<m>0[1-9]|1[0-2])[-_](?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"/(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)"),
)
_TEXT = (
    re.compile(rf"(?<!\d)(?P<d>[0-3]?\d)(?:er|°|º)?\s+(?P<m>{_MONTH})\b\.?,?\s+{_YEAR}{_TIME}", re.IGNORECASE),
    re.compile(rf"\b(?P<m>{_MONTH})\b\.?\s+(?P<d>[0-3]?\d)(?:st|nd|rd|th)?,?\s+{_YEAR}{_TIME}", re.IGNORECASE),
    re.compile(rf"(?<![\d/])(?P<d>[0-3]?\d)(?P<sep>[/.-])(?P<m>[01]?\d)(?P=sep){_YEAR}{_TIME}", re.IGNORECASE),
)


def parse_iso(text: str) -> datetime | None:
    """An ISO 8601 date in UTC; naive means Rome, a date alone means noon there; None if it is none."""
    match = _ISO.fullmatch(text)
    return _made(match) if match else None


def from_url(url: str) -> datetime | None:
    """The day written in an address (/2026/02/17/, /26_febbraio_17/, 2026-02-17), at noon in Rome."""
    return next((day for pattern in _URL for match in pattern.finditer(url) if (day := _made(match))), None)


def from_text(text: str) -> datetime | None:
    """The first date in Italian, English or French prose, day before month where both are numbers."""
    hits = [(match.start(), day) for pattern in _TEXT for match in pattern.finditer(text) if (day := _made(match))]
    return min(hits)[1] if hits else None


def _made(match: re.Match[str]) -> datetime | None:
    """The date of a match's groups, in UTC; None for a day or an hour that does not exist."""
    found = match.groupdict()
    year, month = int(found["y"]), found["m"].lower()
    try:
        day = datetime(
            year + 2000 if year < 100 else year,
            int(month) if month.isdigit() else MONTHS[month],
            int(found["d"]),
            tzinfo=ROME,
        )
        moment = _at(day, found) if found.get("h") else datetime.combine(day.date(), NOON, ROME)
        return moment.astimezone(UTC) if moment.year >= EARLIEST else None
    except (ValueError, OverflowError):
        return None


def _at(day: datetime, found: dict[str, str | None]) -> datetime:
    """The day at the time of the groups, in the zone they name or in Rome."""
    hour = int(found["h"] or 0)
    if half := (found.get("ampm") or "").lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    moment = day.replace(hour=hour, minute=int(found["min"] or 0), second=int(found.get("s") or 0))
    return _in_zone(moment, (found.get("zone") or "").upper())


def _in_zone(moment: datetime, zone: str) -> datetime:
    """The same clock time in a written offset; "" leaves it as it is."""
    if not zone:
        return moment
    if zone in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=UTC)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = datetime.strptime(f"{zone[0]}{digits}", "%z").tzinfo
    return moment.replace(tzinfo=offset)
