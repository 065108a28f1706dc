"""The database: migrations, idempotent writes, the queue that the tables are, search."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from db import analysed, crawled, reported
from db.store import dumps, moment, open_database, put, rows, stamp, transaction
from monitor.config import Territory
from monitor.errors import StoreError
from monitor.types import Article, Entry, FetchFailure, Link, NotModified, Page, Rejected, Verdict
from tests.conftest import NOW

ENTRY = Entry(feed="gazzettaorobica", outlet="gazzettaorobica", url="http://x.example/a", title="Città in festa")
ARTICLE = Article(
    url=ENTRY.url, title="Città in festa", text="A Verdello la piazza è piena.", author=None,
    published=NOW - timedelta(days=3), date_source="feed", language="it", access="full",
)  # fmt: skip


@pytest.fixture
def filled(db: Database, territory: Territory) -> Database:
    """One entry, its page and its article."""
    crawled.enrol(db, territory, NOW)
    crawled.store_entry(db, territory, ENTRY, NOW)
    crawled.store_page(db, ENTRY, Page(ENTRY.url, ENTRY.url, 200, b"<p>x", "text/html", NOW))
    [(entry_id, entry, page, seen)] = analysed.to_extract(db, "1")
    assert page is not None
    analysed.store_article(db, territory, entry_id, entry.outlet, "1", ARTICLE, seen)
    return db


def verdict(**changed: object) -> Verdict:
    made = Verdict(
        relevance="territory", sentiment="negative", topics=("crime",), stigma=False,
        p_relevance={"territory": 0.9}, p_sentiment={"negative": 0.8, "neutral": 0.1, "positive": 0.1}, p_topics={},
        p_stigma=0.1, uncertain=False, evidence=("x",), model="m",
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]  # a test's keywords


def count(db: Database, table: str) -> int:
    return int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def test_a_new_file_has_every_table_and_is_in_wal_mode(tmp_path: Path) -> None:
    """Datasette reads while the flows write."""
    db = open_database(tmp_path / "deep" / "z.db")
    assert db.journal_mode == "wal"
    assert {"entries", "pages", "articles", "verdicts", "points", "alerts"} <= set(db.table_names())
    assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    db.close()


def test_opening_twice_migrates_once(tmp_path: Path) -> None:
    """A second start finds nothing to do."""
    open_database(tmp_path / "z.db").close()
    db = open_database(tmp_path / "z.db")
    assert count(db, "_sqlite_migrations") == 1
    db.close()


def test_a_database_of_a_later_release_is_refused(tmp_path: Path) -> None:
    """Better no run than rows of two schemas."""
    db = open_database(tmp_path / "z.db")
    db.table("_sqlite_migrations").insert(
        {"migration_set": "zingonia", "name": "m999_future", "applied_at": "2030-01-01"}
    )  # fmt: skip
    db.conn.commit()
    db.close()
    with pytest.raises(StoreError, match="m999_future"):
        open_database(tmp_path / "z.db")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    (tmp_path / "z.db").write_text("not a database, and long enough to be read as a header of one")
    with pytest.raises(StoreError, match="database of zingonia"):
        open_database(tmp_path / "z.db")


def test_a_repeated_entry_is_a_no_op_and_an_edited_headline_is_kept(db: Database, territory: Territory) -> None:
    """The tables are the queue: what is there is not made again."""
    crawled.enrol(db, territory, NOW)
    assert crawled.store_entry(db, territory, ENTRY, NOW)
    assert not crawled.store_entry(db, territory, ENTRY, NOW + timedelta(hours=1))
    assert crawled.store_entry(db, territory, replace(ENTRY, title="Altro titolo"), NOW)


def test_a_failed_page_is_asked_again_later_and_given_up_in_the_end(db: Database, territory: Territory) -> None:
    """1, 2, 4 … hours; then its headline is all there will be."""
    crawled.enrol(db, territory, NOW)
    crawled.store_entry(db, territory, ENTRY, NOW)
    hour = NOW
    for _ in range(crawled.MAX_ATTEMPTS):
        assert [e.url for e in crawled.pending_entries(db, hour)] == [ENTRY.url]
        crawled.store_page(db, ENTRY, FetchFailure(ENTRY.url, "http_500", "broken", True, hour, 500))
        assert crawled.pending_entries(db, hour) == []
        hour += timedelta(days=2)
    assert crawled.pending_entries(db, hour) == []
    [(_, entry, page, _)] = analysed.to_extract(db, "1")
    assert (entry.url, page) == (ENTRY.url, None)


def test_an_entry_is_not_asked_for_before_it_was_seen(db: Database, territory: Territory) -> None:
    """A replay that was killed passes through its earlier hours again: found by killing it."""
    crawled.enrol(db, territory, NOW)
    crawled.store_entry(db, territory, ENTRY, NOW)
    assert crawled.pending_entries(db, NOW - timedelta(hours=1)) == []
    assert len(crawled.pending_entries(db, NOW)) == 1


def test_retry_after_is_honoured(db: Database, territory: Territory) -> None:
    """A server that asks for two days gets two days."""
    crawled.enrol(db, territory, NOW)
    feed = territory.feeds[0]
    failure = FetchFailure(feed.url, "http_429", "too many", True, NOW, 429, retry_after=172_800)
    crawled.store_feed_failure(db, territory, feed, failure)
    due = {f.slug for f, _, _ in crawled.due_feeds(db, territory, NOW + timedelta(days=1))}
    assert feed.slug not in due
    assert feed.slug in {f.slug for f, _, _ in crawled.due_feeds(db, territory, NOW + timedelta(days=2))}


def test_a_feed_that_fails_waits_longer_each_time_and_a_day_at_most(db: Database, territory: Territory) -> None:
    """The dead ones are still asked once a day: they come back."""
    crawled.enrol(db, territory, NOW)
    feed = territory.feeds[0]
    waits = []
    for _ in range(8):
        crawled.store_feed_failure(db, territory, feed, FetchFailure(feed.url, "timeout", "slow", True, NOW))
        [(next_at,)] = db.execute("SELECT next_at FROM feeds WHERE slug = ?", (feed.slug,)).fetchall()
        later = moment(next_at)
        assert later is not None
        waits.append(later - NOW)
    assert waits == sorted(waits)
    assert waits[0] == timedelta(hours=1)
    assert waits[-1] == timedelta(hours=24)


def test_a_broken_feed_page_is_a_failure_with_its_reason(db: Database, territory: Territory) -> None:
    """What is not a feed is not peace."""
    crawled.enrol(db, territory, NOW)
    feed = territory.feeds[0]
    page = Page(feed.url, feed.url, 200, b"", "text/html", NOW)
    crawled.store_feed_page(db, territory, feed, page, Rejected(feed.url, "not_feed", "no feed here"))
    [row] = rows(db, "SELECT outcome, reason FROM fetches")
    assert row == {"outcome": "not_feed", "reason": "no feed here"}


def test_a_search_item_belongs_to_its_publisher(db: Database, territory: Territory) -> None:
    """The aggregator is no outlet: its reach is not the publisher's."""
    crawled.enrol(db, territory, NOW)
    crawled.store_entry(db, territory, replace(ENTRY, publisher="IL QUADRANTE", url="http://r.example/1"), NOW)
    crawled.store_entry(db, territory, replace(ENTRY, publisher="Eco di Nessundove", url="http://r.example/2"), NOW)
    found = [r["outlet"] for r in rows(db, "SELECT outlet FROM entries ORDER BY url")]
    assert found == ["ilquadrante", "eco-di-nessundove"]


