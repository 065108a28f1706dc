"""Numbers, dates and plurals as an Italian reader expects them (Babel)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal

from monitor.weeks import monday

LOCALE = "it_IT"

SENTIMENT = {"negative": "negativa", "neutral": "neutra", "positive": "positiva"}
RELEVANCE = {
    "territory": "territorio", "football": "calcio", "incidental": "solo citato", "unrelated": "non riguarda",
}  # fmt: skip
PUBLIC = {"local": "locale", "national": "nazionale", "foreign": "estero"}
ACCESS = {"full": "intero", "paywall": "a pagamento", "headline": "solo titolo", "consent": "dietro consenso"}
TOPIC = {
    "crime": "criminalità", "drugs": "droga", "illegal_housing": "occupazioni abusive", "urban_decay": "degrado",
    "policing": "sicurezza e controlli", "accidents": "incidenti", "regeneration": "rigenerazione",
    "business": "imprese", "innovation": "innovazione", "environment": "ambiente",
    "education_work": "scuola e lavoro", "inclusion": "inclusione", "culture_sport": "cultura e sport",
    "politics": "politica", "health": "salute", "transport": "trasporti",
}  # fmt: skip


def day(moment: date) -> str:
    """ "lunedì 16 novembre 2026"."""
    return format_date(moment, "EEEE d MMMM y", locale=LOCALE)


def short_day(moment: datetime, zone: ZoneInfo) -> str:
    """ "16 novembre", where the territory lies."""
    return format_datetime(moment, "d MMMM", tzinfo=zone, locale=LOCALE)


def week(name: str) -> str:
    """ "da lunedì 9 a domenica 15 novembre 2026"; both months, or both years, where they differ."""
    first = monday(name)
    last = first + timedelta(days=6)
    if first.year != last.year:
        start = format_date(first, "EEEE d MMMM y", locale=LOCALE)
    elif first.month != last.month:
        start = format_date(first, "EEEE d MMMM", locale=LOCALE)
    else:
        start = format_date(first, "EEEE d", locale=LOCALE)
    return f"da {start} a {day(last)}"


def number(value: float, digits: int = 0) -> str:
    """ "1.234" or "34,5"."""
    rounded = round(value, digits) + 0.0  # no "-0"
    return str(format_decimal(rounded, format="#,##0." + "0" * digits if digits else "#,##0", locale=LOCALE))


def count(n: int, one: str, many: str) -> str:
    """ "1 storia", "7 storie"; the noun's forms are given whole, so that nothing is glued."""
    return f"{number(n)} {one if n == 1 else many}"


def listed(items: list[str]) -> str:
    """ "Boltiere, Ciserano e Verdello"."""
    return str(format_list(items, locale=LOCALE))


def topics(slugs: list[str]) -> str:
    """The topics' Italian names, in their order."""
    return ", ".join(TOPIC[s] for s in slugs)
