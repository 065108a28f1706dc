"""What the crawl reads and writes: feeds that are due, fetches, entries, pages."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlite_utils import Database

from db.store import key, moment, put, rows, stamp
from monitor.config import Territory
from monitor.types import Entry, Feed, FetchFailure, NotModified, Page, Rejected

MAX_ATTEMPTS = 6
"""A page is asked for over about three days (1, 2, 4, 8, 16 and 32 hours apart), then given up."""

MAX_WAIT = timedelta(hours=24)
"""A feed that fails is asked again at least once a day: the dead ones come back."""


def enrol(db: Database, territory: Territory, now: datetime) -> None:
    """Make outlets and feeds follow sources.toml; what the crawl has learned of a feed is kept."""
    for o in territory.outlets:
        db.execute(
            "INSERT INTO outlets VALUES (?, ?, ?, ?, ?) ON CONFLICT (slug) DO UPDATE SET name = excluded.name, "
            "public = excluded.public, reach = excluded.reach, host = excluded.host",
            (o.slug, o.name, o.public, o.reach, o.host),
        )
    for f in territory.feeds:
        db.execute(
            "INSERT INTO feeds (slug, outlet, url, kind, confirmed, added_at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (slug) DO UPDATE SET outlet = excluded.outlet, url = excluded.url, kind = excluded.kind, "
            "confirmed = excluded.confirmed",
            (f.slug, f.outlet, f.url, f.kind, f.confirmed, stamp(now)),
        )
    db.conn.commit()


def due_feeds(db: Database, territory: Territory, now: datetime) -> list[tuple[Feed, str | None, str | None]]:
    """Feeds whose hour has come, each with its ETag and Last-Modified."""
    state = {r["slug"]: r for r in rows(db, "SELECT slug, etag, last_modified, next_at FROM feeds")}
    return [
        (feed, state[feed.slug]["etag"], state[feed.slug]["last_modified"])
        for feed in territory.feeds
        if (state[feed.slug]["next_at"] or "") <= (stamp(now) or "")
    ]


def store_feed_page(
    db: Database, territory: Territory, feed: Feed, page: Page, parsed: tuple[Entry, ...] | Rejected
) -> int:
    """A feed answered: its entries, or the reason why it holds none. Returns the number of new entries."""
    at = page.fetched_at
    if isinstance(parsed, Rejected):
        failure = FetchFailure(page.url, parsed.kind, parsed.reason, True, at, page.status)
        store_feed_failure(db, territory, feed, failure)
        return 0
    new = sum(store_entry(db, territory, entry, at) for entry in parsed)
    next_at = at + timedelta(minutes=territory.crawl.every_minutes)
    db.execute(
        "UPDATE feeds SET etag = ?, last_modified = ?, next_at = ?, failures = 0, last_success = ? WHERE slug = ?",
        (page.etag, page.last_modified, stamp(next_at), stamp(at), feed.slug),
    )
    _log(db, feed.url, at, "ok", feed=feed.slug, status=page.status, items=len(parsed), new=new, next_at=next_at)
    return new


def store_feed_unchanged(db: Database, territory: Territory, feed: Feed, answer: NotModified) -> None:
    """304: the feed lives and has nothing new."""
    next_at = answer.fetched_at + timedelta(minutes=territory.crawl.every_minutes)
    db.execute(
        "UPDATE feeds SET next_at = ?, failures = 0, last_success = ? WHERE slug = ?",
        (stamp(next_at), stamp(answer.fetched_at), feed.slug),
    )
    _log(db, feed.url, answer.fetched_at, "not_modified", feed=feed.slug, status=304, next_at=next_at)


def store_feed_failure(db: Database, territory: Territory, feed: Feed, failure: FetchFailure) -> None:
    """A feed did not answer: ask again later, twice as late at each failure, a day at most."""
    [(failures,)] = db.execute("SELECT failures FROM feeds WHERE slug = ?", (feed.slug,)).fetchall()
    wait = min(MAX_WAIT, timedelta(minutes=territory.crawl.every_minutes) * 2 ** min(failures, 10))
    next_at = failure.fetched_at + max(wait, timedelta(seconds=failure.retry_after or 0))
    db.execute("UPDATE feeds SET failures = failures + 1, next_at = ? WHERE slug = ?", (stamp(next_at), feed.slug))
    _log(
        db, feed.url, failure.fetched_at, failure.kind, feed=feed.slug, status=failure.status, reason=failure.reason,
        next_at=next_at,
    )  # fmt: skip


def store_entry(db: Database, territory: Territory, entry: Entry, seen_at: datetime) -> bool:
    """True if the address with that headline is new; an edited headline is a new entry of the same address."""
    row = {
        "id": key(entry.url, entry.title),
        "feed": entry.feed,
        "outlet": _publisher(db, territory, entry),
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "published": stamp(entry.published),
        "language": entry.language,
        "publisher": entry.publisher,
        "seen_at": stamp(seen_at),
    }
    return put(db, "entries", row)


def _publisher(db: Database, territory: Territory, entry: Entry) -> str:
    """A search feed's item belongs to who published it; an unknown publisher becomes a local outlet of reach 1."""
    if not entry.publisher:
        return entry.outlet
    for outlet in territory.outlets:
        if outlet.name.casefold() == entry.publisher.casefold() or (outlet.host and outlet.host in entry.url):
            return outlet.slug
    slug = "-".join(entry.publisher.casefold().split())[:60]
    put(db, "outlets", {"slug": slug, "name": entry.publisher, "public": "local", "reach": 1.0, "host": ""})
    return slug