def test_search_needs_no_accents(filled: Database) -> None:
    """Nobody types accents in a search box."""
    found = filled.execute("SELECT title FROM texts_fts WHERE texts_fts MATCH 'citta'").fetchall()
    assert found == [("Città in festa",)]


def test_each_step_takes_what_has_no_row_of_its_version(filled: Database) -> None:
    """A crash, a re-run and a new model all take the same path."""
    assert list(analysed.to_extract(filled, "1")) == []
    assert len(list(analysed.to_extract(filled, "2"))) == 1
    [(article, _, _)] = analysed.to_scan(filled, "1")
    assert analysed.to_judge(filled, "1", "m") == []
    analysed.store_scan(filled, article, "1", (), True, ["verdello"])
    assert analysed.to_scan(filled, "1") == []
    assert len(analysed.to_judge(filled, "1", "m")) == 1
    analysed.store_verdict(filled, article, verdict())
    assert analysed.to_judge(filled, "1", "m") == []
    assert len(analysed.to_judge(filled, "1", "another")) == 1


def judged(db: Database) -> str:
    [(article, _, _)] = analysed.to_scan(db, "1")
    analysed.store_scan(db, article, "1", (), True, ["verdello"])
    analysed.store_verdict(db, article, verdict())
    analysed.store_link(db, "1", Link(article, article, "new", 1.0))
    return article


