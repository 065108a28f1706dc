"""A live look at every feed; the only command of the suite whose answer depends on the internet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from flows.job import Progress
from monitor import feeds
from monitor.config import load
from monitor.fetch import Fetcher, Limits
from monitor.types import Feed, FetchFailure, Page, Rejected


def check(folder: Path, progress: Progress, transport: httpx.BaseTransport | None = None) -> Iterator[dict[str, Any]]:
    """One row a feed: does it answer, how many entries, the newest, and why not."""
    territory = load(folder)
    limits = Limits(timeout_s=territory.crawl.timeout_s, delay_s=territory.crawl.delay_s, attempts=1)
    with Fetcher(limits, transport=transport, clock=lambda: datetime.now(UTC)) as edge:
        for feed in progress(territory.feeds, "fonti"):
            yield _row(feed, edge)


def _row(feed: Feed, edge: Fetcher) -> dict[str, Any]:
    answer = edge.fetch(feed.url)
    row: dict[str, Any] = {"feed": feed.slug, "ok": False, "entries": 0, "newest": None, "says": "", "url": feed.url}
    if isinstance(answer, FetchFailure):
        return row | {"says": f"{answer.kind}: {answer.reason}"}
    parsed = feeds.parse(answer, feed) if isinstance(answer, Page) else ()
    if isinstance(parsed, Rejected):
        return row | {"says": f"{parsed.kind}: {parsed.reason}"}
    dates = [entry.published for entry in parsed if entry.published]
    newest = max(dates).isoformat() if dates else None
    return row | {"ok": True, "entries": len(parsed), "newest": newest, "says": "answers"}
