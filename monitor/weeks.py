"""ISO weeks where the territory lies: the grain of every series."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def week_of(at: datetime, zone: ZoneInfo) -> str:
    """The ISO week of a moment: "2026-W46"."""
    year, week, _ = at.astimezone(zone).isocalendar()
    return f"{year}-W{week:02d}"


def monday(week: str) -> date:
    """The first day of a week. Raises ValueError with the form that is wanted."""
    try:
        year, number = week.split("-W")
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError as err:
        raise ValueError(f"{week!r} is no ISO week; write it like 2026-W46") from err


def shift(week: str, by: int) -> str:
    """The week `by` weeks later."""
    year, number, _ = (monday(week) + timedelta(weeks=by)).isocalendar()
    return f"{year}-W{number:02d}"


def span(first: str, last: str) -> tuple[str, ...]:
    """All weeks from `first` to `last`, both included; () when they are the wrong way round."""
    count = (monday(last) - monday(first)).days // 7 + 1
    return tuple(shift(first, i) for i in range(max(0, count)))


def start(week: str, zone: ZoneInfo) -> datetime:
    """The moment a week begins, in UTC."""
    return datetime.combine(monday(week), time(), zone).astimezone(UTC)


def last_complete(now: datetime, zone: ZoneInfo) -> str:
    """The week before the one that `now` is in: the last that has all its days."""
    return shift(week_of(now, zone), -1)