def test_a_correction_stands_beside_the_verdict_and_wins(filled: Database) -> None:
    """Nothing is overwritten; the figure follows the person."""
    article = judged(filled)
    before = reported.stories_of(reported.told(filled, "m", "1", "1"))
    put(filled, "corrections", {
        "article": article, "question": "sentiment", "value": "positive", "who": "anna", "at": stamp(NOW),
    })  # fmt: skip
    after = reported.stories_of(reported.told(filled, "m", "1", "1"))
    assert [(s.p_negative, s.reviewed) for s in before] == [(0.8, False)]
    assert [(s.p_negative, s.p_model, s.reviewed) for s in after] == [(0.0, 0.8, True)]
    assert count(filled, "verdicts") == 1


def test_undated_and_future_articles_stay_out_of_the_weeks(filled: Database, territory: Territory) -> None:
    """They are kept and counted apart."""
    judged(filled)
    filled.execute("UPDATE articles SET week = NULL")
    assert reported.told(filled, "m", "1", "1") == []
    assert reported.undated(filled, territory, "m", "2026-W47") == 1


def test_health_falls_when_a_feed_that_used_to_speak_is_dead(db: Database, territory: Territory) -> None:
    """A dead feed looks like peace: it must not."""
    crawled.enrol(db, territory, NOW - timedelta(weeks=2))
    for feed in territory.feeds[1:]:
        crawled.store_feed_unchanged(db, territory, feed, NotModified(feed.url, NOW - timedelta(days=2)))
    for i in range(30):
        crawled.store_entry(db, territory, replace(ENTRY, url=f"http://x.example/{i}"), NOW)
    dead = territory.feeds[0]
    assert dead.slug == ENTRY.feed
    crawled.store_feed_failure(
        db, territory, dead, FetchFailure(dead.url, "timeout", "slow", True, NOW - timedelta(days=1))
    )
    found = reported.health(db, territory, ["2026-W40", "2026-W46"])
    assert "2026-W40" not in found
    assert found["2026-W46"] < 0.5
    assert [s["reason"] for s in reported.silent_sources(db, territory, "2026-W46")] == ["slow"]


def test_a_transaction_that_fails_leaves_nothing(db: Database, territory: Territory) -> None:
    """All of a batch or none of it."""
    crawled.enrol(db, territory, NOW)

    def fail() -> None:
        with transaction(db):
            crawled.store_entry(db, territory, ENTRY, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert count(db, "entries") == 0


def test_foreign_keys_hold(db: Database) -> None:
    """An article without an entry is a bug, not a row."""
    with pytest.raises(sqlite3.IntegrityError):
        put(db, "texts", {"article": "nobody", "title": "", "text": "", "expires_on": dumps(1)})
