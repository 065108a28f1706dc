"""The bundled press, set up to be crawled: its server on loopback, its clock, the hours at which it is visited."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sample.press import Press, load
from sample.server import PressServer, PressTransport

HERE = Path(__file__).parent
SOURCES = HERE / "sources.toml"
SUNDAY = datetime(2025, 5, 25, 20, tzinfo=UTC)  # ten in the evening in Rome, at the end of the press's first week
WEEKS = 78
THURSDAYS = range(45, 56)  # April to June 2026, when two outlets fail on Thursdays


PRESS = HERE / "press.jsonl"


def hours(press: Press) -> tuple[datetime, ...]:
    """When the replay visits: each week's end, the Thursdays on which a source fails, and before headlines change."""
    sundays = [SUNDAY + timedelta(weeks=w) for w in range(WEEKS)]
    thursdays = [SUNDAY + timedelta(weeks=w, hours=-82) for w in THURSDAYS]
    unedited = [p.published + timedelta(hours=1) for p in press.pieces if p.later_at]
    return tuple(sorted(sundays + thursdays + unedited))


class Stage:
    """A running press; `now` is its clock, and is set by whoever replays it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        press = load(PRESS)
        self.hours = hours(press)
        server = self._stack.enter_context(PressServer(press, lambda: self.now))
        self.transport = PressTransport(server.port)
        self._stack.callback(self.transport.close)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stack.close()
