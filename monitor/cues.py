"""What tells one event from another in a text: its words as meanings, its numbers and names, the days it speaks of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.concepts import tokens
from monitor.language import language
from monitor.types import Reading

HOUSE = ZoneInfo("Europe/Rome")
"""Where "ieri" and "lunedì" are counted from; an hour's error would matter only about midnight."""
REACH = 20
"""Days from publication beyond which a date in a text is history or a plan, and no day of the event."""
_WEEKDAYS = (
    "lunedì monday lundi montag lunes", "martedì tuesday mardi dienstag martes",
    "mercoledì wednesday mercredi mittwoch miércoles", "giovedì thursday jeudi donnerstag jueves",
    "venerdì friday vendredi freitag viernes", "sabato saturday samedi samstag sábado",
    "domenica sunday dimanche sonntag domingo",
)  # fmt: skip
_MONTHS = (
    "gennaio gen january janvier januar enero", "febbraio feb february février februar febrero",
    "marzo mar march mars märz", "aprile apr april avril abril", "maggio mag may mai mayo",
    "giugno giu june juin juni junio", "luglio lug july juillet juli julio", "agosto ago august août",
    "settembre set september septembre septiembre", "ottobre ott october octobre oktober octubre",
    "novembre nov november noviembre", "dicembre dic december décembre dezember diciembre",
)  # fmt: skip
_WEEKDAY = {name: rank for rank, names in enumerate(_WEEKDAYS) for name in names.split()}
_MONTH = {name: rank for rank, names in enumerate(_MONTHS, 1) for name in names.split()}
_AGO = dict.fromkeys(("ieri", "yesterday", "hier", "gestern", "ayer"), 1) | dict.fromkeys(
    ("oggi", "stamattina", "stamani", "stanotte", "today", "aujourd", "heute", "hoy"), 0
)
_WORD = re.compile(r"[^\W\d_]+")
_DATE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?\s+(?:de\s+|of\s+)?([^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Cues:
    """One article, as it is compared: meanings, `#numbers` and `@names`."""

    title: tuple[str, ...]
    text: tuple[str, ...]
    days: frozenset[date]  # of which it speaks
    language: str


def cues(readings: Sequence[Reading]) -> tuple[Cues, ...]:
    """The cues of each article. A name is told from a word by all the articles at hand."""
    languages = [language(f"{r.title}. {r.text}", r.language) for r in readings]
    read = [
        [tuple(tokens(part, spoken)) for part in (r.title, r.text)]
        for r, spoken in zip(readings, languages, strict=True)
    ]
    names = _names(word for parts in read for part in parts for word in part)
    return tuple(
        Cues(_marked(title, names), _marked(text, names), spoken_days(reading), spoken)
        for reading, (title, text), spoken in zip(readings, read, languages, strict=True)
    )


def _names(words: Iterable[tuple[str, str, bool]]) -> frozenset[str]:
    """Words written with a capital within a sentence more often than they are written without one."""
    capital: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    for word, _, first in words:
        if not word[0].isupper():
            plain[word.lower()] += 1
        elif not first:
            capital[word.lower()] += 1
    return frozenset(word for word, count in capital.items() if count > plain[word])


def _marked(words: Sequence[tuple[str, str, bool]], names: frozenset[str]) -> tuple[str, ...]:
    """Meanings, with names whole: Verdello and Verdellino are two towns and one stem."""
    return tuple(
        f"@{word.lower()}" if word[0].isupper() and meaning[0] not in "#=" and word.lower() in names else meaning
        for word, meaning, _ in words
    )


def spoken_days(reading: Reading) -> frozenset[date]:
    """The days that a text names, by name, by date or as yesterday, near its publication; none if it is undated."""
    if reading.published is None:
        return frozenset()
    today, text = reading.published.astimezone(HOUSE).date(), f"{reading.title}. {reading.text}".lower()
    found: set[date | None] = set()
    for word in _WORD.findall(text):
        if word in _WEEKDAY:
            found.add(today - timedelta((today.weekday() - _WEEKDAY[word]) % 7))
        elif word in _AGO:
            found.add(today - timedelta(_AGO[word]))
    found.update(_nearest(today, int(day), _MONTH[month]) for day, month in _DATE.findall(text) if month in _MONTH)
    return frozenset(day for day in found if day and abs((day - today).days) <= REACH)


def _nearest(today: date, day: int, month: int) -> date | None:
    """That day of that month, in the year that brings it nearest; None if there is no such day."""
    try:
        return min((date(today.year + n, month, day) for n in (-1, 0, 1)), key=lambda d: abs(d - today))
    except ValueError:
        return None
