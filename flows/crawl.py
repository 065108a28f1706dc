"""crawl: due feeds → entries; entries without a page → pages. Failures are rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from db.crawled import (
    due_feeds,
    enrol,
    pending_entries,
    store_feed_failure,
    store_feed_page,
    store_feed_unchanged,
    store_page,
)
from db.store import transaction
from flows.job import Counts, Job
from monitor import feeds
from monitor.fetch import Fetcher, Limits
from monitor.types import Entry, Feed, Fetched, FetchFailure, Page
from monitor.urls import host

T = TypeVar("T")
BATCH = 25
"""Pages of one host asked for before what came is stored: what a kill can lose."""

DueFeed = tuple[Feed, str | None, str | None]


def crawl(job: Job) -> Counts:
    """Ask the feeds that are due, then the pages that are missing. Returns what was found."""
    with fetcher(job, lambda: job.now) as edge:
        return crawl_with(job, edge)


def crawl_with(job: Job, edge: Fetcher) -> Counts:
    """The same through a fetcher that is already open, and knows each host's robots.txt."""
    enrol(job.db, job.territory, job.now)
    return crawl_feeds(job, edge) | crawl_pages(job, edge)


@contextmanager
def fetcher(job: Job, clock: Callable[[], datetime]) -> Iterator[Fetcher]:
    """The network edge, as politely as sources.toml says."""
    settings = job.territory.crawl
    limits = Limits(
        timeout_s=settings.timeout_s, max_bytes=settings.max_bytes, attempts=settings.attempts,
        retry_wait_s=settings.retry_wait_s, delay_s=settings.delay_s,
    )  # fmt: skip
    with Fetcher(limits, transport=job.transport, clock=clock) as edge:
        yield edge


def crawl_feeds(job: Job, edge: Fetcher) -> Counts:
    """Every feed that is due, a host at a time; entries are stored in the order of sources.toml."""
    counts: Counts = {"feeds": 0, "feeds_failed": 0, "entries_new": 0}
    batches = by_host(due_feeds(job.db, job.territory, job.now), lambda due: due[0].url)

    def ask(batch: Sequence[DueFeed]) -> list[Fetched]:
        return [edge.fetch(feed.url, etag=etag, last_modified=changed) for feed, etag, changed in batch]

    for batch, answers in zip(batches, job.mapper(ask, batches), strict=True):
        with transaction(job.db):
            for (feed, _, _), answer in zip(batch, answers, strict=True):
                counts["feeds"] += 1
                counts["entries_new"] += _store_answer(job, feed, answer)
                counts["feeds_failed"] += isinstance(answer, FetchFailure)
    return counts


def _store_answer(job: Job, feed: Feed, answer: Fetched) -> int:
    if isinstance(answer, Page):
        return store_feed_page(job.db, job.territory, feed, answer, feeds.parse(answer, feed))
    if isinstance(answer, FetchFailure):
        store_feed_failure(job.db, job.territory, feed, answer)
    else:
        store_feed_unchanged(job.db, job.territory, feed, answer)
    return 0


def crawl_pages(job: Job, edge: Fetcher) -> Counts:
    """Every page that is missing, at most BATCH of a host before the batch is stored."""
    counts: Counts = {"pages": 0, "pages_failed": 0}

    def ask(batch: Sequence[Entry]) -> list[Fetched]:
        return [edge.fetch(entry.url) for entry in batch]

    while pending := pending_entries(job.db, job.now):
        batches = [batch[:BATCH] for batch in by_host(pending, lambda entry: entry.url)]
        for batch, answers in zip(job.progress(batches, "pagine"), job.mapper(ask, batches), strict=True):
            with transaction(job.db):
                for entry, answer in zip(batch, answers, strict=True):
                    store_page(job.db, entry, answer)
                    counts["pages_failed" if isinstance(answer, FetchFailure) else "pages"] += 1
    return counts


def by_host(items: Sequence[T], address: Callable[[T], str]) -> list[list[T]]:
    """Items grouped by host, in order of first appearance: one request at a time to each."""
    groups: dict[Hashable, list[T]] = {}
    for item in items:
        groups.setdefault(host(address(item)), []).append(item)
    return list(groups.values())