def pending_entries(db: Database, now: datetime, limit: int = 10_000) -> list[Entry]:
    """Entries whose page is still to be had, oldest first; none from after `now`, when a replay is taken up again."""
    sql = (
        "SELECT * FROM entries WHERE state = 'pending' AND seen_at <= :now AND coalesce(next_at, '') <= :now "
        "ORDER BY seen_at, id LIMIT :limit"
    )
    return [entry_of(r) for r in rows(db, sql, {"now": stamp(now), "limit": limit})]


def entry_of(row: dict[str, object]) -> Entry:
    """A row of `entries` as a value."""
    get = {k: (None if v is None else str(v)) for k, v in row.items()}
    return Entry(
        feed=str(get["feed"]), outlet=str(get["outlet"]), url=str(get["url"]), title=str(get["title"]),
        summary=get["summary"] or "", published=moment(get["published"]), language=get["language"],
        publisher=get["publisher"],
    )  # fmt: skip


def store_page(db: Database, entry: Entry, answer: Page | NotModified | FetchFailure) -> None:
    """The page of an entry, compressed; or why there is none and when to ask again."""
    entry_id = key(entry.url, entry.title)
    if isinstance(answer, FetchFailure):
        _store_page_failure(db, entry_id, answer)
        return
    if isinstance(answer, Page):
        put(db, "pages", {
            "entry": entry_id, "fetched_at": stamp(answer.fetched_at), "final_url": answer.final_url,
            "status": answer.status, "content_type": answer.content_type, "body": zlib.compress(answer.body, 6),
        })  # fmt: skip
        db.execute("UPDATE entries SET state = 'fetched', next_at = NULL WHERE id = ?", (entry_id,))
        _log(db, entry.url, answer.fetched_at, "ok", entry=entry_id, status=answer.status)


def _store_page_failure(db: Database, entry_id: str, failure: FetchFailure) -> None:
    [(attempts,)] = db.execute("SELECT attempts FROM entries WHERE id = ?", (entry_id,)).fetchall()
    again = failure.transient and attempts + 1 < MAX_ATTEMPTS
    wait = max(timedelta(hours=2**attempts), timedelta(seconds=failure.retry_after or 0))
    next_at = failure.fetched_at + wait if again else None
    state = "pending" if again else "gone" if failure.status in (404, 410) else "given_up"
    db.execute(
        "UPDATE entries SET attempts = attempts + 1, state = ?, next_at = ? WHERE id = ?",
        (state, stamp(next_at), entry_id),
    )
    _log(
        db, failure.url, failure.fetched_at, failure.kind, entry=entry_id, status=failure.status,
        reason=failure.reason, next_at=next_at,
    )  # fmt: skip


def _log(
    db: Database, url: str, at: datetime, outcome: str, *, feed: str | None = None, entry: str | None = None,
    status: int | None = None, reason: str = "", items: int | None = None, new: int | None = None,
    next_at: datetime | None = None,
) -> None:  # fmt: skip
    """One row a request, so that whoever looks can see what happened and when it is tried again."""
    put(db, "fetches", {
        "url": url, "at": stamp(at), "feed": feed, "entry": entry, "outcome": outcome, "status": status,
        "reason": reason, "items": items, "new_items": new, "next_at": stamp(next_at),
    })  # fmt: skip


def add_imported(db: Database, territory: Territory, entries: Iterable[Entry], now: datetime) -> int:
    """Entries that bring their own text: no page is asked for them."""
    count = 0
    for entry in entries:
        if store_entry(db, territory, entry, now):
            db.execute("UPDATE entries SET state = 'imported' WHERE id = ?", (key(entry.url, entry.title),))
            count += 1
    return count
